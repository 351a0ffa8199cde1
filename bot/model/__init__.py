"""The nouns: one frozen type each. Standard library only."""

from bot.model.delivery import Delivery, DeliveryState, Purpose
from bot.model.explanation import Explanation, Link, NotChecked, RootCause
from bot.model.finding import Evidence, Finding, Relation, Severity, Status, Unknown
from bot.model.match import Candidate, Decision, Match
from bot.model.report import Card, Cause, Escalation, Report, StepProgress
from bot.model.resource import Resource
from bot.model.run import ApiCall, Run, RunState, StepResult, StepState
from bot.model.runbook import Conclusion, Disposition, EscalationRule, Parameter, ParameterType, Runbook, Step, Triggers
from bot.model.ticket import Address, Invocation, Origin, Priority, RawMessage, Ticket, TicketKind

__all__ = [
    "Address",
    "ApiCall",
    "Candidate",
    "Card",
    "Cause",
    "Conclusion",
    "Decision",
    "Delivery",
    "DeliveryState",
    "Disposition",
    "Escalation",
    "EscalationRule",
    "Evidence",
    "Explanation",
    "Finding",
    "Invocation",
    "Link",
    "Match",
    "NotChecked",
    "Origin",
    "Parameter",
    "ParameterType",
    "Priority",
    "Purpose",
    "RawMessage",
    "Relation",
    "Report",
    "Resource",
    "RootCause",
    "Run",
    "RunState",
    "Runbook",
    "Severity",
    "Status",
    "Step",
    "StepProgress",
    "StepResult",
    "StepState",
    "Ticket",
    "TicketKind",
    "Triggers",
    "Unknown",
]
