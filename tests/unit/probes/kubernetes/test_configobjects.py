import pytest

from tests.podworlds import config_map, container, critical, pod, prober, secret, waits

PROBE = "kubernetes.pod.config"


@pytest.fixture
def refuse(cluster, tmp_path):
    def run(message: str, *world: dict, env_from: dict | None = None, **more):
        spec = {"containers": [container(envFrom=[env_from] if env_from else [])]}
        one = pod("p", waits("CreateContainerConfigError", message), spec=spec)
        return prober(cluster, tmp_path)([one, *world], PROBE, **more)

    return run


def test_absent_config_map_offers_near_names(refuse):
    found = refuse(
        'configmap "settings" not found', config_map("setting"), env_from={"configMapRef": {"name": "settings"}}
    )
    assert critical(found)["ConfigMap/settings"] == "config-map-missing"
    assert "near names: setting" in found[1].summary
    assert "which the environment of container app needs" in found[1].summary


def test_config_map_of_another_namespace_is_not_seen(refuse):
    found = refuse('configmap "settings" not found', config_map("settings", namespace="prod"))
    assert critical(found)["ConfigMap/settings"] == "config-map-in-other-namespace"


def test_other_namespaces_are_not_asked_where_that_is_forbidden(refuse):
    faults = [{"verb": "list", "resource": "configmaps", "namespace": "", "status": 403}]
    found = refuse('configmap "settings" not found', config_map("settings", namespace="prod"), faults=faults)
    assert critical(found)["ConfigMap/settings"].startswith("config-map-")


def test_secret_that_is_really_a_config_map(refuse):
    found = refuse('secret "settings" not found', config_map("settings"))
    assert critical(found)["Secret/settings"] == "config-in-wrong-kind"


def test_secret_of_another_namespace_where_names_may_be_read(refuse):
    found = refuse('secret "db" not found', secret("db", namespace="prod"), settings={"read_secret_names": True})
    assert critical(found)["Secret/db"] == "secret-in-other-namespace"


def test_absent_key_of_a_secret_needs_no_look_at_it(refuse):
    found = refuse("couldn't find key PASS in Secret shop/creds", secret("creds"))
    assert critical(found)["Secret/creds"] == "secret-key-missing"


def test_key_that_another_config_map_holds_is_found(refuse):
    found = refuse("couldn't find key region in Secret shop/creds", config_map("settings", "region"))
    assert critical(found)["Secret/creds"] == "config-key-in-other-object"
    assert "Refer to ConfigMap settings" in found[1].remedy
