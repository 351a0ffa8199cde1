import json
import re
from dataclasses import replace

import pytest

from bot.integrations.slack.blocks import (
    card_blocks,
    card_text,
    escalation_blocks,
    escalation_text,
    evidence_blocks,
)
from bot.integrations.slack.controls import ANOTHER, CANCEL, ESCALATE, PARAMETERS, RUN, USEFUL
from bot.model import Decision, Disposition, Evidence, Origin, Report
from bot.sandbox.slack_limits import message_error
from tests.cards import make_card, make_escalation, make_match, make_report, make_ticket

HOSTILE = "<!channel> <@U0ADA> <https://evil.example|click> ```\n> & *x* \u202egnp.exe \x1b[31mred\x00 {{ 7*7 }}"


def texts(part):
    if isinstance(part, dict):
        if "text" in part and isinstance(part["text"], str):
            yield part["text"], part.get("type")
        for value in part.values():
            yield from texts(value)
    elif isinstance(part, list):
        for value in part:
            yield from texts(value)


def actions(blocks) -> list[str]:
    return [one["action_id"] for block in blocks if block["type"] == "actions" for one in block["elements"]]


def said(blocks) -> str:
    return "\n".join(text for text, _ in texts(blocks))


STAGES = ["received", "matched", "running", "reported", "cancelled", "failed"]


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize(
    "text", ["x" * 100_000, "&" * 100_000, "<" * 100_000, "**" * 50_000, "```" * 40_000, "\n- a" * 9_000]
)
def test_no_text_however_long_makes_a_message_that_slack_refuses(stage, text):
    card = make_card(text, many=60, stage=stage, escalation=make_escalation(text))
    card = card if stage == "reported" else replace(card, report=None)
    assert message_error(card_text(card), card_blocks(card)) is None
    assert message_error(escalation_text(card), escalation_blocks(card)) is None


@pytest.mark.parametrize("text", ["x" * 100_000, "&" * 100_000, "```" * 40_000])
def test_a_question_and_a_report_without_cause_stay_within_the_limits_too(text):
    asks = make_card(text, many=60, stage="matched", report=None, match=make_match(text, Decision.ASK))
    lacks = replace(asks, match=make_match(text, Decision.ASK, missing=("namespace", text)))
    nothing = replace(make_card(text, many=60), report=replace(make_report(text, 60), root_causes=()))
    for card in (asks, lacks, nothing):
        assert message_error(card_text(card), card_blocks(card)) is None


@pytest.mark.parametrize("stage", STAGES)
def test_text_from_outside_can_neither_mention_nor_link_nor_broadcast(stage):
    card = make_card(HOSTILE, many=2, stage=stage, escalation=make_escalation(HOSTILE))
    card = replace(card, ticket=make_ticket(HOSTILE, key=HOSTILE))
    for blocks, fallback in (
        (card_blocks(card), card_text(card)),
        (escalation_blocks(card), escalation_text(card)),
        (evidence_blocks(replace(card, report=make_report(evidence=HOSTILE))), ""),
    ):
        shown = [text for text, kind in texts(blocks) if kind != "plain_text"]
        for text in [*shown, fallback]:
            ours = re.sub(r"<!date\^\d+\^\{date_short_pretty\} \{time\}\|[^<>|]+>", "", text)
            ours = ours.replace("<https://jira.example.com/browse/OPS-12|", "")
            assert not re.search(r"<[!@#h]", ours), text
            assert "\u202e" not in text
            assert "\x1b" not in text
            assert "\x00" not in text


def test_evidence_cannot_close_its_fence():
    blocks = evidence_blocks(make_card(report=make_report(evidence="before ``` <!here> after")))
    fenced = blocks[1]["text"]["text"]
    assert fenced.count("```") == 2
    assert "&lt;!here&gt;" in fenced


def test_links_of_tickets_are_only_made_of_plain_addresses():
    ticket = make_ticket()
    bad = replace(ticket, origin=replace(ticket.origin, url="javascript:alert(1)"))
    worse = replace(ticket, origin=replace(ticket.origin, url="https://x.example/|<!channel>"))
    assert "<https://jira.example.com/browse/OPS-12|OPS-12>" in said(card_blocks(make_card(ticket=ticket)))
    for hostile in (bad, worse):
        context = card_blocks(make_card(ticket=hostile))[1]["elements"][0]["text"]
        assert context == "*OPS-12*"


def test_verdict_comes_before_causes_chain_steps_and_gaps():
    shown = said(card_blocks(make_card(report=make_report(many=2))))
    order = ["checkout cannot start", "1. Root cause", "Remedy:", "From symptom to cause", "Next steps", "Not checked"]
    places = [shown.index(words) for words in order]
    assert places == sorted(places)


def test_what_was_not_checked_names_the_permission_that_lacks():
    shown = said(card_blocks(make_card()))
    assert "events in shop: permission denied, lacks `list events`" in shown


def test_progress_is_shown_step_by_step_while_running():
    blocks = card_blocks(make_card(stage="running", report=None))
    assert "✅ waiting: 1 pod waits for its image" in said(blocks)
    assert "⏭️ registry: why" in said(blocks)
    assert actions(blocks) == [CANCEL]


