"""A launched engine over SQLite, with a chain and a destination that the test can steer."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest

from bot.engine.durable import DurableEngine
from bot.engine.frontdesk import EngineFrontDesk
from bot.engine.workload import DeskTools, Workload
from bot.model.delivery import Delivery
from bot.model.match import Candidate, Decision, Match
from bot.model.ports import Checkpoint
from bot.model.report import Card, Escalation, Report
from bot.model.run import ApiCall
from bot.model.runbook import Disposition, Runbook
from bot.model.ticket import Address, Origin, Priority, RawMessage, Ticket
from bot.pipeline import addressing
from bot.pipeline.delivering import Attempt, attempt
from bot.pipeline.receiving import receive
from bot.pipeline.routing import Places
from bot.settings import EngineSettings
from bot.store.stores import Stores
from tests.builders import NOON, a_runbook, noon

PLACES = Places(destinations=frozenset({"board"}))


def cards(card: Card) -> Sequence[Delivery]:
    return addressing.deliveries(card, PLACES)


def a_message(number: int = 1, summary: str = "checkout is down") -> RawMessage:
    return RawMessage(
        Origin("tests", "local", f"OPS-{number}", "r1"), summary, reply_to=(Address("board", f"C{number}"),)
    )


@dataclass
class Wall:
    """A destination in memory; `fails` is raised by its calls while it is set."""

    name: str = "board"
    posts: list[str] = field(default_factory=list)
    shown: dict[str, Card] = field(default_factory=dict)
    fails: Exception | None = None

    def find(self, delivery: Delivery) -> str | None:
        if self.fails:
            raise self.fails
        return delivery.key if delivery.key in self.shown else None

    def publish(self, delivery: Delivery) -> str:
        self.posts.append(delivery.ticket)
        self.shown[delivery.key] = delivery.content
        return f"{delivery.address.target}/17.{len(self.posts)}"

    def revise(self, delivery: Delivery) -> None:
        if self.fails:
            raise self.fails
        self.shown[delivery.key] = delivery.content

    def stages(self) -> list[str]:
        return [card.stage for card in self.shown.values()]


@dataclass
class Rig:
    """Everything around one engine. `hook` is called within the chain's only step, and may raise or wait."""

    settings: EngineSettings
    stores: Stores
    wall: Wall = field(default_factory=Wall)
    runbooks: Mapping[str, Runbook] = field(default_factory=lambda: {one.id: one for one in (a_runbook(),)})
    hook: Callable[[Ticket], None] = lambda _ticket: None
    jobs: dict[str, Callable[[datetime], None]] = field(default_factory=dict)
    triaged: list[Ticket] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    def launch(self, *, works: bool = True) -> DurableEngine:
        self.engine = DurableEngine(self.settings, self.stores, on_lost=lambda: self.lost.append("lost"))
        tools = DeskTools(
            receive=lambda raw: receive(raw, noon),
            runbooks=self.runbooks,
            rank=lambda words: [one for one in self.runbooks if words in one],
            plan=self._plan,
            deliveries=cards,
            hand_over=self._hand_over,
        )
        self.front = EngineFrontDesk(self.engine, self.stores, tools)
        self.engine.launch(Workload(self.triage, self.attempt, self.jobs), works=works)
        return self.engine

    def attempt(self, key: str, last: bool) -> Attempt:
        return attempt(key, self.stores.outbox, {"board": self.wall}, last=last)

    def triage(self, ticket: Ticket, step: Checkpoint) -> Report:
        runbook = ticket.invocation.runbook if ticket.invocation else "kubernetes/pod-crashloop"
        match = step("match", Match, lambda: self._matched(ticket, runbook))
        report = step("report", Report, lambda: self._reported(ticket, runbook))
        keys = step(
            "intend-reported", tuple[str, ...], lambda: self._intended(Card(ticket, "reported", match, report=report))
        )
        self.engine.dispatch(keys, "reported")
        return report

    def _matched(self, ticket: Ticket, runbook: str) -> Match:
        self.hook(ticket)
        parameters = ticket.invocation.parameters if ticket.invocation else {"namespace": "shop"}
        match = Match(ticket.id, Decision.RUN, (Candidate(runbook, "It", 1.0),), parameters)
        self.stores.records.keep_match(match)
        return match

    def _reported(self, ticket: Ticket, runbook: str) -> Report:
        self.triaged.append(ticket)
        report = Report(ticket.id, "", runbook, "It crashes.", Disposition.ADVISE, "engineer", "desk", fingerprint="f")
        self.stores.records.keep_report(report)
        return report

    def _intended(self, card: Card) -> tuple[str, ...]:
        wanted = cards(card)
        self.stores.records.intend(wanted)
        return tuple(delivery.key for delivery in wanted)

    def _plan(self, runbook: str, parameters: Mapping[str, str]) -> tuple[ApiCall, ...]:
        return (ApiCall("kubernetes", f"{runbook} {dict(parameters)}", "planned"),)

    def _hand_over(self, ticket: Ticket, report: Report | None, runbook: Runbook | None, reason: str) -> Escalation:
        return Escalation(ticket.id, reason, "platform", "board:oncall", Priority.P2, NOON, "hand-over")

    def state(self, ticket: str) -> str:
        return self.stores.tickets.status(ticket, 1)[0].state


def until(condition: Callable[[], object], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state folder whose tables and queues exist: a new one costs a second each time."""
    folder = tmp_path_factory.mktemp("prepared")
    settings = EngineSettings(state_dir=folder, executor_id="one")
    rig = Rig(settings, Stores.open(settings))
    rig.launch().close(patience_s=0)
    rig.stores.close()
    return folder


@pytest.fixture
def idle_rig(tmp_path: Path, prepared: Path) -> Iterator[Rig]:
    """A rig whose engine the test launches."""
    shutil.copytree(prepared, tmp_path, dirs_exist_ok=True)
    settings = EngineSettings(state_dir=tmp_path, executor_id="one", lease_s=5)
    rig = Rig(settings, Stores.open(settings))
    yield rig
    rig.engine.close(patience_s=0)
    rig.stores.close()


@pytest.fixture
def rig(idle_rig: Rig) -> Rig:
    """A rig with a launched engine."""
    idle_rig.launch()
    return idle_rig


@pytest.fixture
def wait() -> Callable[..., None]:
    """Wait until something holds."""
    return until


@pytest.fixture
def message() -> Callable[..., RawMessage]:
    """Make a raw message."""
    return a_message
