"""A local Jira of each flavour, and a client of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pydantic import SecretStr

from bot.integrations.jira.client import JiraClient
from bot.sandbox.jira import JiraSandbox
from bot.settings import JiraSettings


@pytest.fixture(scope="session", params=["cloud", "datacenter"])
def served(request: pytest.FixtureRequest) -> Iterator[JiraSandbox]:
    sandbox = JiraSandbox(request.param, time_zone="America/New_York")
    sandbox.start()
    yield sandbox
    sandbox.close()


@pytest.fixture
def jira(served: JiraSandbox) -> JiraSandbox:
    served.reset()
    return served


@pytest.fixture
def cloud() -> Iterator[JiraSandbox]:
    sandbox = JiraSandbox("cloud")
    sandbox.start()
    yield sandbox
    sandbox.close()


@pytest.fixture
def settings_of() -> Callable[..., JiraSettings]:
    def settings(sandbox: JiraSandbox, **more: Any) -> JiraSettings:
        values = {"url": sandbox.url, "user": sandbox.user, "token": SecretStr(sandbox.token), **more}
        return JiraSettings(**values)

    return settings


@pytest.fixture
def client(jira: JiraSandbox, settings_of: Callable[..., JiraSettings]) -> JiraClient:
    return JiraClient(settings_of(jira))
