from dataclasses import replace

import pytest

from bot.integrations.slack.controls import AGAIN, ANOTHER, CANCEL, ESCALATE, NOT_USEFUL, PARAMETERS, RUN, USEFUL
from bot.integrations.slack.destination import SlackDestination
from bot.model import Decision
from tests.builders import a_runbook
from tests.cards import make_card, make_delivery, make_match, make_ticket, settings_of

CHANNEL = "C0TRIAGE"


@pytest.fixture
def card(live):
    """Post a card for a ticket that the desk knows; give a function that posts it in another stage."""
    live.slack.say(CHANNEL, "U0ADA", "checkout is down")
    live.desk.wait_for(lambda: live.desk.tickets)
    (ticket,) = live.desk.tickets

    def post(ticket_id: str = ticket, **more) -> str:
        shown = replace(make_card(**more), ticket=make_ticket(id=ticket_id))
        delivery = make_delivery(card=shown, thread=live.slack.messages(CHANNEL)[-1]["ts"])
        return SlackDestination(settings_of(live.slack)).publish(delivery).split("/")[1]

    live.ticket = ticket
    return post


def question(missing=()):
    return {"stage": "matched", "report": None, "match": make_match(decision=Decision.ASK, missing=missing)}


def test_candidate_that_is_clicked_is_run_once_per_click(live, card):
    ts = card(**question())
    live.slack.click(ts, RUN + "kubernetes/image-pull", user="U0GRACE")
    live.slack.redeliver().wait()
    (asked,) = live.desk.asked
    assert (asked.ticket, asked.runbook, asked.by) == (live.ticket, "kubernetes/image-pull", "slack:U0GRACE")
    live.slack.click(ts, RUN + "kubernetes/image-pull")
    assert len(live.desk.asked) == 2


def test_runbook_that_is_gone_is_said_and_not_run(live, card):
    ts = card(**question())
    live.slack.click(ts, RUN + "kubernetes/pod-crashloop")
    assert "the nearest is" in live.told("no runbook")["text"]
    assert live.desk.asked == []


def test_forged_or_forgotten_ticket_does_nothing(live, card):
    ts = card()
    live.slack.click(ts, ESCALATE, value="t-forged")
    live.told("I do not know this ticket")
    live.slack.click(card(ticket_id="t-old"), ANOTHER, "kubernetes/image-pull")
    assert live.desk.escalated == []
    assert live.desk.asked == []


def test_another_runbook_is_chosen_from_those_that_fit(live, card):
    live.desk.known["aws/rds"] = a_runbook("aws/rds", title="Database")
    ts = card()
    assert [one["value"] for one in live.slack.suggestions(ts, ANOTHER)] == ["kubernetes/image-pull", "aws/rds"]
    assert [one["value"] for one in live.slack.suggestions(ts, ANOTHER, "datab")] == ["aws/rds"]
    live.slack.click(ts, ANOTHER, "aws/rds")
    assert live.desk.asked[0].runbook == "aws/rds"
    assert live.desk.asked[0].ticket == live.ticket


def test_hundreds_of_runbooks_do_not_break_the_select(live, card):
    live.desk.known = {f"a/{n}": a_runbook(f"a/{n}", title="x" * 200) for n in range(300)}
    live.desk.known["b/" + "y" * 200] = a_runbook("b/" + "y" * 200)
    assert len(live.slack.suggestions(card(), ANOTHER)) == 100


def test_missing_parameter_is_asked_for_in_a_form_and_given_with_what_is_known(live, card):
    live.desk.matches[live.ticket] = make_match(decision=Decision.ASK, missing=("workload",))
    live.slack.click(card(**question(("workload",))), PARAMETERS)
    view = live.slack.wait_for(live.slack.views)[0]
    assert "Known already: namespace = shop" in view["blocks"][0]["text"]["text"]
    assert view["blocks"][1]["label"]["text"] == "Workload (workload)"
    assert live.slack.submit_view(view["id"], {"parameter:workload": "checkout"}, user="U0GRACE") == {}
    (asked,) = live.desk.asked
    assert asked.parameters == {"namespace": "shop", "workload": "checkout"}
    assert (asked.ticket, asked.runbook, asked.by) == (live.ticket, "kubernetes/image-pull", "slack:U0GRACE")
    live.slack.redeliver().wait()
    assert len(live.desk.asked) == 1


def test_wrong_value_is_said_at_its_input_and_nothing_runs(live, card):
    live.desk.matches[live.ticket] = make_match(decision=Decision.ASK, missing=("namespace", "workload"))
    live.desk.wrong = "the parameter workload has to be a name in lower case"
    live.slack.click(card(**question(("workload",))), PARAMETERS)
    view = live.slack.wait_for(live.slack.views)[0]
    answer = live.slack.submit_view(view["id"], {"parameter:namespace": "shop", "parameter:workload": "A B"})
    assert answer == {"response_action": "errors", "errors": {"parameter:workload": live.desk.wrong}}
    assert live.desk.asked == []


def test_parameter_that_is_no_longer_missing_is_said(live, card):
    live.slack.click(card(**question(("workload",))), PARAMETERS)
    live.told("Nothing is missing")


def test_escalation_by_click_is_done_once(live, card):
    ts = card()
    live.slack.click(ts, ESCALATE, user="U0GRACE")
    live.told("Handed over")
    live.slack.redeliver().wait()
    assert live.desk.escalated == [(live.ticket, "slack:U0GRACE", "asked for in Slack")]


def test_votes_are_kept_by_person(live, card):
    ts = card()
    live.slack.click(ts, USEFUL)
    live.slack.click(ts, NOT_USEFUL, user="U0GRACE")
    assert live.desk.votes == {(live.ticket, "slack:U0ADA"): True, (live.ticket, "slack:U0GRACE"): False}
    live.told("noted as useful")


def test_run_again_keeps_the_matched_runbook(live, card):
    live.slack.click(card(), AGAIN)
    assert live.desk.asked[0].runbook == ""


def test_running_triage_is_cancelled_by_click(live, card):
    live.slack.click(card(stage="running", report=None), CANCEL)
    assert live.desk.cancelled == [(live.ticket, "slack:U0ADA")]
    live.told("Stopped")


def test_click_of_a_stranger_is_ignored(live, card):
    live.slack.workspace.person("U0MALLORY").team = "T0FOREIGN"
    live.slack.click(card(), ESCALATE, user="U0MALLORY")
    assert live.desk.escalated == []
