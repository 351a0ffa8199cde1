"""Disposition, priority, SLA and routing, made into an escalation, or none."""

from __future__ import annotations

from bot.model.ports import Clock
from bot.model.report import Escalation, Report
from bot.model.runbook import Disposition, Runbook
from bot.model.ticket import Priority, Ticket
from bot.pipeline.routing import Routing, Team


def escalate(
    ticket: Ticket, report: Report, runbook: Runbook | None, routing: Routing, clock: Clock
) -> Escalation | None:
    """Decide whether a team must act now, which, and by when. Only a report that says so is handed over."""
    if report.disposition is not Disposition.ESCALATE:
        return None
    return hand_over(ticket, report, runbook, routing, clock, reason=report.headline)


def hand_over(
    ticket: Ticket, report: Report | None, runbook: Runbook | None, routing: Routing, clock: Clock, *, reason: str
) -> Escalation:
    """Hand the ticket to the team of its runbook, else to the default one: also on a person's word."""
    name, team = routing.team(runbook.escalation.team if runbook else routing.default_team)
    priority = _priority(ticket, runbook)
    return Escalation(
        ticket=ticket.id,
        reason=reason,
        team=name,
        target=_target(team),
        priority=priority,
        respond_by=clock() + routing.respond_within(priority),
        hand_over=_bundle(ticket, report),
    )


def _priority(ticket: Ticket, runbook: Runbook | None) -> Priority:
    """The more urgent of the ticket's own and the runbook's floor."""
    floor = runbook.escalation.priority if runbook else None
    return min(ticket.priority, floor) if floor else ticket.priority


def _target(team: Team) -> str:
    if team.slack_channel:
        return f"slack:{team.slack_channel}"
    return f"webhook:{team.webhook}" if team.webhook else ""


def _bundle(ticket: Ticket, report: Report | None) -> str:
    """Everything that a human needs, in one text."""
    asked = f"*{ticket.reference}* {ticket.summary}\nReported by {ticket.reporter or 'unknown'}."
    return f"{asked}\n\n{report.engineer}" if report else asked
