"""`secondline serve`: the bot itself, until it is told to stop."""

from __future__ import annotations

import logging
import signal
import threading
from enum import StrEnum
from typing import Annotated

import typer

from bot.commands.output import console, people_first, settings


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
    """Run the bot until SIGTERM or Ctrl-C. Work under way is resumed at the next start."""
    with people_first():
        from bot.app import Application
        from bot.parts import Parts

        logging.getLogger("bot").setLevel(logging.INFO)
        application = Application(
            Parts(settings(context)), front=role is not Role.WORKER, worker=role is not Role.FRONT
        )
        ended = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: ended.set())
        application.start()
        try:
            console(err=True).print(f"[dim]{application.summary()}[/dim]")
            ended.wait()
        finally:
            application.stop()
