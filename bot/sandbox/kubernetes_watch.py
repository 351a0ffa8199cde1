"""Watches: the objects that are there, then every change, until the time that the client asked for is over."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from typing import Any

from bot.sandbox.kubernetes_answers import Refused
from bot.sandbox.kubernetes_kinds import Served
from bot.sandbox.kubernetes_selectors import Test
from bot.sandbox.kubernetes_state import State

LOOK_EVERY_S = 0.03
DEFAULT_TIMEOUT_S = 1800


async def watch(
    state: State, served: Served, namespace: str, query: Mapping[str, str], tests: tuple[Test, ...]
) -> AsyncIterator[dict[str, Any]]:
    """Give watch events: ADDED for what is there unless a resourceVersion is named, then changes, at last a BOOKMARK.

    A resourceVersion whose history is forgotten gives one ERROR event with status 410.
    """
    asked = query.get("timeoutSeconds", "")
    until = time.monotonic() + (int(asked) if asked.isdigit() else DEFAULT_TIMEOUT_S)
    named = query.get("resourceVersion", "")
    version = int(named) if named.isdigit() else 0
    if version == 0:
        present, version = state.listed(served, namespace)
        for obj in present:
            if all(test(obj) for test in tests):
                yield _event("ADDED", served, obj)
    while not state.closed and time.monotonic() < until:
        found = state.since(version, served)
        if found is None:
            message = f"too old resource version: {version} ({state.version})"
            yield {"type": "ERROR", "object": Refused(410, message).body()}
            return
        changes, version = found
        for change in changes:
            if namespace in ("", change.obj["metadata"].get("namespace")) and all(test(change.obj) for test in tests):
                yield _event(change.type, served, change.obj)
        await asyncio.sleep(LOOK_EVERY_S)
    if query.get("allowWatchBookmarks") in ("true", "1"):
        yield _event("BOOKMARK", served, {"metadata": {"resourceVersion": str(version)}})


def _event(kind: str, served: Served, obj: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": kind, "object": {"apiVersion": served.api_version, "kind": served.kind, **obj}}
