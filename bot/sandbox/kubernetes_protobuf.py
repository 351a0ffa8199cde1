"""Reads the one thing that kubectl sends as protobuf: a review of rights (`kubectl auth can-i`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

MAGIC = b"k8s\x00"
_UNKNOWN_RAW = 2
_REVIEW_SPEC = 2
_RESOURCE_ATTRIBUTES, _NON_RESOURCE_ATTRIBUTES = 1, 2
_RESOURCE = {1: "namespace", 2: "verb", 3: "group", 4: "version", 5: "resource", 6: "subresource", 7: "name"}
_NON_RESOURCE = {1: "path", 2: "verb"}


def review(body: bytes, plural: str) -> dict[str, Any]:
    """Give a SelfSubjectAccessReview or SelfSubjectRulesReview as JSON would spell it, by the plural of its kind.

    Follows k8s.io/api/authorization/v1/generated.proto. Raises ValueError for anything else.
    """
    if not body.startswith(MAGIC):
        raise ValueError("not a Kubernetes protobuf message")
    spec = _only(_only(body[len(MAGIC) :], _UNKNOWN_RAW), _REVIEW_SPEC)
    if plural == "selfsubjectrulesreviews":
        return {"spec": _named(spec, {1: "namespace"})}
    found: dict[str, Any] = {}
    for number, content in _fields(spec):
        if number == _RESOURCE_ATTRIBUTES:
            found["resourceAttributes"] = _named(content, _RESOURCE)
        if number == _NON_RESOURCE_ATTRIBUTES:
            found["nonResourceAttributes"] = _named(content, _NON_RESOURCE)
    return {"spec": found}


def _named(message: bytes, names: dict[int, str]) -> dict[str, str]:
    return {names[number]: content.decode() for number, content in _fields(message) if number in names and content}


def _only(message: bytes, wanted: int) -> bytes:
    return next((content for number, content in _fields(message) if number == wanted), b"")


def _fields(message: bytes) -> Iterator[tuple[int, bytes]]:
    """Go through the length-delimited fields; numbers are skipped, other wire types do not occur here."""
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        length, at = _varint(message, at)
        if key & 7 == 0:
            continue
        if key & 7 != 2 or at + length > len(message):
            raise ValueError("not a protobuf message of this kind")
        yield key >> 3, message[at : at + length]
        at += length


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(message) and shift < 64:
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
    raise ValueError("a number is cut off")
