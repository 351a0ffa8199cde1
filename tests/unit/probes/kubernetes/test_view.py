import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.model.errors import ReadOnlyViolation, Unavailable
from bot.model.finding import Unknown
from bot.model.probe import ProbeSpec
from bot.model.resource import Resource
from bot.probes.kubernetes.view import KubernetesView, LogText, open_view
from bot.probes.session import CallLog
from bot.sandbox.kubernetes import KubernetesSandbox
from bot.settings import KubernetesSettings
from tests.clusters import answering, kubeconfig

ALL = (
    "list pods",
    "get pods",
    "get pods/log",
    "list events",
    "list nodes",
    "get deployments.apps",
    "list secrets",
    "list configmaps",
)
Open = Callable[..., tuple[KubernetesView, CallLog]]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[KubernetesSandbox]:
    server = KubernetesSandbox()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def opened(sandbox: KubernetesSandbox, tmp_path: Path) -> Open:
    def look(*permissions: str, planning: bool = False, seconds: float = 30, **settings):
        config = sandbox.kubeconfig(tmp_path / "kubeconfig")
        opener = open_view(KubernetesSettings(kubeconfig=str(config), **settings))
        root = opener({}, datetime.now(UTC) + timedelta(seconds=seconds))
        log = CallLog()
        return root.scoped(spec(*permissions), log, planning=planning), log

    return look


def spec(*permissions: str) -> ProbeSpec:
    return ProbeSpec("kubernetes.test.one", "kubernetes", "A probe.", (), permissions or ALL)


def pod(name: str, **more) -> dict:
    metadata = {"name": name, "namespace": "shop", "labels": {"app": "checkout"}}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {"containers": [{"name": "app"}]}, **more}


def event(name: str, about: str, when: str, **more) -> dict:
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": name, "namespace": "shop", "creationTimestamp": when},
        "involvedObject": {"kind": "Pod", "name": about, "namespace": "shop"},
        **more,
    }


def operations(log: CallLog) -> list[str]:
    return [call.operation for call in log.calls]


def test_list_gives_plain_objects_that_say_what_they_are(sandbox, opened):
    sandbox.load([pod("b"), pod("a")])
    view, log = opened()
    listing = view.list("Pod", "shop")
    assert [(o["apiVersion"], o["kind"], o["metadata"]["name"]) for o in listing] == [
        ("v1", "Pod", "a"),
        ("v1", "Pod", "b"),
    ]
    assert listing.complete
    assert operations(log) == ["GET /api/v1/namespaces/shop/pods?limit=500"]


