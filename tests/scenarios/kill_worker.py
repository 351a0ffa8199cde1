"""A worker process for `test_kill.py`: the real stores, engine and chain; one runbook of two waves; it kills itself.

Started once, it imports everything and then forks a process for each line that it reads on standard input, a JSON
object that describes one life; it answers with the exit status of that life. A life submits its tickets, works, and
ends by SIGKILL at its boundary, at a random moment from outside, or in good order when all is done.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import dbos  # noqa: F401 - imported before the fork, so that each life starts at once
import httpx
from dbos import _sys_db_sqlite  # noqa: F401

from bot.engine import history
from bot.engine.durable import DurableEngine
from bot.engine.frontdesk import EngineFrontDesk
from bot.engine.workload import DeskTools, Workload
from bot.model.delivery import Delivery
from bot.model.errors import Unavailable
from bot.model.finding import Finding, Severity, Status
from bot.model.match import Candidate, Decision, Match
from bot.model.ports import Checkpoint
from bot.model.probe import ProbeOutcome, ProbeSpec
from bot.model.report import Report
from bot.model.resource import Resource
from bot.model.runbook import Conclusion, EscalationRule, Runbook, Step, Triggers
from bot.model.ticket import Address, Origin, RawMessage, Ticket
from bot.pipeline import addressing, delivering, flow
from bot.pipeline.escalating import hand_over
from bot.pipeline.receiving import receive
from bot.pipeline.routing import Places, Routing, Team
from bot.settings import EngineSettings
from bot.store.stores import Stores

RUNBOOK = Runbook(
    id="test/two-waves",
    title="Two waves",
    purpose="Two probes, one after the other",
    not_for=(),
    owner="tests",
    reviewed=date(2026, 1, 1),
    triggers=Triggers(("it broke",)),
    parameters=(),
    steps=(
        Step("first", "kubernetes.pod.waiting", "to see it"),
        Step("second", "kubernetes.pod.waiting", "to see why", after=("first",)),
    ),
    conclusions=(),
    otherwise=Conclusion(),
    escalation=EscalationRule("tests"),
)
PLACES = Places(destinations=frozenset({"board"}))
ROUTING = Routing(default_team="tests", teams={"tests": Team()})


def now() -> datetime:
    return datetime.now(UTC)


def match(ticket: Ticket) -> Match:
    return Match(ticket.id, Decision.RUN, (Candidate(RUNBOOK.id, RUNBOOK.title, 1.0),), {}, (), "it says so")


def message(number: int) -> RawMessage:
    origin, there = Origin("tests", "local", f"T-{number}"), Address("board", f"{number}")
    return RawMessage(origin, f"it broke {number}", reply_to=(there,))


class Probes:
    """One probe that finds the same fault each time. Is its own session."""

    def specs(self) -> Mapping[str, ProbeSpec]:
        return {"kubernetes.pod.waiting": ProbeSpec("kubernetes.pod.waiting", "kubernetes", "Why it waits", (), ())}

    def session(self, targets: Mapping[str, str], deadline: datetime) -> Probes:
        return self

    def run(self, probe: str, arguments: Mapping[str, object]) -> ProbeOutcome:
        pod = Resource("kubernetes", "blue", "shop", "Pod", "web-1")
        return ProbeOutcome((Finding(probe, pod, Status.CRITICAL, "It is stuck.", Severity.HIGH, "stuck"),))

    def plan(self, probe: str, arguments: Mapping[str, object]) -> tuple[Any, ...]:
        return ()

    def close(self) -> None:
        return None


class Killer:
    """Kills this process the first time that it comes to a boundary."""

    def __init__(self, boundary: str) -> None:
        self._boundary = boundary

    def at(self, boundary: str) -> None:
        if boundary == self._boundary:
            os.kill(os.getpid(), signal.SIGKILL)

    def watching(self, step: Checkpoint) -> Checkpoint:
        def checkpoint(name: str, outcome: type[Any], work: Callable[[], Any]) -> Any:
            def watched() -> Any:
                done = work()
                self.at(f"{name}:unsaved")
                return done

            self.at(f"{name}:before")
            done = step(name, outcome, watched)
            self.at(f"{name}:after")
            return done

        return checkpoint


@dataclass(frozen=True)
class Board:
    """A destination over HTTP, whose server is in the test's own process."""

    url: str
    killer: Killer
    name: str = "board"
    client: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=10, trust_env=False))

    def find(self, delivery: Delivery) -> str | None:
        found = self._ask("GET", delivery)
        return str(found["receipt"]) if found["receipt"] else None

    def publish(self, delivery: Delivery) -> str:
        self.killer.at("post:before")
        receipt = str(self._ask("POST", delivery)["receipt"])
        self.killer.at("post:unsaved")
        return receipt

    def revise(self, delivery: Delivery) -> None:
        self.killer.at("revise:before")
        self._ask("PUT", delivery)
        self.killer.at("revise:unsaved")

    def _ask(self, method: str, delivery: Delivery) -> dict[str, Any]:
        body = {"ticket": delivery.ticket, "stage": delivery.content.stage, "receipt": delivery.receipt}
        try:
            answer = self.client.request(method, f"{self.url}/{delivery.key}", params=body)
        except httpx.HTTPError as error:
            raise Unavailable(str(error) or "no answer", system="board", operation=method) from error
        if answer.status_code >= 500:
            raise Unavailable("the board is down", system="board", operation=method)
        return dict(answer.json())


