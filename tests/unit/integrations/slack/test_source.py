import logging
import subprocess
import sys
import time

import pytest

from bot.integrations.slack.source import MAX_BODY, SlackApp
from bot.model.errors import SettingsError
from bot.sandbox.hosting import host
from bot.sandbox.slack import SlackSandbox
from tests.cards import settings_of
from tests.desk import MemoryDesk


@pytest.fixture
def web(slack):
    """The bot in HTTP mode, and the sandbox sending it signed requests."""
    desk = MemoryDesk()
    app = SlackApp(settings_of(slack, mode="http"), desk, lambda key: None)
    app.start()
    hosted = host(app.asgi())
    slack.carrier.request_url = f"{hosted.url}/slack/events"
    yield slack, desk
    hosted.stop()
    app.stop()


def test_http_mode_takes_events_commands_clicks_and_forms(web):
    slack, desk = web
    ts = slack.say("C0TRIAGE", "U0ADA", "checkout is down")
    desk.wait_for(lambda: desk.submitted)
    assert desk.submitted[0].origin.key == f"C0TRIAGE/{ts}"
    assert "Image cannot be pulled" in str(slack.command("list")["blocks"])
    slack.shortcut(ts, user="U0GRACE")
    assert slack.command("run kubernetes/image-pull") == {}
    view = slack.wait_for(slack.views)[0]
    slack.submit_view(view["id"], {"parameter:namespace": "shop"})
    assert desk.submitted[1].invocation.parameters == {"namespace": "shop"}
    assert len(desk.submitted) == 2


def test_http_mode_answers_slacks_verification_of_the_address(web):
    slack, _ = web
    challenge = '{"type": "url_verification", "challenge": "abc", "token": "x"}'
    status, answer = slack.carrier.post(challenge, "application/json")
    assert status == 200
    assert "abc" in str(answer)


def test_redelivery_over_http_does_nothing(web):
    slack, desk = web
    slack.say("C0TRIAGE", "U0ADA", "checkout is down")
    desk.wait_for(lambda: desk.submitted)
    slack.redeliver().wait()
    assert len(desk.submitted) == 1


@pytest.mark.parametrize(
    "forged",
    [
        {"secret": "wrong"},
        {"timestamp": "1600000000"},
        {"timestamp": "soon"},
        {"timestamp": "nan"},
        {"timestamp": "1e999"},
    ],
)
def test_forged_request_gets_401_and_leaves_only_a_log_line(web, caplog, forged):
    slack, desk = web
    body = '{"type": "event_callback", "event": {"type": "message", "text": "forged words", "channel": "C0TRIAGE"}}'
    with caplog.at_level(logging.DEBUG, "bot"):
        status, _ = slack.carrier.post(body, "application/json", **forged)
    assert status == 401
    assert desk.submitted == []
    assert desk.events == []
    assert [record.levelname for record in caplog.records if record.name.startswith("bot")] == ["WARNING"]
    assert "forged words" not in caplog.text
    assert "Traceback" not in caplog.text


def test_body_larger_than_slacks_is_refused(web):
    slack, _ = web
    assert slack.carrier.post("x" * (MAX_BODY + 1), "application/json")[0] == 413


def test_event_that_cannot_be_kept_is_answered_with_an_error_so_that_slack_repeats_it(web):
    slack, desk = web
    desk.broken = True
    slack.say("C0TRIAGE", "U0ADA", "checkout is down")
    with pytest.raises(TimeoutError):
        slack.carrier.sent[-1].wait(0.5)
    assert slack.carrier.sent[-1].status == 500
    desk.broken = False
    slack.redeliver().wait()
    assert len(desk.submitted) == 1


def test_http_mode_without_a_secret_does_not_start(slack):
    app = SlackApp(settings_of(slack, mode="http", signing_secret=None), MemoryDesk(), lambda key: None)
    with pytest.raises(SettingsError, match="SLACK_SIGNING_SECRET"):
        app.start()
    with pytest.raises(SettingsError, match="SLACK_SIGNING_SECRET"):
        app.asgi()


def test_socket_mode_without_an_app_token_does_not_start(slack):
    app = SlackApp(settings_of(slack, app_token=None), MemoryDesk(), lambda key: None)
    with pytest.raises(SettingsError, match="SLACK_APP_TOKEN"):
        app.start()


def test_slack_that_is_down_at_the_start_is_joined_when_it_comes_and_again_after_an_outage():
    sandbox = SlackSandbox()
    port = int(sandbox.start().rsplit(":", 1)[1])
    settings = settings_of(sandbox)
    sandbox.stop()
    desk = MemoryDesk()
    app = SlackApp(settings, desk, lambda key: None)
    began = time.monotonic()
    app.start()
    assert time.monotonic() - began < 0.5
    assert not app.connected
    time.sleep(0.3)
    sandbox.start(port)
    assert sandbox.connected(5)
    sandbox.say("C0TRIAGE", "U0ADA", "before")
    desk.wait_for(lambda: len(desk.submitted) == 1)
    sandbox.carrier.disconnect()
    sandbox.say("C0TRIAGE", "U0ADA", "while it reconnects")
    desk.wait_for(lambda: len(desk.submitted) == 2)
    app.stop()
    sandbox.stop()


def test_importing_the_integration_imports_no_sdk():
    code = (
        "import sys, bot.integrations.slack.source, bot.integrations.slack.destination, bot.sandbox.slack\n"
        "import bot.integrations.slack.checks, bot.integrations.slack.manifest\n"
        "sdks = ('slack_sdk', 'slack_bolt', 'starlette', 'uvicorn', 'websockets')\n"
        "print([name for name in sys.modules if name.split('.')[0] in sdks])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
