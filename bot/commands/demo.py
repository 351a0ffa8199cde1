"""`secondline demo`: the whole product on this machine, with incidents that arrive by Jira and by chat."""

from __future__ import annotations

import sys
import threading
import time
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.commands.output import Exit, console, people_first

if TYPE_CHECKING:
    from rich.console import Console

    from bot.demonstration import Demonstration

ANSWER_WITHIN_S = 90.0
PAUSE_S = 0.6
SECONDARY_LINES = 6
"""Notes and evidence repeat what the card says, at length: the terminal shows how they begin."""


def demo(
    once: Annotated[
        bool, typer.Option("--once", help="End when every incident is answered, without a prompt.")
    ] = False,
) -> None:
    """Start sandbox and bot, let incidents arrive, and show the conversation.

    Afterwards it takes /l2 … and messages from the keyboard.

    No account, no network, nothing left behind.
    """
    with people_first():
        from bot.demonstration import Demonstration

        out = console()
        out.print("[bold]secondline demo[/bold]: a local Kubernetes, AWS, Jira and Slack, and the bot among them.")
        out.print("[dim]Every client is the real one; every server is on 127.0.0.1.[/dim]\n")
        with Demonstration() as stage:
            narrator = Narrator(stage, out)
            narrator.start()
            answered = stage.play(PAUSE_S, ANSWER_WITHIN_S)
            narrator.catch_up()
            _sum_up(stage, answered, out)
            if not once and sys.stdin.isatty():
                _converse(stage, narrator, out)
                out.print("[dim]Ending: bot and servers stop in good order.[/dim]")
            narrator.stop()
            if not answered:
                raise typer.Exit(Exit.FAILED)


class Narrator(threading.Thread):
    """Prints what people write and what the bot answers, each message once, cards when they are final."""

    def __init__(self, stage: Demonstration, out: Console) -> None:
        """Take the stage to watch and where to print."""
        super().__init__(daemon=True, name="narrator")
        self._stage, self._out = stage, out
        self._shown: set[str] = set()
        self._began = time.monotonic()
        self._ended = threading.Event()
        self._printing = threading.Lock()

    def run(self) -> None:
        """Print until stopped."""
        while not self._ended.is_set():
            self.catch_up()
            self._ended.wait(0.1)

    def stop(self) -> None:
        """Print what is left, and end."""
        self._ended.set()
        self.join(2)
        self.catch_up()

    def catch_up(self) -> None:
        """Print what is new."""
        with self._printing:
            for key, title, message in self._stage.news():
                if key not in self._shown:
                    self._shown.add(key)
                    self._print(title, message)

    def _print(self, title: str, message: dict[str, Any]) -> None:
        from bot.commands.conversation import render

        elapsed = time.monotonic() - self._began
        self._out.print(f"[dim]{elapsed:5.1f} s[/dim]  [bold cyan]{title}[/bold cyan]")
        secondary = "note" in title or str(message.get("text", "")).startswith("Evidence")
        most, width = SECONDARY_LINES if secondary else 0, self._out.width if self._out.is_terminal else 0
        self._out.print(render(message, margin="         │ ", most=most, width=width))


def _sum_up(stage: Demonstration, answered: bool, out: Console) -> None:
    from rich.text import Text

    for incident in stage.incidents:
        verdict = stage.verdict(incident)
        mark = "[green]✓[/green]" if verdict else "[red]✗[/red]"
        out.print(f" {mark} {incident.case.summary}")
        told = Text("→ ").append(verdict or "no answer yet")
        for line in told.wrap(out, out.width - 3) if out.is_terminal else [told]:
            out.print(Text("   ").append_text(line))
    if not answered:
        out.print("\n[red]Not every incident was answered in time.[/red]")


def _converse(stage: Demonstration, narrator: Narrator, out: Console) -> None:
    out.print("\nNow you: [bold]/l2 help[/bold], [bold]/l2 run kubernetes/namespace-health namespace=shop[/bold],")
    out.print("or describe a problem in your own words. Empty line or Ctrl-D ends.\n")
    while True:
        try:
            line = input("you> ").strip()
        except EOFError:
            out.print()
            return
        if not line or line in ("quit", "exit"):
            return
        stage.type(line)
        time.sleep(0.3)
        stage.settle(20)
        narrator.catch_up()