def test_list_of_the_whole_cluster_and_of_kinds_without_namespace(sandbox, opened):
    sandbox.load([pod("a"), {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n1"}}])
    view, log = opened()
    assert len(view.list("Pod")) == 1
    assert len(view.list("Node", "shop")) == 1
    assert operations(log) == ["GET /api/v1/pods?limit=500", "GET /api/v1/nodes?limit=500"]


def test_selectors_reach_the_server(sandbox, opened):
    sandbox.load([pod("a"), pod("b", status={"phase": "Failed"})])
    view, log = opened()
    assert len(view.list("Pod", "shop", labels="app=checkout", fields="status.phase=Failed")) == 1
    assert operations(log) == [
        "GET /api/v1/namespaces/shop/pods?labelSelector=app=checkout&fieldSelector=status.phase=Failed&limit=500"
    ]


class EveryCall(CallLog):
    """Keeps repeated calls too."""

    def __init__(self) -> None:
        super().__init__()
        self.every: list = []

    def record(self, call) -> None:
        self.every.append(call)


def test_everything_is_fetched_once_even_when_a_wave_asks_at_once(sandbox, opened):
    sandbox.load([pod("a")], {}, [{"verb": "*", "resource": "*", "delay_s": 0.1}])
    log = EveryCall()
    view = opened()[0].scoped(spec(), log)
    start = threading.Barrier(12)

    def ask() -> None:
        start.wait()
        view.list("Pod", "shop")
        view.logs("shop", "a", "app")
        view.get("Deployment", "checkout", "shop")
        view.events("shop")

    threads = [threading.Thread(target=ask) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(Counter(log.every).values()) == {1}
    assert len(log.every) == 4


def test_get_is_answered_from_the_list_that_is_there(sandbox, opened):
    sandbox.load([pod("a")])
    view, log = opened()
    view.list("Pod", "shop")
    assert view.get("Pod", "a", "shop").found
    assert view.get("Pod", "b", "shop").absent
    assert len(log.calls) == 1


def test_get_alone_is_one_request(sandbox, opened):
    sandbox.load([pod("a")])
    view, log = opened()
    assert view.get("Pod", "a", "shop").found
    assert view.get("Pod", "b", "shop").absent
    assert operations(log) == ["GET /api/v1/namespaces/shop/pods/a", "GET /api/v1/namespaces/shop/pods/b"]
    assert log.gaps == []


def test_probe_that_may_only_list_looks_one_object_up_by_a_list(sandbox, opened):
    sandbox.load([pod("a")], {}, [{"verb": "get", "resource": "pods", "status": 403}])
    view, log = opened("list pods")
    assert view.get("Pod", "a", "shop").found
    assert view.get("Pod", "b", "shop").absent
    assert operations(log)[0] == "GET /api/v1/namespaces/shop/pods?fieldSelector=metadata.name=a&limit=500"


def test_denied_list_leaves_a_gap_and_concludes_nothing(sandbox, opened):
    sandbox.load([pod("a")], {}, [{"verb": "list", "resource": "pods", "status": 403}])
    view, log = opened()
    listing = view.list("Pod", "shop")
    assert (listing.items, listing.complete) == ((), False)
    (gap,) = log.gaps
    assert (gap.because, gap.permission) == (Unknown.DENIED, "list pods")
    assert gap.resource == Resource("kubernetes", "sandbox", "", "Namespace", "shop")
    assert gap.what.startswith('Pods in shop could not be looked at: pods is forbidden: User "system:serviceaccount')
    lookup = view.get("Pod", "a", "shop")
    assert lookup.found
    denied, _ = opened("list pods")
    assert not denied.get("Pod", "a", "shop").known
    assert not denied.get("Pod", "a", "shop").absent


def test_gap_in_the_cache_is_told_to_every_probe_that_asks(sandbox, opened):
    sandbox.load([], {}, [{"verb": "list", "resource": "events", "status": 403}])
    view, first = opened()
    second = CallLog()
    view.events("shop")
    view.scoped(spec(), second).events("shop")
    assert second.gaps == first.gaps
    assert len(second.gaps) == 1
    assert second.calls == []


def test_list_that_breaks_off_keeps_what_came(sandbox, opened):
    sandbox.load([pod(f"p{n}") for n in range(5)], {}, [{"verb": "list", "resource": "pods", "status": 410}])
    view, log = opened(page_size=2)
    listing = view.list("Pod", "shop")
    assert (len(listing), listing.complete) == (2, False)
    assert len(log.gaps) == 1


def test_list_that_is_too_long_is_cut_and_says_so(sandbox, opened):
    sandbox.load([pod(f"p{n}") for n in range(5)])
    view, log = opened(page_size=2, max_objects=3)
    listing = view.list("Pod", "shop")
    assert (len(listing), listing.complete) == (3, False)
    assert [(gap.because, gap.what) for gap in log.gaps] == [
        (Unknown.CUT_SHORT, "Only the first 3 pods in shop were looked at; there are more.")
    ]
    assert view.get("Pod", "p4", "shop").found


def test_kind_that_the_cluster_does_not_serve_has_no_objects(sandbox, opened):
    sandbox.load([])
    view, log = opened("list gateways.gateway.networking.k8s.io")
    listing = view.list("Gateway", "shop")
    assert (listing.items, listing.complete, log.gaps) == ((), True, [])


def test_server_without_pods_is_no_empty_cluster(tmp_path):
    """A wrong address answers 404 to everything; that must not read as healthy."""
    with answering(404, b"404 page not found") as url:
        config = kubeconfig(tmp_path / "kubeconfig", url)
        view = open_view(KubernetesSettings(kubeconfig=config))({}, datetime.now(UTC) + timedelta(seconds=5))
        log = CallLog()
        scoped = view.scoped(spec("list pods", "get deployments.apps", "get gateways.gateway.networking.k8s.io"), log)
        assert not scoped.list("Pod", "shop").complete
        assert not scoped.get("Deployment", "checkout", "shop").known
        assert [gap.because for gap in log.gaps] == [Unknown.UNSUPPORTED, Unknown.UNSUPPORTED]
        assert scoped.get("Gateway", "edge", "shop").absent


def test_time_that_is_up_is_a_gap(sandbox, opened):
    sandbox.load([pod("a")])
    view, log = opened(seconds=-1)
    assert not view.list("Pod", "shop").complete
    assert [gap.because for gap in log.gaps] == [Unknown.TIMED_OUT]


def test_slow_answer_is_a_gap(sandbox, opened):
    sandbox.load([pod("a")], {}, [{"verb": "list", "resource": "pods", "delay_s": 2}])
    view, log = opened(timeout_s=0.2)
    assert not view.list("Pod", "shop").complete
    assert [gap.because for gap in log.gaps] == [Unknown.TIMED_OUT]


@pytest.mark.parametrize(
    "touch",
    [
        lambda view: view.list("Node"),
        lambda view: view.get("Pod", "a", "shop"),
        lambda view: view.logs("shop", "a", "app"),
        lambda view: view.events("shop"),
        lambda view: view.list("Secret", "shop"),
        lambda view: view.get("Secret", "s", "shop"),
    ],
)
def test_undeclared_kind_is_refused_and_nothing_is_sent(sandbox, opened, touch):
    sandbox.load([pod("a")])
    view, log = opened("list configmaps")
    with pytest.raises(ReadOnlyViolation, match=r"kubernetes.test.one .* does not declare"):
        touch(view)
    assert log.calls == []


def test_list_is_not_covered_by_get(sandbox, opened):
    view, _ = opened("get deployments.apps")
    with pytest.raises(ReadOnlyViolation, match=r"does not declare 'list deployments.apps'"):
        view.list("Deployment", "shop")


SECRET = {
    "apiVersion": "v1",
    "kind": "Secret",
    "metadata": {"name": "db", "namespace": "shop", "annotations": {"last-applied": "hunter2"}},
    "data": {"password": "aHVudGVyMg=="},
}


def test_secrets_are_not_looked_at_unless_allowed(sandbox, opened):
    sandbox.load([SECRET])
    view, log = opened()
    assert not view.list("Secret", "shop").complete
    assert not view.get("Secret", "db", "shop").known
    assert (log.calls, log.gaps) == ([], [])


def test_secrets_that_are_allowed_are_names_and_nothing_else(sandbox, opened):
    sandbox.load([SECRET])
    view, _ = opened(read_secret_names=True)
    (secret,) = view.list("Secret", "shop")
    assert secret["metadata"]["name"] == "db"
    assert set(secret) == {"apiVersion", "kind", "metadata"}
    assert "hunter2" not in str(secret)
    assert view.get("Secret", "db", "shop").found
    assert view.get("Secret", "none", "shop").absent


def test_events_are_newest_first_from_one_list(sandbox, opened):
    sandbox.load(
        [
            event("old", "a", "2026-11-24T08:00:00Z", lastTimestamp="2026-11-24T08:00:00Z"),
            event("new", "a", "2026-11-24T07:00:00Z", lastTimestamp="2026-11-24T09:00:00Z"),
            event("series", "a", "2026-11-24T07:00:00Z", series={"lastObservedTime": "2026-11-24T10:00:00.000000Z"}),
            event("modern", "b", "2026-11-24T07:00:00Z", eventTime="2026-11-24T08:30:00.000000Z"),
        ]
    )
    view, log = opened()
    assert [each["metadata"]["name"] for each in view.events("shop")] == ["series", "new", "modern", "old"]
    assert [each["metadata"]["name"] for each in view.events("shop", "Pod", "b")] == ["modern"]
    assert view.events("shop", "Node", "b") == ()
    assert len(log.calls) == 1


def test_log_lines_are_cleaned_and_cut_to_the_tail(sandbox, opened):
    sandbox.load([pod("a")], {"shop/a/app": "one\ntwo\x1b[31m red\x1b[0m\nthree\u202e\n"})
    view, log = opened()
    assert view.logs("shop", "a", "app", tail=2) == LogText(("two red", "three"))
    assert operations(log) == ["GET /api/v1/namespaces/shop/pods/a/log?container=app&tailLines=2&limitBytes=1000000"]


def test_settings_bound_the_lines_of_a_log(sandbox, opened):
    sandbox.load([pod("a")], {"shop/a/app": "1\n2\n3\n4\n"})
    view, _ = opened(log_lines=3)
    assert view.logs("shop", "a", "app").lines == ("2", "3", "4")
    assert view.logs("shop", "a", "app", tail=100).lines == ("2", "3", "4")
    assert view.logs("shop", "a", "app", tail=1).lines == ("4",)


def test_log_of_a_container_that_has_not_run_is_known_to_be_empty(sandbox, opened):
    sandbox.load([pod("a")])
    view, log = opened()
    assert view.logs("shop", "a", "app", previous=True) == LogText()
    assert log.gaps == []


def test_log_of_a_pod_that_is_gone_is_not_known(sandbox, opened):
    sandbox.load([])
    view, log = opened()
    assert not view.logs("shop", "a", "app").known
    assert [gap.because for gap in log.gaps] == [Unknown.ABSENT]


def test_plan_sends_nothing_and_knows_nothing(sandbox, opened):
    sandbox.load([pod("a")])
    view, log = opened("list pods", "get deployments.apps", "get pods/log", planning=True)
    assert not view.list("Pod", "shop").complete
    assert not view.get("Deployment", "checkout", "shop").known
    assert not view.logs("shop", "a", "app").known
    assert view.allowed("list", "Pod", "shop") is None
    assert operations(log) == [
        "GET /api/v1/namespaces/shop/pods?limit=500",
        "GET /apis/apps/v1/namespaces/shop/deployments/checkout",
        "GET /api/v1/namespaces/shop/pods/a/log?container=app&tailLines=200&limitBytes=1000000",
        "POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
    ]
    assert {call.outcome for call in log.calls} == {"planned"}


def test_rights_are_asked_of_the_cluster(sandbox, opened):
    sandbox.load([], {}, [{"verb": "get", "resource": "pods/log", "namespace": "shop", "status": 403}])
    view, _ = opened()
    assert view.allowed("list", "Deployment", "shop") is True
    assert view.allowed("get", "Pod/log", "shop") is False
    assert view.allowed("get", "Pod/log", "blog") is True
    assert view.allowed("delete", "Pod", "shop") is False


def test_right_that_cannot_be_told_is_none(tmp_path):
    config = KubernetesSandbox().kubeconfig(tmp_path / "kubeconfig")
    config.write_text(config.read_text().replace("server: ''", "server: http://127.0.0.1:9"))
    view = open_view(KubernetesSettings(kubeconfig=str(config)))({}, datetime.now(UTC) + timedelta(seconds=5))
    assert view.allowed("list", "Pod", "shop") is None


def test_without_connection_a_plan_is_made_and_the_rest_says_why(tmp_path):
    view = open_view(KubernetesSettings(kubeconfig=str(tmp_path / "none")))({}, datetime.now(UTC))
    log = CallLog()
    view.scoped(spec(), log, planning=True).list("Pod", "shop")
    assert operations(log) == ["GET /api/v1/namespaces/shop/pods?limit=500"]
    with pytest.raises(Unavailable, match="no kubeconfig"):
        view.scoped(spec(), log)


def test_cluster_of_the_target_is_looked_at(sandbox, tmp_path):
    sandbox.load([])
    config = str(sandbox.kubeconfig(tmp_path / "kubeconfig", "blue"))
    view = open_view(KubernetesSettings(kubeconfig=config, context="green"))({"cluster": "blue"}, datetime.now(UTC))
    assert view.cluster == "blue"
    assert view.home() == Resource("kubernetes", "blue", "", "Cluster", "blue")
    assert view.resource("Pod", "a", "shop") == Resource("kubernetes", "blue", "shop", "Pod", "a")
    assert view.resource("Node", "n", "shop") == Resource("kubernetes", "blue", "", "Node", "n")


def test_name_of_dots_asks_for_nothing_else(sandbox, opened):
    sandbox.load([pod("a")])
    view, log = opened()
    assert view.get("Pod", "..", "shop").absent
    assert [call.outcome for call in log.calls] == ["not found"]
