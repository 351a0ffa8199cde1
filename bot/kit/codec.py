"""Typed values to plain JSON and back, so that a noun can be stored, printed and read again unchanged."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    from cattrs.preconf.json import JsonConverter

T = TypeVar("T")


@cache
def _converter() -> JsonConverter:
    from cattrs.preconf.json import make_converter

    converter = make_converter()
    # A union of plain scalars (argument values) is kept as it stands.
    converter.register_structure_hook_func(
        lambda kind: kind in (str | int | float | bool, str | int | float | bool | None),
        lambda value, _: value,
    )
    # A Mapping stays a plain dict.
    converter.register_structure_hook_func(
        lambda kind: getattr(kind, "__origin__", None) is Mapping,
        lambda value, kind: converter.structure(value, cast(Any, dict)[kind.__args__]),
    )
    return converter


def to_plain(value: object) -> Any:
    """Turn a dataclass (or a tuple, mapping, enum, datetime of such) into dicts, lists and scalars."""
    return _converter().unstructure(value)


def from_plain(plain: Any, kind: type[T]) -> T:
    """Build a `kind` from what `to_plain` gave. Raises cattrs' errors when it does not fit."""
    return _converter().structure(plain, kind)


def to_json(value: object) -> str:
    """Give compact JSON with keys in the order of the fields."""
    return json.dumps(to_plain(value), ensure_ascii=False, separators=(",", ":"))


def from_json(text: str, kind: type[T]) -> T:
    """Build a `kind` from what `to_json` gave."""
    return from_plain(json.loads(text), kind)
