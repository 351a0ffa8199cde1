"""Which existing name somebody meant: exact, as the pod of a workload, or near enough. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

NEAR_ENOUGH = 86
"""rapidfuzz's ratio from which two names count as one misspelt: one slip in seven letters."""
SHORTEST = 4

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


def near(word: str, names: Iterable[str]) -> tuple[str, ...]:
    """Give the names that `word` may be short or misspelt for, best first; a word that says nothing is near to none."""
    if len(word) < SHORTEST or word in _SAYS_NOTHING:
        return ()
    scored = [(_score(word, name), name) for name in set(names)]
    return tuple(name for score, name in sorted(scored, key=lambda pair: (-pair[0], pair[1])) if score >= NEAR_ENOUGH)


def _score(word: str, name: str) -> float:
    from rapidfuzz.fuzz import ratio

    parts = [part for part in name.split("-") if part not in _SAYS_NOTHING]
    joined = [f"{one}-{other}" for one, other in pairwise(name.split("-"))]
    whole = float(ratio(word, name))
    within = max((float(ratio(word, part)) for part in [*parts, *joined]), default=0.0)
    # A part that fits is a little less than a whole that does.
    return max(whole, within - 1)
