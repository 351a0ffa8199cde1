"""From a ticket to a posted cause, through the unmodified clients of Slack, Jira and Kubernetes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.scenarios.world import ON_CALL, TICKETS, TRIAGE, World, the_case

CRASH = "kubernetes/pod-crashloop/environment-variable-missing"
PULL = "kubernetes/image-pull/tag-not-found"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World(tmp_path) as found:
        yield found


def said(message) -> str:
    return str(message.get("blocks")) + str(message.get("text"))


def test_a_jira_ticket_gets_a_thread_an_internal_note_and_labels(world):
    case = the_case(CRASH)
    world.show(case)
    key = world.jira.create(case.summary, case.body)
    (card,) = world.wait(lambda: world.cards())
    notes = world.wait(lambda: world.jira.comments(key))
    assert "PAYMENTS_URL" in said(card)
    assert [note.internal for note in notes] == [True]
    assert "PAYMENTS_URL" in notes[0].body
    labels = world.wait(lambda: set(world.jira.labels(key)))
    assert {"l2bot-triaged", "l2bot-matched"} <= labels
    assert "l2bot-escalated" not in labels


def test_a_message_is_answered_in_its_own_thread_and_a_restart_repeats_nothing(world):
    case = the_case(PULL)
    world.show(case)
    stamp = world.slack.say(TRIAGE, "U0ADA", f"{case.summary}\n{case.body}")
    (card,) = world.wait(lambda: world.cards())
    assert card["thread_ts"] == stamp
    assert "2.14.1" in said(card)
    world.quiet()
    before = len(world.slack.thread(TRIAGE, stamp))
    world.stop()
    world.start()
    world.slack.say(TRIAGE, "U0GRACE", "my printer is out of toner")
    world.wait(lambda: len(world.cards()) == 2)
    world.quiet()
    assert len(world.slack.thread(TRIAGE, stamp)) == before


def test_one_ticket_by_poll_and_by_webhook_is_triaged_once_and_a_forged_webhook_leaves_no_trace(world, caplog):
    case = the_case(CRASH)
    world.show(case)
    hook = f"http://127.0.0.1:{world.bot.server.port}/webhooks/jira"
    world.jira.webhooks.register(hook, "webhook-secret")
    forged = httpx.post(hook, json={"issue": {"key": "OPS-1"}}, headers={"X-Hub-Signature": "sha256=00"})
    assert forged.status_code == 401
    assert world.bot.front_desk.status() == ()
    key = world.jira.create(case.summary, case.body)
    world.wait(lambda: world.cards())
    world.wait(lambda: world.jira.comments(key))
    world.jira.webhooks.redeliver()
    world.jira.edit(key, priority={"name": "High"})
    world.jira.webhooks.flush()
    world.bot.scheduler._jobs[-1].work(None)
    assert len(world.bot.front_desk.status()) == 1
    assert len(world.cards()) == 1
    assert len(world.jira.comments(key)) == 1


def test_slack_that_is_down_delays_the_posting_and_loses_nothing(world):
    case = the_case(CRASH)
    world.show(case)
    world.slack.fail("chat.postMessage", status=503, times=3)
    key = world.jira.create(case.summary, case.body)
    world.wait(lambda: world.jira.comments(key))
    (card,) = world.wait(lambda: world.cards(), 60)
    assert "PAYMENTS_URL" in said(card)


def test_an_answer_that_was_lost_on_its_way_is_not_posted_twice(world):
    case = the_case(PULL)
    world.show(case)
    world.slack.fail("chat.postMessage", status=503, times=1, done=True)
    stamp = world.slack.say(TRIAGE, "U0ADA", f"{case.summary}\n{case.body}")
    world.wait(lambda: world.cards(), 60)
    cards = [
        one for one in world.slack.thread(TRIAGE, stamp) if one.get("bot_id") and "card" in str(one.get("metadata"))
    ]
    assert len(cards) == 1


def test_what_is_missing_is_asked_for_with_a_form_and_the_answer_runs(world):
    world.show(the_case(PULL))
    stamp = world.slack.say(TRIAGE, "U0ADA", "everything is in ImagePullBackOff")
    (card,) = world.wait(lambda: world.cards())
    world.slack.click(card["ts"], "secondline_parameters")
    view = world.wait(lambda: world.slack.views())[-1]
    world.slack.submit_view(view["id"], {"parameter:namespace": "shop"})
    world.wait(lambda: [one for one in world.cards() if "2.14.1" in said(one)])
    assert len([one for one in world.slack.thread(TRIAGE, stamp) if one["ts"] == card["ts"]]) == 1


def test_a_command_runs_a_runbook_and_reports_in_the_channel(world):
    world.show(the_case(PULL))
    world.slack.command("run kubernetes/image-pull namespace=shop", TRIAGE)
    (card,) = world.wait(lambda: world.cards())
    assert "2.14.1" in said(card)


def test_what_could_not_be_looked_at_is_handed_over_to_the_team(world):
    case = the_case(PULL)
    world.cluster.load(case.kubernetes.objects, {}, [{"verb": "list", "resource": "pods", "status": 403}])
    key = world.jira.create(case.summary, case.body)
    (page,) = world.wait(lambda: world.cards(purpose="escalation"))
    assert page["ts"] in [one["ts"] for one in world.slack.messages(ON_CALL)]
    assert "list pods" in said(page)
    world.wait(lambda: "l2bot-escalated" in world.jira.labels(key))
    assert len(world.slack.messages(TICKETS)) == 1
