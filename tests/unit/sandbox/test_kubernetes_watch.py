import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from kubernetes import client, config, watch

from bot.sandbox.kubernetes import KubernetesSandbox


@pytest.fixture(scope="module")
def sandbox() -> Iterator[KubernetesSandbox]:
    server = KubernetesSandbox()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def core(sandbox: KubernetesSandbox, tmp_path: Path) -> client.CoreV1Api:
    return client.CoreV1Api(config.new_client_from_config(str(sandbox.kubeconfig(tmp_path / "kubeconfig"))))


def pod(name: str, **labels: str) -> dict:
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": "shop", "labels": labels}}


def told(core: client.CoreV1Api, seconds: int = 1, **query) -> list[tuple[str, str]]:
    stream = watch.Watch().stream(core.list_namespaced_pod, "shop", timeout_seconds=seconds, **query)
    return [(event["type"], event["object"].metadata.name) for event in stream]


def test_watch_begins_with_what_is_there(sandbox, core):
    sandbox.load([pod("a", app="x"), pod("b", app="y")])
    assert told(core) == [("ADDED", "a"), ("ADDED", "b")]
    assert told(core, label_selector="app=y") == [("ADDED", "b")]


def test_watch_from_a_version_tells_only_changes(sandbox, core):
    sandbox.load([pod("a"), pod("b")])
    version = core.list_namespaced_pod("shop").metadata.resource_version
    sandbox.apply(pod("a", app="new"))
    sandbox.load([pod("a", app="new"), pod("c")])
    assert told(core, resource_version=version) == [("MODIFIED", "a"), ("DELETED", "b"), ("ADDED", "c")]


def test_change_reaches_a_watch_that_is_open(sandbox, core):
    sandbox.load([pod("a")])
    stream = watch.Watch()
    seen: list[tuple[str, str]] = []
    first = threading.Event()

    def follow() -> None:
        for event in stream.stream(core.list_namespaced_pod, "shop", timeout_seconds=10):
            seen.append((event["type"], event["object"].metadata.name))
            first.set()
            if len(seen) == 2:
                stream.stop()

    thread = threading.Thread(target=follow)
    thread.start()
    assert first.wait(5)
    sandbox.apply(pod("b"))
    thread.join(5)
    assert seen == [("ADDED", "a"), ("ADDED", "b")]


def test_version_that_is_forgotten_is_an_error_in_the_stream(sandbox, core):
    sandbox.load([])
    for number in range(10_050):
        sandbox._state._changes.append(_change(sandbox, number))
    with pytest.raises(client.ApiException, match="too old resource version"):
        told(core, resource_version="1")


def _change(sandbox: KubernetesSandbox, number: int):
    from bot.sandbox.kubernetes_state import Change

    served = sandbox._state.served("", "v1", "pods")
    assert served is not None
    sandbox._state.version += 1
    return Change(sandbox._state.version, "MODIFIED", served, pod(f"p{number}"))
