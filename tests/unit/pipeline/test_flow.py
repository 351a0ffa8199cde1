"""The whole chain on twins: what is made, in which order, and what must reach whom."""

import pytest

from bot.model import Address, Decision, Delivery, Disposition, Invocation, Match, Purpose, Status
from bot.model.errors import ReadOnlyViolation
from bot.pipeline.flow import Desk, triage
from bot.pipeline.matching import CatalogueMatcher
from bot.pipeline.routing import Places, Routing
from bot.pipeline.single import Notebook
from tests.builders import ScriptedProbes, a_finding, a_runbook, a_ticket, noon

PROBE = "kubernetes.pod.waiting"
ROUTING = Routing.model_validate(
    {
        "default_team": "platform",
        "teams": {"platform": {"slack_channel": "C9"}},
        "no_runbook": "It stays with the desk.",
    }
)
CRASHING = a_ticket("checkout CrashLoopBackOff", "namespace shop", reply_to=(Address("jira", "OPS-1"),))


class Outbox(Notebook):
    def __init__(self) -> None:
        super().__init__()
        self.intended: list[Delivery] = []
        self.dispatched: list[tuple[str, tuple[str, ...]]] = []

    def intend(self, wanted):
        self.intended += wanted

    def dispatch(self, keys, stage):
        self.dispatched.append((stage, tuple(keys)))


def a_desk(probes, outbox, runbook=None):
    runbooks = {one.id: one for one in [runbook or a_runbook()]}
    return Desk(
        matcher=CatalogueMatcher(runbooks),
        runbooks=runbooks,
        probes=probes,
        routing=ROUTING,
        places=Places("C1", True, frozenset({"slack", "jira"})),
        records=outbox,
        clock=noon,
        dispatch=outbox.dispatch,
        progress=lambda card: None,
    )


def run(probes, ticket=CRASHING):
    outbox = Outbox()
    return triage(ticket, a_desk(probes, outbox), outbox.checkpoint), outbox


def test_every_arrow_is_a_checkpoint_in_the_order_of_the_chain():
    _, outbox = run(ScriptedProbes({PROBE: [a_finding()]}))
    assert outbox.steps == [
        "intend-received", "match", "start", "wave-1", "settle", "explain", "report", "escalate", "intend-reported",
    ]  # fmt: skip


def test_a_found_cause_is_advised_and_posted_to_the_thread_and_the_ticket():
    report, outbox = run(ScriptedProbes({PROBE: [a_finding(remedy="Do this.")]}))
    assert report.disposition is Disposition.ADVISE
    assert report.next_steps == ("Do this.",)
    assert {delivery.purpose for delivery in outbox.intended} == {Purpose.CARD, Purpose.NOTE, Purpose.LABELS}
    first, last = outbox.dispatched[0], outbox.dispatched[-1]
    assert first == ("received", tuple(d.key for d in outbox.intended[:1]))
    assert last[0] == "reported"


def test_nothing_found_and_all_looked_at_is_healthy():
    report, _ = run(ScriptedProbes({PROBE: [a_finding(status=Status.OK)]}))
    assert report.disposition is Disposition.HEALTHY
    assert report.headline == "No crash was found."


def test_nothing_found_but_not_all_looked_at_escalates_with_what_is_missing():
    report, outbox = run(ScriptedProbes({PROBE: [a_finding(status=Status.UNKNOWN, summary="pods in shop")]}))
    assert report.disposition is Disposition.ESCALATE
    assert "Not checked: pods in shop" in report.headline
    assert [d.address for d in outbox.intended if d.purpose is Purpose.ESCALATION] == [Address("slack", "C9")]


def test_a_probe_that_oversteps_aborts_and_escalates():
    report, _ = run(ScriptedProbes({PROBE: ReadOnlyViolation("it tried delete pods")}))
    assert report.disposition is Disposition.ESCALATE


def test_a_missing_parameter_is_asked_for_and_nothing_runs():
    probes = ScriptedProbes({PROBE: []})
    report, _ = run(probes, a_ticket("CrashLoopBackOff everywhere"))
    assert report.disposition is Disposition.ASK
    assert "namespace" in report.headline
    assert probes.asked == []


def test_what_fits_no_runbook_runs_nothing_and_says_where_it_stays():
    probes = ScriptedProbes({PROBE: []})
    report, outbox = run(probes, a_ticket("My printer is out of toner"))
    assert report.disposition is Disposition.NONE
    assert "It stays with the desk." in report.engineer
    assert probes.asked == []
    assert Purpose.NOTE not in {delivery.purpose for delivery in outbox.intended}


def test_a_person_who_names_a_runbook_is_obeyed_and_a_typo_is_met_with_the_nearest():
    asked = a_ticket("look", invocation=Invocation("kubernetes/pod-crashloop", {"namespace": "shop"}, "kim"))
    report, _ = run(ScriptedProbes({PROBE: [a_finding()]}), asked)
    assert report.runbook == "kubernetes/pod-crashloop"
    typo = a_ticket("look", invocation=Invocation("kubernetes/pod-crashlop", {}, "kim"))
    report, _ = run(ScriptedProbes({PROBE: []}), typo)
    assert "Did you mean kubernetes/pod-crashloop?" in report.headline


def test_the_session_is_closed_whatever_happens():
    probes = ScriptedProbes({PROBE: []})
    outbox = Outbox()

    def failing(name, outcome, work):
        if name == "wave-1":
            raise KeyboardInterrupt
        return outbox.checkpoint(name, outcome, work)

    with pytest.raises(KeyboardInterrupt):
        triage(CRASHING, a_desk(probes, outbox), failing)
    assert probes.closed == 1


def test_the_same_findings_give_the_same_fingerprint_and_others_another():
    first, _ = run(ScriptedProbes({PROBE: [a_finding()]}))
    again, _ = run(ScriptedProbes({PROBE: [a_finding(summary="other figures, same cause")]}))
    other, _ = run(ScriptedProbes({PROBE: [a_finding(cause="else")]}))
    assert first.fingerprint == again.fingerprint != other.fingerprint


def test_a_match_that_is_not_sure_offers_candidates():
    twins = {one: a_runbook(one, title=f"Twin {one}") for one in ("kubernetes/one", "kubernetes/two")}
    found = CatalogueMatcher(twins)(a_ticket("pod keeps restarting"))
    assert isinstance(found, Match)
    assert found.decision is Decision.ASK
    assert {candidate.runbook for candidate in found.candidates} == set(twins)
