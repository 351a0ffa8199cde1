"""When no runbook stands out but the ticket names something that exists."""

import pytest

from bot.model import Candidate, Decision, Invocation, Match, Parameter, ParameterType, TicketKind
from bot.model.ports import Whereabouts
from bot.pipeline.entering import EntryMatcher
from tests.builders import a_runbook, a_ticket
from tests.directories import MemoryDirectory

ENTRY = a_runbook(
    "kubernetes/workload-unavailable",
    title="Something is down",
    parameters=(
        Parameter("namespace", ParameterType.NAMESPACE, "Where", required=True),
        Parameter("workload", ParameterType.WORKLOAD, "Which"),
    ),
)
NONE = Match("t-1", Decision.NONE, because="No runbook fits this.")
TIE = Match(
    "t-1", Decision.ASK, (Candidate("kubernetes/a", "A", 0.5), Candidate("kubernetes/b", "B", 0.5)), because="Which?"
)


JOBS = a_runbook(
    "kubernetes/job-failed",
    title="Job failed",
    parameters=(
        Parameter("namespace", ParameterType.NAMESPACE, "Where", required=True),
        Parameter("job", ParameterType.JOB, "Which"),
    ),
)


class Cluster:
    def resolve(self, words, known):
        if "payments" in words:
            return Whereabouts({"namespace": "shop", "workload": "payments"})
        if "nightly-report" in words:
            return Whereabouts({"namespace": "batch", "workload": "nightly-report", "job": "nightly-report"})
        return Whereabouts()


def enter(inner, summary="payments is misbehaving", **ticket):
    runbooks = {one.id: one for one in (JOBS, ENTRY)}
    return EntryMatcher(lambda _: inner, runbooks, Cluster(), ENTRY.id, 0.6)(a_ticket(summary, **ticket))


@pytest.mark.parametrize("inner", [NONE, TIE])
def test_a_named_workload_that_exists_is_walked_from(inner):
    found = enter(inner)
    assert (found.decision, found.runbook) == (Decision.RUN, ENTRY.id)
    assert found.parameters == {"namespace": "shop", "workload": "payments"}
    assert "names payments in shop, which exists" in found.because
    assert found.candidates[1:] == inner.candidates


def test_a_name_that_does_not_exist_leaves_the_question_open():
    assert enter(TIE, "billing is misbehaving") is TIE
    assert enter(NONE, "billing is misbehaving") is NONE


@pytest.mark.parametrize(
    "summary",
    [
        "please scale payments to 5",
        "how do I see logs of payments",
        "access to payments please",
        "payments had a birthday",
    ],
)
def test_a_wish_or_a_remark_runs_nothing(summary):
    assert enter(NONE, summary) is NONE


def test_a_service_request_runs_nothing():
    assert enter(NONE, kind=TicketKind.SERVICE_REQUEST) is NONE


def test_a_tie_outside_the_cluster_is_asked():
    aws = Match("t-1", Decision.ASK, (Candidate("aws/a", "A", 0.5), Candidate("network/b", "B", 0.5)))
    assert enter(aws) is aws


def test_what_is_decided_is_left_alone():
    run = Match("t-1", Decision.RUN, (Candidate("kubernetes/a", "A", 0.9),))
    missing = Match("t-1", Decision.ASK, (Candidate("kubernetes/a", "A", 0.9),), missing=("namespace",))
    assert enter(run) is run
    assert enter(missing) is missing
    assert enter(NONE, invocation=Invocation("kubernetes/x")) is NONE


def test_what_runs_to_an_end_is_looked_at_as_a_job():
    found = enter(NONE, "nightly-report failed again")
    assert (found.decision, found.runbook) == (Decision.RUN, JOBS.id)
    assert found.parameters == {"namespace": "batch", "job": "nightly-report"}


def ordinary(summary, *places):
    matcher = EntryMatcher(lambda _: TIE, {ENTRY.id: ENTRY}, MemoryDirectory(*places), ENTRY.id, 0.6)
    return matcher(a_ticket(summary))


def test_a_workload_that_is_called_by_an_ordinary_word_is_walked_from():
    found = ordinary("reports pods are Pending since an hour (namespace batch)", "batch/reports")
    assert (found.decision, found.runbook) == (Decision.RUN, ENTRY.id)
    assert found.parameters == {"namespace": "batch", "workload": "reports"}
    assert "took reports for a name" in found.because


def test_an_ordinary_word_that_nothing_is_called_by_leaves_the_question_open():
    assert ordinary("the service is down in shop", "shop/checkout") is TIE
    assert ordinary("reports are late", "batch/reports") is TIE
