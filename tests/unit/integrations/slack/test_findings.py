from dataclasses import replace

from bot.integrations.slack.findings import findings
from bot.model import Disposition, Link
from bot.sandbox.slack_limits import message_error
from tests.cards import POD, SERVICE, make_report


def said(report) -> str:
    blocks = findings(report)
    assert message_error("x", blocks) is None
    return "\n".join(block["text"]["text"] if "text" in block else str(block) for block in blocks)


def test_more_causes_than_are_shown_are_counted():
    assert "and 6 more root causes" in said(make_report(many=10))


def test_chain_ends_at_the_root_cause_and_names_what_it_leaves_out():
    report = make_report()
    links = [Link(SERVICE, f"link {number}") for number in range(20)]
    long = replace(report, chain=(*links, Link(POD, report.root_causes[0].summary)))
    shown = said(long)
    assert "↳ `Pod checkout-7d9f-x2x1x in shop` ← the root cause" in shown
    assert "… 14 between …" in shown


def test_what_was_found_fine_is_told_when_there_is_no_cause():
    report = replace(
        make_report(),
        root_causes=(),
        disposition=Disposition.HEALTHY,
        engineer="**No fault found.**\n\n*Not checked*\n- x\n\n*Looked at and fine*\n- 3 of 3 pods ready\n\n_in 1 s_",
    )
    shown = said(report)
    assert "• 3 of 3 pods ready" in shown
    assert "No fault found" not in shown
    assert shown.count("Not checked") == 1


def test_question_does_not_list_what_its_buttons_offer():
    asks = replace(make_report(), root_causes=(), disposition=Disposition.ASK, engineer="which?\n- one\n- two")
    assert "two" not in said(asks)


def test_nothing_found_is_nothing_shown():
    assert findings(replace(make_report(), root_causes=(), chain=(), next_steps=(), not_checked=(), engineer="")) == []
