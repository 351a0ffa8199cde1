"""Label and field selectors, as the API server reads them from a query string."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

Object = Mapping[str, Any]
Test = Callable[[Object], bool]

_COMMA_OUTSIDE_PARENTHESES = re.compile(r",(?![^(]*\))")
_SET = re.compile(r"^(?P<key>\S+)\s+(?P<operator>in|notin)\s*\((?P<values>[^)]*)\)$")
_EQUALITY = re.compile(r"^(?P<key>[^=!\s]+)\s*(?P<operator>==|!=|=)\s*(?P<value>\S*)$")
_KEY = re.compile(r"^!?\s*[A-Za-z0-9][A-Za-z0-9_./-]*$")


class SelectorError(ValueError):
    """The selector cannot be read; the text says why, in the API server's words."""


def label_test(selector: str) -> Test:
    """Read a label selector: `a=b`, `a!=b`, `a in (b,c)`, `a notin (b)`, `a`, `!a`, joined by commas.

    Raises SelectorError.
    """
    tests = [_requirement(part.strip()) for part in _COMMA_OUTSIDE_PARENTHESES.split(selector) if part.strip()]

    def holds(obj: Object) -> bool:
        labels = obj.get("metadata", {}).get("labels") or {}
        return all(test(labels) for test in tests)

    return holds


def _requirement(part: str) -> Callable[[Mapping[str, str]], bool]:
    if found := _SET.match(part):
        key, wanted = found["key"], {value.strip() for value in found["values"].split(",")}
        if found["operator"] == "in":
            return lambda labels: labels.get(key) in wanted
        return lambda labels: labels.get(key) not in wanted
    if found := _EQUALITY.match(part):
        key, value = found["key"], found["value"]
        if found["operator"] == "!=":
            return lambda labels: labels.get(key) != value
        return lambda labels: labels.get(key) == value
    if _KEY.match(part):
        key = part.lstrip("! ")
        return (lambda labels: key not in labels) if part.startswith("!") else (lambda labels: key in labels)
    raise SelectorError(f"unable to parse requirement: found '{part}', expected: identifier")


def field_test(selector: str) -> Test:
    """Read a field selector: `path=value`, `path==value`, `path!=value`, joined by commas; any dotted path will do.

    The real server allows a few paths for each kind only. Raises SelectorError.
    """
    tests = [_field(part) for part in selector.split(",") if part]

    def holds(obj: Object) -> bool:
        return all(test(obj) for test in tests)

    return holds


def _field(part: str) -> Test:
    found = _EQUALITY.match(part)
    if not found:
        raise SelectorError(f"invalid selector: '{part}'; can't understand '{part}'")
    path, value, negated = found["key"].split("."), found["value"], found["operator"] == "!="
    return lambda obj: (_at(obj, path) == value) is not negated


def _at(obj: Any, path: list[str]) -> str:
    for step in path:
        obj = obj.get(step) if isinstance(obj, Mapping) else None
    if isinstance(obj, bool):
        return str(obj).lower()
    return "" if obj is None else str(obj)