def live(life: Mapping[str, Any]) -> None:
    """Live one life, as `life` says: boundary, tickets, ledger, board, state_dir, database_url, executor.

    What was taken in is written to the ledger: its source will not give it again.
    """
    logging.getLogger("bot").setLevel(logging.ERROR)
    settings = EngineSettings(
        state_dir=Path(life["state_dir"]),
        database_url=life["database_url"] or None,
        executor_id=life["executor"],
        lease_s=life["lease_s"],
        workers=4,
    )
    killer = Killer(life["boundary"])
    stores = Stores.open(settings)
    engine = DurableEngine(settings, stores)
    desk = flow.Desk(
        matcher=match,
        runbooks={RUNBOOK.id: RUNBOOK},
        probes=Probes(),
        routing=ROUTING,
        places=PLACES,
        records=stores.records,
        clock=now,
        dispatch=engine.dispatch,
        progress=lambda _card: None,
    )
    destinations = {"board": Board(life["board"], killer)}

    def attempt(key: str, last: bool) -> delivering.Attempt:
        done = delivering.attempt(key, stores.outbox, destinations, last=last)
        killer.at("attempt:unsaved")
        return done

    def triage(ticket: Ticket, step: Checkpoint) -> Report:
        report = flow.triage(ticket, desk, killer.watching(step))
        killer.at("chain:after")
        return report

    engine.launch(Workload(triage, attempt))
    front = EngineFrontDesk(
        engine,
        stores,
        DeskTools(
            receive=lambda raw: receive(raw, now),
            runbooks={RUNBOOK.id: RUNBOOK},
            rank=lambda _words: (),
            plan=lambda _runbook, _parameters: (),
            deliveries=lambda card: addressing.deliveries(card, PLACES),
            hand_over=lambda ticket, report, runbook, reason: hand_over(
                ticket, report, runbook, ROUTING, now, reason=reason
            ),
        ),
    )
    with Path(life["ledger"]).open("a", buffering=1) as ledger:
        for number in life["tickets"]:
            front.submit(message(number))
            ledger.write(f"{number}\n")
    while not (life["finish"] and history.idle()):
        time.sleep(0.05)
    engine.close()
    stores.close()


def main() -> None:
    """Fork a life for each line of input; answer each with its exit status."""
    for line in sys.stdin:
        life = json.loads(line)
        child = os.fork()
        if not child:
            live(life)
            os._exit(0)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
