from dataclasses import replace

import pytest

from bot.integrations.slack.controls import AGAIN, ANOTHER, CANCEL, ESCALATE, NOT_USEFUL, RUN, USEFUL, controls
from bot.model import Candidate, Decision, Disposition, Match
from tests.cards import make_card, make_match, make_report


def actions(card) -> list[str]:
    return [one["action_id"] for row in controls(card) for one in row["elements"]]


@pytest.mark.parametrize(
    ("stage", "expected"),
    [
        ("received", []),
        ("matched", [CANCEL]),
        ("running", [CANCEL]),
        ("failed", [ANOTHER, AGAIN, ESCALATE]),
        ("cancelled", [ANOTHER, AGAIN, ESCALATE]),
    ],
)
def test_each_stage_offers_what_can_be_done(stage, expected):
    assert actions(make_card(stage=stage, report=None)) == expected


def test_report_can_be_judged_repeated_and_escalated():
    assert actions(make_card()) == [USEFUL, NOT_USEFUL, ANOTHER, AGAIN, ESCALATE]


def test_nothing_that_fits_still_offers_the_catalogue_and_the_team():
    card = make_card(stage="reported", match=Match("t-1", Decision.NONE))
    nothing = replace(card, report=replace(make_report(), disposition=Disposition.NONE))
    assert actions(nothing) == [USEFUL, NOT_USEFUL, ANOTHER, ESCALATE]


def test_candidate_whose_id_does_not_fit_in_a_button_is_left_out():
    match = replace(
        make_match(decision=Decision.ASK), candidates=(Candidate("x" * 300, "long", 0.5), Candidate("a/b", "", 0.4))
    )
    card = make_card(stage="matched", report=None, match=match)
    assert actions(card)[:1] == [RUN + "a/b"]


def test_question_without_candidates_offers_the_catalogue():
    card = make_card(stage="matched", report=None, match=Match("t-1", Decision.ASK))
    assert actions(card) == [ANOTHER, ESCALATE]


def test_answered_question_is_not_asked_any_more():
    card = make_card(match=make_match(decision=Decision.ASK))
    assert RUN + "kubernetes/image-pull" not in actions(card)
