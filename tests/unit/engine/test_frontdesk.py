"""What listeners ask of the front desk."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from bot.engine import history
from bot.engine.names import triage_id
from bot.model.errors import InputError
from bot.model.ticket import Address, Invocation, Ticket
from tests.builders import noon
from tests.unit.engine.conftest import Rig

Wait = Callable[..., None]


def test_message_that_arrives_again_starts_nothing(rig: Rig, wait: Wait, message: Callable) -> None:
    first = rig.front.submit(message())
    again = rig.front.submit(message())
    wait(history.idle)
    after = rig.front.submit(message())
    wait(history.idle)
    assert [one.fresh for one in (first, again, after)] == [True, False, False]
    assert {one.ticket for one in (first, again, after)} == {first.ticket}
    assert len(rig.triaged) == 1


def test_many_at_once_are_one(rig: Rig, wait: Wait, message: Callable) -> None:
    submissions = []
    threads = [threading.Thread(target=lambda: submissions.append(rig.front.submit(message()))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wait(history.idle)
    assert sum(one.fresh for one in submissions) == 1
    assert len(rig.triaged) == 1


def test_message_whose_first_arrival_died_before_the_queue_is_triaged(rig: Rig, wait: Wait, message: Callable) -> None:
    from bot.pipeline.receiving import receive

    ticket = receive(message(), noon)
    rig.stores.tickets.add(ticket, triage_id(ticket.id))
    assert not rig.front.submit(message()).fresh
    wait(history.idle)
    assert len(rig.triaged) == 1


def test_stored_ticket_is_redacted(rig: Rig, message: Callable) -> None:
    ticket = rig.front.submit(message(summary="login fails with password=hunter22")).ticket
    assert "hunter22" not in rig.stores.tickets.get(ticket).summary


def test_event_is_new_once(rig: Rig) -> None:
    assert [rig.front.first_time(event) for event in ("Ev1", "Ev1", "Ev2")] == [True, False, True]


def test_answer_to_a_question_runs_once_for_its_click_and_edits_the_same_card(
    rig: Rig, wait: Wait, message: Callable
) -> None:
    ticket = rig.front.submit(message()).ticket
    wait(history.idle)
    answers = [rig.front.ask_again(ticket, "", {"pod": "web"}, "Ada", "click-1") for _ in range(2)]
    wait(history.idle)
    assert [(one.ticket, one.fresh) for one in answers] == [(ticket, True), (ticket, False)]
    assert len(rig.triaged) == 2
    wish = Invocation("kubernetes/pod-crashloop", {"namespace": "shop", "pod": "web"}, "Ada")
    assert rig.triaged[1].invocation == wish
    assert len(rig.wall.posts) == 1
    assert rig.front.status(ticket)[0].by == "Ada"
    assert rig.stores.journal.notes(ticket)[0][:2] == ("Ada", "ask again")


def test_answer_about_nothing_known_is_refused(rig: Rig, wait: Wait, message: Callable) -> None:
    with pytest.raises(InputError, match="there is no ticket 't-none'"):
        rig.front.ask_again("t-none", "kubernetes/pod-crashloop", {}, "Ada", "click")
    ticket = rig.front.submit(message()).ticket
    wait(history.idle)
    with pytest.raises(InputError, match=r"no runbook 'kubernetes/pod-crash'; did you mean kubernetes/pod-crashloop\?"):
        rig.front.ask_again(ticket, "kubernetes/pod-crash", {}, "Ada", "click")


def test_ticket_is_found_by_its_conversation_and_key(rig: Rig, wait: Wait, message: Callable) -> None:
    ticket = rig.front.submit(message()).ticket
    wait(history.idle)
    assert rig.front.ticket_at(Address("board", "C1")) == ticket
    assert rig.front.ticket_at(Address("board", "C1", "17.1")) == ticket
    assert rig.front.ticket_at(Address("board", "C2")) is None
    assert rig.front.ticket_of_key("OPS-1") == ticket
    assert rig.front.report_of(ticket).headline == "It crashes."
    assert rig.front.match_of(ticket).runbook == "kubernetes/pod-crashloop"
    assert rig.front.match_of("t-none") is None


def test_status_gives_the_newest_or_one(rig: Rig, wait: Wait, message: Callable) -> None:
    tickets = [rig.front.submit(message(number)).ticket for number in (1, 2, 3)]
    wait(history.idle)
    assert {one.ticket for one in rig.front.status()} == set(tickets)
    assert len(rig.front.status(limit=2)) == 2
    one = rig.front.status(tickets[1])[0]
    assert (one.key, one.state, one.headline) == ("OPS-2", "complete", "It crashes.")


def test_triage_that_runs_can_be_stopped_and_its_card_says_so(
    rig: Rig, wait: Wait, message: Callable, caplog: pytest.LogCaptureFixture
) -> None:
    entered, leave = threading.Event(), threading.Event()

    def hang(_ticket: object) -> None:
        entered.set()
        leave.wait(20)

    rig.hook = hang
    ticket = rig.front.submit(message()).ticket
    assert entered.wait(20)
    assert rig.front.cancel(ticket, "Ada")
    assert not rig.front.cancel(ticket, "Ada")
    leave.set()
    wait(history.idle)
    assert rig.triaged == []
    assert rig.state(ticket) == "cancelled"
    assert [(card.stage, card.note) for card in rig.wall.shown.values()] == [("cancelled", "Stopped by Ada.")]
    assert "Traceback" not in caplog.text, "what was stopped on purpose is no error"


def test_nothing_to_stop(rig: Rig, wait: Wait, message: Callable) -> None:
    ticket = rig.front.submit(message()).ticket
    wait(history.idle)
    assert not rig.front.cancel(ticket, "Ada")
    assert not rig.front.cancel("t-none", "Ada")


def test_person_hands_over_once_and_the_card_keeps_its_report(rig: Rig, wait: Wait, message: Callable) -> None:
    ticket = rig.front.submit(message()).ticket
    wait(history.idle)
    assert rig.front.escalate(ticket, "Ada", "customers wait", "click-1")
    assert not rig.front.escalate(ticket, "Ada", "customers wait", "click-1")
    wait(history.idle)
    card, hand_over = rig.wall.shown.values()
    assert card.report.headline == "It crashes."
    assert card.escalation.reason == hand_over.escalation.reason == "customers wait"
    assert rig.wall.posts == [ticket, ticket], "the card, and the hand-over to the team"
    assert rig.stores.journal.notes(ticket) == (("Ada", "escalate", "customers wait"),)


def test_vote_is_kept(rig: Rig) -> None:
    rig.front.feedback("t-1", useful=True, by="Ada")
    assert rig.stores.journal.votes("t-1") == (1, 0)


def test_runbooks_are_listed_ranked_and_planned(rig: Rig) -> None:
    assert [one.id for one in rig.front.runbooks()] == ["kubernetes/pod-crashloop"]
    assert [one.id for one in rig.front.runbooks("crash")] == ["kubernetes/pod-crashloop"]
    assert rig.front.runbooks("disk") == ()
    planned = rig.front.dry_run("kubernetes/pod-crashloop", {"pod": "web"})
    assert planned[0].operation == "kubernetes/pod-crashloop {'pod': 'web'}"
    with pytest.raises(InputError, match="there is no runbook"):
        rig.front.dry_run("zzz", {})


def test_answer_ends_the_triage_that_still_runs(rig: Rig, wait: Wait, message: Callable) -> None:
    entered, leave = threading.Event(), threading.Event()

    def hang_without_wish(ticket: Ticket) -> None:
        if ticket.invocation is None:
            entered.set()
            leave.wait(20)

    rig.hook = hang_without_wish
    ticket = rig.front.submit(message()).ticket
    assert entered.wait(20)
    rig.front.ask_again(ticket, "kubernetes/pod-crashloop", {}, "Ada", "click")
    wait(lambda: len(rig.triaged) == 1)
    leave.set()
    wait(history.idle)
    assert [one.invocation.by for one in rig.triaged] == ["Ada"]
    assert rig.state(ticket) == "complete"
    assert history.state(triage_id(ticket)) == "CANCELLED"
