"""What the view gives back, and the cache in which each answer is fetched once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.probes.session import Gap

Object = Mapping[str, Any]
"""Plain JSON, as the API gives it; lists' items have their apiVersion and kind filled in."""
Pod = Mapping[str, Any]
Event = Mapping[str, Any]
Node = Mapping[str, Any]

_SECRET_KEPT = ("name", "namespace", "uid", "creationTimestamp", "labels", "deletionTimestamp")


@dataclass(frozen=True, slots=True)
class Listing:
    """What a list brought. When not `complete` (denied, timed out, cut) absence must not be concluded."""

    items: tuple[Object, ...] = ()
    complete: bool = True

    def __iter__(self) -> Iterator[Object]:
        """Go through the objects."""
        return iter(self.items)

    def __len__(self) -> int:
        """Count the objects."""
        return len(self.items)


@dataclass(frozen=True, slots=True)
class Lookup:
    """One object that was looked for. `known` is False when the API did not say whether it exists."""

    object: Object | None = None
    known: bool = True

    @property
    def found(self) -> bool:
        """Say whether it exists."""
        return self.object is not None

    @property
    def absent(self) -> bool:
        """Say whether it is sure not to exist."""
        return self.known and self.object is None


@dataclass(frozen=True, slots=True)
class LogText:
    """The last lines of a container's log. `known` with no lines: it has written none, or has not run."""

    lines: tuple[str, ...] = ()
    known: bool = True


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer in the cache, with the gap that it leaves: told to every probe that asks."""

    items: tuple[Object, ...] = ()
    known: bool = True
    lines: tuple[str, ...] = ()
    gap: Gap | None = None


class Once:
    """Fetches each key once; whoever asks meanwhile waits for the same answer."""

    def __init__(self) -> None:
        """Begin empty."""
        self._lock = threading.Lock()
        self._locks: dict[Hashable, threading.Lock] = {}
        self._answers: dict[Hashable, Fetched] = {}

    def get(self, key: Hashable, fetch: Callable[[], Fetched]) -> Fetched:
        """Give the answer for `key`, by `fetch` when nobody has asked before."""
        with self._lock:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            if key not in self._answers:
                self._answers[key] = fetch()
            return self._answers[key]

    def peek(self, key: Hashable) -> Fetched | None:
        """Give the answer when it is there already."""
        return self._answers.get(key)


def named(fetched: Fetched, name: str) -> Lookup:
    """Pick the object of that name out of an answer."""
    found = next((item for item in fetched.items if item["metadata"].get("name") == name), None)
    return Lookup(found, fetched.known or found is not None)


def happened(event: Object) -> str:
    """Give when an event was last seen, as text that sorts; empty when it does not tell."""
    # RFC 3339 in UTC sorts as text; micro-seconds only break ties.
    series = event.get("series") or {}
    metadata = event.get("metadata") or {}
    moments = (
        event.get("lastTimestamp"),
        series.get("lastObservedTime"),
        event.get("eventTime"),
        event.get("firstTimestamp"),
        metadata.get("creationTimestamp"),
    )
    return str(next((moment for moment in moments if moment), ""))


def secret_name(item: Object) -> dict[str, Any]:
    """Keep what names a Secret; its annotations may hold a copy of its values."""
    metadata = item.get("metadata") or {}
    return {key: metadata[key] for key in _SECRET_KEPT if key in metadata}
