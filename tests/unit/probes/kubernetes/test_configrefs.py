from bot.probes.kubernetes.configrefs import Reference, references
from tests.podworlds import container, pod


def test_every_way_to_refer_is_found():
    env = [
        {"name": "A", "valueFrom": {"configMapKeyRef": {"name": "cm", "key": "a"}}},
        {"name": "B", "valueFrom": {"secretKeyRef": {"name": "s", "key": "b"}}},
        {"name": "C", "value": "plain"},
    ]
    volumes = [
        {"name": "v", "configMap": {"name": "files", "items": [{"key": "x.yml", "path": "x"}]}},
        {"name": "w", "projected": {"sources": [{"secret": {"name": "p"}}]}},
        {"name": "t", "secret": {"secretName": "tls"}},
        {"name": "e", "emptyDir": {}},
    ]
    spec = {"containers": [container(env=env, envFrom=[{"secretRef": {"name": "all"}}])], "volumes": volumes}
    assert references(pod("p", spec=spec)) == (
        Reference("ConfigMap", "cm", "a", "environment variable A of container app"),
        Reference("Secret", "s", "b", "environment variable B of container app"),
        Reference("Secret", "all", "", "the environment of container app"),
        Reference("ConfigMap", "files", "", "volume v"),
        Reference("ConfigMap", "files", "x.yml", "volume v"),
        Reference("Secret", "p", "", "volume w"),
        Reference("Secret", "tls", "", "volume t"),
    )


def test_optional_references_may_be_absent():
    env = [{"name": "A", "valueFrom": {"configMapKeyRef": {"name": "cm", "key": "a", "optional": True}}}]
    volumes = [{"name": "v", "configMap": {"name": "files", "optional": True}}]
    assert references(pod("p", spec={"containers": [container(env=env)], "volumes": volumes})) == ()
