from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from bot.model.errors import AccessDenied, DeadlineExceeded, NotFound, ReadOnlyViolation, Unavailable
from bot.model.finding import Finding, Status, Unknown
from bot.model.resource import Resource
from bot.model.run import ApiCall
from bot.probes import registry
from bot.probes.registry import discover, probe
from bot.probes.session import CallLog, Gap, Session, without_repeats

HOME = Resource("kubernetes", "blue", "", "Cluster", "blue")
OK = Finding("kubernetes.test.one", HOME, Status.OK, "All is well")


class Look:
    """A view whose answers are set by the test."""

    def __init__(self, shared: dict | None = None) -> None:
        self.shared = {"closed": 0} if shared is None else shared
        self.log = CallLog()
        self.planning = False

    def scoped(self, spec, log, *, planning=False) -> Look:
        facade = Look(self.shared)
        facade.log, facade.planning = log, planning
        return facade

    def home(self) -> Resource:
        return HOME

    def close(self) -> None:
        self.shared["closed"] += 1

    def ask(self, path: str) -> None:
        self.log.record(ApiCall("kubernetes", f"GET {path}", "planned" if self.planning else "ok"))


def registered(function, *permissions: str) -> str:
    name = f"kubernetes.test.{uuid.uuid4().hex}"
    function.__doc__ = "A probe."
    probe(name, permissions=permissions or ("list pods",))(function)
    discover.cache_clear()
    return name


@pytest.fixture
def later() -> datetime:
    return datetime.now(UTC) + timedelta(seconds=30)


@pytest.fixture(autouse=True)
def forget() -> Iterator[None]:
    """Leave no probe of a test behind."""
    discover()
    before = dict(registry._registered)
    yield
    registry._registered.clear()
    registry._registered.update(before)
    discover.cache_clear()


def session(later: datetime, opened=None) -> Session:
    return Session({"kubernetes": opened or (lambda targets, deadline: Look())}, {}, later)


def test_findings_and_calls_of_a_probe_come_back(later):
    def asked(view: Look):
        view.ask("/api/v1/pods?limit=500")
        yield OK

    outcome = session(later).run(registered(asked), {})
    assert outcome.findings == (OK,)
    assert outcome.api_calls == (ApiCall("kubernetes", "GET /api/v1/pods?limit=500"),)


def test_gap_becomes_an_unknown_finding_that_names_the_permission(later):
    def asked(view: Look):
        view.log.gap(Gap(HOME, "pods were not seen", Unknown.DENIED, "list pods"))
        return ()

    (finding,) = session(later).run(registered(asked), {}).findings
    assert (finding.status, finding.unknown_because, finding.permission) == (
        Status.UNKNOWN,
        Unknown.DENIED,
        "list pods",
    )


def test_error_half_way_keeps_what_was_found_before(later):
    def asked(view: Look):
        yield OK
        raise AccessDenied("no", permission="list events")

    first, second = session(later).run(registered(asked), {}).findings
    assert first == OK
    assert (second.unknown_because, second.permission, second.resource) == (Unknown.DENIED, "list events", HOME)


@pytest.mark.parametrize(
    ("error", "because"), [(Unavailable("away"), Unknown.UNAVAILABLE), (NotFound("gone"), Unknown.ABSENT)]
)
def test_connection_that_cannot_be_opened_is_an_unknown_finding(later, error, because):
    def refuse(targets, deadline):
        raise error

    (finding,) = session(later, refuse).run(registered(lambda view: ()), {}).findings
    assert (finding.unknown_because, finding.summary) == (because, str(error))


def test_overstepping_probe_is_not_forgiven(later):
    def asked(view: Look):
        raise ReadOnlyViolation

    with pytest.raises(ReadOnlyViolation):
        session(later).run(registered(asked), {})


def test_no_probe_starts_after_the_deadline():
    with pytest.raises(DeadlineExceeded):
        session(datetime.now(UTC) - timedelta(seconds=1)).run(registered(lambda view: ()), {})


def test_probes_of_a_wave_share_one_view(later):
    opened = []

    def opener(targets, deadline):
        opened.append(targets)
        return Look()

    shared = session(later, opener)
    name = registered(lambda view: (OK,))
    threads = [threading.Thread(target=shared.run, args=(name, {})) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(opened) == 1


def test_plan_lists_what_would_be_asked_and_what_only_if_needed(later):
    def asked(view: Look):
        view.ask("/api/v1/namespaces/shop/pods?limit=500")
        return ()

    name = registered(asked, "list pods", "get pods/log", "list deployments.apps")
    assert session(later).plan(name, {}) == (
        ApiCall("kubernetes", "GET /api/v1/namespaces/shop/pods?limit=500", "planned"),
        ApiCall("kubernetes", "get pods/log", "only if needed"),
        ApiCall("kubernetes", "list deployments.apps", "only if needed"),
    )


def test_plan_without_connection_lists_the_permissions(later):
    def refuse(targets, deadline):
        raise Unavailable("no kubeconfig")

    name = registered(lambda view: (), "list pods", "list events")
    assert session(later, refuse).plan(name, {}) == (
        ApiCall("kubernetes", "list pods", "planned"),
        ApiCall("kubernetes", "list events", "planned"),
    )


def test_close_gives_back_each_view_once(later):
    look = Look()
    open_session = session(later, lambda targets, deadline: look)
    open_session.run(registered(lambda view: ()), {})
    open_session.close()
    open_session.close()
    assert look.shared["closed"] == 1


def test_a_plan_leaves_out_bare_permissions_that_an_exact_call_covers():
    exact = ApiCall("kubernetes", "GET /api/v1/namespaces/shop/pods?limit=500", "planned")
    named = ApiCall("aws", "rds:DescribeDBInstances DBInstanceIdentifier=orders", "planned")
    bare = [
        ApiCall("kubernetes", "list pods", "only if needed"),
        ApiCall("aws", "rds:DescribeDBInstances", "only if needed"),
    ]
    other = [
        ApiCall("kubernetes", "list nodes", "only if needed"),
        ApiCall("aws", "rds:DescribeEvents", "only if needed"),
    ]
    assert without_repeats([*bare, exact, named, *other]) == (exact, named, *other)
