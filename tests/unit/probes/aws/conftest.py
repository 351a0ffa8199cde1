from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.model.probe import ProbeSpec
from bot.probes.aws.view import open_view
from bot.probes.session import CallLog, Session
from bot.sandbox.aws import AwsSandbox
from bot.settings import AwsSettings


@pytest.fixture(scope="session")
def running_sandbox():
    sandbox = AwsSandbox()
    sandbox.start()
    yield sandbox
    sandbox.stop()


@pytest.fixture
def sandbox(running_sandbox):
    running_sandbox.load([])
    return running_sandbox


@pytest.fixture
def view_of(sandbox):
    """Open a view that may use `permissions`; gives the view and its log."""

    def opened(*permissions: str, planning: bool = False, targets=None, deadline=None, settings=None):
        settings = settings or AwsSettings(timeout_s=20, retries=0)
        until = deadline or datetime.now(UTC) + timedelta(minutes=1)
        view = open_view(settings, sandbox.environment())(targets or {}, until)
        log = CallLog()
        spec = ProbeSpec("aws.test.question", "aws", "A test.", (), permissions)
        return view.scoped(spec, log, planning=planning), log

    return opened


@pytest.fixture
def ask(sandbox):
    """Record some answers and run one probe against them: gives its outcome."""

    def asked(probe: str, answers, **arguments):
        sandbox.load(answers)
        opener = open_view(AwsSettings(timeout_s=20, retries=0), sandbox.environment())
        session = Session({"aws": opener}, {}, datetime.now(UTC) + timedelta(minutes=1))
        return session.run(probe, arguments)

    return asked


@pytest.fixture
def says():
    """Build recorded answers: `says(operation, answer, **when)`, and refusals with `code=`."""

    def said(operation: str, answer=None, /, *, code: str = "", status: int = 400, **when):
        entry = {"operation": operation, "when": when}
        return (
            {**entry, "error": {"code": code, "message": "no", "status": status}}
            if code
            else {**entry, "answer": answer}
        )

    return said
