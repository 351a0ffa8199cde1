"""How things of an account are called: by name, tag and id, and by names that look like them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any


def near(name: str, existing: Iterable[str]) -> tuple[str, ...]:
    """Give up to three existing names that look like `name`."""
    return tuple(difflib.get_close_matches(name, list(existing), n=3, cutoff=0.6))


def moment(value: object) -> datetime | None:
    """Take a timestamp as the SDK gives it."""
    return value if isinstance(value, datetime) else None


def tagged(thing: Mapping[str, Any], key: str = "Name") -> str:
    """Give the value of a tag, empty when it is not set."""
    return next((str(tag["Value"]) for tag in thing.get("Tags") or () if tag.get("Key") == key), "")


def called(thing: Mapping[str, Any], id_key: str, name_key: str = "") -> str:
    """Name a thing by id and, when it has one, by name: `sg-0a1 (orders-db)`."""
    name = str(thing.get(name_key) or "") if name_key else tagged(thing)
    return f"{thing[id_key]} ({name})" if name else str(thing[id_key])
