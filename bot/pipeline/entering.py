"""When no runbook stands out, but the ticket names a workload that exists: walk from the workload to the cause.

A person who writes "payments is misbehaving in shop" has said enough. Asking "which of these three?" of somebody who
cannot know costs the half hour that the bot is there to save, and the entry runbook only reads. So a tie is asked only
when the ticket names nothing that exists.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from bot.model.errors import InputError
from bot.model.match import Candidate, Decision, Match
from bot.model.ports import Directory, Matcher
from bot.model.runbook import ParameterType, Runbook
from bot.model.ticket import Ticket, TicketKind
from bot.pipeline.extracting import extract

MAX_TEXT = 8_000
_FAULT = re.compile(
    r"\b(?:down|broken?|break(?:s|ing)?|crash\w*|fail\w*|errors?|erroring|exceptions?|unhealthy|unavailable|unreachable"
    r"|outage|degraded|restart\w*|stuck|hangs?|hanging|hung|pending|dead|dies|dying|killed|evicted|slow\w*|latency"
    r"|time[sd]? ?out|timing out|misbehav\w*|flapping|[45]0\ds?|[45]xx|incident|wrong with"
    r"|(?:not|n't|never|cannot|can't|won't|no longer) (?:\w{1,40} ){0,3}"
    r"(?:start|come|came|work|respond|answer|load|run|ready|up|deploy|roll|connect|reach|resolve|schedul|available)\w*)\b",
    re.IGNORECASE,
)
_WISH = re.compile(
    r"\b(?:please (?:add|create|grant|give|enable|raise|increase|install|remove|scale|upgrade)|access to|permission"
    r"|how (?:do|can|to)|feature request|would be nice|new (?:user|account|starter)|licen[cs]e|planned maintenance)\b",
    re.IGNORECASE,
)


class EntryMatcher:
    """Wraps a matcher, and implements `ports.Matcher` itself."""

    def __init__(
        self, inner: Matcher, runbooks: Mapping[str, Runbook], directory: Directory, entry: str, confidence: float
    ) -> None:
        """Take the matcher, the catalogue, what knows the names that exist, and the id of the entry runbook."""
        self._inner, self._runbooks, self._directory = inner, runbooks, directory
        self._entry, self._confidence = entry, confidence

    def __call__(self, ticket: Ticket) -> Match:
        """Match; where that leaves a question open, look whether the ticket names a workload that exists."""
        match = self._inner(ticket)
        runbook = self._runbooks.get(self._entry)
        if runbook is None or not _open(match, ticket):
            return match
        return self._enter(ticket, match, runbook) or match

    def _enter(self, ticket: Ticket, match: Match, runbook: Runbook) -> Match | None:
        try:
            bound = extract(runbook, ticket, self._directory)
        except InputError:
            return None
        namespace, workload = bound.values.get("namespace", ""), bound.values.get("workload", "")
        if bound.missing or not workload:
            return None
        found = self._directory.resolve((workload,), {"namespace": namespace, "workload": workload}).found
        if (found.get("workload"), found.get("namespace")) != (workload, namespace):
            return None
        chosen, values = self._for_job(found) if "job" in found else (runbook, dict(bound.values))
        return self._run(match, chosen, values, f"names {workload} in {namespace}, which exists", bound.note)

    def _for_job(self, found: Mapping[str, str]) -> tuple[Runbook | None, dict[str, str]]:
        """What runs to an end is not "down": the runbook that takes a Job, with what was found."""
        for runbook in self._runbooks.values():
            name = next((one.name for one in runbook.parameters if one.type is ParameterType.JOB), None)
            if name is not None and runbook.parameter("namespace") is not None:
                return runbook, {"namespace": found["namespace"], name: found["job"]}
        return None, {}

    def _run(
        self, match: Match, runbook: Runbook | None, values: Mapping[str, str], reason: str, note: str
    ) -> Match | None:
        if runbook is None:
            return None
        candidate = Candidate(runbook.id, runbook.title, self._confidence, (reason,))
        others = tuple(one for one in match.candidates if one.runbook != runbook.id)
        because = f"No single runbook stands out, but the ticket {reason}: looking from there. {note}".strip()
        return replace(
            match,
            decision=Decision.RUN,
            candidates=(candidate, *others),
            parameters=values,
            missing=(),
            because=because,
        )


def _open(match: Match, ticket: Ticket) -> bool:
    """A question about which runbook, or no runbook for what is plainly a fault; never a wish."""
    text = ticket.text[:MAX_TEXT]
    if ticket.invocation is not None or match.decision is Decision.RUN or match.missing:
        return False
    if _WISH.search(text) or ticket.kind in (TicketKind.SERVICE_REQUEST, TicketKind.CHANGE):
        return False
    if match.decision is Decision.ASK:
        return any(candidate.runbook.startswith("kubernetes/") for candidate in match.candidates)
    return _FAULT.search(text) is not None
