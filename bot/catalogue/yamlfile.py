"""Reads YAML that people write, safely, and remembers on which line everything stands.

Stricter than YAML itself: no anchors, aliases or tags, no key twice, capped in size and depth. Plain words follow
YAML 1.2: `yes`, `on` and dates stay text, `08:30` is no number, and digits with a leading zero stay text (account ids).
It knows nothing of runbooks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from bot.catalogue.problems import BrokenFiles, Problem

MAX_BYTES = 2_000_000
MAX_DEPTH = 60

KeyPath = tuple[str | int, ...]

_INTEGER = re.compile(r"[-+]?(?:0|[1-9]\d*)\Z")
_FLOAT = re.compile(r"[-+]?(?:\d+\.\d*|\.\d+|\d+(?:\.\d*)?[eE][-+]?\d+)\Z")
_WORDS: Mapping[str, bool | None] = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}


@dataclass(frozen=True, slots=True)
class Document:
    """A file's content as plain Python, and the line (from 1) of every key and list entry by its path."""

    file: str
    content: Any
    lines: Mapping[KeyPath, int] = field(default_factory=dict)

    def line(self, path: KeyPath) -> int:
        """Give the line of `path`, or of the nearest thing around it that has one."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def problem(self, path: KeyPath, message: str, level: str = "error") -> Problem:
        """Say what is wrong at `path`."""
        return Problem(self.file, self.line(path), shown(path), message, level)


def shown(path: KeyPath) -> str:
    """Print a path for people: `steps[0].arguments.namespace`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def read_yaml(path: Path, *, shown_as: str = "") -> Document:
    """Read the one document in `path`; `shown_as` is how errors name the file.

    Raises CatalogueError with file and line when it cannot be read or is not YAML as this house allows it.
    """
    file = shown_as or str(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BrokenFiles([Problem(file, 0, "", f"cannot be read: {error.strerror}")]) from error
    if len(content) > MAX_BYTES:
        raise BrokenFiles([Problem(file, 0, "", f"is larger than {MAX_BYTES} bytes; cut it down")])
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BrokenFiles([Problem(file, 0, "", "is not UTF-8 text; save it as UTF-8")]) from error
    return parse_yaml(text, file)


def parse_yaml(text: str, file: str) -> Document:
    """Parse the one document in `text`; see `read_yaml`."""
    builder = _Builder(file)
    try:
        content = builder.document(yaml.parse(text, Loader=_Loader))
    except yaml.YAMLError as error:
        raise BrokenFiles([_syntax(error, file)]) from error
    if builder.problems:
        raise BrokenFiles(builder.problems)
    return Document(file, content, builder.lines)


_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _syntax(error: yaml.YAMLError, file: str) -> Problem:
    mark = getattr(error, "problem_mark", None)
    what = getattr(error, "problem", None) or "not readable as text"
    hint = "; put text that holds ': ' or starts with a special character in quotes"
    return Problem(file, mark.line + 1 if mark else 0, "", f"not valid YAML: {what}{hint}")


class _Builder:
    """Turns parser events into plain values, one recursive step for each nesting."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: dict[KeyPath, int] = {(): 1}
        self.problems: list[Problem] = []

    def document(self, events: Iterator[Any]) -> Any:
        content: Any = None
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._complain((), event, "holds a second document (---); put each in its own file")
                    break
                content = self._value(next(events), events, ())
        return content

    def _value(self, event: Any, events: Iterator[Any], path: KeyPath) -> Any:
        if isinstance(event, yaml.AliasEvent):
            self._complain(path, event, f"the alias *{event.anchor} is not allowed; write the value out")
            return None
        if event.anchor:
            self._complain(path, event, f"the anchor &{event.anchor} is not allowed; write values out where needed")
        if event.tag and event.tag != "!":
            self._complain(path, event, f"the tag {event.tag} is not allowed; leave it out")
        if isinstance(event, yaml.ScalarEvent):
            return _scalar(event.value) if event.implicit[0] and not event.style else event.value
        if len(path) >= MAX_DEPTH:
            raise BrokenFiles(
                [Problem(self.file, event.start_mark.line + 1, "", f"nested deeper than {MAX_DEPTH} levels")]
            )
        collect = self._list if isinstance(event, yaml.SequenceStartEvent) else self._mapping
        return collect(events, path)

    def _list(self, events: Iterator[Any], path: KeyPath) -> list[Any]:
        items: list[Any] = []
        for event in events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            here = (*path, len(items))
            self.lines[here] = event.start_mark.line + 1
            items.append(self._value(event, events, here))
        return items

    def _mapping(self, events: Iterator[Any], path: KeyPath) -> dict[str, Any]:
        items: dict[str, Any] = {}
        for event in events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            line = event.start_mark.line + 1
            key = self._key(event, events, path)
            here = (*path, key)
            if key in items:
                self._complain(path, event, f"the key {key!r} stands here twice; keep one")
            self.lines[here] = line
            items[key] = self._value(next(events), events, here)
        return items

    def _key(self, event: Any, events: Iterator[Any], path: KeyPath) -> str:
        key = self._value(event, events, path)
        if isinstance(event, yaml.ScalarEvent):
            return str(event.value)
        self._complain(path, event, "a key must be plain text")
        return str(key)

    def _complain(self, path: KeyPath, event: Any, message: str) -> None:
        self.problems.append(Problem(self.file, event.start_mark.line + 1, shown(path), message))


def _scalar(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.match(text):
        return int(text)
    if _FLOAT.match(text):
        return float(text)
    return text
