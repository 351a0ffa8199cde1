"""How much a ticket speaks for each runbook, and for what no runbook is for: exact signals and BM25, from 0 to 1.

Knows nothing of what is done with it: running, asking and abstaining are decided in `matching`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from bot.kit.text import listed
from bot.model.match import Candidate
from bot.model.runbook import Parameter, ParameterType, Runbook
from bot.pipeline.extracting import find_all
from bot.pipeline.lexicon import Lexicon, Overlap, tokens
from bot.pipeline.outside import TOPICS
from bot.pipeline.topics import Topic

MAX_TEXT = 8_000
FAINT = 0.05
SIGNAL_ALONE, SIGNAL_SHARED, SIGNAL_MORE, NAME, OTHER_CASE = 0.6, 0.4, 0.25, 0.35, 0.85
CASELESS_FROM = 10
PLACED = 0.15
CALM, CALM_WITH_SIGNAL = 0.45, 0.7
LEAD = 500
MOST_WORDS, MOST_REASONS = 5, 4

# Types whose values nobody mistakes: naming one says which kind of thing the ticket is about.
_TELLING = frozenset(
    {
        ParameterType.HOST, ParameterType.URL, ParameterType.FUNCTION, ParameterType.DATABASE, ParameterType.BUCKET,
        ParameterType.LOAD_BALANCER, ParameterType.TARGET_GROUP, ParameterType.NAMESPACE,
    }
)  # fmt: skip
# A notice or wish by its own heading: no string that it quotes makes it an incident.
_NOTICE = re.compile(
    r"^\W{0,3}(?:re:\s|fwd?:\s|\[\w{1,20}\]\s){0,3}"
    r"(?:wish|idea|feature (?:idea|request|wish)|fyi|resolved|question|change request|proposal|planned|reminder)\b",
    re.IGNORECASE,
)
# Wishes, questions and notices: no fault is reported, unless a machine's own words stand beside them.
_REQUEST = re.compile(
    r"\b(?:"
    r"(?:please|pls|kindly|could (?:you|someone)|can (?:you|someone|we)) (?:\w{1,40} )?"
    r"(?:add|create|grant|give|let (?!(?:me|us) know)|enable|raise|increase|install|reset"
    r"|remove|delete|enlarge|assign|schedule|upgrade)"
    r"|(?:need|request(?:ing)?|want|would like|wants?) (?:an? )?(?:new )?"
    r"(?:access|account|licen[cs]e|laptop|permission|login|user)"
    r"|access (?:request|to the)|how (?:do|can|to|should) (?:i|we|one)?\b|feature (?:request|idea|wish)"
    r"|password (?:reset|expired)|reset my|new (?:starter|joiner|laptop)|invoice|printer|mailbox|outlook|licen[cs]e"
    r"|planned|onboard(?:ing)?|is it possible|(?:would|might) be (?:nice|good|great|useful)|no action needed"
    r"|not an incident|for approval|best practice|roadmap|decommission)"
    r"|(?:^|\n)\W{0,3}(?:wish|idea|fyi|resolved|question|request|change request|proposal|info)\b",
    re.IGNORECASE,
)


# What closes a mail: the lines after it name people and offices, and what the reader is to delete.
_SIGNED = re.compile(
    r"(?im)^[ \t]{0,8}(?:(?:kind|best|warm|many|with)?[ ]?(?:regards|wishes|thanks|greetings)|cheers|thx|thank you"
    r"|yours \w{1,12}|mit freundlichen gr\w{1,6}|--|sent from my .{0,40})[ ,.!]{0,4}(?:\n.{0,120}){0,9}"
)


@dataclass(frozen=True, slots=True)
class Weighed:
    """The runbooks that something speaks for, best first, and the topic without a runbook that is spoken of most."""

    candidates: tuple[Candidate, ...]
    topic: str = ""
    elsewhere: float = 0.0


@dataclass(frozen=True, slots=True)
class _Claim:
    """What one exact string looks like in a text, and who claims it."""

    pattern: re.Pattern[str]
    caseless: re.Pattern[str] | None
    owners: tuple[int, ...]
    weight: float


class Ranking:
    """Weighs a ticket's text against everything that can be spoken of: each runbook, and each topic without one."""

    def __init__(self, runbooks: Mapping[str, Runbook], topics: Sequence[Topic] = TOPICS) -> None:
        """Take the catalogue and the topics; a topic that a runbook covers is left out."""
        self._runbooks = tuple(runbooks.values())
        self._topics = tuple(topic for topic in topics if topic.covered_by not in runbooks)

    def weigh(self, title: str, body: str) -> Weighed:
        """Weigh a ticket. Any text will do; what is beyond `MAX_TEXT` characters is not read."""
        title = title[:MAX_TEXT]
        body = _SIGNED.sub("", body[: MAX_TEXT - len(title)])
        text = f"{title}\n{body}"
        passages = self._lexicon.passages(title, body)
        overlaps = self._lexicon.overlaps(passages)
        signals = self._signals(text)
        calm = _calm(title, text[: len(title) + LEAD], bool(signals))
        strengths = [
            calm * _together(_strength(signals.get(owner, ())), overlap.share) for owner, overlap in enumerate(overlaps)
        ]
        candidates = []
        for owner, runbook in enumerate(self._runbooks):
            strength = self._placed(runbook, strengths[owner], text)
            if strength > FAINT:
                reasons = _reasons(signals.get(owner, ()), overlaps[owner], text)
                candidates.append(Candidate(runbook.id, runbook.title, round(min(0.99, strength), 3), reasons))
        candidates.sort(key=lambda one: (-one.confidence, one.runbook))
        elsewhere = strengths[len(self._runbooks) :]
        most = max(range(len(elsewhere)), key=elsewhere.__getitem__, default=None)
        if most is None:
            return Weighed(tuple(candidates))
        return Weighed(tuple(candidates), self._topics[most].title, round(elsewhere[most], 3))

    def _placed(self, runbook: Runbook, strength: float, text: str) -> float:
        """Lean toward a runbook for the kind of thing that the ticket names: a function, a host, a database."""
        if strength <= FAINT or not any(_named(parameter, text) for parameter in runbook.parameters):
            return strength
        return _together(strength, PLACED)

    def _signals(self, text: str) -> dict[int, tuple[tuple[str, float], ...]]:
        """Which exact strings stand in the text, by who claims them, each with its weight: less when several do."""
        lowered = text.lower()
        found: dict[int, tuple[tuple[str, float], ...]] = {}
        for signal, claim in self._claims.items():
            if signal.lower() not in lowered:
                continue
            weight = claim.weight
            if not claim.pattern.search(text):
                if claim.caseless is None or not claim.caseless.search(text):
                    continue
                weight *= OTHER_CASE
            for owner in claim.owners:
                found[owner] = (*found.get(owner, ()), (signal, weight))
        return found

    @cached_property
    def _claims(self) -> dict[str, _Claim]:
        said = [one.triggers.signals for one in self._runbooks] + [topic.signals for topic in self._topics]
        claimed = _by_string(said)
        named = _by_string([()] * len(self._runbooks) + [topic.names for topic in self._topics])
        weak = {name: _claim(name, owners, NAME) for name, owners in named.items()}
        strong = {
            signal: _claim(signal, owners, SIGNAL_ALONE if len(owners) == 1 else SIGNAL_SHARED)
            for signal, owners in claimed.items()
        }
        return {**weak, **strong}

    @cached_property
    def _lexicon(self) -> Lexicon:
        runbooks = [(one.title, *one.triggers.phrases, *_sentences(one.purpose)) for one in self._runbooks]
        return Lexicon([*runbooks, *((topic.title, *topic.phrases) for topic in self._topics)])


