"""What the chain makes is kept, and may be written again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.model.match import Candidate, Decision, Match
from bot.model.report import Report
from bot.model.run import Run, RunState
from bot.model.runbook import Disposition
from bot.store.stores import Stores
from tests.builders import NOON, a_ticket
from tests.outbox import a_delivery

MATCH = Match("t-1", Decision.RUN, (Candidate("kubernetes/pod-crashloop", "Pod keeps crashing", 0.9, ("says so",)),))
RUN = Run("r-1", "t-1", "kubernetes/pod-crashloop", {"pod": "web"}, RunState.RUNNING, NOON)
REPORT = Report("t-1", "r-1", "kubernetes/pod-crashloop", "It crashes.", Disposition.ADVISE, "engineer", "desk")


@pytest.fixture
def kept(stores: Stores) -> Stores:
    stores.tickets.add(a_ticket(), "w1")
    stores.records.keep_match(MATCH)
    stores.records.keep_run(RUN)
    return stores


def state(stores: Stores) -> str:
    return stores.tickets.status("t-1", 1)[0].state


def test_everything_is_read_back_whole(kept: Stores) -> None:
    kept.records.keep_report(REPORT)
    assert kept.records.match_of("t-1") == MATCH
    assert kept.records.run_of("t-1") == RUN
    assert kept.records.report_of("t-1") == REPORT
    assert kept.records.match_of("t-2") is kept.records.run_of("t-2") is kept.records.report_of("t-2") is None


def test_ticket_follows_its_run(kept: Stores) -> None:
    assert state(kept) == "running"
    kept.records.keep_run(replace(RUN, state=RunState.PARTIAL))
    kept.records.keep_report(REPORT)
    status = kept.tickets.status("t-1", 1)[0]
    assert (status.state, status.runbook, status.headline) == ("partial", "kubernetes/pod-crashloop", "It crashes.")


def test_ticket_without_a_run_is_complete_and_one_with_a_question_waits(stores: Stores) -> None:
    stores.tickets.add(a_ticket(), "w1")
    stores.records.keep_report(replace(REPORT, run=""))
    assert state(stores) == "complete"
    stores.records.keep_report(replace(REPORT, run="", disposition=Disposition.ASK))
    assert state(stores) == "waiting"


def test_step_that_ends_after_the_triage_was_stopped_does_not_revive_it(kept: Stores) -> None:
    kept.tickets.settle("t-1", "w1", "cancelled")
    kept.records.keep_report(REPORT)
    assert state(kept) == "cancelled"


def test_writing_again_replaces(kept: Stores) -> None:
    kept.records.keep_report(REPORT)
    kept.records.keep_report(replace(REPORT, headline="It is fixed."))
    report = kept.records.report_of("t-1")
    assert report is not None
    assert report.headline == "It is fixed."


def test_intended_deliveries_are_in_the_outbox(kept: Stores) -> None:
    kept.records.intend([a_delivery("d-1"), a_delivery("d-2")])
    assert set(kept.outbox.pending()) == {"d-1", "d-2"}
