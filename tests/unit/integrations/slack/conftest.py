"""A Slack server, and the settings of a client to it."""

import pytest

from bot.sandbox.slack import SlackSandbox
from bot.settings import SlackSettings
from tests.cards import settings_of


@pytest.fixture
def slack():
    sandbox = SlackSandbox()
    sandbox.start()
    yield sandbox
    sandbox.stop()


@pytest.fixture
def slack_settings(slack) -> SlackSettings:
    return settings_of(slack)
