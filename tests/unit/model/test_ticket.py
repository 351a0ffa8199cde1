import pytest

from bot.model.ticket import Address, Priority, TicketKind
from tests.builders import a_ticket


def test_an_address_is_printed_with_its_thread_if_it_has_one():
    assert str(Address("slack", "C012", "1700.1")) == "slack:C012/1700.1"
    assert str(Address("jira", "OPS-1")) == "jira:OPS-1"


@pytest.mark.parametrize(
    ("summary", "body", "text"),
    [("down", "since noon", "down\nsince noon"), ("down", "", "down"), ("", "since noon", "since noon")],
)
def test_the_text_of_a_ticket_is_summary_and_body(summary, body, text):
    assert a_ticket(summary, body).text == text


def test_words_of_other_systems_are_refused():
    with pytest.raises(ValueError, match="Blocker"):
        Priority("Blocker")
    assert TicketKind("incident") is TicketKind.INCIDENT


def test_a_chat_message_is_called_by_its_id_and_a_jira_ticket_by_its_key():
    assert a_ticket().reference == "OPS-1"
    assert a_ticket(key="C0TRIAGE/17.1").reference == "t-1"
