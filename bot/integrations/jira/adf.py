"""The Atlassian document format, read into plain text: what version 3 of the API gives as a description or comment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MAX_TEXT = 200_000
MAX_DEPTH = 50
_BLOCKS = {"paragraph", "heading", "codeBlock", "listItem", "blockquote", "tableRow", "rule", "mediaSingle", "taskItem"}
_SHOWN = {
    "text": "text",
    "emoji": "shortName",
    "mention": "text",
    "inlineCard": "url",
    "status": "text",
    "date": "timestamp",
}


def plain_text(body: object) -> str:
    """Give the text of a document, of a string, or of nothing; at most 200,000 characters. Never raises."""
    if isinstance(body, str):
        return body[:MAX_TEXT]
    parts: list[str] = []
    _collect(body, parts, MAX_DEPTH)
    return "".join(parts).strip("\n")[:MAX_TEXT]


def _collect(node: object, parts: list[str], depth: int) -> None:
    """Walk a document; below the greatest depth, which no editor makes, nothing is read."""
    if not isinstance(node, Mapping) or depth <= 0:
        return
    kind = str(node.get("type", ""))
    parts.append(_own_text(node, kind))
    content = node.get("content")
    for child in content if isinstance(content, list) else ():
        _collect(child, parts, depth - 1)
    if kind == "tableCell" or kind == "tableHeader":
        parts.append("\t")
    if kind in _BLOCKS and not (parts and parts[-1].endswith("\n")):
        parts.append("\n")


def _own_text(node: Mapping[str, Any], kind: str) -> str:
    if kind == "hardBreak":
        return "\n"
    if kind == "listItem":
        return "- "
    if kind == "media":
        return "[attachment]"
    if kind not in _SHOWN:
        return ""
    attributes = node.get("attrs")
    holder = node if kind == "text" else attributes if isinstance(attributes, Mapping) else {}
    return str(holder.get(_SHOWN[kind]) or "")