def test_match_says_why_and_names_the_runner_up():
    shown = said(card_blocks(make_card()))
    assert "Why: Image cannot be pulled (82%) says ImagePullBackOff" in shown
    assert "Runner-up: Pod crash loop (41%)" in shown


def test_question_offers_the_candidates_as_buttons():
    card = make_card(stage="matched", report=None, match=make_match(decision=Decision.ASK))
    assert actions(card_blocks(card)) == [
        RUN + "kubernetes/image-pull",
        RUN + "kubernetes/pod-crashloop",
        ANOTHER,
        ESCALATE,
    ]


def test_missing_parameter_is_asked_for_by_a_button():
    card = make_card(stage="matched", report=None, match=make_match(decision=Decision.ASK, missing=("namespace",)))
    blocks = card_blocks(card)
    assert actions(blocks)[0] == PARAMETERS
    assert "Give namespace" in said(blocks)


def test_values_of_buttons_hold_the_ticket_id_and_nothing_else():
    blocks = card_blocks(make_card())
    buttons = [one for block in blocks if block["type"] == "actions" for one in block["elements"] if "value" in one]
    assert {button["value"] for button in buttons} == {"t-1"}
    assert USEFUL in actions(blocks)


def test_escalated_ticket_offers_no_second_escalation():
    card = make_card(escalation=make_escalation())
    assert ESCALATE not in actions(card_blocks(card))
    assert "Handed over to platform" in said(card_blocks(card))


def test_healthy_and_advise_do_not_look_alike():
    healthy: Report = replace(make_report(), disposition=Disposition.HEALTHY, root_causes=())
    assert card_blocks(make_card(report=healthy))[0]["text"]["text"].startswith("🟢")
    assert card_blocks(make_card())[0]["text"]["text"].startswith("🔴")
    assert "The tag *v42* is not in the registry." in said(card_blocks(make_card(report=healthy)))


def test_fallback_text_says_the_verdict_and_the_cause():
    text = card_text(make_card())
    assert text.startswith("OPS-12: 🔴 checkout cannot start")
    assert "Root cause: Container app of checkout" in text
    assert "Next: Push the image v42" in text


def test_same_card_gives_the_same_blocks():
    assert json.dumps(card_blocks(make_card())) == json.dumps(card_blocks(make_card()))


def test_ticket_of_a_chat_message_is_named_by_an_id_that_can_be_typed():
    ticket = make_ticket(id="t-0123", key="C0TRIAGE/1700000000.000100", origin=Origin("slack", "T1", "C0TRIAGE/17"))
    card = make_card(ticket=ticket)
    assert card_text(card).startswith("t-0123: ")
    assert card_blocks(card)[1]["elements"][0]["text"] == "*t-0123*"


def test_person_who_did_it_is_named_and_nobody_else_can_be():
    assert "Handed over by <@U0ADA>" in said(card_blocks(make_card(note="Handed over by slack:U0ADA.")))
    assert "<@" not in said(card_blocks(make_card(note="x Handed over by slack:U0ADA. slack:U0ADA")))


def header(headline: str) -> str:
    return card_blocks(make_card(report=replace(make_report(), headline=headline)))[0]["text"]["text"]


def test_long_headline_ends_with_a_clause():
    long = (
        "Container app of checkout does not start, its image cannot be pulled: " + "the repository has no such tag " * 9
    )
    assert header(long) == "🔴 Container app of checkout does not start, its image cannot be pulled…"
    assert len(header("x" * 400)) == 150


def test_cause_that_the_header_says_in_full_is_not_said_twice():
    report = make_report()
    once = said(card_blocks(make_card(report=replace(report, headline=report.root_causes[0].summary))))
    assert once.count("which the registry does not have") == 1
    long = replace(report.root_causes[0], summary="y" * 200)
    twice = said(card_blocks(make_card(report=replace(report, headline="y" * 200, root_causes=(long,)))))
    assert "y" * 200 in twice


def test_remedy_is_no_next_step_too_and_skipped_steps_share_a_line():
    report = replace(make_report(), next_steps=("Correct the tag, or push v42", "Roll out again"))
    shown = said(card_blocks(make_card(report=report)))
    assert shown.count("Correct the tag, or push v42") == 1
    assert "1. Roll out again" in shown
    assert "⏭️ not needed: registry" in shown


def test_command_to_see_the_evidence_is_shown():
    report = make_report()
    seen = Evidence("events", "x", "kubectl describe pod -n shop `checkout`")
    causes = (replace(report.root_causes[0], evidence=(seen,)),)
    shown = said(card_blocks(make_card(report=replace(report, root_causes=causes))))
    assert "*See it:* `kubectl describe pod -n shop 'checkout'`" in shown


def test_report_that_asks_keeps_its_question_open():
    asks = replace(make_report(), disposition=Disposition.ASK, root_causes=())
    card = make_card(report=asks, match=make_match(decision=Decision.ASK))
    assert RUN + "kubernetes/image-pull" in actions(card_blocks(card))


def test_hand_over_shows_the_causes_or_what_was_done_when_there_are_none():
    card = make_card(escalation=make_escalation())
    assert "Root cause:" in said(escalation_blocks(card))
    assert "Checked the pods" not in said(escalation_blocks(card))
    unknown = replace(card, report=replace(make_report(), root_causes=()))
    assert "Checked the pods and the registry." in said(escalation_blocks(unknown))
