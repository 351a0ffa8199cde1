from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from bot.sandbox.kubernetes import KubernetesSandbox
from bot.sandbox.kubernetes_tables import table

TABLE = {"Accept": "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"}


@pytest.fixture
def sandbox() -> Iterator[KubernetesSandbox]:
    server = KubernetesSandbox()
    server.start()
    yield server
    server.stop()


def row(kind: str, **parts) -> dict[str, object]:
    """Give the cells of one object by their heads."""
    born = datetime.now(UTC) - timedelta(minutes=5)
    obj = {"metadata": {"name": "x", "creationTimestamp": born.isoformat(), **parts.pop("metadata", {})}, **parts}
    made = table(kind, [obj], {})
    return dict(zip([each["name"] for each in made["columnDefinitions"]], made["rows"][0]["cells"], strict=True))


def test_client_that_likes_tables_gets_them(sandbox):
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "namespace": "shop"}}
    sandbox.load([pod])
    for path in ("pods", "pods/a"):
        made = httpx.get(f"{sandbox.url}/api/v1/namespaces/shop/{path}", headers=TABLE).json()
        assert made["kind"] == "Table"
        assert [each["cells"][:3] for each in made["rows"]] == [["a", "0/0", "Unknown"]]
        assert made["rows"][0]["object"]["metadata"]["namespace"] == "shop"


def status(**state) -> dict:
    return {"name": "app", "ready": False, "restartCount": 2, "state": state}


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"status": {"phase": "Running", "containerStatuses": [status(running={})]}}, "Running"),
        ({"status": {"containerStatuses": [status(waiting={"reason": "CrashLoopBackOff"})]}}, "CrashLoopBackOff"),
        ({"status": {"containerStatuses": [status(terminated={"exitCode": 3})]}}, "ExitCode:3"),
        ({"status": {"containerStatuses": [status(terminated={"reason": "OOMKilled"})]}}, "OOMKilled"),
        ({"status": {"initContainerStatuses": [status(waiting={"reason": "ErrImagePull"})]}}, "Init:ErrImagePull"),
        (
            {
                "status": {
                    "initContainerStatuses": [status(terminated={"reason": "Completed"})],
                    "containerStatuses": [status(waiting={"reason": "ContainerCreating"})],
                }
            },
            "ContainerCreating",
        ),
        ({"status": {"phase": "Failed", "reason": "Evicted"}}, "Evicted"),
        ({"status": {}, "metadata": {"deletionTimestamp": "2026-11-24T10:00:00Z"}}, "Terminating"),
    ],
)
def test_pod_shows_the_first_thing_that_is_wrong(parts, said):
    assert row("Pod", spec={"containers": [{}]}, **parts)["Status"] == said


def test_columns_are_those_of_kubectl():
    pod = row("Pod", spec={"containers": [{}, {}]}, status={"containerStatuses": [status(), status()]})
    assert (pod["Ready"], pod["Restarts"], pod["Age"]) == ("0/2", 4, "5m")
    deployment = row("Deployment", spec={"replicas": 3}, status={"readyReplicas": 1, "updatedReplicas": 2})
    assert (deployment["Ready"], deployment["Up-to-date"], deployment["Available"]) == ("1/3", 2, 0)
    service = row("Service", spec={"type": "LoadBalancer", "ports": [{"port": 80}]}, status={})
    assert (service["External-IP"], service["Port(s)"]) == ("<pending>", "80/TCP")
    ready = {"conditions": [{"type": "Ready", "status": "True"}]}
    assert row("Node", spec={"unschedulable": True}, status=ready)["Status"] == "Ready,SchedulingDisabled"
    event = row("Event", involvedObject={"kind": "Pod", "name": "a"}, reason="Failed", lastTimestamp=None)
    assert (event["Object"], event["Reason"], event["Last Seen"]) == ("pod/a", "Failed", "5m")
    assert row("Gadget") == {"Name": "x", "Age": "5m"}


@pytest.mark.parametrize(
    ("age", "said"),
    [
        (timedelta(seconds=90), "90s"),
        (timedelta(hours=3), "3h"),
        (timedelta(days=9), "9d"),
        (timedelta(hours=-1), "0s"),
    ],
)
def test_age_is_told_in_its_largest_unit(age, said):
    assert row("Pod", metadata={"creationTimestamp": (datetime.now(UTC) - age).isoformat()})["Age"] == said


def test_age_that_is_no_time_is_unknown():
    assert row("Pod", metadata={"creationTimestamp": "yesterday"})["Age"] == "<unknown>"
