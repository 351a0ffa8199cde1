"""Words of tickets and runbooks on common ground, and BM25 over the phrases that runbooks are known by.

Knows nothing of decisions: it only says how much of a phrase one passage of a ticket says.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bm25s import BM25

MOST_PASSAGES = 60
PASSAGE_WORDS = 30
TITLE, SENTENCE, PAIR, APART = 1.0, 0.82, 0.82, 0.6
WHOLE, WHOLE_WORDS = 0.8, 24

_WORD = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_'-]{0,80}(?:\.[A-Za-z0-9_-]{1,63}){0,10}")
_PART = re.compile(r"[A-Z]{2,}s?(?![a-z])|[A-Z]?[a-z]+(?:'t)?|[A-Z]+(?![a-z])|[a-z]\d\b|\d{3}\b")
_ADDRESS = re.compile(r"(?i:https?)://[^\s<>\"']{1,500}|<[^\s<>|]{1,300}\|[^<>]{0,300}>")
_SENTENCE = re.compile(r"\n+|(?<=[.!?;])\s+")
_KEPT_OF_A_HOST = {
    "svc": "svc", "rds": "rds", "elb": "elb", "s3": "s3", "ecr": "ecr", "redshift": "redshift",
    "kubernetes": "kubernetes",
}  # fmt: skip
_STOP = frozenset(
    """
    cluster namespace ns staging
    a about after again all also am an and any are as at be because been before being both but by came can come comes
    could dear did do does doing each else even ever few first for from get gets give given gives got had has have he
    hello her here hi him his how i if in into is it it's its itself just keep keeps kind kindly last later least let
    like look looks lot made make many may maybe me might more most much must my need now of off ok on once one only
    onto or our out over own per please prod production put rather really regards same say says see seem seems seen
    she should since so some someone something still such sure take team than thank thanks that the their them then
    there these they thing this those though through thx to today too took tried try two under until up us use used
    very via want was way we well went were what when where which while who why will with would yes yesterday yet you
    your
    """.split()
)
# Everyday variants of one word; stems on both sides.
_SAME: Mapping[str, str] = {
    variant: word
    for word, variants in {
        "cannot": "can't cant couldn't couldnt unable won't wont doesn't doesnt don't isn't aren't no not none never"
        " nothing nobody without didn't nor",
        "database": "db dbs databases postgres postgresql mysql mariadb",
        "certificate": "cert certs ssl certificates x509",
        "kubernetes": "k8s",
        "deployment": "deploy deploys deployed deploying deployments redeploy",
        "release": "released releases releasing",
        "claim": "pvc pvcs persistentvolumeclaim persistentvolumeclaims claims",
        "volume": "volumes disk disks pv",
        "service": "svc services",
        "configmap": "configmaps cm",
        "crash": "crashes crashing crashed crashloop dies die died dying",
        "restart": "restarts restarted restarting",
        "stuck": "hang hangs hanging hung stalled frozen stall",
        "time": "timeout timeouts timed times timing etimedout",
        "fail": "fails failed failing failure failures broken breaks break broke error errors",
        "unavailable": "down outage unavailability dead offline",
        "reach": "reached reachable unreachable reaches reaching connectivity connect connects connection connecting"
        " connections",
        "refuse": "refused refuses rejects rejected econnrefused",
        "website": "site sites websites",
        "page": "pages",
        "kill": "killed kills killing sigkill shot",
        "memory": "mem oom ram heap",
        "pull": "pulled pulling pulls download downloaded",
        "registry": "dockerhub harbor ecr",
        "balancer": "alb nlb elb lb loadbalancer balancers",
        "function": "functions fn",
        "deny": "denied denies",
        "schedule": "scheduled scheduling schedulable",
        "attach": "attached attaching attachment",
        "mount": "mounts mounted mounting",
        "expire": "expired expires expiring expiry",
        "bucket": "buckets",
        "deliver": "delivered",
        "job": "jobs batch",
        "cronjob": "cronjobs cron",
        "miss": "missing missed",
        "node": "nodes",
        "slow": "slowly sluggish crawling",
        "answer": "answers answered respond responds responding response",
        "gone": "vanish vanishes vanished disappear disappears disappeared",
    }.items()
    for variant in variants.split()
}


def tokens(text: str, known: Collection[str] | None = None) -> list[str]:
    """Split into lower-case stems; `ImagePullBackOff` gives image, pull, back, off; names of things give nothing.

    With `known`, a hyphenated or dotted word counts only when each of its parts is known: `back-off` does, a
    workload called `pull-list` does not.
    """
    found: list[str] = []
    for match in _WORD.finditer(_ADDRESS.sub(" url ", text.replace("\u2019", "'"))):
        found.extend(_stems(match.group(), known))
    return found


def _stems(word: str, known: Collection[str] | None) -> list[str]:
    if "." in word and word.islower():
        return [_same(_KEPT_OF_A_HOST[part]) for part in word.split(".") if part in _KEPT_OF_A_HOST]
    parts = [part.lower() for part in _PART.findall(word)]
    stems = [_same(part) for part in parts if part not in _STOP and len(part) > 1]
    named = "-" in word or "_" in word
    if named and (any(char.isdigit() for char in word) or (known is not None and any(s not in known for s in stems))):
        return []
    return stems


def _same(word: str) -> str:
    return _SAME.get(word) or _stem(word)


def _stem(word: str) -> str:
    for ending in ("ings", "ing", "ies", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            return word[: -len(ending)]
    return word


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a ticket that is weighed as one query, and how much it counts."""

    words: frozenset[str]
    weight: float


