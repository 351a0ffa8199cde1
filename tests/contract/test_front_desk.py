"""The law of a front desk: the engine's over SQLite, and the twin in memory that the listeners are tested with."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

import pytest

from bot.model import Address, ApiCall, Origin, RawMessage
from bot.model.errors import InputError
from bot.model.ports import FrontDesk
from bot.pipeline.extracting import check_given
from bot.settings import EngineSettings
from bot.store.stores import Stores
from tests.builders import NOON, a_runbook
from tests.desk import MemoryDesk
from tests.unit.engine.conftest import Rig

PULL = "kubernetes/image-pull"
numbers = itertools.count(1)


@dataclass(frozen=True)
class Case:
    """A desk that knows the runbook `PULL`, and how many voted for and against a ticket's report."""

    desk: FrontDesk
    votes: Callable[[str], tuple[int, int]]


class Queueing(Rig):
    """A rig that refuses what the real dry run refuses."""

    def _plan(self, runbook: str, parameters: Mapping[str, str]) -> tuple[ApiCall, ...]:
        checked = check_given(self.runbooks[runbook], parameters)
        return (ApiCall("kubernetes", f"GET /api/v1/namespaces/{checked['namespace']}/pods", "planned"),)


@pytest.fixture(scope="module")
def memory() -> Case:
    desk = MemoryDesk()

    def votes(ticket: str) -> tuple[int, int]:
        given = [useful for (voted, _), useful in desk.votes.items() if voted == ticket]
        return sum(given), len(given) - sum(given)

    return Case(desk, votes)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    """The engine only queues, so that a triage that was asked for is still to be stopped."""
    settings = EngineSettings(state_dir=tmp_path_factory.mktemp("state"), executor_id="one")
    rig = Queueing(settings, Stores.open(settings), runbooks={PULL: a_runbook(PULL, title="Image cannot be pulled")})
    rig.launch(works=False)
    yield Case(rig.front, rig.stores.journal.votes)
    rig.engine.close(patience_s=0)
    rig.stores.close()


@pytest.fixture(params=["memory", "engine"])
def case(request: pytest.FixtureRequest) -> Case:
    return request.getfixturevalue(request.param)


def a_message(revision: str = "r1", key: str = "", place: str = "") -> RawMessage:
    """A message that no other test has brought, unless `key` says which."""
    number = next(numbers)
    key = key or f"OPS-{number}"
    return RawMessage(
        Origin("tests", "local", key, revision),
        "checkout is down",
        reply_to=(Address("board", place or key),),
        received_at=NOON + timedelta(seconds=number),
    )


def test_message_that_arrives_twice_is_fresh_once(case: Case) -> None:
    raw = a_message()
    first, again = case.desk.submit(raw), case.desk.submit(raw)
    assert (first.fresh, again.fresh) == (True, False)
    assert first.ticket == again.ticket


def test_reworded_message_is_another_ticket(case: Case) -> None:
    raw = a_message()
    first, other = case.desk.submit(raw), case.desk.submit(a_message("r2", raw.origin.key))
    assert other.fresh
    assert other.ticket != first.ticket


def test_event_is_new_once(case: Case) -> None:
    event = f"Ev{next(numbers)}"
    assert [case.desk.first_time(one) for one in (event, event, f"{event}x")] == [True, False, True]


def test_answer_counts_once_for_its_click_and_anew_for_another(case: Case) -> None:
    ticket, click = case.desk.submit(a_message()).ticket, f"click-{next(numbers)}"
    answers = [case.desk.ask_again(ticket, PULL, {"namespace": "shop"}, "Ada", one) for one in (click, click, "later")]
    assert [(one.ticket, one.fresh) for one in answers] == [(ticket, True), (ticket, False), (ticket, True)]


