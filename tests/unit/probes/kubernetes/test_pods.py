from tests.podworlds import crashed, critical, ended, pod, prober, runs, service, status

PROBE = "kubernetes.pod.crashing"


def of_a_job() -> dict:
    one = pod("report-1-abc", status(state={"terminated": ended(1)}), phase="Failed", spec={"restartPolicy": "Never"})
    one["metadata"]["ownerReferences"] = [{"kind": "Job", "name": "report-1"}]
    return one


def test_pods_that_are_well_are_counted(cluster, tmp_path):
    found = prober(cluster, tmp_path)([pod("p", runs()), pod("q", runs())], PROBE, workload="checkout")
    assert [(each.status, each.summary) for each in found] == [
        ("ok", "No container keeps stopping in checkout: 2 of 2 pods ready")
    ]


def test_one_pod_can_be_asked_for(cluster, tmp_path):
    found = prober(cluster, tmp_path)([pod("p", crashed()), pod("q", runs())], PROBE, pod="q")
    assert critical(found) == {}


def test_failed_run_of_a_job_is_left_to_the_job_unless_it_is_named(cluster, tmp_path):
    run = prober(cluster, tmp_path)
    assert critical(run([of_a_job()], PROBE)) == {}
    assert critical(run([of_a_job()], PROBE, workload="report-1")) == {"Pod/report-1-abc": "application-exits-nonzero"}


def test_pods_that_may_not_be_listed_are_not_called_healthy(cluster, tmp_path):
    faults = [{"verb": "list", "resource": "pods", "status": 403}]
    found = prober(cluster, tmp_path)([pod("p", runs())], PROBE, faults=faults)
    assert [(each.status, each.permission) for each in found] == [("unknown", "list pods")]


def test_log_of_the_run_before_is_read_first(cluster, tmp_path):
    logs = {"shop/p/app:previous": "FATAL: A_URL must be set", "shop/p/app": "FATAL: B_URL must be set"}
    found = prober(cluster, tmp_path)([pod("p", crashed())], PROBE, logs=logs)
    assert found[0].facts["variable"] == "A_URL"


def test_present_log_is_read_when_the_one_before_says_nothing(cluster, tmp_path):
    found = prober(cluster, tmp_path)([pod("p", crashed())], PROBE, logs={"shop/p/app": "FATAL: B_URL must be set"})
    assert found[0].facts["variable"] == "B_URL"


def test_one_log_is_read_for_all_pods_that_ended_alike(cluster, tmp_path):
    pods = [pod(f"checkout-7d9f4b6c5-{letter}", crashed()) for letter in "abc"]
    log = {"shop/checkout-7d9f4b6c5-a/app:previous": "FATAL: A_URL must be set"}
    found = prober(cluster, tmp_path)(pods, PROBE, logs=log)
    assert critical(found) == {"Pod/checkout-7d9f4b6c5-a": "env-missing"}
    assert "2 more pods" in found[0].summary


def test_log_that_may_not_be_read_leaves_the_exit_code_and_a_gap(cluster, tmp_path):
    faults = [{"verb": "get", "resource": "pods/log", "status": 403}]
    found = prober(cluster, tmp_path)([pod("p", crashed(code=3))], PROBE, faults=faults)
    assert critical(found) == {"Pod/p": "application-exits-nonzero"}
    assert [each.permission for each in found if each.status == "unknown"] == ["get pods/log"]


def test_oom_kill_is_judged_by_its_limit(cluster, tmp_path):
    spec = {"containers": [{"name": "app", "image": "x", "resources": {"limits": {"memory": "64Mi"}}}]}
    found = prober(cluster, tmp_path)([pod("p", crashed(code=137, reason="OOMKilled"), spec=spec)], PROBE)
    assert critical(found) == {"Pod/p": "memory-limit-reached"}


def test_dependency_tells_later_steps_its_service(cluster, tmp_path):
    world = [pod("p", crashed()), service("db", 5432), pod("db-7d9f4b6c5-a", runs(), owner="db")]
    log = {"shop/p/app:previous": "FATAL dial tcp 10.96.0.9:5432: i/o timeout"}
    found = prober(cluster, tmp_path)(world, PROBE, logs=log)
    assert found[0].facts["service"] == "db"
    assert found[0].facts["service_namespace"] == "shop"


def test_container_that_has_just_ended_is_read_from_its_present_log(cluster, tmp_path):
    one = pod("p", status(restartCount=2, state={"terminated": ended(1)}))
    found = prober(cluster, tmp_path)([one], PROBE, logs={"shop/p/app": "FATAL: A_URL must be set"})
    assert critical(found) == {"Pod/p": "env-missing"}