@dataclass(frozen=True, slots=True)
class Overlap:
    """How much of its phrases a text says: 0 to 1, and the words that its best phrase shares with the text."""

    share: float = 0.0
    words: tuple[str, ...] = ()


class Lexicon:
    """BM25 with one document for each phrase, so that a short phrase counts whole, asked passage by passage.

    A long ticket gains nothing by its length: what counts is how much one sentence, or two neighbours, say.
    """

    def __init__(self, phrases: Sequence[Sequence[str]]) -> None:
        """Take, for each thing that can be spoken of, the phrases by which it is known."""
        self._owners = len(phrases)
        self._documents = [(at, list(dict.fromkeys(tokens(one)))) for at, texts in enumerate(phrases) for one in texts]
        self._documents = [(at, words) for at, words in self._documents if words]

    @cached_property
    def _bm25(self) -> BM25:
        import bm25s

        logging.getLogger("bm25s").setLevel(logging.WARNING)  # it sets itself to DEBUG
        index = bm25s.BM25(k1=1.2, b=0.4)
        index.index([words for _, words in self._documents], show_progress=False)
        return index

    @cached_property
    def _full(self) -> list[float]:
        """What each document scores for its own words, at least what some words of middling rarity score."""
        own = [float(self._bm25.get_scores(words)[at]) for at, (_, words) in enumerate(self._documents)]
        return [max(score, FLOOR) for score in own]

    def passages(self, title: str, body: str) -> list[Passage]:
        """Cut a ticket into title, sentences (alone, under the title, in pairs) and, discounted, the whole."""
        heading = self._known(tokens(title, self._bm25.vocab_dict))
        pieces = [piece for one in _SENTENCE.split(body) for piece in _cut(tokens(one, self._bm25.vocab_dict))]
        sentences = [words for words in map(self._known, pieces) if words][:MOST_PASSAGES]
        row = [heading, *sentences]
        whole = frozenset[str]().union(*row)
        found = [Passage(heading, TITLE), *(Passage(words, SENTENCE) for words in sentences)]
        found += [Passage(heading | words, PAIR) for words in sentences]
        found += [Passage(one | other, APART) for one, other in pairwise(sentences)]
        if len(row) > 2:
            found.append(Passage(whole, WHOLE * min(1.0, WHOLE_WORDS / max(1, len(whole)))))
        return [passage for passage in found if passage.words]

    def _known(self, words: Sequence[str]) -> frozenset[str]:
        vocabulary = self._bm25.vocab_dict
        return frozenset(word for word in words if word in vocabulary)

    def overlaps(self, passages: Sequence[Passage]) -> list[Overlap]:
        """Give, for each thing, how much the passages speak of it."""
        shares = [0.0] * len(self._documents)
        said: list[frozenset[str]] = [frozenset()] * len(self._documents)
        for passage in passages:
            scores = self._bm25.get_scores(sorted(passage.words))
            for at, score in enumerate(scores):
                share = min(1.0, float(score) / self._full[at]) * passage.weight
                if share > shares[at]:
                    shares[at], said[at] = share, passage.words
        return [self._overlap(owner, shares, said) for owner in range(self._owners)]

    def _overlap(self, owner: int, shares: Sequence[float], said: Sequence[frozenset[str]]) -> Overlap:
        mine = sorted(((shares[at], at) for at, (one, _) in enumerate(self._documents) if one == owner), reverse=True)
        if not mine:
            return Overlap()
        best, at = mine[0]
        others = [share for share, _ in mine[1:4]]
        words = tuple(word for word in self._documents[at][1] if word in said[at])
        return Overlap(BEST * best + (1 - BEST) * min(1.0, sum(others) / SUPPORT), words)


BEST, SUPPORT, FLOOR = 0.75, 1.8, 7.5


def _cut(words: Sequence[str]) -> list[Sequence[str]]:
    return [words[at : at + PASSAGE_WORDS] for at in range(0, len(words), PASSAGE_WORDS)]