def test_answer_about_a_ticket_or_runbook_that_is_not_known_is_refused(case: Case) -> None:
    with pytest.raises(InputError, match="t-none"):
        case.desk.ask_again("t-none", PULL, {}, "Ada", f"click-{next(numbers)}")
    ticket, click = case.desk.submit(a_message()).ticket, f"click-{next(numbers)}"
    with pytest.raises(InputError, match="kubernetes/image-pul"):
        case.desk.ask_again(ticket, "kubernetes/image-pul", {}, "Ada", click)
    assert case.desk.ask_again(ticket, PULL, {"namespace": "shop"}, "Ada", click).fresh, "a refusal uses up no click"


def test_triage_is_stopped_once_and_only_where_there_is_one(case: Case) -> None:
    ticket, other = case.desk.submit(a_message()).ticket, case.desk.submit(a_message()).ticket
    assert [case.desk.cancel(one, "Ada") for one in (ticket, ticket, "t-none")] == [True, False, False]
    assert case.desk.cancel(other, "Ada"), "stopping one stops no other"


def test_hand_over_is_done_once_for_its_click(case: Case) -> None:
    ticket, other = case.desk.submit(a_message()).ticket, case.desk.submit(a_message()).ticket
    click = f"click-{next(numbers)}"
    assert [case.desk.escalate(ticket, "Ada", "customers wait", click) for _ in range(2)] == [True, False]
    assert case.desk.escalate(other, "Ada", "customers wait", f"{click}-other")
    with pytest.raises(InputError, match="t-none"):
        case.desk.escalate("t-none", "Ada", "customers wait", f"{click}-none")


def test_later_vote_of_the_same_person_replaces_the_earlier(case: Case) -> None:
    ticket = case.desk.submit(a_message()).ticket
    case.desk.feedback(ticket, useful=True, by="Ada")
    case.desk.feedback(ticket, useful=False, by="Ada")
    case.desk.feedback(ticket, useful=True, by="Grace")
    assert case.votes(ticket) == (1, 1)


def test_conversation_and_key_lead_to_the_newest_ticket(case: Case) -> None:
    first = a_message()
    case.desk.submit(first)
    newest = case.desk.submit(a_message("r2", first.origin.key)).ticket
    assert case.desk.ticket_at(first.reply_to[0]) == newest
    assert case.desk.ticket_of_key(first.origin.key) == newest
    assert case.desk.ticket_at(Address("board", "nowhere")) is None
    assert case.desk.ticket_of_key("NONE-1") is None


def test_nothing_is_known_of_a_ticket_that_does_not_exist(case: Case) -> None:
    assert case.desk.match_of("t-none") is None
    assert case.desk.report_of("t-none") is None
    assert case.desk.status("t-none") == ()


def test_status_gives_one_or_the_newest_first(case: Case) -> None:
    tickets = [case.desk.submit(a_message()).ticket for _ in range(3)]
    assert [one.ticket for one in case.desk.status(limit=2)] == tickets[:0:-1]
    assert [one.ticket for one in case.desk.status(tickets[0])] == tickets[:1]


def test_runbook_that_does_not_exist_is_answered_with_the_nearest(case: Case) -> None:
    assert case.desk.runbook(PULL).id == PULL
    with pytest.raises(InputError, match=r"no runbook 'kubernetes/image-pul'.*kubernetes/image-pull"):
        case.desk.runbook("kubernetes/image-pul")


def test_runbooks_are_all_given_without_words_and_none_for_words_that_fit_none(case: Case) -> None:
    assert [one.id for one in case.desk.runbooks()] == [PULL]
    assert [one.id for one in case.desk.runbooks("image")] == [PULL]
    assert case.desk.runbooks("zzz") == ()


@pytest.mark.parametrize("wrong", [{"namespace": "../../secrets"}, {"namespace": "shop", "nonsense": "1"}, {}])
def test_dry_run_refuses_a_wrong_parameter(case: Case, wrong: dict[str, str]) -> None:
    assert "/shop/" in case.desk.dry_run(PULL, {"namespace": "shop"})[0].operation
    with pytest.raises(InputError):
        case.desk.dry_run(PULL, wrong)


def test_dry_run_of_no_runbook_is_refused(case: Case) -> None:
    with pytest.raises(InputError, match="zzz"):
        case.desk.dry_run("zzz", {})
