from bot.model.finding import Status
from bot.model.match import Candidate, Decision, Match
from bot.model.ports import Matcher
from bot.model.run import RunState
from bot.pipeline.routing import Routing, Team
from bot.pipeline.single import Bench, message
from tests.builders import NOON, ScriptedProbes, a_finding, a_runbook, noon

ROUTING = Routing(default_team="platform", teams={"platform": Team()})
RUNBOOK = a_runbook()


def runs(ticket):
    best = Candidate(RUNBOOK.id, RUNBOOK.title, 0.9)
    return Match(ticket.id, Decision.RUN, (best,), {"namespace": "shop"})


def nothing(ticket):
    return Match(ticket.id, Decision.NONE, because="No runbook fits this.")


def bench(matcher: Matcher, answers, progress=lambda _card: None) -> tuple[Bench, ScriptedProbes]:
    probes = ScriptedProbes({"kubernetes.pod.waiting": answers})
    return Bench(matcher, {RUNBOOK.id: RUNBOOK}, probes, ROUTING, noon, progress=progress), probes


def test_the_first_line_is_the_summary_and_the_rest_the_body():
    raw = message("\n checkout is down\nsince noon\nin shop \n")
    assert (raw.summary, raw.body) == ("checkout is down", "since noon\nin shop")
    assert message("down", key="7").origin.key == "7"


def test_a_ticket_is_triaged_at_once_and_all_that_came_of_it_is_given():
    found, probes = bench(runs, [a_finding()])
    triaged = found.triage(message("checkout is down"))
    assert [root.cause for root in triaged.report.root_causes] == ["broken"]
    assert triaged.run is not None
    assert (triaged.run.state, triaged.run.started_at) == (RunState.COMPLETE, NOON)
    assert triaged.explanation is not None
    assert probes.asked == [("kubernetes.pod.waiting", {"namespace": "shop"})]
    assert probes.closed == 1


def test_what_fits_no_runbook_runs_nothing():
    found, probes = bench(nothing, [])
    triaged = found.triage(message("what is for lunch"))
    assert (triaged.run, triaged.explanation, triaged.match.runbook) == (None, None, None)
    assert probes.asked == []


def test_progress_is_shown_while_it_runs():
    stages = []
    found, _ = bench(runs, [a_finding(status=Status.OK)], lambda card: stages.append(card.stage))
    found.triage(message("checkout is down"))
    assert stages == ["running"]
