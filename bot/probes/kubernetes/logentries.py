"""Lines of a container's log as entries: JSON unpacked, levels read, stack traces found. Knows no cause.

Logs are hostile input: lines are cut, patterns are linear, and nothing in them is ever executed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MAX_LINE = 1500
MAX_LINES = 300

LEVELS = {"fatal": 4, "panic": 4, "critical": 4, "emerg": 4, "crit": 4, "error": 3, "err": 3, "severe": 3, "warn": 1}
LEVELS |= {"warning": 1, "info": 0, "debug": 0, "trace": 0, "notice": 0, "log": 0}
UNSAID = 2
"""The level of a line that does not say: between a warning and an error."""

_LEVEL = re.compile(
    r"(?:^|[\s\[\(|\"=])(fatal|panic|critical|emerg|crit|error|severe|warning|warn|info|debug|trace|notice)(?=[\s\]\):|\",])",
    re.IGNORECASE,
)
_KUBELET_STAMP = re.compile(r"^\d{4}-\d\d-\d\dT[\d:.]{8,20}(?:Z|[+-]\d\d:\d\d) (?:std(?:out|err) [FP] )?")
_MESSAGE_KEYS = ("msg", "message", "event", "log", "text")
_ERROR_KEYS = ("error", "err", "exception", "exc_info", "stack_trace", "stacktrace", "stack", "traceback", "cause")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: its `index` among all, its level (4 fatal, 3 error, 2 unsaid, 1 warning, 0 below) and its text."""

    index: int
    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Trace:
    """An unhandled exception: its type, its message, and the line that says so. `whole` is the text of the trace."""

    type: str
    message: str
    index: int
    whole: str

    @property
    def text(self) -> str:
        """Say `TypeError: x is undefined`."""
        return f"{self.type}: {self.message}" if self.message else self.type


def entries(lines: Sequence[str]) -> tuple[Entry, ...]:
    """Unpack the last lines of a log; one JSON line may give several entries (its message, its error, its stack)."""
    found: list[Entry] = []
    for line in lines[-MAX_LINES:]:
        stripped = _KUBELET_STAMP.sub("", line.rstrip()[:MAX_LINE])
        for level, text in _unpacked(stripped):
            found.append(Entry(len(found), level, text))
    return tuple(found)


def _unpacked(line: str) -> Iterator[tuple[int, str]]:
    packed = _json(line)
    if packed is None:
        yield _level(line), line
        return
    said = str(packed.get("level") or packed.get("severity") or packed.get("lvl") or packed.get("levelname") or "")
    level = LEVELS.get(said.lower(), _bunyan(said))
    texts = [_flat(packed[key]) for key in (*_MESSAGE_KEYS, *_ERROR_KEYS) if packed.get(key)]
    joined = texts[:1] if len(texts) < 2 or "\n" in texts[1] else [": ".join(texts[:2])]
    for text in (*joined, *(text for text in texts[1:] if "\n" in text)):
        for part in text.splitlines():
            yield level, part[:MAX_LINE]


def _json(line: str) -> Mapping[str, Any] | None:
    if not line.startswith("{") or not line.endswith("}"):
        return None
    try:
        packed = json.loads(line)
    except ValueError:
        return None
    return packed if isinstance(packed, dict) and any(key in packed for key in (*_MESSAGE_KEYS, *_ERROR_KEYS)) else None


def _flat(value: object) -> str:
    if isinstance(value, dict):
        named = [str(value[key]) for key in ("type", "name", "message", "msg", "stack") if value.get(key)]
        return value["stack"] if isinstance(value.get("stack"), str) else ": ".join(named)
    return str(value)


def _bunyan(level: str) -> int:
    return {"60": 4, "50": 3, "40": 1, "30": 0, "20": 0, "10": 0}.get(level, UNSAID)


def _level(line: str) -> int:
    found = _LEVEL.search(line[:120])
    return LEVELS[found[1].lower()] if found else UNSAID


