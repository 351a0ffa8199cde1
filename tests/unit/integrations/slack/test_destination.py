from dataclasses import replace

import pytest

from bot.integrations.slack.destination import SlackDestination
from bot.model import Address, Purpose
from bot.model.errors import AccessDenied, InputError, NotFound, RateLimited, Unavailable
from bot.sandbox.slack import SlackSandbox
from tests.cards import make_card, make_delivery, make_escalation, make_report, settings_of

LONG = "\n".join(f"line {number} of the log" for number in range(400))


@pytest.fixture
def destination(slack_settings):
    return SlackDestination(slack_settings)


def evidence(text: str, **more):
    return make_delivery("t-1/evidence", Purpose.EVIDENCE, make_card(report=make_report(evidence=text)), **more)


def test_card_goes_below_the_persons_message_and_is_edited_in_place(slack, destination):
    root = slack.say("C0TRIAGE", "U0ADA", "checkout is down")
    running = make_delivery(card=make_card(stage="running", report=None), thread=root)
    receipt = destination.publish(running)
    destination.revise(replace(running, receipt=receipt, content=make_card()))
    thread = slack.thread("C0TRIAGE", root)
    assert len(thread) == 2
    assert receipt == f"C0TRIAGE/{thread[1]['ts']}"
    assert "checkout cannot start" in thread[1]["text"]
    assert thread[1]["metadata"]["event_payload"]["key"] == "t-1/card"


def test_lost_answer_is_found_again_instead_of_posted_twice(slack, destination):
    delivery = make_delivery()
    slack.fail("chat.postMessage", status=503, done=True)
    with pytest.raises(Unavailable):
        destination.publish(delivery)
    receipt = destination.find(delivery)
    assert receipt == f"C0TRIAGE/{slack.messages('C0TRIAGE')[0]['ts']}"
    assert slack.http.calls.count("chat.postMessage") == 1


def test_find_reads_page_after_page_but_not_without_end(slack, destination):
    receipt = destination.publish(make_delivery())
    for _ in range(250):
        slack.workspace.post("C0TRIAGE", {"text": "chatter", "user": "U0ADA"})
    assert destination.find(make_delivery()) == receipt
    for _ in range(2000):
        slack.workspace.post("C0TRIAGE", {"text": "chatter", "user": "U0ADA"})
    before = slack.http.calls.count("conversations.history")
    assert destination.find(make_delivery()) is None
    assert slack.http.calls.count("conversations.history") == before + 10


def test_long_evidence_is_a_file_in_the_thread_and_found_by_its_title(slack, destination):
    root = slack.say("C0TRIAGE", "U0ADA", "checkout is down")
    receipt = destination.publish(evidence(LONG, thread=root))
    (file,) = slack.files()
    assert receipt == f"C0TRIAGE/{file['id']}"
    assert file["content"] == LONG
    assert slack.thread("C0TRIAGE", root)[1]["files"][0]["id"] == file["id"]
    assert destination.find(evidence(LONG, thread=root)) == receipt


def test_short_evidence_is_a_message(slack, destination):
    root = slack.say("C0TRIAGE", "U0ADA", "checkout is down")
    delivery = evidence("exit code 137", thread=root)
    receipt = destination.publish(delivery)
    assert "exit code 137" in str(slack.thread("C0TRIAGE", root)[1]["blocks"])
    assert destination.find(delivery) == receipt
    assert slack.files() == []


def test_evidence_without_a_thread_goes_below_the_tickets_card(slack, destination):
    with pytest.raises(Unavailable, match="waits"):
        destination.publish(evidence(LONG))
    card = destination.publish(make_delivery())
    assert destination.find(evidence(LONG)) is None
    destination.publish(evidence(LONG))
    assert "files" in slack.thread("C0TRIAGE", card.split("/")[1])[1]
    assert destination.find(evidence(LONG)) is not None


