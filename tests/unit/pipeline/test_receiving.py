"""Identity, cleaning and masking of what comes in."""

from dataclasses import replace

import pytest

from bot.model import Origin, Priority, RawMessage, TicketKind
from bot.pipeline.receiving import MAX_BODY, receive
from tests.builders import NOON, noon

RAW = RawMessage(Origin("jira", "jira.example.com", "OPS-1"), "checkout is down", "since noon", "Kim", priority="High")


def test_the_same_message_keeps_its_id_and_a_changed_text_gets_another():
    first = receive(RAW, noon)
    assert first.id == receive(replace(RAW, fields={"status": "Open"}, priority="Low"), noon).id
    assert first.id != receive(replace(RAW, body="since one"), noon).id
    assert first.id != receive(replace(RAW, origin=replace(RAW.origin, site="other")), noon).id


def test_a_revision_of_the_source_is_kept():
    assert receive(replace(RAW, origin=replace(RAW.origin, revision="7")), noon).origin.revision == "7"


@pytest.mark.parametrize(
    ("word", "priority"),
    [
        ("Highest", Priority.P1),
        ("p2", Priority.P2),
        ("", Priority.P3),
        ("whatever", Priority.P3),
        ("Lowest", Priority.P4),
    ],
)
def test_priorities_are_read_from_the_words_that_people_use(word, priority):
    assert receive(replace(RAW, priority=word), noon).priority is priority


def test_kinds_are_itil_words_and_unknown_ones_are_incidents():
    assert receive(replace(RAW, kind="Service Request"), noon).kind is TicketKind.SERVICE_REQUEST
    assert receive(replace(RAW, kind="Bug"), noon).kind is TicketKind.INCIDENT


def test_secrets_are_masked_in_summary_body_and_fields():
    leaky = replace(
        RAW, summary="password=hunter2secret", body="xoxb-123456789012-abcdef", fields={"env": "api_key=abcdef123456"}
    )
    ticket = receive(leaky, noon)
    kept = f"{ticket.summary}{ticket.body}{ticket.fields}"
    assert not any(secret in kept for secret in ("hunter2", "xoxb-1", "abcdef123456"))


def test_control_bidi_and_ansi_characters_are_dropped():
    ticket = receive(replace(RAW, summary="a\x00b\u202ec\x1b[31md\u200b", body="one\r\ntwo\ttabbed"), noon)
    assert ticket.summary == "abcd"
    assert ticket.body == "one\ntwo\ttabbed"


def test_a_huge_text_is_cut_and_says_so():
    ticket = receive(replace(RAW, body="x" * (MAX_BODY + 1)), noon)
    assert ticket.cut
    assert len(ticket.body) == MAX_BODY
    assert ticket.body.endswith("(cut)")


def test_an_empty_summary_is_named_and_the_clock_fills_in_the_time():
    ticket = receive(replace(RAW, summary=" \n "), noon)
    assert ticket.summary == "(no summary)"
    assert ticket.received_at == NOON
