from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.model.errors import DeadlineExceeded, ReadOnlyViolation
from bot.model.probe import ProbeSpec
from bot.probes.network.view import open_view
from bot.probes.session import CallLog
from bot.settings import NetworkSettings

HOST = "shop.example.com"


def opened(settings: NetworkSettings, *permissions: str, planning: bool = False, seconds: int = 60):
    log = CallLog()
    view = open_view(settings)({}, datetime.now(UTC) + timedelta(seconds=seconds))
    spec = ProbeSpec("network.test.question", "network", "A test.", (), permissions)
    return view.scoped(spec, log, planning=planning), log


def settings(sandbox, **more):
    return NetworkSettings(**{**sandbox.settings(), **more})


def test_probe_that_only_resolves_cannot_connect(running_sandbox):
    running_sandbox.load([{"host": HOST}])
    view, log = opened(settings(running_sandbox), "resolve")
    assert view.resolve(HOST).addresses == ("203.0.113.10",)
    with pytest.raises(ReadOnlyViolation, match="connect"):
        view.handshake(HOST, 443)
    assert [call.operation for call in log.calls] == [f"resolve A {HOST}"]


def test_host_is_resolved_once_and_pinned(running_sandbox):
    running_sandbox.load([{"host": HOST, "addresses": ["8.8.4.4"]}])
    view, log = opened(settings(running_sandbox, connect_to={}), "connect")
    first = view.pin(HOST, 443)
    running_sandbox.load([{"host": HOST, "addresses": ["127.0.0.1"]}])
    assert view.pin(HOST, 8443).address == first.address == "8.8.4.4"
    assert len(log.calls) == 1


def test_one_forbidden_address_among_good_ones_is_enough_to_refuse(running_sandbox):
    running_sandbox.load([{"host": HOST, "addresses": ["8.8.4.4", "169.254.169.254"]}])
    view, log = opened(settings(running_sandbox, connect_to={}), "connect")
    assert view.pin(HOST, 80) is None
    assert "169.254.169.254" in log.gaps[0].what


def test_planning_sends_nothing(running_sandbox):
    running_sandbox.load([{"host": HOST}])
    view, log = opened(settings(running_sandbox), "connect", planning=True)
    assert view.handshake(HOST, 443) is None
    assert [call.outcome for call in log.calls] == ["planned"]
    assert log.gaps == []


def test_nothing_is_sent_after_the_deadline(running_sandbox):
    running_sandbox.load([{"host": HOST}])
    view, _ = opened(settings(running_sandbox), "connect", seconds=-1)
    with pytest.raises(DeadlineExceeded):
        view.handshake(HOST, 443)
