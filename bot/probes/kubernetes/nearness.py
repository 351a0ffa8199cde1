"""Which existing name somebody meant: exact, as the pod of a workload, near enough to act on, or to offer. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from itertools import pairwise

SURE_ENOUGH = 86
"""rapidfuzz's ratio from which two names count as one misspelt: one slip in seven letters."""
SHORTEST = 4
WORTH_OFFERING = 0.6
"""Likeness from which a name is worth a hint to a person, who decides."""

_POD_ENDINGS = (
    re.compile(r"^(?P<name>[a-z0-9].*)-[a-z0-9]{6,10}-[a-z0-9]{5}$"),
    re.compile(r"^(?P<name>[a-z0-9].*)-\d{6,12}-[a-z0-9]{5}$"),
    re.compile(r"^(?P<name>[a-z0-9].*)-(?=[a-z0-9]*\d)[a-z0-9]{5,10}$"),
    re.compile(r"^(?P<name>[a-z0-9].*)-\d{1,3}$"),
)
_SAYS_NOTHING = frozenset(
    "api app apps application backend cache cluster container containers cron database default deployment dev error "
    "errors frontend gateway ingress internal issue job jobs main namespace node nodes pod pods prod production proxy "
    "replica restart server service services staging stateful system test tests user users volume web worker workers "
    "working".split()
)


def stems(word: str) -> tuple[str, ...]:
    """Give the names that `word` may stand for, itself first: a pod's name without what was generated."""
    found = [word]
    for ending in _POD_ENDINGS:
        if match := ending.match(word):
            found.append(match["name"])
    return tuple(dict.fromkeys(found))


def exact(words: Iterable[str], names: Sequence[str]) -> tuple[str, ...]:
    """Give the names that are said outright, or of which a pod is named, in the order of the words."""
    existing = set(names)
    found = (next((stem for stem in stems(word) if stem in existing), None) for word in words)
    return tuple(dict.fromkeys(name for name in found if name))


def meant(word: str, names: Iterable[str]) -> tuple[str, ...]:
    """Give the names that `word` must be short or misspelt for, best first; a word that says nothing means none."""
    if len(word) < SHORTEST or word in _SAYS_NOTHING:
        return ()
    scored = [(_score(word, name), name) for name in set(names)]
    return tuple(name for score, name in sorted(scored, key=lambda pair: (-pair[0], pair[1])) if score >= SURE_ENOUGH)


def _score(word: str, name: str) -> float:
    from rapidfuzz.fuzz import ratio

    parts = [part for part in name.split("-") if part not in _SAYS_NOTHING]
    joined = [f"{one}-{other}" for one, other in pairwise(name.split("-"))]
    whole = float(ratio(word, name))
    within = max((float(ratio(word, part)) for part in [*parts, *joined]), default=0.0)
    # A part that fits is a little less than a whole that does.
    return max(whole, within - 1)


def near(name: str, names: Iterable[str], limit: int = 3) -> tuple[str, ...]:
    """Give the names that look like `name`, best first, to be offered: a slip of the pen or a longer form of it."""
    scored = [(_likeness(name, other), other) for other in set(names) if other != name]
    return tuple(
        other for score, other in sorted(scored, key=lambda pair: (-pair[0], pair[1])) if score >= WORTH_OFFERING
    )[:limit]


def _likeness(name: str, other: str) -> float:
    short, long = sorted((name, other), key=len)
    if short and short in long:
        return 0.9
    return SequenceMatcher(None, name, other).ratio()


def near_hint(name: str, names: Iterable[str]) -> str:
    """Say ` (near names: a, b)`, or nothing when there is none."""
    found = near(name, names)
    return f" (near names: {', '.join(found)})" if found else ""
