import json
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from kubernetes import client, config
from kubernetes.client.exceptions import ApiException

from bot.sandbox.kubernetes import KubernetesSandbox


@pytest.fixture(scope="module")
def sandbox() -> Iterator[KubernetesSandbox]:
    server = KubernetesSandbox()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def api(sandbox: KubernetesSandbox, tmp_path: Path) -> client.ApiClient:
    return config.new_client_from_config(str(sandbox.kubeconfig(tmp_path / "kubeconfig")))


@pytest.fixture
def core(api: client.ApiClient) -> client.CoreV1Api:
    return client.CoreV1Api(api)


def obj(kind: str, name: str, namespace: str = "", api_version: str = "v1", **more) -> dict:
    place = {"namespace": namespace} if namespace else {}
    metadata = {"name": name, **place, **more.pop("metadata", {})}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **more}


def names(listing) -> list[str]:
    return [each.metadata.name for each in listing.items]


def refused(call) -> dict:
    with pytest.raises(ApiException) as caught:
        call()
    return json.loads(caught.value.body)


def test_lists_are_ordered_and_cut_by_namespace(sandbox, core):
    sandbox.load([obj("Pod", "b", "shop"), obj("Pod", "a", "shop"), obj("Pod", "z", "blog"), obj("Pod", "d")])
    assert names(core.list_namespaced_pod("shop")) == ["a", "b"]
    assert names(core.list_pod_for_all_namespaces()) == ["z", "d", "a", "b"]
    assert names(core.list_namespaced_pod("default")) == ["d"]


def test_what_a_server_fills_in_is_there(sandbox, core):
    sandbox.load([obj("Pod", "a", "shop")])
    metadata = core.read_namespaced_pod("a", "shop").metadata
    assert metadata.uid
    assert int(metadata.resource_version) > 0
    assert metadata.creation_timestamp is not None
    assert "shop" in names(core.list_namespace())
    assert names(core.list_namespaced_service_account("shop")) == ["default"]


def test_selectors_choose(sandbox, core):
    sandbox.load(
        [
            obj("Pod", "a", "shop", metadata={"labels": {"app": "x", "tier": "web"}}, status={"phase": "Running"}),
            obj("Pod", "b", "shop", metadata={"labels": {"app": "y"}}, status={"phase": "Failed"}),
        ]
    )
    assert names(core.list_namespaced_pod("shop", label_selector="app in (x, z),tier")) == ["a"]
    assert names(core.list_namespaced_pod("shop", label_selector="!tier")) == ["b"]
    assert names(core.list_namespaced_pod("shop", field_selector="status.phase!=Running")) == ["b"]
    assert names(core.list_namespaced_pod("shop", field_selector="metadata.name=a,metadata.namespace=shop")) == ["a"]
    said = refused(lambda: core.list_namespaced_pod("shop", label_selector="a b"))
    assert (said["code"], said["reason"]) == (400, "BadRequest")


def test_paging_gives_every_object_once(sandbox, core):
    sandbox.load([obj("Pod", f"p{n}", "shop") for n in range(5)])
    first = core.list_namespaced_pod("shop", limit=2)
    assert first.metadata.remaining_item_count == 3
    second = core.list_namespaced_pod("shop", limit=2, _continue=first.metadata._continue)
    third = core.list_namespaced_pod("shop", limit=2, _continue=second.metadata._continue)
    assert names(first) + names(second) + names(third) == [f"p{n}" for n in range(5)]
    assert third.metadata._continue is None


def test_token_of_another_time_has_expired(sandbox, core):
    sandbox.load([obj("Pod", f"p{n}", "shop") for n in range(5)])
    token = core.list_namespaced_pod("shop", limit=2).metadata._continue
    sandbox.load([obj("Pod", f"p{n}", "shop") for n in range(5)])
    said = refused(lambda: core.list_namespaced_pod("shop", limit=2, _continue=token))
    assert (said["code"], said["reason"]) == (410, "Expired")
    said = refused(lambda: core.list_namespaced_pod("shop", limit=2, _continue="nonsense"))
    assert (said["code"], said["message"]) == (400, "continue key is not valid")


def test_absent_object_is_said_as_the_api_says_it(sandbox, api, core):
    sandbox.load([])
    said = refused(lambda: core.read_namespaced_pod("x", "shop"))
    assert (said["message"], said["reason"], said["details"]) == (
        'pods "x" not found',
        "NotFound",
        {"name": "x", "kind": "pods"},
    )
    said = refused(lambda: client.AppsV1Api(api).read_namespaced_deployment("x", "shop"))
    assert said["message"] == 'deployments.apps "x" not found'


def test_unknown_resource_is_no_status_object(sandbox):
    sandbox.load([])
    for path in ("/api/v1/gadgets", "/apis/none.example.com/v1/gadgets", "/api/v1/pods/x", "/api/v2", "/nothing"):
        answer = httpx.get(sandbox.url + path)
        assert (answer.status_code, answer.text) == (404, "404 page not found\n")


