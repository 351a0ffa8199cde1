"""What a run means, in the words of its runbook."""

from dataclasses import replace

from bot.model import (
    Candidate,
    Conclusion,
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
from bot.pipeline.explaining import explain
from bot.pipeline.reporting import Account, report
from bot.pipeline.running import step_context
from tests.builders import NOON, a_finding, a_resource, a_runbook, a_spec, a_ticket

PROBE = "kubernetes.pod.waiting"


def reported(*findings, state=RunState.COMPLETE, **runbook):
    book = a_runbook(**runbook)
    match = Match(
        "t-1", Decision.RUN, (Candidate(book.id, book.title, 0.9, ("says CrashLoopBackOff",)),), {"namespace": "shop"}
    )
    results = (StepResult("look", PROBE, StepState.DONE, "why it is taken", tuple(findings)),)
    run = Run("r-1", "t-1", book.id, {"namespace": "shop"}, state, NOON, NOON, results)
    context = step_context(book, match.parameters, results, {PROBE: a_spec(PROBE)})
    return report(Account(a_ticket(), match, book, run, explain(findings, match.parameters), context))


def test_a_conclusion_says_the_cause_in_the_runbook_s_words_with_the_finding_s_facts():
    said = reported(
        a_finding(cause="image-tag-not-found", facts={"image": "shop:1.2"}, remedy=""),
        conclusions=(
            Conclusion(("image-tag-not-found",), say="There is no {{ finding.facts.image }}.", advise=("Push it.",)),
        ),
    )
    assert said.headline == "There is no shop:1.2."
    assert said.next_steps == ("Push it.",)
    assert said.disposition is Disposition.ADVISE


def test_without_a_conclusion_the_finding_speaks_for_itself():
    said = reported(a_finding(summary="The disk is full.", remedy="Make room."))
    assert said.headline == "The disk is full."
    assert said.next_steps == ("Make room.",)


def test_the_leading_cause_decides_what_happens_next_and_the_others_are_counted():
    escalating = Conclusion(("node-lost",), disposition=Disposition.ESCALATE)
    said = reported(
        a_finding(a_resource(name="a"), cause="node-lost"),
        a_finding(a_resource(name="b"), cause="else"),
        conclusions=(escalating,),
    )
    assert said.disposition is Disposition.ESCALATE
    assert said.headline.endswith("(1 more found)")
    assert [cause.cause for cause in said.root_causes] == ["node-lost", "else"]


def test_a_condition_over_steps_speaks_when_there_is_no_cause():
    said = reported(
        a_finding(status=Status.WARNING, cause="restarts"),
        conclusions=(
            Conclusion(when="'restarts' in causes", say="It restarts now and then.", disposition=Disposition.ADVISE),
        ),
    )
    assert said.headline == "It restarts now and then."


def test_otherwise_is_said_only_when_everything_was_looked_at():
    assert reported(a_finding(status=Status.OK)).disposition is Disposition.HEALTHY
    denied = a_finding(
        status=Status.UNKNOWN, summary="config maps", unknown_because=Unknown.DENIED, permission="list configmaps"
    )
    said = reported(a_finding(status=Status.OK), denied, state=RunState.PARTIAL)
    assert said.disposition is Disposition.ESCALATE
    assert "list configmaps" in said.engineer
    assert "permission denied" in said.engineer


def test_a_sentence_whose_names_are_missing_is_left_out_rather_than_half_said():
    broken = Conclusion(
        ("broken",), say="Look at {{ finding.facts.nowhere }}.", advise=("{{ steps.gone.status }}", "Do this.")
    )
    said = reported(a_finding(), conclusions=(broken,))
    assert "nowhere" not in said.headline
    assert said.next_steps == ("Do this.",)


def test_the_engineer_gets_evidence_commands_and_what_was_fine_and_the_desk_gets_neither():
    said = reported(
        a_finding(evidence=(Evidence("events", "Back-off pulling image", "kubectl -n shop get events"),)),
        a_finding(a_resource("Service", "web"), Status.OK, summary="Service web has 3 endpoints"),
    )
    assert "kubectl -n shop get events" in said.engineer
    assert "Service web has 3 endpoints" in said.engineer
    assert "kubectl" not in said.service_desk
    assert "why it is taken" in said.evidence


def test_a_run_that_was_stopped_escalates():
    assert reported(state=RunState.FAILED).disposition is Disposition.ESCALATE


def test_nothing_fits_is_said_in_one_line_with_where_it_stays():
    said = report(
        Account(
            a_ticket(), Match("t-1", Decision.NONE, because="No runbook fits this."), no_runbook="The desk keeps it."
        )
    )
    assert said.disposition is Disposition.NONE
    assert said.service_desk == "No runbook fits this.\nThe desk keeps it."


def test_a_question_lists_the_candidates_with_their_reasons():
    match = Match(
        "t-1",
        Decision.ASK,
        (Candidate("a/b", "Bee", 0.5, ("speaks of bees",)), Candidate("a/c", "Sea", 0.45)),
        because="Which?",
    )
    said = report(Account(a_ticket(), match))
    assert said.disposition is Disposition.ASK
    assert "speaks of bees" in said.engineer


def test_times_and_figures_do_not_change_the_fingerprint():
    one = reported(a_finding(summary="restarted 3 times", since=NOON))
    two = reported(a_finding(summary="restarted 9 times"))
    other = reported(replace(a_finding(), cause="something-else"))
    assert one.fingerprint == two.fingerprint != other.fingerprint


def test_a_question_on_a_jira_ticket_says_how_to_answer_it():
    match = Match(
        "t-1", Decision.ASK, (Candidate("a/b", "Bee", 0.9),), missing=("namespace",), because="Which namespace?"
    )
    assert "description" in report(Account(a_ticket(), match)).service_desk
    chat = replace(a_ticket(), origin=replace(a_ticket().origin, source="slack"))
    assert report(Account(chat, match)).service_desk == "Which namespace?"
