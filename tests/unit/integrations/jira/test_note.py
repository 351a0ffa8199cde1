from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from bot.integrations.jira.note import reference, render
from bot.model import Card, Decision, Disposition, Escalation, Match, Priority, Report
from tests.builders import a_ticket

REPORT = Report("t-1", "r-1", "a/b", "head", Disposition.ADVISE, "**verdict**", "desk", evidence="raw {noformat} log")


def test_verdict_comes_first_and_evidence_below():
    text = render(Card(a_ticket(), report=REPORT), "d-1")
    assert text.startswith("*verdict*")
    assert text.index("verdict") < text.index("h4. Evidence") < text.index(reference("d-1"))


def test_evidence_cannot_break_out_of_its_block():
    assert render(Card(a_ticket(), report=REPORT), "d-1").count("{noformat}") == 2


def test_hand_over_names_team_priority_and_reason():
    handed = Escalation("t-1", "all [~pods] down", "platform", "webhook:x", Priority.P1, datetime.now(UTC), "text")
    text = render(Card(a_ticket(), report=REPORT, escalation=handed), "d-1")
    assert r"Handed over to platform (P1): all \[\~pods\] down" in text


def test_without_a_report_the_match_says_why():
    card = Card(a_ticket(), stage="matched", match=Match("t-1", Decision.NONE, because="nothing fits"))
    assert render(card, "d-1").startswith("nothing fits")


def test_a_huge_report_still_fits_and_keeps_its_reference():
    long = replace(REPORT, engineer="word " * 20_000, evidence="log\n" * 20_000)
    text = render(Card(a_ticket(), report=long), "d-1")
    assert len(text) <= 32_767
    assert text.endswith(reference("d-1"))
    assert text.count("{noformat}") % 2 == 0


def test_references_differ_by_key():
    assert reference("d-1") != reference("d-2")
