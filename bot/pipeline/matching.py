"""Ticket to Match: ranked by exact signals and BM25, abstaining below a threshold, asking at a tie.

Everything hides behind `CatalogueMatcher.__call__`, so that how it ranks may change without anybody noticing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from bot.kit import spelling
from bot.kit.text import listed
from bot.model.errors import InputError
from bot.model.match import Candidate, Decision, Match
from bot.model.ports import Directory
from bot.model.runbook import Runbook
from bot.model.ticket import Ticket
from bot.pipeline.extracting import extract
from bot.pipeline.ranking import Ranking, Weighed

SHOWN = 5
WORTH_OFFERING = 0.5
"""A candidate is offered from this share of the best one's confidence."""
SURE = 0.85
# Entries for "it is down": they lead anywhere, so whatever is more exact and nearly as likely goes before them.
ENTRIES = ("kubernetes/workload-unavailable", "kubernetes/namespace-health")


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When to run, when to ask: confidences from 0 to 1."""

    run_at: float = 0.6
    ask_at: float = 0.3
    margin: float = 0.1


class CatalogueMatcher:
    """Implements `ports.Matcher` over a catalogue."""

    def __init__(
        self, runbooks: Mapping[str, Runbook], thresholds: Thresholds | None = None, directory: Directory | None = None
    ) -> None:
        """Take the runbooks, when to run and when to ask, and what knows the names that exist."""
        self._runbooks = runbooks
        self._thresholds = thresholds or Thresholds()
        self._directory = directory

    def __call__(self, ticket: Ticket) -> Match:
        """Rank, bind, decide; see `ports.Matcher`. Never raises for what a ticket says."""
        if ticket.invocation is not None and ticket.invocation.runbook:
            return self._invoked(ticket, ticket.invocation.runbook)
        weighed = self._ranking.weigh(ticket.summary, ticket.body)
        ranked = self._entries_last(weighed.candidates)
        if not ranked or ranked[0].confidence < self._thresholds.ask_at or self._elsewhere(ranked[0], weighed):
            return Match(ticket.id, Decision.NONE, ranked[:SHOWN], because=_nothing_fits(ranked, weighed))
        close = self._close(ranked)
        if ranked[0].confidence < self._thresholds.run_at or close or self._doubtful(ranked[0], weighed):
            shown = self._offered(ranked)
            return Match(ticket.id, Decision.ASK, shown, because=_which(shown))
        return self._bound(ticket, ranked[:SHOWN], "; ".join(ranked[0].reasons))

    def _offered(self, ranked: Sequence[Candidate]) -> tuple[Candidate, ...]:
        """The best and what comes near it: nobody is asked about what hardly anything speaks for."""
        near = ranked[0].confidence * WORTH_OFFERING
        return tuple(one for one in ranked[:3] if one.confidence >= max(near, self._thresholds.ask_at / 2))

    def rank_words(self, words: str) -> tuple[str, ...]:
        """Give the ids of the runbooks that some words speak for, best first."""
        return tuple(candidate.runbook for candidate in self._ranking.weigh(words, "").candidates)

    def rank(self, ticket: Ticket) -> tuple[Candidate, ...]:
        """Give every runbook that anything speaks for, best first, with its confidence and reasons."""
        return self._entries_last(self._ranking.weigh(ticket.summary, ticket.body).candidates)

    @cached_property
    def _ranking(self) -> Ranking:
        return Ranking(self._runbooks)

    def _entries_last(self, ranked: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
        """Put the first exact runbook before an entry that is ahead of it by less than the margin."""
        if not ranked or ranked[0].runbook not in ENTRIES:
            return ranked
        near = max(ranked[0].confidence - self._thresholds.margin, self._thresholds.ask_at)
        exact = [
            one
            for one in ranked
            if one.runbook not in ENTRIES and one.confidence >= near and _same_area(one, ranked[0])
        ]
        return tuple(sorted(ranked, key=lambda one: one is not exact[0])) if exact else ranked

    def _elsewhere(self, best: Candidate, weighed: Weighed) -> bool:
        """Tell whether the ticket is clearly about something that no runbook is for."""
        return weighed.elsewhere > best.confidence + self._thresholds.margin / 2

    def _margin(self, best: Candidate) -> float:
        """By how much the best must lead: less near certainty, where confidences crowd."""
        return self._thresholds.margin * (1 if best.confidence < SURE else 0.3)

    def _doubtful(self, best: Candidate, weighed: Weighed) -> bool:
        return weighed.elsewhere > best.confidence - self._margin(best) / 2

    def _invoked(self, ticket: Ticket, wanted: str) -> Match:
        runbook = self._runbooks.get(wanted)
        if runbook is None:
            return Match(
                ticket.id, Decision.NONE, because=f"There is no runbook {wanted!r}.{nearest(wanted, self._runbooks)}"
            )
        asked_by = (
            f"asked for by {ticket.invocation.by}"
            if ticket.invocation and ticket.invocation.by
            else "asked for by name"
        )
        return self._bound(ticket, (Candidate(runbook.id, runbook.title, 1.0, (asked_by,)),), asked_by)

    def _bound(self, ticket: Ticket, ranked: Sequence[Candidate], because: str) -> Match:
        runbook = self._runbooks[ranked[0].runbook]
        try:
            bound = extract(runbook, ticket, self._directory)
        except InputError as error:
            return Match(ticket.id, Decision.NONE, tuple(ranked), because=error.message)
        if bound.missing:
            wanted = listed([f"{name} ({_described(runbook, name)})" for name in bound.missing])
            because = f"{runbook.title}: please tell me the {wanted}."
            return Match(ticket.id, Decision.ASK, tuple(ranked), bound.values, bound.missing, because)
        because = f"{because}. {bound.note}".strip() if bound.note else because
        return Match(ticket.id, Decision.RUN, tuple(ranked), bound.values, (), because)

    def _close(self, ranked: Sequence[Candidate]) -> list[Candidate]:
        """Those that nearly tie with the first; an entry does not stand in the way of what is more exact."""
        best = ranked[0]
        least = best.confidence - self._margin(best)
        exact = best.runbook not in ENTRIES
        return [other for other in ranked[1:] if other.confidence >= least and not (exact and other.runbook in ENTRIES)]


def _same_area(one: Candidate, other: Candidate) -> bool:
    return one.runbook.partition("/")[0] == other.runbook.partition("/")[0]


def nearest(wanted: str, runbooks: Mapping[str, Runbook]) -> str:
    """Give ` Did you mean ...?` for a misspelt id, or nothing."""
    return "".join(f" Did you mean {near}?" for near in spelling.nearest(wanted, runbooks))


def _nothing_fits(ranked: Sequence[Candidate], weighed: Weighed) -> str:
    if weighed.topic and weighed.elsewhere >= (ranked[0].confidence if ranked else 0.3):
        return f"No runbook fits this; it seems to be about {weighed.topic}."
    if not ranked:
        return "No runbook fits this."
    return f"No runbook fits this well enough (nearest: {ranked[0].title}, {ranked[0].confidence:.0%})."


def _which(shown: Sequence[Candidate]) -> str:
    if len(shown) == 1:
        return f"Perhaps this: {shown[0].title}. Shall I look?"
    return f"Not sure which: {' or '.join(candidate.title for candidate in shown)}?"


def _described(runbook: Runbook, name: str) -> str:
    parameter = runbook.parameter(name)
    return parameter.description[:1].lower() + parameter.description[1:] if parameter else name
