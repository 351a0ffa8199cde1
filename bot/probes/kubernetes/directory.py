"""What exists in the cluster, so that names in a ticket can be told from words.

Only metadata is read, within the namespace that is meant, or by exact name over all of them. What cannot be looked up
is simply not known: a ticket never fails for it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TypeVar

from bot.model.errors import AccessDenied, DeadlineExceeded, NotFound, OutsideError
from bot.model.ports import Whereabouts
from bot.model.run import ApiCall
from bot.probes.kubernetes.asking import METADATA_RATHER, Asked, BadRequest
from bot.probes.kubernetes.client import KubernetesClient, open_client
from bot.probes.kubernetes.kinds import kind_of
from bot.probes.kubernetes.nearness import exact, meant, stems
from bot.probes.kubernetes.owners import top_owner
from bot.probes.kubernetes.verdicts import ref
from bot.settings import KubernetesSettings

T = TypeVar("T")

JOBS = ("CronJob", "Job")
WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet", *JOBS)
NEIGHBOURS = ("Service", "Ingress", "PersistentVolumeClaim")
"""Kinds that tell the namespace of a ticket that names no workload."""
PERMISSIONS = tuple(f"list {kind_of(kind).resource}" for kind in ("Namespace", "Pod", *WORKLOADS, *NEIGHBOURS))
"""What the directory likes to be allowed, beside what probes declare; without it tickets must say more."""
REMEMBERED_S = 15.0
PATIENCE_S = 3.0
MAX_NAMES = 1000
MAX_WORDS_EVERYWHERE = 5
MAX_NEAR_NAMESPACES = 3
_LAST = ("default", "kube-system", "kube-public", "kube-node-lease")


@dataclass(frozen=True, slots=True)
class Place:
    """A workload by its namespace and name."""

    namespace: str
    workload: str

    def __str__(self) -> str:
        """Print `shop/checkout`."""
        return f"{self.namespace}/{self.workload}"


class KubernetesDirectory:
    """Implements `ports.Directory`. Thread-safe; answers are remembered for a quarter of a minute."""

    def __init__(self, settings: KubernetesSettings) -> None:
        """Take the cluster's settings; the connection is opened by the first question."""
        # Somebody waits for this: better no answer than a late one.
        self._settings = settings.model_copy(update={"timeout_s": min(settings.timeout_s, PATIENCE_S)})
        self._client: KubernetesClient | None = None
        self._lock = threading.RLock()
        self._remembered: dict[object, tuple[float, object]] = {}
        self._away_until = 0.0

    def resolve(self, words: Sequence[str], known: Mapping[str, str]) -> Whereabouts:
        """Look `words` up; see `ports.Directory.resolve`. `known` may hold `namespace` and `workload`."""
        key = ("resolve", tuple(words), tuple(sorted(known.items())))
        if time.monotonic() < self._away_until:
            return Whereabouts()
        try:
            return self._once(key, lambda: self._with_kind(self._resolve(words, known)))
        except (OutsideError, DeadlineExceeded):
            with self._lock:
                self._away_until = time.monotonic() + REMEMBERED_S
                self._client = None
            return Whereabouts()

    def _with_kind(self, whereabouts: Whereabouts) -> Whereabouts:
        """Say `job` as well, when what was found is a Job or CronJob and no workload that stays up."""
        workload, namespace = whereabouts.found.get("workload", ""), whereabouts.found.get("namespace", "")
        if not workload or any(workload in self._names(kind, namespace) for kind in WORKLOADS if kind not in JOBS):
            return whereabouts
        if not any(workload in self._names(kind, namespace) for kind in JOBS):
            return whereabouts
        return replace(whereabouts, found={**whereabouts.found, "job": workload})

    def _resolve(self, words: Sequence[str], known: Mapping[str, str]) -> Whereabouts:
        namespaces = self._names("Namespace", "")
        said = [known["workload"]] if known.get("workload") else []
        others = [word for word in words if word not in namespaces and word not in said]
        if namespace := known.get("namespace"):
            # Where the namespace is known, a word that names another one may as well name a workload here.
            others = [word for word in words if word != namespace and word not in said]
            if namespace in namespaces or not namespaces:
                return self._within(namespace, said, others)
            return self._instead_of(namespace, namespaces, said, others)
        sure = sorted((word for word in dict.fromkeys(words) if word in namespaces), key=lambda word: word in _LAST)
        for namespace in sure:
            if exact(said or [*others, namespace], self._workloads(namespace)):
                return self._within(namespace, said, [*others, namespace])
        if sure and sure[0] not in _LAST:
            return self._within(sure[0], said, others)
        return self._anywhere(namespaces, said, others)

    def _within(self, namespace: str, said: Sequence[str], others: Sequence[str]) -> Whereabouts:
        """Find the workload in a namespace that is sure."""
        names = self._workloads(namespace)
        here = {"namespace": namespace}
        found = exact(said, names) or exact(others, names) or self._by_pods(namespace, said, others)
        if len(found) == 1:
            return Whereabouts({**here, "workload": found[0]})
        if found:
            return Whereabouts(here, tuple(str(Place(namespace, name)) for name in found))
        likely = _likely(said, names) or _likely(others, names)
        if len(likely) == 1:
            word, name = likely[0]
            return Whereabouts({**here, "workload": name}, note=f"took {name} for {word}")
        if likely:
            return Whereabouts(here, tuple(str(Place(namespace, name)) for _, name in likely))
        return self._elsewhere(namespace, said) if said else Whereabouts(here)

    def _by_pods(self, namespace: str, said: Sequence[str], others: Sequence[str]) -> tuple[str, ...]:
        """A workload may be known by its pods alone: bare ones, or those of a kind that is not looked up."""
        names = self._names("Pod", namespace) if said or others else ()
        return exact(said, names) or exact(others, names)

    def _elsewhere(self, namespace: str, said: Sequence[str]) -> Whereabouts:
        """The workload that was named is not there: it may have been meant in another namespace."""
        places = self._everywhere(said)
        if len(places) == 1:
            place = places[0]
            note = f"{place.workload} is not in {namespace} but in {place.namespace}: looked there"
            return Whereabouts({"namespace": place.namespace, "workload": place.workload}, note=note)
        return Whereabouts({"namespace": namespace}, tuple(map(str, places)))

    def _instead_of(
        self, namespace: str, namespaces: Sequence[str], said: Sequence[str], others: Sequence[str]
    ) -> Whereabouts:
        """The namespace that was named does not exist."""
        likely = meant(namespace, namespaces)
        if len(likely) == 1:
            found = self._within(likely[0], said, others)
            note = f"there is no namespace {namespace}: took {likely[0]}"
            return Whereabouts(found.found, found.near, "; ".join(filter(None, (note, found.note))))
        places = self._everywhere(said)
        if len(places) == 1:
            note = f"there is no namespace {namespace}; {places[0].workload} is in {places[0].namespace}: looked there"
            return Whereabouts({"namespace": places[0].namespace, "workload": places[0].workload}, note=note)
        return Whereabouts(near=tuple(map(str, places)) or likely)

    def _anywhere(self, namespaces: Sequence[str], said: Sequence[str], others: Sequence[str]) -> Whereabouts:
        """No namespace is named: look for the workload by name in all, then in namespaces with a name like it."""
        places = self._everywhere(said) or self._everywhere(others)
        if len(places) == 1:
            place = places[0]
            note = f"found {place.workload} in {place.namespace}"
            return Whereabouts({"namespace": place.namespace, "workload": place.workload}, note=note)
        if places:
            return Whereabouts(near=tuple(map(str, places)))
        candidates = [*said, *others]
        neighbour = self._neighbour(candidates)
        if neighbour is not None:
            note = f"found {neighbour.workload} in {neighbour.namespace}"
            return Whereabouts({"namespace": neighbour.namespace}, note=note)
        likely = dict.fromkeys(name for word in candidates for name in meant(word, namespaces))
        guessed = [
            (word, Place(namespace, name))
            for namespace in list(likely)[:MAX_NEAR_NAMESPACES]
            for word, name in _likely(candidates, self._workloads(namespace))
        ]
        if len(guessed) == 1:
            word, place = guessed[0]
            note = f"took {place.workload} in {place.namespace} for {word}"
            return Whereabouts({"namespace": place.namespace, "workload": place.workload}, note=note)
        return Whereabouts(near=tuple(str(place) for _, place in guessed) or tuple(likely))

    def _workloads(self, namespace: str) -> tuple[str, ...]:
        with ThreadPoolExecutor(max_workers=len(WORKLOADS)) as workers:
            lists = workers.map(lambda kind: self._names(kind, namespace), WORKLOADS)
            return tuple(dict.fromkeys(name for names in lists for name in names))

    def _everywhere(self, words: Iterable[str]) -> tuple[Place, ...]:
        """Look up at most five words in all namespaces, by the server's own selector of names.

        A word that is no name itself may be a pod's that is gone: then without what was generated.
        """
        chosen = list(dict.fromkeys(words))[:MAX_WORDS_EVERYWHERE]
        found = self._by_names([(kind, word) for word in chosen for kind in (*WORKLOADS, "Pod")])
        left = [word for word in chosen if not any(found[kind, word] for kind in (*WORKLOADS, "Pod"))]
        found |= self._by_names([(kind, stem) for word in left for stem in stems(word)[1:] for kind in WORKLOADS])
        return tuple(sorted({place for places in found.values() for place in places}, key=str))

    def _by_names(self, asked: Sequence[tuple[str, str]]) -> dict[tuple[str, str], tuple[Place, ...]]:
        with ThreadPoolExecutor(max_workers=8) as workers:
            return dict(zip(asked, workers.map(lambda pair: self._by_name(*pair), asked), strict=True))

    def _neighbour(self, words: Iterable[str]) -> Place | None:
        """Look the words up as Services and the like; give the one found when all are in one namespace."""
        chosen = list(dict.fromkeys(words))[:MAX_WORDS_EVERYWHERE]
        answers = self._by_names([(kind, word) for word in chosen for kind in NEIGHBOURS])
        found = [place for places in answers.values() for place in places]
        return found[0] if len({place.namespace for place in found}) == 1 else None

    def _by_name(self, kind: str, name: str) -> tuple[Place, ...]:
        which = kind_of(kind)
        asked = Asked(
            which.path(), {"fieldSelector": f"metadata.name={name}"}, f"list {which.resource}", METADATA_RATHER
        )
        return self._once(asked.target, lambda: self._places(asked))

    def _names(self, kind: str, namespace: str) -> tuple[str, ...]:
        which = kind_of(kind)
        asked = Asked(which.path(namespace), {}, f"list {which.resource}", METADATA_RATHER)
        return self._once(asked.target, lambda: tuple(place.workload for place in self._places(asked)))

    def _places(self, asked: Asked) -> tuple[Place, ...]:
        """Ask for one page; what is denied counts as none, an API that cannot be reached ends the look-up."""
        one_page = Asked(asked.path, {**asked.query, "limit": MAX_NAMES}, asked.permission, asked.accept)
        try:
            answer = self._connected().json(one_page, _unrecorded)
        except OutsideError as error:
            if isinstance(error, AccessDenied | NotFound | BadRequest):
                return ()
            raise
        pods = asked.path.endswith("/pods")
        found = (top_owner(item) if pods else ref(item) for item in answer.get("items") or ())
        return tuple(Place(about.namespace, about.name) for about in found)

    def _connected(self) -> KubernetesClient:
        with self._lock:
            if self._client is None:
                self._client = open_client(self._settings)
            return self._client

    def _once(self, key: object, work: Callable[[], T]) -> T:
        now = time.monotonic()
        with self._lock:
            kept = self._remembered.get(key)
            if kept is not None and kept[0] > now:
                return kept[1]  # type: ignore[return-value]
        value = work()
        with self._lock:
            fresh = {each: entry for each, entry in self._remembered.items() if entry[0] > now}
            self._remembered = {**fresh, key: (now + REMEMBERED_S, value)}
        return value


def _likely(words: Iterable[str], names: Sequence[str]) -> tuple[tuple[str, str], ...]:
    found: dict[str, str] = {}
    for word in words:
        for name in meant(word, names):
            found.setdefault(name, word)
    return tuple((word, name) for name, word in found.items())


def _unrecorded(_: ApiCall) -> None:
    """The directory's calls belong to no run."""
