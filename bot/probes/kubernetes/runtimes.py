"""What a language runtime is told to use for itself, read off environment and command line. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from bot.probes.kubernetes.containers import Container, command_line, environment
from bot.probes.kubernetes.quantities import memory

_XMX = re.compile(r"-Xmx(?P<size>\d{1,12})(?P<unit>[kKmMgGtT]?)\b")
_MAX_RAM = re.compile(r"-XX:MaxRAMPercentage=(?P<percent>\d{1,3}(?:\.\d+)?)")
_OLD_SPACE = re.compile(r"--max[-_]old[-_]space[-_]size[= ](?P<size>\d{1,9})")
_WORKERS = re.compile(r"(?:^|\s)(?:--workers[= ]|-w ?|--processes[= ])(?P<count>\d{1,3})\b")
_UNITS = {"": 1, "k": 1024, "m": 1024**2, "g": 1024**3, "t": 1024**4}
_GO = re.compile(r"^(?P<size>\d{1,12})(?P<unit>B|KiB|MiB|GiB|TiB)?$")
_GO_UNITS = {"": 1, "B": 1, "KiB": 1024, "MiB": 1024**2, "GiB": 1024**3, "TiB": 1024**4}

ALL_OF_IT = 85.0
"""Per cent of the limit from which a heap leaves too little for the rest of the process (stacks, buffers)."""
WORKER_NEEDS = 64 * 1024**2
"""Bytes below which a worker process of a usual web application cannot live."""


class Claim(NamedTuple):
    """What a runtime takes for itself: `setting` as it is written, `size` in bytes, `where` it is set."""

    setting: str
    size: float
    where: str


def over_limit(container: Container, limit: float) -> Claim | None:
    """Give the setting by which the runtime may take all of `limit` bytes or more; None when none does."""
    for claim in _claims(container, limit):
        if claim.size >= limit * ALL_OF_IT / 100:
            return claim
    return None


def say(claim: Claim, limit: float) -> str:
    """Say what the claim means against the limit."""
    return (
        f"{claim.setting} in {claim.where} lets the runtime take {memory(claim.size)} of the limit of {memory(limit)}"
    )


def _claims(container: Container, limit: float) -> Iterator[Claim]:
    sources = {**environment(container), "the command line": command_line(container)}
    for where, text in sources.items():
        for found in _XMX.finditer(text):
            yield Claim(found[0], int(found["size"]) * _UNITS[found["unit"].lower()], where)
        for found in _MAX_RAM.finditer(text):
            yield Claim(found[0], limit * float(found["percent"]) / 100, where)
        for found in _OLD_SPACE.finditer(text):
            yield Claim(found[0], int(found["size"]) * 1024**2, where)
        yield from _workers(where, text)
    go = _GO.match(sources.get("GOMEMLIMIT", ""))
    if go:
        yield Claim(f"GOMEMLIMIT={go[0]}", int(go["size"]) * _GO_UNITS[go["unit"] or ""], "GOMEMLIMIT")


def _workers(where: str, text: str) -> Iterator[Claim]:
    found = _WORKERS.search(text)
    count = int(found["count"]) if found else 0
    if where in ("WEB_CONCURRENCY", "UVICORN_WORKERS", "GUNICORN_WORKERS") and text.isdecimal():
        count = int(text)
    if count > 1:
        yield Claim(f"{count} workers", float(count * WORKER_NEEDS), where)
