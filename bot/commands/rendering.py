"""Our own light Markdown (`**bold**`, `*strong*`, `_small_`, code and quotes) as styled terminal text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.text import Text

_MARKS = re.compile(
    r"\*\*(?P<bold>[^*\n]+)\*\*|(?<![\w*])\*(?=\S)(?P<strong>[^*\n]+)(?<=\S)\*(?!\w)|`(?P<code>[^`\n]+)`"
)
_STYLES = {"bold": "bold", "strong": "bold cyan", "code": "green"}


def emphasised(text: str) -> Text:
    """Style a report's text; what is not a mark stays as it is, brackets included."""
    from rich.text import Text

    shown = Text()
    for line in text.splitlines(keepends=True):
        quoted = line.startswith("> ")
        small = line.startswith("_") and line.rstrip().endswith("_")
        body = line[2:] if quoted else line.strip("_\n") if small else line
        if quoted:
            shown.append("  │ ", "dim")
        _styled(shown, body, "dim" if quoted or small else "")
    return shown


def _styled(shown: Text, line: str, base: str) -> None:
    at = 0
    for found in _MARKS.finditer(line):
        shown.append(line[at : found.start()], base)
        kind = found.lastgroup or "bold"
        shown.append(found.group(kind), _STYLES[kind])
        at = found.end()
    shown.append(line[at:], base)
