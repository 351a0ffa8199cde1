import socket
import time

import pytest

from bot.integrations.slack.client import SlackClient
from bot.model.errors import AccessDenied, InputError, NotFound, RateLimited, Unavailable
from tests.cards import settings_of


@pytest.fixture
def client(slack_settings):
    return SlackClient(slack_settings)


def test_answer_is_given_as_it_came(client):
    assert client.call("conversations_info", channel="C0TRIAGE")["channel"]["name"] == "triage"


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("ratelimited", RateLimited),
        ("internal_error", Unavailable),
        ("token_revoked", AccessDenied),
        ("thread_not_found", NotFound),
        ("invalid_blocks", InputError),
    ],
)
def test_each_refusal_has_its_kind(slack, client, word, kind):
    slack.fail("chat.postMessage", error=word)
    with pytest.raises(kind) as caught:
        client.call("chat_postMessage", channel="C0TRIAGE", text="x")
    assert "\n" not in caught.value.message


def test_failed_call_is_not_repeated_by_the_sdk(slack, client):
    slack.fail("chat.postMessage", status=503, times=9)
    with pytest.raises(Unavailable):
        client.call("chat_postMessage", channel="C0TRIAGE", text="x")
    assert slack.http.calls == ["chat.postMessage"]


def test_server_that_does_not_answer_is_given_up_in_time(slack):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/api/"
        with pytest.raises(Unavailable, match="did not answer auth_test"):
            SlackClient(settings_of(slack, api_url=address, timeout_s=0.5)).call("auth_test")


def test_token_is_in_no_message(slack):
    client = SlackClient(settings_of(slack, bot_token="xoxb-very-secret"))
    with pytest.raises(AccessDenied) as caught:
        client.call("auth_test")
    assert "xoxb" not in caught.value.message


def test_identity_tells_the_scopes(client):
    who, scopes = client.identity()
    assert who["user_id"] == "U0BOT"
    assert "chat:write" in scopes


def test_answer_by_response_url_reaches_one_person(slack, client):
    client.respond(f"{slack.url}/response/C0TRIAGE/U0ADA", "hello", [])
    assert slack.ephemerals()[0]["text"] == "hello"
    assert slack.ephemerals()[0]["user"] == "U0ADA"


def test_response_url_that_is_used_up_or_away_is_said(slack, client):
    with pytest.raises(InputError, match="HTTP 404"):
        client.respond(f"{slack.url}/response/", "hello", [])
    with pytest.raises(Unavailable):
        client.respond("http://127.0.0.1:1/response", "hello", [])


def test_limited_method_is_not_asked_again_before_its_time_and_others_are(slack, client):
    slack.fail("chat.update", error="ratelimited", retry_after=1)
    for _ in range(3):
        with pytest.raises(RateLimited) as caught:
            client.call("chat_update", channel="C0TRIAGE", ts="1.0", text="x")
        assert 0 < caught.value.retry_after_s <= 1
    assert slack.http.calls == ["chat.update"]
    assert client.call("auth_test")["ok"]
    time.sleep(1.01)
    with pytest.raises(NotFound):
        client.call("chat_update", channel="C0TRIAGE", ts="1.0", text="x")
