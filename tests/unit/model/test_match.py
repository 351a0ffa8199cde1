import pytest

from bot.model.match import Candidate, Decision, Match

BEST = Candidate("kubernetes/image-pull", "Image cannot be pulled", 0.9)
NEXT = Candidate("kubernetes/pod-pending", "Pod finds no node", 0.4)


def a_match(decision: Decision, *, candidates=(BEST, NEXT), missing=()) -> Match:
    return Match("t-1", decision, candidates, missing=missing)


@pytest.mark.parametrize(
    ("match", "runbook"),
    [
        (a_match(Decision.RUN), BEST.runbook),
        (a_match(Decision.ASK, missing=("namespace",)), BEST.runbook),
        (a_match(Decision.ASK), None),
        (a_match(Decision.NONE), None),
        (a_match(Decision.RUN, candidates=()), None),
    ],
)
def test_the_runbook_is_the_best_candidate_unless_it_is_in_doubt(match, runbook):
    assert match.runbook == runbook
