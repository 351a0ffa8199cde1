from datetime import timedelta

import pytest

from bot.model import (
    Candidate,
    Decision,
    Disposition,
    Evidence,
    Match,
    Run,
    RunState,
    Status,
    StepResult,
    StepState,
    Unknown,
)
from bot.model.explanation import Explanation, Link, NotChecked
from bot.model.report import Cause
from bot.model.run import ApiCall
from bot.pipeline import wording
from tests.builders import NOON, a_finding, a_resource, a_runbook, a_ticket

POD = a_resource()
DEPLOYMENT = a_resource("Deployment", "checkout")
CAUSE = Cause("broken", POD, "It is broken.", "Mend it.")


def parts(explanation: Explanation | None = None, causes=(CAUSE,), next_steps=(), steps=()) -> wording.Parts:
    run = Run("r-1", "t-1", "b", {}, RunState.COMPLETE, NOON, NOON + timedelta(seconds=1.5), tuple(steps))
    return wording.Parts(a_ticket(), a_runbook(), run, explanation or Explanation(), causes, next_steps)


def a_look(state=StepState.DONE, *calls: str, findings=(), note="") -> StepResult:
    made = tuple(ApiCall("kubernetes", call) for call in calls)
    return StepResult("look", "kubernetes.pod.waiting", state, "Because.", tuple(findings), made, 12, note)


def test_a_cause_that_the_headline_tells_is_not_told_twice():
    said = wording.engineer("It is broken.", parts())
    assert said.count("It is broken.") == 1
    assert "*Root cause:* `broken`, Pod checkout-1 in shop" in said
    assert "*Root cause:* It is broken. `broken`" in wording.engineer("Something else.", parts())


def test_further_causes_are_numbered_and_said_in_full():
    other = Cause("full", DEPLOYMENT, "It is full.", "")
    assert "*Root cause 2:* It is full. `full`" in wording.engineer("It is broken.", parts(causes=(CAUSE, other)))


def test_short_evidence_is_shown_whole_and_long_evidence_by_its_last_line():
    entries = (Evidence("state", "a\nb"), Evidence("log", "1\n2\n3\nKeyError", "kubectl logs x"))
    said = wording.engineer("x", parts(causes=(Cause("c", POD, "s", "", entries),)))
    assert "> state: a b" in said
    assert "> log: … KeyError\n> `kubectl logs x`" in said


def test_the_chain_is_drawn_from_symptom_to_cause():
    chain = (Link(DEPLOYMENT, "has no pods"), Link(POD, "crashes", "broken"))
    said = wording.engineer("x", parts(Explanation(chain=chain)))
    assert "Deployment checkout in shop: has no pods\n  ↳ Pod checkout-1 in shop: crashes" in said
    assert "What is affected: Deployment checkout in shop." in wording.service_desk(
        "x", Disposition.ADVISE, parts(Explanation(chain=chain))
    )


@pytest.mark.parametrize(("because", "words"), wording.UNKNOWN_WORDS.items())
def test_what_was_not_checked_says_why_and_never_goes_unsaid(because, words):
    gap = Explanation(not_checked=(NotChecked("The pods of shop.", because, "list pods"),))
    assert f"• The pods of shop ({words}: needs `list pods`)" in wording.engineer("x", parts(gap))
    assert "there may be more to it" in wording.service_desk("x", Disposition.HEALTHY, parts(gap))


def test_every_reason_for_not_knowing_has_words():
    assert set(wording.UNKNOWN_WORDS) == set(Unknown)


def test_warnings_are_told_only_where_there_is_no_cause():
    warned = Explanation(warnings=(a_finding(status=Status.WARNING, summary="Nearly full."),))
    assert "• Nearly full." in wording.engineer("x", parts(warned, causes=()))
    assert "Nearly full." not in wording.engineer("x", parts(warned))


@pytest.mark.parametrize(
    ("calls", "account"), [(("GET /a",), "1 read-only API call in"), (("GET /a", "GET /b"), "2 read-only API calls in")]
)
def test_the_account_counts_steps_and_calls(calls, account):
    said = wording.engineer("x", parts(steps=(a_look(StepState.DONE, *calls), a_look(StepState.SKIPPED))))
    assert said.endswith(f"_Runbook kubernetes/pod-crashloop: 1 of 2 steps, {account} 1.5 s._")


def test_the_desk_hears_what_happens_next_and_no_slug():
    said = wording.service_desk("It is broken.", Disposition.ESCALATE, parts(next_steps=("a", "b", "c", "d")))
    assert "the on-call team has this ticket" in said
    assert "`" not in said
    assert "• c" in said
    assert "• d" not in said


def test_evidence_lists_every_step_finding_and_call():
    found = a_finding(POD, evidence=(Evidence("log", "KeyError", "kubectl logs x"),))
    said = wording.evidence(
        parts(steps=(a_look(StepState.DONE, "GET /a", findings=(found,)), a_look(StepState.SKIPPED, note="no need")))
    )
    assert "== look: kubernetes.pod.waiting (done, 12 ms)\n   why: Because." in said
    assert f"-- [critical] {POD}: checkout-1 is critical" in said
    assert "   log:\n      $ kubectl logs x\n      KeyError" in said
    assert "   call: GET /a (ok)" in said
    assert "   no need" in said


def test_candidates_are_told_with_their_reasons_three_at_the_most():
    four = tuple(Candidate(f"a/{name}", name.upper(), 0.42, ("says x", "speaks of y")) for name in "bcde")
    said = wording.candidates(Match("t-1", Decision.ASK, four))
    assert "• B (`a/b`, 42%): says x; speaks of y" in said
    assert "a/e" not in said
    assert wording.candidates(Match("t-1", Decision.NONE)) == ""


def test_ticket_that_was_too_long_to_be_read_whole_says_so():
    assert wording.cut_ticket(a_ticket()) == ""
    assert "only its beginning was read" in wording.cut_ticket(a_ticket(cut=True))