def test_writes_are_not_allowed(sandbox, core):
    sandbox.load([obj("Pod", "a", "shop")])
    for write in (
        lambda: core.delete_namespaced_pod("a", "shop"),
        lambda: core.create_namespaced_pod("shop", obj("Pod", "b", "shop")),
        lambda: core.patch_namespaced_pod("a", "shop", {"metadata": {"labels": {"x": "y"}}}),
    ):
        said = refused(write)
        assert (said["code"], said["reason"]) == (405, "MethodNotAllowed")
    assert names(core.list_namespaced_pod("shop")) == ["a"]


def test_denial_is_said_as_rbac_says_it(sandbox, api, core):
    denied = [
        {"verb": "list", "resource": "pods", "namespace": "shop", "status": 403},
        {"verb": "get", "resource": "pods/log", "status": 403},
        {"verb": "list", "resource": "deployments.apps", "status": 403},
    ]
    sandbox.load([obj("Pod", "a", "shop")], {}, denied)
    user = 'User "system:serviceaccount:secondline:secondline" cannot'
    said = refused(lambda: core.list_namespaced_pod("shop"))
    assert said["message"] == f'pods is forbidden: {user} list resource "pods" in API group "" in the namespace "shop"'
    said = refused(lambda: core.read_namespaced_pod_log("a", "shop"))
    assert said["message"] == (
        f'pods "a" is forbidden: {user} get resource "pods/log" in API group "" in the namespace "shop"'
    )
    said = refused(lambda: client.AppsV1Api(api).list_deployment_for_all_namespaces())
    assert said["message"] == (
        f'deployments.apps is forbidden: {user} list resource "deployments" in API group "apps" at the cluster scope'
    )
    assert names(core.list_namespaced_pod("blog")) == []
    assert core.read_namespaced_pod("a", "shop").metadata.name == "a"


@pytest.mark.parametrize(
    ("status", "reason"), [(429, "TooManyRequests"), (500, "InternalError"), (503, "ServiceUnavailable")]
)
def test_failure_lasts_as_often_as_asked(sandbox, status, reason):
    fault = {"verb": "list", "resource": "pods", "status": status, "times": 1, "retry_after": 2}
    sandbox.load([obj("Pod", "a", "shop")], {}, [fault])
    answer = httpx.get(f"{sandbox.url}/api/v1/namespaces/shop/pods")
    assert (answer.status_code, answer.headers["retry-after"], answer.json()["reason"]) == (status, "2", reason)
    assert httpx.get(f"{sandbox.url}/api/v1/namespaces/shop/pods").status_code == 200


def test_delay_delays(sandbox, core):
    sandbox.load([obj("Pod", "a", "shop")], {}, [{"verb": "list", "resource": "pods", "delay_s": 0.2}])
    began = time.monotonic()
    assert names(core.list_namespaced_pod("shop")) == ["a"]
    assert time.monotonic() - began >= 0.2


def test_metadata_alone_can_be_asked_for(sandbox):
    sandbox.load([obj("Secret", "s", "shop", data={"k": "dg=="})])
    accept = {"Accept": "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"}
    answer = httpx.get(f"{sandbox.url}/api/v1/namespaces/shop/secrets", headers=accept).json()
    assert answer["kind"] == "PartialObjectMetadataList"
    assert [set(item) for item in answer["items"]] == [{"kind", "apiVersion", "metadata"}]
    accept = {"Accept": "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"}
    answer = httpx.get(f"{sandbox.url}/api/v1/namespaces/shop/secrets/s", headers=accept).json()
    assert (answer["kind"], answer["metadata"]["name"], "data" in answer) == ("PartialObjectMetadata", "s", False)


def test_custom_kinds_are_served_from_their_objects(sandbox, api):
    pool = obj("NodePool", "general", "", "karpenter.sh/v1")
    route = obj("HTTPRoute", "web", "shop", "gateway.networking.k8s.io/v1")
    sandbox.load([pool, route])
    custom = client.CustomObjectsApi(api)
    assert custom.get_cluster_custom_object("karpenter.sh", "v1", "nodepools", "general")["kind"] == "NodePool"
    routes = custom.list_namespaced_custom_object("gateway.networking.k8s.io", "v1", "shop", "httproutes")
    assert [(item["kind"], item["metadata"]["name"]) for item in routes["items"]] == [("HTTPRoute", "web")]


def test_every_built_in_kind_that_the_client_knows_is_listed(sandbox, api):
    sandbox.load([])
    assert client.AppsV1Api(api).list_namespaced_deployment("shop").items == []
    assert client.BatchV1Api(api).list_cron_job_for_all_namespaces().items == []
    assert client.NetworkingV1Api(api).list_namespaced_ingress("shop").items == []
    assert client.DiscoveryV1Api(api).list_namespaced_endpoint_slice("shop").items == []
    assert client.StorageV1Api(api).list_storage_class().items == []
    assert client.AutoscalingV2Api(api).list_namespaced_horizontal_pod_autoscaler("shop").items == []
    assert client.PolicyV1Api(api).list_namespaced_pod_disruption_budget("shop").items == []
    assert client.AdmissionregistrationV1Api(api).list_validating_webhook_configuration().items == []


def test_health_is_answered(sandbox):
    assert {httpx.get(f"{sandbox.url}/{path}").text for path in ("healthz", "livez", "readyz")} == {"ok"}