def test_changed_evidence_is_put_below_once(slack, destination):
    root = slack.say("C0TRIAGE", "U0ADA", "checkout is down")
    first = evidence(LONG, thread=root)
    receipt = destination.publish(first)
    destination.revise(replace(first, receipt=receipt))
    assert len(slack.files()) == 1
    changed = replace(evidence(LONG + "\nmore", thread=root), receipt=receipt)
    destination.revise(changed)
    destination.revise(changed)
    assert len(slack.files()) == 2


def test_escalation_goes_to_the_teams_channel(slack, destination):
    delivery = make_delivery(
        "t-1/escalation", Purpose.ESCALATION, make_card(escalation=make_escalation()), channel="C0ONCALL"
    )
    receipt = destination.publish(delivery)
    assert receipt.startswith("C0ONCALL/")
    (message,) = slack.messages("C0ONCALL")
    assert "P2 for platform" in message["text"]
    assert "no root cause was found" in str(message["blocks"])


@pytest.mark.parametrize(
    ("fault", "error", "words"),
    [
        ({"error": "ratelimited", "retry_after": 7}, RateLimited, "again in 7 s"),
        ({"status": 503}, Unavailable, "HTTP 503"),
        ({"error": "internal_error"}, Unavailable, "chat_postMessage"),
        ({"error": "missing_scope"}, AccessDenied, "reinstall the app"),
        ({"error": "invalid_auth"}, AccessDenied, "SLACK_BOT_TOKEN"),
        ({"error": "is_archived"}, InputError, "is_archived"),
    ],
)
def test_refusals_become_our_own_errors(slack, destination, fault, error, words):
    slack.fail("chat.postMessage", **fault)
    with pytest.raises(error) as caught:
        destination.publish(make_delivery())
    assert words in caught.value.message
    assert "<html" not in caught.value.message
    assert caught.value.__cause__ is not None


def test_rate_limit_carries_the_seconds(slack, destination):
    slack.fail("chat.postMessage", error="ratelimited", retry_after=7)
    with pytest.raises(RateLimited) as caught:
        destination.publish(make_delivery())
    assert caught.value.retry_after_s == 7


def test_bot_that_was_not_invited_is_told_how(slack, destination):
    slack.workspace.add_channel("C0SECRET", member=False)
    with pytest.raises(AccessDenied, match="/invite"):
        destination.publish(make_delivery(channel="C0SECRET"))


def test_slack_that_is_down_is_unavailable_and_comes_back(slack):
    destination = SlackDestination(settings_of(slack))
    port = int(slack.url.rsplit(":", 1)[1])
    slack.stop()
    with pytest.raises(Unavailable):
        destination.find(make_delivery())
    slack.start(port)
    assert destination.find(make_delivery()) is None


def test_message_that_somebody_deleted_is_not_found(slack, destination):
    receipt = destination.publish(make_delivery())
    slack.workspace.delete("C0TRIAGE", receipt.split("/")[1])
    with pytest.raises(NotFound):
        destination.revise(make_delivery(receipt=receipt))


@pytest.mark.parametrize("purpose", [Purpose.NOTE, Purpose.LABELS])
def test_purposes_of_ticket_systems_are_refused(destination, purpose):
    with pytest.raises(InputError, match=str(purpose)):
        destination.publish(make_delivery(purpose=purpose))


def test_receipt_of_another_destination_is_refused(destination):
    with pytest.raises(InputError, match="no receipt"):
        destination.revise(make_delivery(receipt="10042"))


def test_address_with_an_unknown_channel_is_not_found(destination):
    delivery = replace(make_delivery(), address=Address("slack", "C0NOWHERE"))
    with pytest.raises(NotFound, match="check the channel id"):
        destination.publish(delivery)


def test_own_posts_are_told_to_the_app_as_events(slack: SlackSandbox, destination):
    destination.publish(make_delivery())
    event = slack.carrier.sent[-1].payload["event"]
    assert event["bot_id"]
    assert event["type"] == "message"


def test_server_without_a_history_is_posted_to_all_the_same(slack, destination):
    slack.fail("conversations.history", error="unknown_method")
    assert destination.find(make_delivery()) is None
    slack.fail("conversations.history", error="invalid_arguments")
    with pytest.raises(InputError):
        destination.find(make_delivery())
