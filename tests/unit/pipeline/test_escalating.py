"""Who is handed what, and by when."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.model import Disposition, EscalationRule, Priority, Report
from bot.model.errors import CatalogueError
from bot.pipeline.escalating import escalate, hand_over
from bot.pipeline.routing import Routing, load_routing
from tests.builders import NOON, a_runbook, a_ticket, noon

ROUTING = Routing.model_validate(
    {
        "default_team": "platform",
        "teams": {"platform": {"slack_channel": "C1"}, "storage": {"webhook": "storage-pager"}, "desk": {}},
        "respond_within_minutes": {"P1": 5},
    }
)


def a_report(disposition=Disposition.ESCALATE) -> Report:
    return Report("t-1", "r-1", "a/b", "Something is wrong.", disposition, "the engineer's text", "the desk's text")


@pytest.mark.parametrize("disposition", [one for one in Disposition if one is not Disposition.ESCALATE])
def test_only_a_report_that_says_so_is_handed_over(disposition):
    assert escalate(a_ticket(), a_report(disposition), a_runbook(), ROUTING, noon) is None


def test_the_runbook_s_team_takes_over_with_everything_that_was_found():
    found = escalate(a_ticket(), a_report(), a_runbook(escalation=EscalationRule("storage")), ROUTING, noon)
    assert found is not None
    assert (found.team, found.target) == ("storage", "webhook:storage-pager")
    assert "the engineer's text" in found.hand_over
    assert "OPS-1" in found.hand_over


def test_a_team_that_does_not_exist_falls_back_to_the_default():
    found = escalate(a_ticket(), a_report(), a_runbook(escalation=EscalationRule("nobody")), ROUTING, noon)
    assert found is not None
    assert found.team == "platform"


def test_the_more_urgent_priority_counts_and_sets_the_clock():
    floor = a_runbook(escalation=EscalationRule("platform", Priority.P1))
    assert hand_over(a_ticket(), None, floor, ROUTING, noon, reason="x").respond_by == NOON + timedelta(minutes=5)
    urgent = replace(a_ticket(), priority=Priority.P2)
    assert hand_over(urgent, None, a_runbook(), ROUTING, noon, reason="x").priority is Priority.P2


def test_a_team_without_an_address_has_no_target():
    assert (
        hand_over(a_ticket(), None, a_runbook(escalation=EscalationRule("desk")), ROUTING, noon, reason="x").target
        == ""
    )


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("default_team: nobody\nteams: {a: {}}", "there is no team 'nobody'"),
        ("teams: {}", "default_team"),
        ("default_team: a\nteams: {a: {slak: x}}", "teams.a.slak"),
        ("default_team: [", "not valid YAML"),
    ],
)
def test_a_broken_routing_file_is_named_with_its_mistake(tmp_path, content, says):
    file = tmp_path / "routing.yaml"
    file.write_text(content)
    with pytest.raises(CatalogueError, match=says) as caught:
        load_routing(file)
    assert "routing.yaml" in caught.value.message
