from datetime import UTC, datetime

import pytest

from bot.kit.codec import from_json, from_plain, to_json, to_plain
from bot.model import (
    Address,
    Candidate,
    Card,
    Decision,
    Delivery,
    DeliveryState,
    Disposition,
    Escalation,
    Evidence,
    Explanation,
    Invocation,
    Link,
    Match,
    NotChecked,
    Priority,
    Purpose,
    Report,
    RootCause,
    Run,
    Runbook,
    RunState,
    StepProgress,
    StepResult,
    StepState,
    Ticket,
    Unknown,
)
from bot.model.report import Cause
from bot.model.run import ApiCall
from tests.builders import NOON, a_finding, a_resource, a_runbook, a_step, a_ticket, depends

FINDING = a_finding(
    facts={"port": "5432"},
    since=NOON,
    evidence=(Evidence("log", "line\nümlaut", "kubectl logs x"),),
    relations=depends(a_resource(), a_resource("ConfigMap", "c")),
    unknown_because=Unknown.DENIED,
)
MATCH = Match("t-1", Decision.RUN, (Candidate("a/b", "A", 0.75, ("says x",)),), {"namespace": "shop"}, ("port",), "ok")
REPORT = Report(
    "t-1",
    "r-1",
    "a/b",
    "headline",
    Disposition.ADVISE,
    "for engineers",
    "for the desk",
    (Cause("broken", a_resource(), "s", "r", FINDING.evidence),),
    (Link(a_resource(), "s"),),
    ("do it",),
    (NotChecked("pods", Unknown.TIMED_OUT, "list pods"),),
)
ESCALATION = Escalation("t-1", "why", "platform", "slack:C1", Priority.P2, NOON, "hand over")
CARD = Card(
    a_ticket(invocation=Invocation("a/b", {"x": "1"}, "kim")),
    "reported",
    MATCH,
    (StepProgress("look", "why", "done", "fine"),),
    REPORT,
    ESCALATION,
)
RUN = Run(
    "r-1",
    "t-1",
    "a/b",
    {"namespace": "shop"},
    RunState.PARTIAL,
    NOON,
    datetime(2026, 11, 24, 12, 0, 3, 250_000, tzinfo=UTC),
    (StepResult("look", "k.p.w", StepState.DONE, "why", (FINDING,), (ApiCall("kubernetes", "GET /"),), 12),),
)


@pytest.mark.parametrize(
    ("noun", "kind"),
    [
        (a_ticket(fields={"labels": "a b"}), Ticket),
        (MATCH, Match),
        (RUN, Run),
        (Explanation((RootCause(FINDING, (FINDING,), True),), (Link(a_resource(), "s", "c"),), ("x",)), Explanation),
        (REPORT, Report),
        (CARD, Card),
        (Delivery("k", "t-1", Address("slack", "C1", "1.2"), Purpose.CARD, CARD, DeliveryState.DELIVERED, 2), Delivery),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_every_noun_that_is_stored_comes_back_as_it_was(noun, kind):
    assert from_json(to_json(noun), kind) == noun


def test_argument_values_keep_their_types():
    runbook = a_runbook(steps=(a_step(arguments={"a": "1", "b": 1, "c": 1.5, "d": True}),))
    back = from_json(to_json(runbook), Runbook)
    assert back == runbook
    assert [type(value) for value in back.steps[0].arguments.values()] == [str, int, float, bool]


@pytest.mark.parametrize(
    ("value", "kind"),
    [((ESCALATION,), tuple[Escalation, ...]), ((), tuple[Escalation, ...]), (("a", "b"), tuple[str, ...])],
)
def test_tuples_come_back_as_tuples(value, kind):
    assert from_json(to_json(value), kind) == value


def test_times_keep_their_zone():
    back = from_plain(to_plain(RUN), Run)
    assert back.finished_at == RUN.finished_at
    assert back.started_at.utcoffset() == NOON.utcoffset()


def test_plain_is_json_of_fields_in_their_order():
    assert to_json(a_resource()) == (
        '{"system":"kubernetes","scope":"blue","place":"shop","kind":"Pod","name":"checkout-1"}'
    )
    assert "ümlaut" in to_json(FINDING)


def test_what_does_not_fit_is_refused():
    with pytest.raises(Exception, match="Match"):
        from_plain({"ticket": "t-1"}, Match)
