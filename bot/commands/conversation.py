"""A Slack conversation as terminal text: blocks in, lines out. For the demo, and for reading what people will see."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

_LINK = re.compile(r"<(?:[^|>]+\|)?([^>]+)>")
_EMPHASIS = re.compile(r"(?<!\w)\*(?=\S)([^*\n]+)(?<=\S)\*(?!\w)|(?<!\w)_(?=\S)([^_\n]+)(?<=\S)_(?!\w)|`([^`\n]+)`")
_STYLES = ("bold", "italic", "green")


def render(message: Mapping[str, Any], *, margin: str = "  ", most: int = 0, width: int = 0) -> Text:
    """Give a message's blocks, or its text when it has none, each line behind `margin`.

    At most `most` lines, and lines of at most `width` columns, margin included; 0 stands for any number.
    """
    lines = list(_blocks(message.get("blocks") or ())) or [Text(plain(str(message.get("text", ""))).strip())]
    lines += [Text(f"📎 {one.get('title') or one.get('name')}", "dim") for one in message.get("files") or ()]
    parts = [part for line in lines for part in line.split("\n", allow_blank=True) if line.plain]
    if most and len(parts) > most + 1:
        parts = [*parts[:most], Text(f"… {len(parts) - most} more lines", "dim")]
    shown = Text()
    for part in _wrapped(parts, width - len(margin)) if width else parts:
        shown.append(margin, "dim").append_text(part).append("\n")
    return shown


def _wrapped(parts: Sequence[Text], width: int) -> Iterator[Text]:
    console = Console(width=max(width, 20))
    for part in parts:
        yield from part.wrap(console, console.width)


def plain(text: str) -> str:
    """Undo Slack's escapes."""
    return _LINK.sub(r"\1", text).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _blocks(blocks: Sequence[Mapping[str, Any]]) -> Iterator[Text]:
    for block in blocks:
        kind = block.get("type")
        if kind == "header":
            yield Text(plain(block["text"]["text"]), "bold")
        elif kind == "section":
            yield from _section(block)
        elif kind == "context":
            yield Text("  ", "dim").join(_styled(str(one.get("text", "")), "dim") for one in block["elements"])
        elif kind == "actions":
            yield Text("  ").join(Text(f"[ {_label(one)} ]", "reverse dim") for one in block["elements"])
        elif kind == "divider":
            yield Text("─" * 40, "dim")


def _section(block: Mapping[str, Any]) -> Iterator[Text]:
    if "text" in block:
        yield _styled(block["text"]["text"])
    for field in block.get("fields", ()):
        yield _styled(field["text"])


def _label(element: Mapping[str, Any]) -> str:
    text = element.get("text") or element.get("placeholder") or {}
    return plain(str(text.get("text", element.get("type", ""))))


def _styled(text: str, base: str = "") -> Text:
    text, shown, at = plain(text), Text(style=base), 0
    for found in _EMPHASIS.finditer(text):
        shown.append(text[at : found.start()])
        group = next(number for number in (1, 2, 3) if found.group(number) is not None)
        shown.append(found.group(group), _STYLES[group - 1])
        at = found.end()
    return shown.append(text[at:])
