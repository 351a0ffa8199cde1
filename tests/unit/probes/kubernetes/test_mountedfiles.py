from bot.probes.kubernetes.containers import containers
from bot.probes.kubernetes.mountedfiles import config_map_at, key_absent, keys, missing_key
from bot.probes.kubernetes.verdicts import Ref
from tests.podworlds import config_map, container, crashed, critical, pod, prober

MOUNTED = {
    "containers": [container(volumeMounts=[{"name": "conf", "mountPath": "/etc/app"}])],
    "volumes": [{"name": "conf", "configMap": {"name": "app-conf"}}],
}
ABOUT = Ref("ConfigMap", "app-conf", "shop")


def test_config_map_over_a_path_is_found():
    one = pod("p", spec=MOUNTED)
    assert config_map_at(one, containers(one)[0], "/etc/app/a.yaml") == "app-conf"
    assert config_map_at(one, containers(one)[0], "relative.yaml") == ""


def test_keys_are_those_of_text_and_binary():
    assert keys({"data": {"a": ""}, "binaryData": {"b": ""}}) == ("a", "b")
    assert key_absent(config_map("x", "a.yml"), "/etc/a.yaml")


def test_missing_key_names_near_ones_and_an_immutable_object():
    assert "near names: a.yml" in missing_key(ABOUT, "a.yaml", config_map("app-conf", "a.yml")).summary
    assert missing_key(ABOUT, "a", config_map("app-conf", immutable=True)).cause == "config-map-immutable"


def test_broken_file_is_the_fault_of_the_config_map_that_brings_it(cluster, tmp_path):
    log = "FATAL failed to parse config /etc/app/a.yaml: yaml: line 7: mapping values are not allowed"
    world = [pod("p", crashed(), spec=MOUNTED), config_map("app-conf", "a.yaml")]
    found = prober(cluster, tmp_path)(world, "kubernetes.pod.crashing", logs={"shop/p/app:previous": log})
    assert critical(found) == {"Pod/p": "config-file-invalid", "ConfigMap/app-conf": "config-file-invalid"}


def test_absent_file_is_the_fault_of_the_config_map_that_lacks_the_key(cluster, tmp_path):
    world = [pod("p", crashed(), spec=MOUNTED), config_map("app-conf", "a.yml")]
    log = {"shop/p/app:previous": "open /etc/app/a.yaml: no such file or directory"}
    found = prober(cluster, tmp_path)(world, "kubernetes.pod.crashing", logs=log)
    assert critical(found)["ConfigMap/app-conf"] == "config-map-key-missing"
