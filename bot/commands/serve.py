"""`secondline serve`: the bot itself, until it is told to stop."""

from __future__ import annotations

import logging
import signal
import threading
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands.output import console, people_first, settings
from bot.model.check import Check, CheckState

if TYPE_CHECKING:
    from bot.settings import Settings

log = logging.getLogger(__name__)


class Role(StrEnum):
    """What this process does."""

    ALL = "all"
    FRONT = "front"
    WORKER = "worker"


def serve(
    context: typer.Context,
    role: Annotated[
        Role, typer.Option("--role", help="front: Slack and webhooks; worker: queue, polling, posting; all: both.")
    ] = Role.ALL,
) -> None:
    """Run the bot until SIGTERM or Ctrl-C.

    Work under way is resumed at the next start.
    """
    with people_first():
        from bot.app import Application
        from bot.parts import Parts

        logging.getLogger("bot").setLevel(logging.INFO)
        chosen = settings(context)
        application = Application(Parts(chosen), front=role is not Role.WORKER, worker=role is not Role.FRONT)
        ended = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: ended.set())
        application.start()
        try:
            console(err=True).print(f"[dim]{application.summary()}[/dim]")
            threading.Thread(target=say_what_lacks, args=(chosen,), daemon=True, name="credentials").start()
            ended.wait()
        finally:
            application.stop()


def say_what_lacks(chosen: Settings) -> None:
    """Log a line for each credential, scope or right that lacks at Slack and Jira: nobody runs the doctor first.

    It only says so: a system that is away now may be back in a minute, and the bot then goes on by itself.
    """
    from bot.integrations.jira.checks import check_jira
    from bot.integrations.slack.checks import check_slack

    checks: list[Check] = [*check_slack(chosen.slack), *check_jira(chosen.jira)]
    for check in checks:
        if check.state is CheckState.FAILED:
            log.warning("%s %s: %s; to do: %s", check.system, check.name, check.detail, check.remedy or "see its log")
