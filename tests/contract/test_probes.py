"""The law of probes and their sessions: all of ours over a sandbox cluster, and the scripted twin of other tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.model.errors import AccessDenied, DeadlineExceeded
from bot.model.finding import Status
from bot.model.ports import Probes
from bot.probes.kubernetes.view import open_view
from bot.probes.session import AllProbes
from bot.settings import KubernetesSettings
from tests.builders import ScriptedProbes, a_finding
from tests.watching import WatchedCluster

PROBE = "kubernetes.pod.image"
ARGUMENTS = {"namespace": "shop"}


@dataclass(frozen=True)
class Case:
    """Probes, how the outside refuses them from now on, and how often it was asked."""

    probes: Probes
    refuse: Callable[[], None]
    sent: Callable[[], int]


def now() -> datetime:
    return datetime.now(UTC)


def soon() -> datetime:
    return now() + timedelta(seconds=30)


@pytest.fixture
def scripted() -> Case:
    answers: dict[str, object] = {PROBE: [a_finding(status=Status.OK)]}
    probes = ScriptedProbes(answers, clock=now)

    def refuse() -> None:
        answers[PROBE] = AccessDenied("pods may not be listed in shop", permission="list pods")

    return Case(probes, refuse, lambda: len(probes.asked))


@pytest.fixture
def kubernetes(tmp_path: Path) -> Iterator[Case]:
    cluster = WatchedCluster()
    cluster.start()
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web", "namespace": "shop"}}
    cluster.load([pod])
    settings = KubernetesSettings(kubeconfig=str(cluster.kubeconfig(tmp_path / "kubeconfig")))

    def refuse() -> None:
        cluster.load([pod], faults=[{"verb": "list", "resource": "pods", "status": 403}])

    yield Case(AllProbes({"kubernetes": open_view(settings)}), refuse, lambda: len(cluster.requests))
    cluster.stop()


@pytest.fixture(params=["scripted", "kubernetes"])
def case(request: pytest.FixtureRequest) -> Case:
    return request.getfixturevalue(request.param)


def test_every_probe_is_known_by_its_own_name(case: Case) -> None:
    specs = case.probes.specs()
    assert PROBE in specs
    assert all(spec.name == name and spec.permissions for name, spec in specs.items())


def test_answer_is_of_the_probe_that_was_asked_and_goes_out(case: Case) -> None:
    session = case.probes.session({}, soon())
    outcome = session.run(PROBE, ARGUMENTS)
    session.close()
    assert outcome.findings
    assert not any(finding.status is Status.UNKNOWN for finding in outcome.findings)
    assert case.sent() > 0


def test_refusal_outside_is_an_unknown_finding_that_says_why(case: Case) -> None:
    case.refuse()
    session = case.probes.session({}, soon())
    findings = session.run(PROBE, ARGUMENTS).findings
    session.close()
    unknown = [finding for finding in findings if finding.status is Status.UNKNOWN]
    assert unknown
    assert "list pods" in {finding.permission for finding in unknown}
    assert all(finding.summary and finding.unknown_because and not finding.cause for finding in unknown)


def test_plan_sends_nothing(case: Case) -> None:
    session = case.probes.session({}, soon())
    calls = session.plan(PROBE, ARGUMENTS)
    session.close()
    assert case.sent() == 0
    assert {call.outcome for call in calls} <= {"planned", "only if needed"}


def test_time_that_is_up_ends_the_run_and_sends_nothing(case: Case) -> None:
    session = case.probes.session({}, now() - timedelta(seconds=1))
    with pytest.raises(DeadlineExceeded):
        session.run(PROBE, ARGUMENTS)
    assert case.sent() == 0
    session.close()


def test_closing_may_be_repeated(case: Case) -> None:
    session = case.probes.session({}, soon())
    session.run(PROBE, ARGUMENTS)
    session.close()
    session.close()
