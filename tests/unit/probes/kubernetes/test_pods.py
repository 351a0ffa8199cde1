from tests.podworlds import crashed, critical, ended, pod, prober, runs, status

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
