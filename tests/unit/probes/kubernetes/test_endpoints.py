from bot.model.finding import Status
from bot.probes.kubernetes.endpoints import Behind, judge
from bot.probes.kubernetes.verdicts import Ref

LABELS = {"app": "orders"}


def service(selector: dict | None = None, **spec) -> dict:
    ports = [{"port": 80, "targetPort": 8080}]
    metadata = {"name": "orders", "namespace": "shop"}
    return {"kind": "Service", "metadata": metadata, "spec": {"selector": selector, "ports": ports, **spec}}


def pod(name: str, labels: dict | None = None, ready: bool = True) -> dict:
    return {
        "metadata": {"name": name, "namespace": "shop", "labels": labels or LABELS},
        "spec": {"containers": [{"ports": [{"containerPort": 8080}]}]},
        "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True" if ready else "False"}]},
    }


def workload(name: str, labels: dict | None = None, image: str = "r/orders:1", replicas: int = 1) -> tuple[str, dict]:
    labels = labels or LABELS
    template = {"metadata": {"labels": labels}, "spec": {"containers": [{"image": image}]}}
    spec = {"replicas": replicas, "selector": {"matchLabels": labels}, "template": template}
    return "Deployment", {"metadata": {"name": name, "namespace": "shop"}, "spec": spec}


def slices(*addresses: str) -> tuple[dict, ...]:
    return ({"endpoints": [{"addresses": [each]} for each in addresses] or None},)


def causes(behind: Behind) -> list[str]:
    return [verdict.cause for verdict in judge(behind)]


def test_ready_pods_behind_it_are_in_order():
    verdicts = judge(Behind(service(LABELS), [pod("a"), pod("b")], slices=slices("10.0.0.1")))
    assert [(each.status, each.summary) for each in verdicts] == [
        (Status.OK, "Service orders: 2 of 2 pods ready behind it.")
    ]


def test_selector_that_matches_nothing_names_the_label_and_the_workload_that_was_meant():
    behind = Behind(
        service({"app": "orders-api"}), [pod("a")], [workload("orders"), workload("billing", {"app": "billing"})]
    )
    (verdict,) = judge(behind)
    assert verdict.cause == "selector-matches-nothing"
    assert "Deployment orders would fit but for its labels: app is orders, not orders-api" in verdict.summary
    assert verdict.facts == {"label": "app", "wanted": "orders-api"}


def test_label_that_is_absent_is_said_to_be():
    (verdict,) = judge(Behind(service({"app": "orders", "tier": "web"}), [pod("a")], [workload("orders")]))
    assert "it has no label tier (wanted web)" in verdict.summary


def test_workload_at_zero_is_to_blame_when_named_and_a_caution_in_a_sweep():
    idle = [workload("orders", replicas=0)]
    (named,) = judge(Behind(service(LABELS), [], idle))
    (swept,) = judge(Behind(service(LABELS), [], idle, named=False))
    assert (named.cause, named.about, named.status) == (
        "scaled-to-zero",
        Ref("Deployment", "orders", "shop"),
        Status.CRITICAL,
    )
    assert swept.status is Status.WARNING


def test_workload_without_pods_is_what_the_service_waits_for():
    (verdict,) = judge(Behind(service(LABELS), [], [workload("orders")]))
    assert verdict.cause == "endpoints-missing"
    assert verdict.needs[0][0] == Ref("Deployment", "orders", "shop")


def test_none_ready_leads_to_pods_and_workload():
    (verdict,) = judge(Behind(service(LABELS), [pod("a", ready=False)], [workload("orders")]))
    assert verdict.cause == "endpoints-not-ready"
    assert [need.kind for need, _ in verdict.needs] == ["Deployment", "Pod"]


def test_some_ready_is_a_caution():
    assert judge(Behind(service(LABELS), [pod("a"), pod("b", ready=False)]))[0].status is Status.WARNING


def test_unready_pods_are_meant_to_be_published_where_it_says_so():
    behind = Behind(service(LABELS, publishNotReadyAddresses=True), [pod("a", ready=False)], slices=slices("10.0.0.1"))
    assert causes(behind) == [""]


def test_pods_of_another_image_are_foreign_and_a_canary_is_not():
    two = {"app": "orders", "role": "worker"}, {"app": "orders", "role": "api"}
    pods = [pod("w", two[0]), pod("a", two[1])]
    foreign = [workload("orders-worker", two[0], "r/worker:1"), workload("orders", two[1], "r/orders:1")]
    canary = [workload("orders-canary", two[0], "r/orders:2"), workload("orders", two[1], "r/orders:1")]
    assert causes(Behind(service(LABELS), pods, foreign)) == ["selector-catches-foreign-pods"]
    assert causes(Behind(service(LABELS), pods, canary)) == [""]


def test_pods_that_have_ended_do_not_count():
    over = pod("job")
    over["status"]["phase"] = "Succeeded"
    assert causes(Behind(service(LABELS), [over])) == ["selector-matches-nothing"]


def test_ready_pods_that_no_slice_lists():
    assert causes(Behind(service(LABELS), [pod("a")], slices=slices())) == ["endpoints-not-published"]


def test_nothing_is_concluded_from_slices_that_could_not_be_read():
    assert causes(Behind(service(LABELS), [pod("a")], slices=None)) == [""]


def test_service_without_selector_needs_addresses_by_hand():
    assert causes(Behind(service(), slices=())) == ["endpoints-missing"]
    assert causes(Behind(service(), slices=slices("10.0.0.1"))) == [""]
    assert causes(Behind(service(), slices=None)) == [""]


def test_external_name_is_not_judged_by_its_pods():
    assert judge(Behind(service(type="ExternalName"))) == ()


def test_no_label_is_blamed_while_workloads_could_not_be_read():
    assert causes(Behind(service(LABELS), complete=False)) == ["endpoints-missing"]
