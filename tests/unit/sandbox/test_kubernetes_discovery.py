from collections.abc import Iterator
from pathlib import Path

import pytest
from kubernetes import client, config, dynamic

from bot.sandbox.kubernetes import KubernetesSandbox
from bot.sandbox.kubernetes_discovery import discovery
from bot.sandbox.kubernetes_kinds import Served, built_in


@pytest.fixture
def sandbox() -> Iterator[KubernetesSandbox]:
    server = KubernetesSandbox()
    server.start()
    yield server
    server.stop()


def test_dynamic_client_discovers_and_reads(sandbox, tmp_path: Path):
    pool = {"apiVersion": "karpenter.sh/v1", "kind": "NodePool", "metadata": {"name": "general"}}
    claim = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "d", "namespace": "shop"}}
    sandbox.load([pool, claim])
    api = config.new_client_from_config(str(sandbox.kubeconfig(tmp_path / "kubeconfig")))
    cluster = dynamic.DynamicClient(api)
    pools = cluster.resources.get(api_version="karpenter.sh/v1", kind="NodePool")
    assert [each.metadata.name for each in pools.get().items] == ["general"]
    claims = cluster.resources.get(api_version="v1", kind="PersistentVolumeClaim")
    assert claims.get(name="d", namespace="shop").metadata.name == "d"


def test_version_is_told(sandbox, tmp_path: Path):
    sandbox.load([])
    api = config.new_client_from_config(str(sandbox.kubeconfig(tmp_path / "kubeconfig")))
    assert client.VersionApi(api).get_code().git_version.startswith("v1.")


def test_groups_tell_their_versions():
    old = Served("batch", "v1beta1", "CronJob", "cronjobs", True)
    groups = {group["name"]: group for group in (discovery("apis", [*built_in(), old]) or {})["groups"]}
    assert [each["version"] for each in groups["batch"]["versions"]] == ["v1beta1", "v1"]
    assert "authorization.k8s.io" in groups


@pytest.mark.parametrize("path", ["apis/none", "apis/apps/v2", "api/v2", "api/v1/pods", "apis/apps/v1/deployments"])
def test_other_paths_are_no_discovery(path):
    assert discovery(path, built_in()) is None
