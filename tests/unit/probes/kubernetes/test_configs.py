from bot.probes.kubernetes.configs import hear
from tests.podworlds import ago, config_map, container, crashed, critical, event, pod, prober, runs, waits

PROBE = "kubernetes.pod.config"
MOUNT = 'MountVolume.SetUp failed for volume "conf" : configmap "files" not found'


def test_container_is_heard_before_events():
    one = pod("p", waits("CreateContainerConfigError", 'secret "a" not found'))
    heard = hear(one, [event("p", "FailedMount", MOUNT)])
    assert heard
    assert heard.complaint.name == "a"


def test_old_event_of_a_pod_that_runs_is_not_heard():
    assert hear(pod("p", runs()), [event("p", "FailedMount", MOUNT)]) is None
    assert hear(pod("p", crashed()), [event("p", "FailedMount", MOUNT)]) is None


def test_pod_that_waits_for_a_mount_is_judged_by_its_event(cluster, tmp_path):
    world = [pod("p", waits("ContainerCreating")), event("p", "FailedMount", MOUNT)]
    found = prober(cluster, tmp_path)(world, PROBE)
    assert critical(found) == {"Pod/p": "config-map-missing", "ConfigMap/files": "config-map-missing"}


def test_all_missing_config_maps_are_named_at_once(cluster, tmp_path):
    sources = [{"configMapRef": {"name": name}} for name in ("a", "b", "here")]
    message = 'configmap "a" not found'
    one = pod("p", waits("CreateContainerConfigError", message), spec={"containers": [container(envFrom=sources)]})
    found = prober(cluster, tmp_path)([one, config_map("here", "x")], PROBE)
    assert {"ConfigMap/a", "ConfigMap/b"} == set(critical(found)) - {"Pod/p"}


def test_key_of_a_mounted_item_is_tied_to_its_config_map(cluster, tmp_path):
    volumes = [{"name": "conf", "configMap": {"name": "files", "items": [{"key": "a.yml", "path": "a.yml"}]}}]
    said = 'MountVolume.SetUp failed for volume "conf" : references non-existent config key: a.yml'
    world = [pod("p", waits("ContainerCreating"), spec={"volumes": volumes}), event("p", "FailedMount", said)]
    found = prober(cluster, tmp_path)([*world, config_map("files", "a.yaml")], PROBE)
    assert critical(found)["ConfigMap/files"] == "config-map-key-missing"


def test_fault_of_the_template_lies_with_the_pod(cluster, tmp_path):
    one = pod("p", waits("CreateContainerConfigError", "container has runAsNonRoot and image will run as root"))
    found = prober(cluster, tmp_path)([one], PROBE)
    assert critical(found) == {"Pod/p": "run-as-root-refused"}


def test_pod_on_its_way_out_is_left_alone(cluster, tmp_path):
    one = pod("p", waits("CreateContainerConfigError", 'secret "a" not found'))
    one["metadata"] |= {"deletionTimestamp": ago(minutes=1)}
    found = prober(cluster, tmp_path)([one], PROBE)
    assert [each.status for each in found] == ["ok"]


def test_config_maps_that_may_not_be_read_leave_the_kubelets_word_and_a_gap(cluster, tmp_path):
    one = pod("p", waits("CreateContainerConfigError", 'configmap "a" not found'))
    faults = [{"verb": "list", "resource": "configmaps", "status": 403}]
    found = prober(cluster, tmp_path)([one], PROBE, faults=faults)
    assert critical(found)["ConfigMap/a"] == "config-map-missing"
    assert "list configmaps" in {each.permission for each in found}
