from datetime import UTC, datetime

import pytest

from bot.probes.kubernetes import crashes
from bot.probes.kubernetes.containers import containers
from tests.podworlds import ago, container, crashed, ended, event, pod, runs, status, waits


def now() -> datetime:
    return datetime.now(UTC)


def cause(one: dict, log: str = "", events: tuple = ()) -> str:
    found = crashes.crashing(one, now())
    assert found
    return crashes.judge(one, found, log.splitlines(), events, previous=True).cause


@pytest.mark.parametrize(
    "one",
    [
        pod("p", runs()),
        pod("p", runs(restartCount=4, lastState={"terminated": ended(1, minutes=60)})),
        pod("p", waits("ContainerCreating")),
        pod("p", waits("ImagePullBackOff")),
        pod("p", crashed(), reason="Evicted"),
        pod("p", status(state={"terminated": ended(0, "Completed")}), spec={"restartPolicy": "Never"}),
    ],
    ids=["running", "recovered", "creating", "pulling", "evicted", "completed"],
)
def test_these_do_not_crash(one):
    assert crashes.crashing(one, now()) is None


def test_container_that_runs_between_two_crashes_still_crashes():
    assert crashes.crashing(pod("p", runs(restartCount=4, lastState={"terminated": ended(1, minutes=2)})), now())


def test_pod_on_its_way_out_is_left_alone():
    one = pod("p", crashed())
    one["metadata"]["deletionTimestamp"] = ago(minutes=1)
    assert crashes.crashing(one, now()) is None


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (1, "application-exits-nonzero"),
        (0, "completed-but-should-run"),
        (126, "command-not-executable"),
        (127, "command-missing"),
        (134, "aborted"),
        (137, "killed"),
        (139, "segmentation-fault"),
        (143, "terminated-from-outside"),
    ],
)
def test_exit_code_alone_says_only_what_it_proves(code, expected):
    assert cause(pod("p", crashed(code=code))) == expected


def test_log_says_more_than_the_exit_code():
    assert cause(pod("p", crashed()), "FATAL: DATABASE_URL must be set") == "env-missing"


def test_runtime_that_cannot_start_the_command_is_believed():
    message = 'exec: "serve": executable file not found in $PATH'
    assert cause(pod("p", crashed(code=128, reason="StartError", message=message))) == "command-missing"


def test_kill_by_the_own_probe_goes_before_the_log():
    events = (
        event("p", "Killing", "Container app failed liveness probe, will be restarted"),
        event("p", "Unhealthy", "Liveness probe failed: HTTP probe failed with statuscode: 404"),
    )
    probe = {"httpGet": {"path": "/health", "port": 8080}}
    one = pod("p", crashed(code=137), spec={"containers": [container(livenessProbe=probe)]})
    found = crashes.judge(one, containers(one)[0], ["ERROR shutting down"], events, previous=True)
    assert found.cause == "liveness-probe-kills"
    assert "GET /health on port 8080" in found.summary
    assert "statuscode: 404" in found.summary


def test_port_that_the_probe_asks_and_the_container_does_not_declare_is_said():
    events = (event("p", "Killing", "Container app failed liveness probe, will be restarted"),)
    spec = container(livenessProbe={"tcpSocket": {"port": 8081}}, ports=[{"containerPort": 8080, "name": "http"}])
    one = pod("p", crashed(code=137), spec={"containers": [spec]})
    found = crashes.judge(one, containers(one)[0], [], events, previous=True)
    assert "the container declares port 8080, not 8081" in found.summary


def test_failing_probe_that_killed_nothing_is_not_blamed():
    events = (event("p", "Unhealthy", "Liveness probe failed: connection refused"),)
    assert cause(pod("p", crashed(code=1)), events=events) == "application-exits-nonzero"


def test_init_container_that_never_ends_blocks_the_pod():
    waiting = status("wait", state={"running": {"startedAt": ago(minutes=20)}})
    one = pod(
        "p", waits("PodInitializing"), spec={"initContainers": [container("wait")]}, initContainerStatuses=[waiting]
    )
    found = crashes.judge(one, crashes.crashing(one, now()), [], (), previous=False)
    assert found.cause == "init-container-blocking"
    assert found.summary.startswith("Init container wait of checkout has been running since")


def test_evidence_shows_log_and_end_with_their_commands():
    one = pod("p", crashed(code=3))
    found = crashes.judge(one, containers(one)[0], ["last words"], (), previous=True)
    assert [each.command for each in found.evidence] == [
        "kubectl logs p -n shop -c app --previous --tail=50",
        "kubectl describe pod p -n shop",
    ]
    assert found.facts["exit_code"] == "3"
