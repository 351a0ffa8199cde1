"""Which card goes where."""

from bot.model import Address, Card, Disposition, Escalation, Priority, Purpose, Report
from bot.pipeline.addressing import deliveries
from bot.pipeline.routing import Places
from tests.builders import NOON, a_ticket

ALL = Places("C-tickets", True, frozenset({"slack", "jira"}))
JIRA = a_ticket()
CHAT = a_ticket(reply_to=(Address("slack", "C1", "17.1"),))
LONG = Report("t-1", "r", "a/b", "Found.", Disposition.ADVISE, "e", "s", evidence="x" * 5000)


def purposes(card, places=ALL):
    return [(delivery.purpose, str(delivery.address)) for delivery in deliveries(card, places)]


def test_a_jira_ticket_gets_a_thread_in_the_ticket_channel_a_note_and_labels():
    assert purposes(Card(JIRA)) == [(Purpose.CARD, "slack:C-tickets")]
    assert purposes(Card(JIRA, "reported", report=LONG)) == [
        (Purpose.CARD, "slack:C-tickets"),
        (Purpose.EVIDENCE, "slack:C-tickets"),
        (Purpose.NOTE, "jira:OPS-1"),
        (Purpose.LABELS, "jira:OPS-1"),
    ]


def test_a_chat_message_is_answered_in_its_own_thread_and_nowhere_else():
    assert {address for _, address in purposes(Card(CHAT, "reported", report=LONG))} == {"slack:C1/17.1"}


def test_what_is_switched_off_gets_nothing():
    assert purposes(Card(JIRA, "reported", report=LONG), Places("", True, frozenset({"jira"}))) == [
        (Purpose.NOTE, "jira:OPS-1"),
        (Purpose.LABELS, "jira:OPS-1"),
    ]
    assert purposes(Card(CHAT, "reported", report=LONG), Places()) == []


def test_a_ticket_that_is_not_ours_is_labelled_but_not_written_on():
    none = Report("t-1", "", "", "No runbook fits.", Disposition.NONE, "", "")
    assert purposes(Card(JIRA, "reported", report=none), Places("", True, frozenset({"jira"}))) == [
        (Purpose.LABELS, "jira:OPS-1")
    ]


def test_a_hand_over_goes_to_its_team():
    escalation = Escalation("t-1", "why", "platform", "slack:C9", Priority.P1, NOON, "all of it")
    assert (Purpose.ESCALATION, "slack:C9") in purposes(Card(CHAT, "reported", report=LONG, escalation=escalation))


def test_keys_are_the_same_every_time_and_differ_by_purpose_and_place():
    first, again = (
        deliveries(Card(JIRA, "reported", report=LONG), ALL),
        deliveries(Card(JIRA, "reported", report=LONG), ALL),
    )
    assert [one.key for one in first] == [one.key for one in again]
    assert len({one.key for one in first}) == len(first)


def test_a_ticket_with_a_security_level_is_not_laid_open_in_the_channel():
    secret = a_ticket(fields={"security": "Staff only"})
    assert purposes(Card(secret)) == []
    assert {purpose for purpose, _ in purposes(Card(secret, "reported", report=LONG))} == {Purpose.NOTE, Purpose.LABELS}
