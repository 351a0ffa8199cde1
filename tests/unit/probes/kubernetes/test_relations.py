import pytest

from bot.model.finding import Relation
from bot.model.resource import Resource
from bot.probes.kubernetes import relations
from bot.probes.kubernetes.answers import Listing
from bot.probes.kubernetes.kinds import kind_of


class View:
    """Names resources as the real view does, and lists the pods that it was given."""

    def __init__(self, *pods: dict) -> None:
        self.pods = pods

    def resource(self, kind: str, name: str, namespace: str = "") -> Resource:
        return Resource("kubernetes", "blue", namespace if kind_of(kind).namespaced else "", kind, name)

    def list(self, kind: str, namespace: str = "") -> Listing:
        assert kind == "Pod"
        return Listing(tuple(pod for pod in self.pods if pod["metadata"]["namespace"] == namespace))


VIEW = View()


def pod(name: str, owner: tuple[str, str] | None = None, labels: dict | None = None, **spec) -> dict:
    references = [{"kind": owner[0], "name": owner[1], "controller": True}] if owner else []
    metadata = {"name": name, "namespace": "shop", "labels": labels or {}, "ownerReferences": references}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


def targets(found: tuple[Relation, ...]) -> list[tuple[str, str]]:
    return [(relation.target.kind, relation.target.name) for relation in found]


def test_pod_needs_all_that_its_spec_names():
    spec = {
        "serviceAccountName": "checkout",
        "nodeName": "node-1",
        "imagePullSecrets": [{"name": "registry"}],
        "volumes": [
            {"name": "a", "configMap": {"name": "settings"}},
            {"name": "b", "secret": {"secretName": "tls"}},
            {"name": "c", "persistentVolumeClaim": {"claimName": "data"}},
            {"name": "d", "projected": {"sources": [{"secret": {"name": "token"}}, {"configMap": {"name": "ca"}}]}},
            {"name": "e", "emptyDir": {}},
        ],
        "initContainers": [{"name": "init", "envFrom": [{"configMapRef": {"name": "init-env"}}]}],
        "containers": [
            {
                "name": "app",
                "env": [
                    {"name": "A", "valueFrom": {"configMapKeyRef": {"name": "settings", "key": "a"}}},
                    {"name": "B", "valueFrom": {"secretKeyRef": {"name": "db", "key": "b"}}},
                    {"name": "C", "value": "plain"},
                    {"name": "D", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
                ],
            }
        ],
    }
    found = relations.dependencies(VIEW, pod("a", **spec))
    assert targets(found) == [
        ("ConfigMap", "settings"),
        ("Secret", "tls"),
        ("PersistentVolumeClaim", "data"),
        ("Secret", "token"),
        ("ConfigMap", "ca"),
        ("ConfigMap", "init-env"),
        ("ConfigMap", "settings"),
        ("Secret", "db"),
        ("Secret", "registry"),
        ("ServiceAccount", "checkout"),
        ("Node", "node-1"),
    ]
    assert {str(relation.source) for relation in found} == {"kubernetes://blue/shop/Pod/a"}
    assert str(found[-1].target) == "kubernetes://blue//Node/node-1"
    assert all(relation.why for relation in found)


def test_optional_references_are_not_needed():
    spec = {
        "volumes": [{"name": "a", "secret": {"secretName": "tls", "optional": True}}],
        "containers": [{"name": "app", "envFrom": [{"configMapRef": {"name": "x", "optional": True}}]}],
    }
    assert relations.dependencies(VIEW, pod("a", **spec)) == ()


@pytest.mark.parametrize(
    ("owner", "labels", "top"),
    [
        (None, {}, ("Pod", "a")),
        (("ReplicaSet", "web-7d9f8b6c5d"), {"pod-template-hash": "7d9f8b6c5d"}, ("Deployment", "web")),
        (("ReplicaSet", "web-7d9f8b6c5d"), {}, ("Deployment", "web")),
        (("ReplicaSet", "frontend"), {}, ("ReplicaSet", "frontend")),
        (("StatefulSet", "db"), {}, ("StatefulSet", "db")),
        (("DaemonSet", "agent"), {}, ("DaemonSet", "agent")),
        (("Job", "nightly-28976543"), {}, ("CronJob", "nightly")),
        (("Job", "migrate"), {}, ("Job", "migrate")),
    ],
)
def test_top_workload_is_read_off_names(owner, labels, top):
    found = relations.owner_of(VIEW, pod("a", owner, labels))
    assert (found.kind, found.name, found.place) == (*top, "shop")


def test_pods_of_a_workload_come_by_name():
    labels = {"pod-template-hash": "7d9f8b6c5d"}
    view = View(
        pod("web-b", ("ReplicaSet", "web-7d9f8b6c5d"), labels),
        pod("web-a", ("ReplicaSet", "web-7d9f8b6c5d"), labels),
        pod("web-worker-a", ("ReplicaSet", "web-worker-7d9f8b6c5d"), labels),
        pod("bare"),
    )
    for workload in ("web", "web-7d9f8b6c5d"):
        found = relations.workload_pods(view, "shop", workload)
        assert [each["metadata"]["name"] for each in found] == ["web-a", "web-b"]
    assert len(relations.workload_pods(view, "shop", "bare")) == 1
    assert relations.workload_pods(view, "blog", "web") == ()


def test_workload_consists_of_its_pods():
    (found,) = relations.to_pods(VIEW, VIEW.resource("Deployment", "web", "shop"), [pod("web-a")])
    assert (found.source.kind, found.target.name) == ("Deployment", "web-a")


def test_service_takes_the_pods_of_its_selector():
    service = {"metadata": {"name": "web", "namespace": "shop"}, "spec": {"selector": {"app": "web"}}}
    other = pod("other", labels={"app": "web"})
    other["metadata"]["namespace"] = "blog"
    pods = [pod("a", labels={"app": "web", "v": "1"}), pod("b", labels={"app": "cart"}), other]
    assert targets(relations.service_to_pods(VIEW, service, pods)) == [("Pod", "a")]
    service["spec"] = {}
    assert relations.service_to_pods(VIEW, service, pods) == ()


def test_ingress_routes_to_each_service_once():
    def path(name: str) -> dict:
        return {"backend": {"service": {"name": name, "port": {"number": 80}}}}

    ingress = {
        "metadata": {"name": "edge", "namespace": "shop"},
        "spec": {
            "defaultBackend": {"service": {"name": "fallback"}},
            "rules": [
                {"http": {"paths": [path("web"), path("api")]}},
                {"http": {"paths": [path("web"), {"backend": {"resource": {"kind": "Bucket", "name": "x"}}}]}},
                {"host": "x"},
            ],
        },
    }
    assert targets(relations.ingress_to_services(VIEW, ingress)) == [
        ("Service", "fallback"),
        ("Service", "web"),
        ("Service", "api"),
    ]


def test_claim_leads_to_its_volume_and_class():
    claim = {
        "metadata": {"name": "data", "namespace": "shop"},
        "spec": {"volumeName": "pv-1", "storageClassName": "gp3"},
    }
    found = relations.claim_to_storage(VIEW, claim)
    assert [(r.source.kind, r.target.kind) for r in found] == [
        ("PersistentVolumeClaim", "PersistentVolume"),
        ("PersistentVolumeClaim", "StorageClass"),
        ("PersistentVolume", "StorageClass"),
    ]
    claim["spec"] = {"storageClassName": ""}
    assert relations.claim_to_storage(VIEW, claim) == ()
