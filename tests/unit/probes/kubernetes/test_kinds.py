import pytest

from bot.probes.kubernetes.kinds import kind_of, kinds
from bot.sandbox.kubernetes_kinds import built_in


def test_kinds_make_the_paths_and_permissions_of_the_api():
    assert kind_of("Ingress").path("shop") == "/apis/networking.k8s.io/v1/namespaces/shop/ingresses"
    assert kind_of("Node").path("shop", "n1") == "/api/v1/nodes/n1"
    assert kind_of("Pod").path("shop", "a", "log") == "/api/v1/namespaces/shop/pods/a/log"
    assert kind_of("PersistentVolumeClaim").resource == "persistentvolumeclaims"
    assert kind_of("Deployment").resource == "deployments.apps"
    assert kind_of("EndpointSlice").api_version == "discovery.k8s.io/v1"


def test_table_agrees_with_what_the_sandbox_serves():
    served = {(each.api_version, each.kind): (each.plural, each.namespaced) for each in built_in()}
    for kind in kinds().values():
        expected = served.get((kind.api_version, kind.kind))
        assert expected is None or expected == (kind.plural, kind.namespaced), kind


def test_kinds_of_add_ons_may_well_be_missing():
    assert not any(kind_of(kind).optional for kind in ("Pod", "Deployment", "Ingress", "HorizontalPodAutoscaler"))
    assert all(kind_of(kind).optional for kind in ("Gateway", "PodMetrics", "NodePool", "Certificate"))


def test_unknown_kind_says_where_to_add_it():
    with pytest.raises(KeyError, match=r"add it to the table"):
        kind_of("Podd")


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("../../secrets", "/api/v1/namespaces/shop/pods/..%2F..%2Fsecrets"),
        ("..", "/api/v1/namespaces/shop/pods/%2E%2E"),
        ("a?watch=1#", "/api/v1/namespaces/shop/pods/a%3Fwatch%3D1%23"),
    ],
)
def test_names_from_outside_cannot_leave_their_place_in_the_path(name, path):
    assert kind_of("Pod").path("shop", name) == path
