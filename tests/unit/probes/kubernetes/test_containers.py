from bot.probes.kubernetes.containers import claims_of, command_line, containers, environment, mount_of, volume
from tests.podworlds import container, crashed, ended, pod, runs


def test_init_containers_come_first_and_sidecars_are_told_apart():
    spec = {"initContainers": [container("migrate"), container("proxy", restartPolicy="Always")]}
    found = containers(pod("p", runs(), spec=spec))
    assert [(each.name, each.role) for each in found] == [("migrate", "init"), ("proxy", "sidecar"), ("app", "main")]


def test_newest_end_is_the_present_one_else_that_of_the_run_before():
    (now,) = containers(pod("p", runs(state={"terminated": ended(2)}, lastState={"terminated": ended(1)})))
    (before,) = containers(pod("p", crashed(code=143)))
    assert now.last.exit_code == 2
    assert (before.last.signal, before.last.exit) == ("SIGTERM", "exit code 143 (SIGTERM)")


def test_container_without_status_is_neither_ready_nor_waiting():
    (found,) = containers(pod("p"))
    assert (found.ready, found.waiting, found.restarts, found.last, found.running_since) == (False, "", 0, None, None)


def test_environment_holds_only_literal_values():
    spec = {
        "containers": [container(env=[{"name": "A", "value": "1"}, {"name": "B", "valueFrom": {}}], args=["-x", "1"])]
    }
    (found,) = containers(pod("p", spec=spec))
    assert environment(found) == {"A": "1"}
    assert command_line(found) == "-x 1"


def test_closest_mount_above_a_path_is_found():
    mounts = [{"name": "outer", "mountPath": "/etc"}, {"name": "inner", "mountPath": "/etc/app/"}]
    volumes = [{"name": "inner", "configMap": {"name": "cm"}}]
    one = pod("p", spec={"containers": [container(volumeMounts=mounts)], "volumes": volumes})
    (found,) = containers(one)
    assert mount_of(found, "/etc/app/x.yaml") == "inner"
    assert mount_of(found, "/etcetera/x") == ""
    assert volume(one, "inner")["configMap"] == {"name": "cm"}


def test_claims_of_a_pod_are_those_that_its_volumes_name():
    volumes = [{"name": "v", "persistentVolumeClaim": {"claimName": "data"}}, {"name": "tmp", "emptyDir": {}}]
    assert claims_of(pod("p", runs(), spec={"volumes": volumes})) == ("data",)
