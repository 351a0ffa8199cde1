"""Ticket to Match: exact signals, BM25 over each runbook's own words, abstention below a threshold, ties asked.

Everything hides behind `CatalogueMatcher.__call__`, so that how it ranks may change without anybody noticing.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from bot.kit.text import listed
from bot.model.errors import InputError
from bot.model.match import Candidate, Decision, Match
from bot.model.ports import Directory
from bot.model.runbook import Runbook
from bot.model.ticket import Ticket
from bot.pipeline.extracting import extract

if TYPE_CHECKING:
    from bm25s import BM25

MAX_TEXT = 8_000
SHOWN = 5
SIGNAL_ALONE = 0.62
SIGNAL_SHARED = 0.35
TITLE_WEIGHT = 2

_TOKEN = re.compile(r"[A-Za-z][a-z]+|[A-Z]+(?![a-z])|\d{2,}")
_STOP = frozenset(
    """
    after again all also and any are been before but can cluster dear did does doing for from had has have hello
    help how into it's its just kindly namespace not off onto our out over please prod production regards since
    some staging team than thank thanks that the them then there they this today under was were what when which
    who why will with yesterday you
    """.split()
)
# Wishes, questions and notices: no fault is reported, unless a machine's own words stand beside them.
_REQUEST = re.compile(
    r"\b(?:"
    r"please (?:add|create|grant|give|enable|raise|increase|install|reset|remove)"
    r"|could (?:you|someone) (?:add|create|grant|give|let|enable|reset|install)"
    r"|(?:need|request(?:ing)?|want|would like) (?:an? )?(?:new )?"
    r"(?:access|account|licen[cs]e|laptop|permission|login|user)"
    r"|access (?:request|to the)|how (?:do|can|to|should) (?:i|we|one)?|feature request|wish:|idea:"
    r"|password (?:reset|expired)|reset my|new (?:starter|joiner|laptop)|invoice|printer|mailbox|outlook|licen[cs]e"
    r"|planned maintenance|fyi\b|onboarding|is it possible|would be nice)",
    re.IGNORECASE,
)


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
        ranked = self.rank(ticket)
        if not ranked or ranked[0].confidence < self._thresholds.ask_at:
            return Match(ticket.id, Decision.NONE, ranked[:SHOWN], because=_nothing_fits(ranked))
        close = self._close(ranked)
        if ranked[0].confidence < self._thresholds.run_at or close:
            shown = ranked[: max(2, len(close) + 1)][:3]
            return Match(ticket.id, Decision.ASK, shown, because=_which(shown))
        return self._bound(ticket, ranked[:SHOWN], "; ".join(ranked[0].reasons))

    def rank_words(self, words: str) -> tuple[str, ...]:
        """Give the ids of the runbooks that some words speak for, best first."""
        return tuple(candidate.runbook for candidate in self._ranked(words[:MAX_TEXT]))

    def rank(self, ticket: Ticket) -> tuple[Candidate, ...]:
        """Give every runbook that anything speaks for, best first, with its confidence and reasons."""
        return self._ranked(ticket.text[:MAX_TEXT])

    def _ranked(self, text: str) -> tuple[Candidate, ...]:
        words = tokens(text)
        signals = self._signals(text)
        scores = self._index.scores(words)
        calm = 1.0 if signals else 0.45 if _REQUEST.search(text) else 1.0
        found = []
        for position, runbook in enumerate(self._index.runbooks):
            lexical, shared = scores[position]
            said = signals.get(runbook.id, ())
            signal = max((weight for _, weight in said), default=0.0)
            confidence = (1 - (1 - signal) * (1 - lexical)) * calm
            if confidence > 0.05:
                found.append(Candidate(runbook.id, runbook.title, round(confidence, 3), _reasons(said, shared)))
        return tuple(sorted(found, key=lambda candidate: (-candidate.confidence, candidate.runbook)))

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
        best, margin = ranked[0].confidence, self._thresholds.margin
        return [other for other in ranked[1:] if other.confidence >= best - margin * (1 if best < 0.9 else 0.3)]

    def _signals(self, text: str) -> dict[str, tuple[tuple[str, float], ...]]:
        """Which runbooks' exact strings stand in the text, each with its weight: less when several claim it."""
        found: dict[str, tuple[tuple[str, float], ...]] = {}
        for signal, (pattern, claimed_by) in self._patterns.items():
            if pattern.search(text):
                weight = SIGNAL_ALONE if len(claimed_by) == 1 else SIGNAL_SHARED
                for runbook in claimed_by:
                    found[runbook] = (*found.get(runbook, ()), (signal, weight))
        return found

    @cached_property
    def _patterns(self) -> dict[str, tuple[re.Pattern[str], tuple[str, ...]]]:
        claimed: dict[str, list[str]] = {}
        for runbook in self._runbooks.values():
            for signal in runbook.triggers.signals:
                claimed.setdefault(signal, []).append(runbook.id)
        return {
            signal: (re.compile(rf"(?<![A-Za-z0-9_]){re.escape(signal)}(?![A-Za-z0-9_])"), tuple(runbooks))
            for signal, runbooks in claimed.items()
        }

    @cached_property
    def _index(self) -> _Index:
        return _Index(tuple(self._runbooks.values()))


