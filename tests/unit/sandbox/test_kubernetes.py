import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from kubernetes import client, config
from kubernetes.client.exceptions import ApiException

from bot.model.errors import InputError
from bot.sandbox.kubernetes import KubernetesSandbox


@pytest.fixture
def sandbox() -> Iterator[KubernetesSandbox]:
    server = KubernetesSandbox()
    server.start()
    yield server
    server.stop()


def core(server: KubernetesSandbox, folder: Path):
    return client.CoreV1Api(config.new_client_from_config(str(server.kubeconfig(folder / "kubeconfig"))))


def named(listing) -> list[str]:
    return [each.metadata.name for each in listing.items]


def pod(name: str) -> dict:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "shop"},
        "spec": {"containers": [{"name": "app"}]},
    }


def test_unmodified_client_reads_what_was_loaded(sandbox, tmp_path):
    sandbox.load([pod("a"), pod("b")], {"shop/a/app": "hello\n"})
    api = core(sandbox, tmp_path)
    assert named(api.list_namespaced_pod("shop")) == ["a", "b"]
    assert api.read_namespaced_pod_log("a", "shop", _preload_content=False).data == b"hello\n"


def test_load_replaces_everything(sandbox, tmp_path):
    sandbox.load([pod("a")], {"shop/a/app": "x"}, [{"verb": "list", "resource": "pods", "status": 403}])
    sandbox.load([pod("b")])
    assert named(core(sandbox, tmp_path).list_namespaced_pod("shop")) == ["b"]


def test_apply_leaves_the_others(sandbox, tmp_path):
    sandbox.load([pod("a")])
    sandbox.apply(pod("b"))
    assert named(core(sandbox, tmp_path).list_namespaced_pod("shop")) == ["a", "b"]


def test_folder_of_manifests_and_logs_is_served(sandbox, tmp_path):
    folder = tmp_path / "cluster"
    logs = folder / "logs" / "shop" / "a"
    logs.mkdir(parents=True)
    (folder / "deep").mkdir()
    (folder / "pods.yaml").write_text(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: shop, creationTimestamp: 2026-11-24T10:00:00Z}\n"
        "spec: {containers: [{name: app}]}\n"
        "status: {containerStatuses: [{name: app, image: x, imageID: '', ready: false, restartCount: 1,"
        " lastState: {terminated: {exitCode: 1}}}]}\n---\n"
        "apiVersion: v1\nkind: Pod\nmetadata: {name: b, namespace: shop}\n---\n"
    )
    (folder / "deep" / "list.json").write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": [pod("c")]}))
    (folder / "deep" / "typed.yml").write_text(
        json.dumps({"apiVersion": "v1", "kind": "PodList", "items": [{"metadata": {"name": "d", "namespace": "shop"}}]})
    )
    (folder / "faults.yaml").write_text("- {verb: list, resource: nodes, status: 403}\n")
    (logs / "app.log").write_bytes(b"now \xff\n")
    (logs / "app.previous.log").write_text("before\n")
    sandbox.load_folder(folder)
    api = core(sandbox, tmp_path)
    assert named(api.list_namespaced_pod("shop")) == ["a", "b", "c", "d"]
    assert api.read_namespaced_pod("a", "shop").metadata.creation_timestamp.isoformat() == "2026-11-24T10:00:00+00:00"
    assert (
        api.read_namespaced_pod_log("a", "shop", _preload_content=False).data.decode()
        == "now \N{REPLACEMENT CHARACTER}\n"
    )
    assert api.read_namespaced_pod_log("a", "shop", previous=True, _preload_content=False).data == b"before\n"
    with pytest.raises(ApiException, match="Forbidden"):
        api.list_node()


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.yaml", "kind: [", "not valid YAML"),
        ("a.json", "{", "not valid JSON"),
        ("a.yaml", "just text", "expected Kubernetes objects, found str"),
        ("a.yaml", "kind: Pod\nmetadata: {name: x}", "lacks apiVersion or kind"),
        ("a.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {}", "lacks metadata.name"),
    ],
)
def test_broken_manifest_is_one_clear_line(tmp_path, name, content, says):
    (tmp_path / name).write_text(content)
    with pytest.raises(InputError, match=says) as caught:
        KubernetesSandbox().load_folder(tmp_path)
    assert "\n" not in caught.value.message


def test_folder_that_is_not_there_is_one_clear_line(tmp_path):
    with pytest.raises(InputError, match="is not a folder of Kubernetes manifests"):
        KubernetesSandbox().load_folder(tmp_path / "none")


def test_taken_port_is_an_error_of_the_system(sandbox):
    with pytest.raises(OSError, match="in use"):
        KubernetesSandbox().start(int(sandbox.url.rpartition(":")[2]))


def test_stopped_server_can_be_started_again(tmp_path):
    server = KubernetesSandbox()
    server.load([pod("a")])
    server.start()
    server.stop()
    assert server.url == ""
    server.start()
    assert named(core(server, tmp_path).list_namespaced_pod("shop")) == ["a"]
    server.stop()


def test_importing_the_sandbox_loads_no_server():
    code = "import sys, bot.sandbox.kubernetes; print([m for m in ('starlette', 'uvicorn') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"
