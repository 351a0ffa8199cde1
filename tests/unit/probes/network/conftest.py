from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.probes.network.view import open_view
from bot.probes.session import Session
from bot.sandbox.network import NetworkSandbox
from bot.settings import NetworkSettings


@pytest.fixture(scope="session")
def running_sandbox():
    sandbox = NetworkSandbox()
    sandbox.load([])
    yield sandbox
    sandbox.stop()


@pytest.fixture
def ask(running_sandbox):
    """Serve some hosts and run one probe against them: gives all findings."""

    def asked(probe: str, hosts, overrides=None, **arguments):
        running_sandbox.load(hosts)
        settings = NetworkSettings(**{**running_sandbox.settings(), **(overrides or {})})
        session = Session({"network": open_view(settings)}, {}, datetime.now(UTC) + timedelta(minutes=1))
        return session.run(probe, arguments)

    return asked
