import json
from urllib.parse import parse_qs

import pytest
from slack_sdk.signature import SignatureVerifier
from websockets.sync.client import connect

from bot.sandbox.slack import APP_TOKEN, SlackSandbox
from bot.sandbox.slack_socket import Envelope, http_body, signature


@pytest.fixture
def slack():
    sandbox = SlackSandbox()
    sandbox.start()
    yield sandbox
    sandbox.stop()


def open_socket(slack):
    import httpx

    answer = httpx.post(slack.api_url + "apps.connections.open", headers={"authorization": f"Bearer {APP_TOKEN}"})
    socket = connect(answer.json()["url"])
    assert json.loads(socket.recv(5))["type"] == "hello"
    return socket


def test_envelopes_wait_for_a_connection_and_are_acknowledged(slack):
    slack.say("C0TRIAGE", "U0ADA", "hi")
    with open_socket(slack) as socket:
        envelope = json.loads(socket.recv(5))
        assert envelope["type"] == "events_api"
        assert envelope["payload"]["event"]["text"] == "hi"
        assert not slack.carrier.sent[0].acked.is_set()
        socket.send(json.dumps({"envelope_id": envelope["envelope_id"]}))
        slack.carrier.sent[0].wait(5)


def test_answer_comes_with_the_acknowledgement(slack):
    with open_socket(slack) as socket:
        envelope = slack.carrier.send("slash_commands", {"command": "/l2"})
        sent = json.loads(socket.recv(5))
        assert sent["accepts_response_payload"]
        socket.send(json.dumps({"envelope_id": sent["envelope_id"], "payload": {"text": "done"}}))
        assert envelope.wait(5) == {"text": "done"}


def test_redelivery_has_another_envelope_the_same_event_and_says_so(slack):
    with open_socket(slack) as socket:
        slack.say("C0TRIAGE", "U0ADA", "hi")
        first = json.loads(socket.recv(5))
        slack.redeliver()
        second = json.loads(socket.recv(5))
    assert first["payload"]["event_id"] == second["payload"]["event_id"]
    assert first["envelope_id"] != second["envelope_id"]
    assert (first["retry_attempt"], second["retry_attempt"]) == (0, 1)


def test_disconnect_is_asked_for(slack):
    with open_socket(slack) as socket:
        slack.carrier.disconnect()
        assert json.loads(socket.recv(5))["type"] == "disconnect"


def test_what_is_not_acknowledged_in_time_is_said(slack):
    with pytest.raises(TimeoutError, match="did not acknowledge slash_commands"):
        slack.carrier.send("slash_commands", {}).wait(0.01)


def test_signature_is_one_that_slacks_own_verifier_takes():
    verifier = SignatureVerifier("secret")
    stamp = str(int(verifier.clock.now()))
    assert verifier.is_valid("body", stamp, signature("secret", stamp, "body"))


def test_http_bodies_are_as_slack_sends_them():
    assert json.loads(http_body(Envelope("events_api", {"a": 1}))[0]) == {"a": 1}
    body, kind = http_body(Envelope("interactive", {"a": 1}))
    assert json.loads(parse_qs(body)["payload"][0]) == {"a": 1}
    assert kind == "application/x-www-form-urlencoded"
    assert parse_qs(http_body(Envelope("slash_commands", {"text": "a b"}))[0]) == {"text": ["a b"]}


def test_event_that_a_closed_connection_left_without_acknowledgement_comes_again(slack):
    with open_socket(slack) as socket:
        slack.say("C0TRIAGE", "U0ADA", "hi")
        first = json.loads(socket.recv(5))
    for attempt in (1, 2, 3):
        with open_socket(slack) as socket:
            again = json.loads(socket.recv(5))
            assert again["envelope_id"] == first["envelope_id"]
            assert again["retry_attempt"] == attempt
    with open_socket(slack) as socket, pytest.raises(TimeoutError):
        socket.recv(0.2)


def test_command_is_not_sent_again(slack):
    with open_socket(slack) as socket:
        slack.carrier.send("slash_commands", {})
        socket.recv(5)
    with open_socket(slack) as socket, pytest.raises(TimeoutError):
        socket.recv(0.2)
