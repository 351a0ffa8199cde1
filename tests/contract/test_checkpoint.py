"""The law of a checkpoint: it gives what the work brought, in its type. The engine's also remembers it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.engine import history
from bot.engine.durable import DurableEngine
from bot.engine.names import triage_id
from bot.engine.workload import Workload
from bot.model import Candidate, Decision, Disposition, Match, Report, Ticket
from bot.model.delivery import DeliveryState
from bot.model.errors import InputError, NotFound
from bot.model.explanation import Explanation, RootCause
from bot.model.ports import Checkpoint
from bot.pipeline.delivering import Attempt
from bot.pipeline.single import Notebook
from bot.settings import EngineSettings
from bot.store.stores import Stores
from tests.builders import a_finding, a_ticket
from tests.unit.engine.conftest import until

REPORT = Report("t-1", "", "", "It crashes.", Disposition.ADVISE, "engineer", "desk", fingerprint="f")
MATCH = Match("t-1", Decision.RUN, (Candidate("kubernetes/image-pull", "It", 0.9, ("a signal",)),), {"namespace": "s"})

Within = Callable[[Checkpoint], None]


@dataclass
class Engine:
    """A launched engine whose only work is what the test gives it; an error of that work is kept for the test."""

    settings: EngineSettings
    stores: Stores
    work: Within = lambda _step: None
    errors: list[BaseException] = field(default_factory=list)

    def launch(self) -> None:
        self.engine = DurableEngine(self.settings, self.stores)
        self.engine.launch(Workload(self._triage, lambda _key, _last: Attempt(DeliveryState.DELIVERED)))

    def _triage(self, _ticket: Ticket, step: Checkpoint) -> Report:
        try:
            self.work(step)
        except (AssertionError, InputError, NotFound) as error:
            self.errors.append(error)
        return REPORT

    def run(self, work: Within, turn: str) -> None:
        """Do `work` within a workflow of its own, wait for its end, and raise what the chain saw."""
        self.work = work
        self.engine.triage("t-1", triage_id("t-1", turn))
        until(lambda: history.state(triage_id("t-1", turn)) in history.ENDED)
        if self.errors:
            raise self.errors.pop()
        assert history.state(triage_id("t-1", turn)) == "SUCCESS"


@pytest.fixture(scope="module")
def durable(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    settings = EngineSettings(state_dir=tmp_path_factory.mktemp("state"), executor_id="one", lease_s=5)
    engine = Engine(settings, Stores.open(settings))
    engine.stores.tickets.add(a_ticket(), triage_id("t-1"))
    engine.launch()
    yield engine
    engine.engine.close(patience_s=0)
    engine.stores.close()


@pytest.fixture(params=["durable", "notebook"])
def within(request: pytest.FixtureRequest) -> Callable[[Within], None]:
    """Give a function that hands a checkpoint to the test's work, where that checkpoint may be used."""
    if request.param == "notebook":
        return lambda work: work(Notebook().checkpoint)
    engine: Engine = request.getfixturevalue("durable")
    return lambda work: engine.run(work, request.node.name)


@pytest.mark.parametrize(
    ("outcome", "value"),
    [
        (str, "{{ ''.__class__ }} \u00e9"), (bool, False), (tuple[str, ...], ("d-1", "d-2")), (tuple[str, ...], ()),
        (Match, MATCH), (Report, REPORT), (Ticket, a_ticket()),
        (Explanation, Explanation((RootCause(a_finding(), (a_finding(),)),))),
    ],
)  # fmt: skip
def test_outcome_comes_back_equal_and_in_its_type(within: Callable, outcome: type, value: object) -> None:
    def work(step: Checkpoint) -> None:
        assert step("one", outcome, lambda: value) == value

    within(work)


def test_each_arrow_is_done_once_in_the_order_of_the_chain(within: Callable) -> None:
    done: list[str] = []

    def note(name: str) -> str:
        done.append(name)
        return name

    def work(step: Checkpoint) -> None:
        for name in ("match", "report", "match"):
            assert step(name, str, lambda name=name: note(name)) == name

    within(work)
    assert done == ["match", "report", "match"]


def test_error_of_the_work_reaches_the_chain(within: Callable) -> None:
    def refuse() -> str:
        raise InputError("the namespace is no name")

    def work(step: Checkpoint) -> None:
        step("one", str, refuse)

    with pytest.raises(InputError, match="the namespace is no name"):
        within(work)


def test_finished_work_is_not_repeated_when_the_workflow_runs_again(durable: Engine) -> None:
    done: list[str] = []
    entered, leave = threading.Event(), threading.Event()

    def hang_once() -> str:
        done.append("second")
        if done.count("second") == 1:
            entered.set()
            leave.wait(20)
            raise NotFound("this replica is dead")
        return "two"

    def first() -> Match:
        done.append("first")
        return MATCH

    seen: list[object] = []

    def work(step: Checkpoint) -> None:
        seen.append(step("first", Match, first))
        seen.append(step("second", str, hang_once))

    durable.work = work
    durable.engine.triage("t-1", triage_id("t-1", "killed"))
    assert entered.wait(20)
    durable.engine.close(patience_s=0)
    durable.launch()
    until(lambda: history.state(triage_id("t-1", "killed")) == "SUCCESS")
    leave.set()
    assert done == ["first", "second", "second"]
    assert seen == [MATCH, MATCH, "two"]


def test_workflow_that_ended_does_nothing_when_it_is_queued_again(durable: Engine, tmp_path: Path) -> None:
    done: list[str] = []
    for _ in range(2):
        durable.run(lambda step: done.append(step("one", str, lambda: "once")), "queued twice")
    assert done == ["once"]
