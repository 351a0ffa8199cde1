import logging
import os
import signal
import subprocess
import sys

import httpx
import pytest

from bot.commands.serve import say_what_lacks
from bot.sandbox.jira import JiraSandbox
from bot.sandbox.slack import APP_TOKEN, BOT_TOKEN, SlackSandbox
from bot.settings import load_settings

VENDORS = ("SLACK_", "JIRA_", "DATABASE_URL", "SECONDLINE_")


def serving(folder, **settings) -> subprocess.Popen:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(VENDORS)}
    environment |= {"SECONDLINE_ENGINE__STATE_DIR": str(folder), "SECONDLINE_SERVING__PORT": "0", **settings}
    command = [sys.executable, "-m", "bot", "serve"]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment)


def test_it_serves_until_sigterm_and_then_ends_well(tmp_path):
    with serving(tmp_path / "state") as process:
        said = next(line for line in process.stderr if "readyz" in line)
        url = said.partition("health at ")[2].partition(". Ctrl-C")[0]
        assert httpx.get(url).text == "ok\n"
        port = url.split(":")[2].partition("/")[0]
        with serving(tmp_path / "other", SECONDLINE_SERVING__PORT=port) as second:
            busy = second.communicate(timeout=20)[1]
        process.send_signal(signal.SIGTERM)
        left = process.communicate(timeout=20)[1]
    assert "neither Slack nor Jira; SQLite in" in said
    assert (process.returncode, "Traceback" in left) == (0, False)
    assert (second.returncode, busy) == (
        3,
        f"secondline: cannot listen on 127.0.0.1:{port} (settings serving.host and .port): Address already in use\n",
    )


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"DATABASE_URL": "postgresql://kim:secret@127.0.0.1:1/db"}, "engine.database_url: the database cannot be"),
        ({"SLACK_BOT_TOKEN": "xoxb-1"}, "SLACK_APP_TOKEN"),
    ],
)
def test_what_cannot_work_ends_at_once_with_one_line(tmp_path, settings, says):
    with serving(tmp_path, **settings) as process:
        said = process.communicate(timeout=20)[1]
    assert (process.returncode, says in said, said.count("\n")) == (3, True, 1)
    assert "secret" not in said


def test_a_credential_that_is_refused_is_said_in_one_line_each(caplog):
    slack, jira = SlackSandbox(), JiraSandbox()
    slack.start()
    jira.start()
    try:
        right = {
            "slack": {"api_url": slack.api_url, "bot_token": BOT_TOKEN, "app_token": APP_TOKEN},
            "jira": {"url": jira.url, "token": jira.token},
        }
        wrong = {"slack": {**right["slack"], "bot_token": "xoxb-wrong"}, "jira": {**right["jira"], "token": "wrong"}}
        caplog.set_level(logging.WARNING, "bot.commands.serve")
        say_what_lacks(load_settings(environment={}, overrides=right))
        assert caplog.messages == []
        say_what_lacks(load_settings(environment={}, overrides=wrong))
    finally:
        slack.stop()
        jira.close()
    assert [message.partition(":")[0] for message in caplog.messages] == ["slack token", "jira account"]
    assert all("; to do: " in message and "\n" not in message for message in caplog.messages)
