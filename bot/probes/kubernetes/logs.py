"""Picks the line that matters from a container's log and says what kind of line it is. Pure: ties nothing to an object.

A line is chosen by what it says (the rule's weight), how loudly (its level, an unhandled exception being the loudest)
and how late. A retry that was survived, a warning and a debug line lose against what ended the process.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.kit.redaction import mask
from bot.probes.kubernetes.logentries import Entry, Trace, entries, traces
from bot.probes.kubernetes.loghosts import Place, place_in
from bot.probes.kubernetes.logrules import RULES, Rule

DEPENDENCY = frozenset(
    {
        "dependency-refused",
        "dependency-timeout",
        "dependency-unresolved",
        "dependency-auth-failed",
        "dependency-tls-failed",
    }
)
_LOUDNESS = {4: 25, 3: 12, 2: 8, 1: -25, 0: -45}
_LATENESS = 20
_TRACE_BONUS = 20
_RETRY = re.compile(r"\b(?:retry|retrying|attempt \d+|will try again|reconnect)", re.IGNORECASE)
_VARIABLE = re.compile(r"^[A-Z][A-Z0-9_]{2,}$")
_CONFIG_PATH = re.compile(r"/[\w./-]{1,200}\.(?:ya?ml|json|toml|ini|conf|cfg|cnf|xml|properties)\b")
_PYDANTIC = re.compile(r"^(?P<subject>[A-Za-z_]\w{1,60})$\n\s+(?P<why>[^\n]{1,200})", re.MULTILINE)
EXCEPTION_WEIGHT = 40
LOUD_LINE_WEIGHT = 30


@dataclass(frozen=True, slots=True)
class Reading:
    """What a log says. `kind` is a cause slug, `line` the line itself.

    `subject` is what it names (variable, file, library, exception type), `value` a value that it quotes,
    `place` a host and port.
    """

    kind: str
    line: str
    subject: str = ""
    value: str = ""
    place: Place | None = None
    index: int = 0
    score: int = 0


def read_log(lines: Sequence[str]) -> Reading | None:
    """Give what the log says of the end of its container, or None when no line says anything."""
    found = entries(lines)
    spotted = traces(found)
    readings = [*_from_lines(found, spotted), *_from_traces(found, spotted)]
    best = max(readings, key=lambda reading: (reading.score, reading.index), default=None)
    return _with_path(_with_place(best, found), found) if best else None


def _from_lines(found: Sequence[Entry], spotted: Sequence[Trace]) -> Iterator[Reading]:
    ends = {trace.index for trace in spotted}
    for entry in found:
        bonus = _TRACE_BONUS if entry.index in ends else 0
        for rule in RULES:
            reading = _apply(rule, entry.text)
            if reading:
                yield replace(reading, index=entry.index, score=_score(rule.weight + bonus, entry, len(found)))
                break
        else:
            # nothing known: a loud line still beats an exit code
            if entry.level >= 3:
                score = _score(LOUD_LINE_WEIGHT, entry, len(found))
                yield Reading("application-error", entry.text.strip(), index=entry.index, score=score)


def _apply(rule: Rule, text: str) -> Reading | None:
    match = rule.pattern.search(text)
    if not match:
        return None
    groups = match.groupdict()
    subject = groups.get("subject") or groups.get("file") or groups.get("port") or ""
    return Reading(rule.kind, text.strip(), subject.strip("'\"`"), groups.get("value") or "")


def _score(weight: int, entry: Entry, total: int) -> int:
    late = round(_LATENESS * (entry.index + 1) / total)
    retry = -10 if _RETRY.search(entry.text) else 0
    return weight + _LOUDNESS[entry.level] + late + retry


def _from_traces(found: Sequence[Entry], spotted: Sequence[Trace]) -> Iterator[Reading]:
    for trace in spotted:
        entry = found[trace.index]
        kind, subject = _of_trace(trace)
        score = _score(EXCEPTION_WEIGHT + _TRACE_BONUS, replace(entry, level=max(entry.level, 2)), len(found))
        if kind == "env-missing" or kind == "env-malformed":
            score += 30
        yield Reading(kind, trace.text, subject, place=place_in(trace.whole), index=trace.index, score=score)


def _of_trace(trace: Trace) -> tuple[str, str]:
    key = trace.message.strip("'\"")
    if trace.type == "KeyError" and ("environ" in trace.whole or _VARIABLE.match(key)):
        return "env-missing", key
    if trace.type.endswith("ValidationError"):
        field = _PYDANTIC.search(trace.whole[trace.whole.rfind(trace.type) :])
        if field:
            absent = "required" in field["why"].lower()
            return ("env-missing" if absent else "env-malformed"), field["subject"].upper()
    return "unhandled-exception", trace.type


def _with_place(reading: Reading, found: Sequence[Entry]) -> Reading:
    """A dependency's host may stand some lines before ("Connecting to ...") or just below, in order of nearness."""
    if reading.kind not in DEPENDENCY or reading.place:
        return reading
    at = reading.index
    for entry in (found[at], *found[at + 1 : at + 3], *reversed(found[max(0, at - 8) : at])):
        place = place_in(entry.text)
        if place:
            return replace(reading, place=place)
    return reading


def _with_path(reading: Reading, found: Sequence[Entry]) -> Reading:
    """A parser often names the file on the line above or below its complaint."""
    if reading.kind != "config-file-invalid" or reading.subject:
        return reading
    at = reading.index
    for entry in (found[at], *found[at + 1 : at + 4], *reversed(found[max(0, at - 8) : at])):
        path = _CONFIG_PATH.search(entry.text)
        if path:
            return replace(reading, subject=path[0])
    return reading


def tail(lines: Sequence[str], line: str = "", most: int = 12) -> str:
    """Give the last lines for evidence, and above them `line` with its surroundings when it lies further up.

    Secrets are masked before anything is cut off: the rest of a key no longer looks like one.
    """
    lines, line = mask("\n".join(lines)).split("\n"), mask(line)
    last = list(lines[-most:])
    at = next((index for index, each in enumerate(lines[:-most]) if line and line in each), None)
    if at is None or any(line in each for each in last):
        return "\n".join(last)
    return "\n".join([*lines[max(0, at - 3) : at + 2], "...", *last[-6:]])


def tied_variable(value: str, environment: Mapping[str, str]) -> str:
    """Name the one variable whose value is `value`, or holds it; empty when none or several do."""
    if not value:
        return ""
    exact = [name for name, held in environment.items() if held == value]
    holding = exact or [name for name, held in environment.items() if len(value) > 3 and value in held]
    return holding[0] if len(holding) == 1 else ""