class _Index:
    """BM25 over the runbooks' own words, one document for each phrase, so that a short phrase counts whole."""

    def __init__(self, runbooks: Sequence[Runbook]) -> None:
        self.runbooks = runbooks
        self._documents = [(at, tokens(text)) for at, one in enumerate(runbooks) for text in _texts(one)]

    @cached_property
    def _bm25(self) -> BM25:
        import bm25s

        logging.getLogger("bm25s").setLevel(logging.WARNING)  # it sets itself to DEBUG
        index = bm25s.BM25(k1=1.2, b=0.5)
        index.index([words for _, words in self._documents], show_progress=False)
        return index

    @cached_property
    def _best_possible(self) -> list[float]:
        """What each document scores for its own words: the measure of a full match."""
        return [float(self._score(words)[at]) if words else 1.0 for at, (_, words) in enumerate(self._documents)]

    def _score(self, words: Sequence[str]) -> Sequence[float]:
        known = [word for word in words if word in self._bm25.vocab_dict]
        if not known:
            return [0.0] * len(self._documents)
        scores: Sequence[float] = self._bm25.get_scores(known)
        return scores

    def scores(self, words: Sequence[str]) -> list[tuple[float, tuple[str, ...]]]:
        """Give, for each runbook, 0 to 1 for how much of its best document is said, and the words shared."""
        asked = set(words)
        scores = self._score(sorted(asked))
        best: list[tuple[float, tuple[str, ...]]] = [(0.0, ())] * len(self.runbooks)
        total = [0.0] * len(self.runbooks)
        for at, (runbook, document) in enumerate(self._documents):
            full = max(self._best_possible[at], 1e-6)
            share = min(1.0, float(scores[at]) / full)
            total[runbook] += share
            if share > best[runbook][0]:
                best[runbook] = (share, tuple(dict.fromkeys(word for word in document if word in asked)))
        return [
            (min(0.97, 0.75 * share + 0.25 * min(1.0, total[at] / 4)), shared)
            for at, (share, shared) in enumerate(best)
        ]


def _texts(runbook: Runbook) -> tuple[str, ...]:
    return (runbook.title, *runbook.triggers.phrases, runbook.purpose)


def tokens(text: str) -> list[str]:
    """Split into lower-case stems; `ImagePullBackOff` gives image, pull, back, off."""
    words = (word.lower() for word in _TOKEN.findall(text))
    return [_stem(word) for word in words if len(word) > 1 and word not in _STOP]


def _stem(word: str) -> str:
    for ending in ("ings", "ing", "ies", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


def nearest(wanted: str, runbooks: Mapping[str, Runbook]) -> str:
    """Give ` Did you mean ...?` for a misspelt id, or nothing."""
    from rapidfuzz import process

    found = process.extractOne(wanted, list(runbooks), score_cutoff=55)
    return f" Did you mean {found[0]}?" if found else ""


def _reasons(said: Sequence[tuple[str, float]], shared: Sequence[str]) -> tuple[str, ...]:
    reasons = [f"says {listed([signal for signal, _ in said], 3)}"] if said else []
    if shared:
        reasons.append(f"speaks of {listed(list(shared), 5)}")
    return tuple(reasons)


def _nothing_fits(ranked: Sequence[Candidate]) -> str:
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
