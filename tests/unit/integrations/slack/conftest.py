"""A Slack server, the bot in it over Socket Mode, and a front desk in memory.

The Socket Mode client takes three seconds to stop, so one bot serves a module; each test has a desk of its own.
"""

from dataclasses import dataclass, field

import pytest

from bot.integrations.slack.source import SlackApp
from bot.sandbox.slack import SlackSandbox
from bot.settings import SlackSettings
from tests.cards import settings_of
from tests.desk import MemoryDesk


@pytest.fixture
def slack():
    sandbox = SlackSandbox()
    sandbox.start()
    yield sandbox
    sandbox.stop()


@pytest.fixture
def slack_settings(slack) -> SlackSettings:
    return settings_of(slack)


class TurningDesk:
    """Passes all on to the desk of the test that runs."""

    def __init__(self) -> None:
        self.desk = MemoryDesk()

    def __getattr__(self, name):
        return getattr(self.desk, name)


@dataclass
class Live:
    """A bot that is connected, and what surrounds it."""

    slack: SlackSandbox
    turning: TurningDesk = field(default_factory=TurningDesk)
    jira: dict = field(default_factory=dict)

    @property
    def desk(self) -> MemoryDesk:
        return self.turning.desk

    def fetch(self, key: str):
        found = self.jira.get(key)
        if isinstance(found, Exception):
            raise found
        return found

    def told(self, words: str) -> dict:
        """Wait until a person was told something that holds `words`."""

        def shown():
            return next((one for one in self.slack.ephemerals() if words in one["text"] + str(one["blocks"])), None)

        return self.slack.wait_for(shown, 5)


@pytest.fixture(scope="module")
def bot_in_slack():
    sandbox = SlackSandbox()
    sandbox.start()
    live = Live(sandbox)
    app = SlackApp(settings_of(sandbox), live.turning, live.fetch)
    app.start()
    assert sandbox.connected()
    yield live
    app.stop()
    sandbox.stop()


@pytest.fixture
def live(bot_in_slack) -> Live:
    bot_in_slack.turning.desk = MemoryDesk()
    bot_in_slack.jira.clear()
    bot_in_slack.slack.workspace.ephemerals.clear()
    bot_in_slack.slack.workspace.views.clear()
    bot_in_slack.slack.recover()
    return bot_in_slack
