"""Each case's ticket is matched to the runbook that it expects, by the matcher alone, without any world."""

from dataclasses import replace

import pytest

from bot.catalogue.cases import load_cases
from bot.catalogue.loader import default_root
from bot.model.match import Decision
from bot.parts import Parts, now
from bot.pipeline.receiving import receive
from bot.pipeline.single import message
from bot.settings import load_settings

CASES = load_cases(default_root())


@pytest.fixture(scope="module")
def matcher():
    return Parts(load_settings(environment={})).matcher(connected=False)


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_ticket_goes_to_the_runbook_that_its_case_expects(case, matcher):
    raw = replace(message(case.summary, key=case.id), body=case.body, fields=case.fields)
    match = matcher(receive(raw, now))
    # Without a cluster to look names up in, a parameter may lack that the case then finds: only the runbook counts.
    asked_for_more = match.decision is Decision.ASK and bool(match.missing)
    if case.expect.decision is Decision.ASK:
        assert case.expect.runbook in [None, *(candidate.runbook for candidate in match.candidates)]
    else:
        assert match.runbook == case.expect.runbook, match.because
        assert asked_for_more or match.decision is case.expect.decision
