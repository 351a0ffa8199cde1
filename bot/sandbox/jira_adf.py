"""Atlassian document format for the local Jira: plain text to a document and back, paragraph by paragraph."""

from __future__ import annotations

from typing import Any


def from_text(text: str | None) -> dict[str, Any] | None:
    """Wrap plain text into a document, one paragraph a line; None stays None."""
    if text is None:
        return None
    paragraphs = [
        {"type": "paragraph", "content": [{"type": "text", "text": line}] if line else []} for line in text.split("\n")
    ]
    return {"type": "doc", "version": 1, "content": paragraphs}


def to_text(body: Any) -> str | None:
    """Give the text of a document, or the text itself when it already is one."""
    if not isinstance(body, dict):
        return None if body is None else str(body)
    return "\n".join(_inline(block) for block in body.get("content", ()))


def _inline(node: dict[str, Any]) -> str:
    return str(node.get("text", "")) + "".join(_inline(child) for child in node.get("content", ()))
