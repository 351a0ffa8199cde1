import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.model.errors import AccessDenied, DeadlineExceeded, NotFound, RateLimited, ReadOnlyViolation, Unavailable
from bot.model.run import ApiCall
from bot.probes.kubernetes.asking import Asked, BadRequest, TimedOut
from bot.probes.kubernetes.client import ATTEMPTS, KubernetesClient, open_client
from bot.sandbox.kubernetes import KubernetesSandbox
from bot.sandbox.network_certificates import authority, pem
from bot.sandbox.network_servers import tls_context
from bot.settings import KubernetesSettings
from tests.clusters import answering, kubeconfig

PODS = Asked("/api/v1/namespaces/shop/pods", {}, "list pods")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[KubernetesSandbox]:
    server = KubernetesSandbox()
    server.start()
    yield server
    server.stop()


def pods(count: int) -> list[dict]:
    return [
        {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": f"p{n}", "namespace": "shop"}} for n in range(count)
    ]


def faulty(status: int, **more) -> list[dict]:
    return [{"verb": "list", "resource": "pods", "status": status, **more}]


@pytest.fixture
def connect(sandbox: KubernetesSandbox, tmp_path: Path):
    def connected(seconds: float = 30, **settings) -> KubernetesClient:
        config = sandbox.kubeconfig(tmp_path / "kubeconfig")
        deadline = datetime.now(UTC) + timedelta(seconds=seconds)
        return open_client(KubernetesSettings(kubeconfig=str(config), **settings), "", deadline)

    return connected


def names(client: KubernetesClient, calls: list[ApiCall]) -> list[str]:
    items, error, _ = client.pages(PODS, calls.append, dict)
    assert error is None
    return [item["metadata"]["name"] for item in items]


def test_list_is_read_page_by_page(sandbox, connect):
    sandbox.load(pods(7))
    calls: list[ApiCall] = []
    assert names(connect(page_size=3), calls) == [f"p{n}" for n in range(7)]
    assert calls == [ApiCall("kubernetes", "GET /api/v1/namespaces/shop/pods?limit=3")] * 3


@pytest.mark.parametrize(("most", "cut"), [(6, True), (7, False), (8, False)])
def test_list_is_cut_at_the_limit_and_says_so(sandbox, connect, most, cut):
    sandbox.load(pods(7))
    items, error, more = connect(page_size=2, max_objects=most).pages(PODS, [].append, dict)
    assert (len(items), error, more) == (min(most, 7), None, cut)


def test_list_that_expires_half_way_is_begun_anew(sandbox, connect):
    sandbox.load(pods(5), {}, faulty(410, times=2))
    calls: list[ApiCall] = []
    items, error, _ = connect(page_size=2).pages(PODS, calls.append, dict)
    assert error is not None
    assert len(items) == 2
    sandbox.load(pods(5), {}, faulty(410, times=1))
    assert names(connect(page_size=2), calls) == ["p0", "p1", "p2", "p3", "p4"]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_passing_failure_is_tried_again(sandbox, connect, status):
    sandbox.load(pods(1), {}, faulty(status, times=2))
    calls: list[ApiCall] = []
    assert names(connect(), calls) == ["p0"]
    assert [call.outcome for call in calls] == ["ok"]


def test_retry_after_is_honoured(sandbox, connect):
    sandbox.load(pods(1), {}, faulty(429, times=1, retry_after=1))
    began = time.monotonic()
    assert names(connect(), []) == ["p0"]
    assert time.monotonic() - began >= 1


def test_wait_longer_than_the_run_is_not_begun(sandbox, connect):
    sandbox.load(pods(1), {}, faulty(429, retry_after=20))
    began = time.monotonic()
    with pytest.raises(RateLimited) as caught:
        connect(seconds=5).json(PODS, [].append)
    assert caught.value.retry_after_s == 20
    assert time.monotonic() - began < 2


def test_denial_names_the_permission(sandbox, connect):
    sandbox.load(pods(1), {}, faulty(403))
    calls: list[ApiCall] = []
    with pytest.raises(AccessDenied) as caught:
        connect().json(PODS, calls.append)
    assert caught.value.permission == "list pods"
    assert 'cannot list resource "pods" in API group "" in the namespace "shop"' in caught.value.message
    assert [call.outcome for call in calls] == ["denied"]


def test_object_that_does_not_exist_is_not_found(sandbox, connect):
    sandbox.load([])
    with pytest.raises(NotFound, match='pods "x" not found'):
        connect().json(Asked("/api/v1/namespaces/shop/pods/x"), [].append)


def test_log_of_a_container_that_has_not_run_is_a_bad_request(sandbox, connect):
    waiting = {"name": "app", "state": {"waiting": {"reason": "ImagePullBackOff"}}}
    pod = {**pods(1)[0], "spec": {"containers": [{"name": "app"}]}, "status": {"containerStatuses": [waiting]}}
    sandbox.load([pod])
    with pytest.raises(BadRequest, match="is waiting to start: trying and failing to pull image"):
        connect().text(Asked("/api/v1/namespaces/shop/pods/p0/log"), [].append)


def test_slow_api_times_out(sandbox, connect):
    sandbox.load(pods(1), {}, [{"verb": "list", "resource": "pods", "delay_s": 3}])
    with pytest.raises(TimedOut):
        connect(timeout_s=0.3).json(PODS, [].append)


def test_nothing_is_sent_after_the_deadline(sandbox, connect):
    calls: list[ApiCall] = []
    with pytest.raises(DeadlineExceeded):
        connect(seconds=-1).json(PODS, calls.append)
    assert [call.outcome for call in calls] == ["timed out"]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_anything_but_a_read_is_refused_before_it_is_sent(sandbox, connect, method):
    sandbox.load(pods(1))
    calls: list[ApiCall] = []
    with pytest.raises(ReadOnlyViolation, match="probes only read"):
        connect().send(method, Asked("/api/v1/namespaces/shop/pods/p0"), calls.append)
    assert calls == []


def test_access_review_is_asked(sandbox, connect):
    sandbox.load([], {}, [{"verb": "list", "resource": "secrets", "status": 403}])
    client = connect()
    assert client.review({"verb": "list", "resource": "pods", "namespace": "shop"}, [].append) is True
    assert client.review({"verb": "list", "resource": "secrets", "namespace": "shop"}, [].append) is False


def test_expired_credential_says_what_to_do(tmp_path):
    with answering(401, b'{"kind":"Status","message":"Unauthorized"}') as url:
        client = open_client(KubernetesSettings(kubeconfig=kubeconfig(tmp_path / "k", url)))
        with pytest.raises(AccessDenied, match="has expired or is wrong"):
            client.json(PODS, [].append)


def test_login_page_is_not_taken_for_an_answer(tmp_path):
    with answering(200, b"<html>please log in</html>") as url:
        client = open_client(KubernetesSettings(kubeconfig=kubeconfig(tmp_path / "k", url)))
        with pytest.raises(Unavailable, match="is this a Kubernetes API"):
            client.json(PODS, [].append)


def test_redirect_is_not_followed(tmp_path):
    with answering(200, b"{}") as elsewhere, answering(302, b"", {"Location": elsewhere}) as url:
        client = open_client(KubernetesSettings(kubeconfig=kubeconfig(tmp_path / "k", url)))
        with pytest.raises(BadRequest, match="302"):
            client.json(PODS, [].append)


def test_bytes_that_are_no_text_are_replaced(tmp_path):
    with answering(200, b"caf\xe9\nb'quoted'\n") as url:
        client = open_client(KubernetesSettings(kubeconfig=kubeconfig(tmp_path / "k", url)))
        assert client.text(Asked("/log"), [].append) == "caf\N{REPLACEMENT CHARACTER}\nb'quoted'\n"


def test_server_that_is_away_is_said_in_one_line(tmp_path):
    client = open_client(KubernetesSettings(kubeconfig=kubeconfig(tmp_path / "k", "http://127.0.0.1:9")))
    with pytest.raises(Unavailable) as caught:
        client.json(PODS, [].append)
    assert caught.value.message == (
        "the Kubernetes API at http://127.0.0.1:9 cannot be reached: "
        "Failed to establish a new connection: [Errno 111] Connection refused"
    )


def test_host_without_address_is_said_in_one_line(tmp_path):
    client = open_client(KubernetesSettings(kubeconfig=kubeconfig(tmp_path / "k", "http://api.cluster.invalid")))
    with pytest.raises(Unavailable, match=r"http://api.cluster.invalid cannot be reached: .*resolve"):
        client.json(PODS, [].append)


def test_cluster_that_is_away_is_not_waited_for_twice(tmp_path):
    with socket.socket() as port:
        port.bind(("127.0.0.1", 0))
        config = kubeconfig(tmp_path / "k", f"http://127.0.0.1:{port.getsockname()[1]}")
        client = open_client(KubernetesSettings(kubeconfig=config, timeout_s=0.5))
        with pytest.raises(Unavailable, match="cannot be reached"):
            client.json(PODS, [].append)
        port.listen()  # from here on a connection would be made, and never answered
        with pytest.raises(Unavailable, match="cannot be reached"):
            client.json(PODS, [].append)


def test_server_that_speaks_no_tls_is_said_in_one_line(tmp_path):
    with answering(200, b"{}") as url:
        client = open_client(KubernetesSettings(kubeconfig=kubeconfig(tmp_path / "k", url.replace("http", "https"))))
        with pytest.raises(Unavailable, match="is not trusted") as caught:
            client.json(PODS, [].append)
    assert "\n" not in caught.value.message


@pytest.fixture
def pod_account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the folder that a pod finds its service account in."""
    folder = tmp_path / "serviceaccount"
    folder.mkdir()
    (folder / "token").write_text("t")
    (folder / "ca.crt").write_bytes(pem(authority().certificate))
    monkeypatch.delenv("KUBECONFIG", raising=False)
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "localhost")
    return folder


@pytest.mark.parametrize(
    ("tls", "trusted"),
    [({"names": ["localhost"]}, True), ({"names": ["localhost"], "chain": "private"}, False)],
)
def test_service_account_of_the_pod_is_used_and_its_authority_alone_trusted(pod_account, monkeypatch, tls, trusted):
    with answering(200, b'{"items": []}', tls=tls_context("localhost", tls)) as url:
        monkeypatch.setenv("KUBERNETES_SERVICE_PORT", url.rpartition(":")[2])
        client = open_client(KubernetesSettings(), service_account=pod_account)
        assert client.cluster == "in-cluster"
        if trusted:
            assert client.json(PODS, [].append) == {"items": []}
            return
        with pytest.raises(Unavailable, match="the certificate of the Kubernetes API at https://localhost"):
            client.json(PODS, [].append)


def test_other_cluster_is_not_known_within_a_pod(pod_account, monkeypatch):
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", "443")
    with pytest.raises(NotFound, match="cluster blue is not known"):
        open_client(KubernetesSettings(), "blue", service_account=pod_account)
    own = open_client(KubernetesSettings(context="blue"), "blue", service_account=pod_account)
    assert own.cluster == "blue"


def test_broken_service_account_is_one_clear_line(pod_account, monkeypatch):
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", "443")
    (pod_account / "ca.crt").write_text("")
    with pytest.raises(Unavailable, match=r"service account cannot be used: Cert file exists but empty"):
        open_client(KubernetesSettings(), service_account=pod_account)


def test_connection_that_breaks_is_tried_again_and_then_said(tmp_path):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        accepted = []

        def hang_up() -> None:
            while len(accepted) < ATTEMPTS:
                connection, _ = listener.accept()
                accepted.append(connection.recv(1000))
                connection.close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        config = kubeconfig(tmp_path / "k", f"http://127.0.0.1:{listener.getsockname()[1]}")
        with pytest.raises(Unavailable, match="broke the connection off"):
            open_client(KubernetesSettings(kubeconfig=config)).json(PODS, [].append)
        thread.join(5)
    assert len(accepted) == ATTEMPTS


def test_no_kubeconfig_says_which_path_was_tried(tmp_path):
    with pytest.raises(Unavailable, match=r"none does not exist; set KUBECONFIG"):
        open_client(KubernetesSettings(kubeconfig=str(tmp_path / "none")))


@pytest.mark.parametrize(
    "content", ["", "a: [", "[]", "kind: Config\nclusters: []\n", "current-context: x\ncontexts: []"]
)
def test_broken_kubeconfig_is_one_clear_line(tmp_path, content):
    file = tmp_path / "kubeconfig"
    file.write_text(content)
    with pytest.raises(Unavailable, match="cannot be used") as caught:
        open_client(KubernetesSettings(kubeconfig=str(file)))
    assert "\n" not in caught.value.message


def test_unknown_context_names_those_that_exist(tmp_path):
    config = kubeconfig(tmp_path / "k", "http://127.0.0.1:9")
    with pytest.raises(NotFound, match=r"red is not a context of the kubeconfig; there are arn:.* and blue"):
        open_client(KubernetesSettings(kubeconfig=config), "red")


def test_cluster_is_named_after_its_context(tmp_path):
    config = kubeconfig(tmp_path / "k", "http://127.0.0.1:9")
    green = "arn:aws:eks:eu-west-2:123456789012:cluster/green"
    assert open_client(KubernetesSettings(kubeconfig=config)).cluster == "blue"
    assert open_client(KubernetesSettings(kubeconfig=config, context=green)).cluster == "green"
    assert open_client(KubernetesSettings(kubeconfig=config, context=green), "blue").cluster == "blue"


def test_kubeconfig_of_the_environment_is_used(tmp_path, monkeypatch):
    monkeypatch.setenv("KUBECONFIG", f"{tmp_path / 'none'}:{kubeconfig(tmp_path / 'k', 'http://127.0.0.1:9')}")
    assert open_client(KubernetesSettings()).cluster == "blue"


def test_importing_loads_no_sdk():
    code = "import sys, bot.probes.kubernetes.client, bot.probes.kubernetes.view; print('kubernetes' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "False"