_TYPE = r"(?P<type>[A-Za-z_][\w$]{0,60}(?:(?:\.|::)[A-Za-z_][\w$]{0,60}){0,12})"
_PYTHON_END = re.compile(rf"^(?:.{{0,80}}?\|\s{{0,3}})?{_TYPE}(?::\s(?P<message>.*))?$")
_JAVA_HEAD = re.compile(rf"(?:Exception in thread \"[^\"]{{0,80}}\" |^){_TYPE}(?::\s(?P<message>.*))?$")
_JAVA_CAUSE = re.compile(rf"^\s*Caused by: {_TYPE}(?::\s(?P<message>.*))?$")
_JAVA_FRAME = re.compile(r"^\s+at [\w$.<>/@]+\(")
_GO_PANIC = re.compile(r"^panic: (?P<message>.+)$")
_NODE_HEAD = re.compile(rf"^(?:Uncaught )?{_TYPE}(?: \[[A-Z_]{{2,40}}\])?: (?P<message>.*)$")
_NODE_FRAME = re.compile(r"^\s+at .{1,200}")
_DOTNET = re.compile(rf"^Unhandled exception\. {_TYPE}: (?P<message>.*)$")
_RUST = re.compile(r"^thread '[^']{0,60}' (?:\(\d+\) )?panicked at (?P<message>.*)$")
_RUBY = re.compile(rf"^\S{{1,200}}:\d+:in [`'][^']{{1,80}}': (?P<message>.*) \({_TYPE}\)$")
_ERROR_LIKE = re.compile(
    r"(?:Error|Exception|Exit|Interrupt|Failure|Fault|Warning|Invalid|DoesNotExist|Refused)\w{0,20}$"
)


def traces(found: Sequence[Entry]) -> tuple[Trace, ...]:
    """Find the unhandled exceptions of Python, Java, Go, Node, .NET, Rust and Ruby, in order."""
    spotted: list[Trace] = []
    for entry in found:
        trace = _trace_at(found, entry)
        if trace:
            spotted.append(trace)
    return tuple(spotted)


def _trace_at(found: Sequence[Entry], entry: Entry) -> Trace | None:
    text = entry.text
    if text.startswith("Traceback (most recent call last)"):
        return _python(found, entry.index)
    for pattern, kind in ((_GO_PANIC, "panic"), (_RUST, "panic"), (_DOTNET, ""), (_RUBY, "")):
        match = pattern.match(text)
        if match:
            named = match.groupdict().get("type") or kind
            return Trace(named, _rust_message(found, entry, match["message"]), entry.index, text)
    following = found[entry.index + 1].text if entry.index + 1 < len(found) else ""
    if _JAVA_FRAME.match(following) or _NODE_FRAME.match(following):
        return _with_frames(found, entry.index)
    return None


def _rust_message(found: Sequence[Entry], entry: Entry, message: str) -> str:
    # Since Rust 1.73 the message stands on the line below the place.
    if entry.text.startswith("thread '") and message.endswith(":") and entry.index + 1 < len(found):
        return found[entry.index + 1].text
    return message


def _python(found: Sequence[Entry], start: int) -> Trace | None:
    for entry in found[start + 1 : start + 120]:
        if entry.text.startswith((" ", "\t")) or not entry.text.strip():
            continue
        match = _PYTHON_END.match(entry.text)
        if match and (_ERROR_LIKE.search(match["type"]) or "." in match["type"]):
            # pydantic and its like write what matters on the indented lines below
            below = [each.text for each in found[entry.index + 1 : entry.index + 6]]
            whole = "\n".join(each.text for each in found[start : entry.index + 1])
            message = match["message"] or ""
            return Trace(match["type"], message, entry.index, "\n".join([whole, *below]))
    return None


def _with_frames(found: Sequence[Entry], start: int) -> Trace | None:
    head = _JAVA_HEAD.search(found[start].text) or _NODE_HEAD.match(found[start].text)
    if not head or not (_ERROR_LIKE.search(head["type"]) or "." in head["type"]):
        return None
    best, index, end = head, start, start
    for entry in found[start + 1 : start + 200]:
        cause = _JAVA_CAUSE.match(entry.text)
        if cause:
            best, index = cause, entry.index
        elif not (entry.text.startswith((" ", "\t", "}")) or not entry.text.strip()):
            break
        end = entry.index
    whole = "\n".join(each.text for each in found[start : end + 1])
    return Trace(best["type"], best["message"] or "", index, whole)
