import httpx
import pytest

from bot.sandbox.slack import BOT_TOKEN, SlackSandbox
from bot.sandbox.slack_http import Fault, Faults


@pytest.fixture(scope="module")
def slack():
    sandbox = SlackSandbox()
    sandbox.start()
    yield sandbox
    sandbox.stop()


def call(slack, method: str, **arguments) -> httpx.Response:
    return httpx.post(slack.api_url + method, data=arguments, headers={"authorization": f"Bearer {BOT_TOKEN}"})


def test_faults_are_shown_as_often_as_asked_and_only_by_their_method():
    faults = Faults()
    faults.add(Fault("chat.update", error="x", times=2))
    assert faults.take("chat.postMessage") is None
    assert [faults.take("chat.update") is None for _ in range(3)] == [False, False, True]
    faults.add(Fault("*", status=503))
    faults.clear()
    assert faults.take("auth.test") is None


def test_rate_limit_carries_retry_after(slack):
    slack.fail("auth.test", error="ratelimited", retry_after=9)
    limited = call(slack, "auth.test")
    assert (limited.status_code, limited.headers["retry-after"]) == (429, "9")
    assert call(slack, "auth.test").json()["ok"]


def test_outage_is_html_as_a_proxy_sends_it(slack):
    slack.fail(status=502)
    answer = call(slack, "auth.test")
    assert answer.status_code == 502
    assert "html" in answer.headers["content-type"]


def test_lost_answer_is_done_all_the_same(slack):
    slack.fail("chat.postMessage", status=503, done=True)
    assert call(slack, "chat.postMessage", channel="C0GENERAL", text="x").status_code == 503
    assert slack.messages("C0GENERAL")[-1]["text"] == "x"


def test_senseless_arguments_are_refused_and_break_nothing(slack):
    assert (
        call(slack, "chat.postMessage", channel="C0GENERAL", text="x", blocks="{").json()["error"]
        == "invalid_arguments"
    )
    assert call(slack, "conversations.history", channel="C0GENERAL", oldest="then").json()["ok"] is False
    assert call(slack, "conversations.history").json()["error"] == "invalid_arguments"


def test_upload_to_an_unknown_address_is_refused(slack):
    assert httpx.post(f"{slack.url}/upload/F0", content=b"x").status_code == 404


def test_control_api_says_shows_and_fails(slack):
    said = httpx.post(f"{slack.url}/sandbox/say", json={"channel": "C0TRIAGE", "user": "U0ADA", "text": "hi"})
    ts = said.json()["result"]
    shown = httpx.get(f"{slack.url}/sandbox/messages", params={"channel": "C0TRIAGE"}).json()["result"]
    assert shown[-1]["ts"] == ts
    httpx.post(f"{slack.url}/sandbox/fail", json={"method": "auth.test", "error": "internal_error"})
    assert call(slack, "auth.test").json()["error"] == "internal_error"


def test_control_api_says_what_is_wrong(slack):
    assert "there are" in httpx.get(f"{slack.url}/sandbox/teleport").json()["error"]
    assert (
        httpx.post(f"{slack.url}/sandbox/say", json={"channel": "C0NOWHERE", "user": "U", "text": "x"}).status_code
        == 400
    )
    assert httpx.post(f"{slack.url}/sandbox/click", json={"wrong": 1}).status_code == 400