def _calm(title: str, lead: str, signals: bool) -> float:
    """By how much a text that reports no fault is turned down; a machine's own words in it speak against that."""
    if _NOTICE.match(title):
        return CALM
    if not _REQUEST.search(lead):
        return 1.0
    return CALM_WITH_SIGNAL if signals else CALM


def _by_string(said: Sequence[Sequence[str]]) -> dict[str, tuple[int, ...]]:
    claimed: dict[str, tuple[int, ...]] = {}
    for owner, strings in enumerate(said):
        for string in strings:
            claimed[string] = (*claimed.get(string, ()), owner)
    return claimed


_WORDLIKE = re.compile(r"[A-Za-z0-9_]")


def _claim(signal: str, owners: tuple[int, ...], weight: float) -> _Claim:
    # A signal is a whole word; where it begins or ends in a mark (`s3://`), anything may stand beside it.
    before = r"(?<![A-Za-z0-9_])" if _WORDLIKE.match(signal[0]) else ""
    after = r"(?![A-Za-z0-9_])" if _WORDLIKE.match(signal[-1]) else ""
    edged = f"{before}{re.escape(signal)}{after}"
    caseless = re.compile(edged, re.IGNORECASE) if len(signal) >= CASELESS_FROM else None
    return _Claim(re.compile(edged), caseless, owners, weight)


def _strength(said: Sequence[tuple[str, float]]) -> float:
    """The strongest signal, and a little for each other one that is not a part of it."""
    if not said:
        return 0.0
    most, *others = sorted(said, key=lambda one: (-one[1], -len(one[0]), one[0]))
    strength = most[1]
    for signal, _ in others[:3]:
        if signal.lower() not in most[0].lower():
            strength = _together(strength, SIGNAL_MORE)
    return strength


def _together(one: float, other: float) -> float:
    return 1 - (1 - one) * (1 - other)


def _named(parameter: Parameter, text: str) -> bool:
    return parameter.required and parameter.type in _TELLING and bool(find_all(parameter.type, text))


def _sentences(purpose: str) -> tuple[str, ...]:
    """Cut a purpose where it lists: each cause that it names is a phrase of its own."""
    return tuple(part for part in re.split(r"[:;.]\s", purpose) if part.strip())


def _reasons(said: Sequence[tuple[str, float]], overlap: Overlap, text: str) -> tuple[str, ...]:
    """Say in the ticket's own words what speaks for a runbook: the exact strings first, then the words."""
    strongest = sorted(said, key=lambda one: (-one[1], -len(one[0]), one[0]))
    reasons = [f"says {signal}" for signal, _ in strongest[: MOST_REASONS - 1]]
    words = own_words(overlap.words, text)
    if words:
        reasons.append(f"speaks of {listed(list(words), MOST_WORDS)}")
    return tuple(reasons)


_PLAIN = re.compile(r"[A-Za-z][A-Za-z'-]{1,40}")


def own_words(stems: Sequence[str], text: str) -> tuple[str, ...]:
    """Give the words of the text that stand behind the stems, as they are written there, in the stems' order."""
    wanted = set(stems)
    found: dict[str, str] = {}
    for match in _PLAIN.finditer(text):
        for stem in tokens(match.group()):
            if stem in wanted:
                found.setdefault(stem, match.group().lower() if match.group().istitle() else match.group())
    return tuple(dict.fromkeys(found[stem] for stem in stems if stem in found))[:MOST_WORDS]
