"""A report's Markdown as Jira wiki text, with everything that came from outside made harmless.

Only our own emphasis, code, headings, lists, quotes and fences are converted; every other character with a meaning in
wiki text is escaped, so that `[~accountid:..]` mentions nobody, `{html}` is no macro, `!img!` loads nothing and no link
is made.
"""

from __future__ import annotations

import re

from bot.kit.text import clean

MAX_COMMENT = 32_000
CUT = "\n\n_The rest was cut: the note was longer than Jira takes._"
JOINER = "\u2060"
"""Word joiner: shows nothing, and parts two characters that would be markup together."""

_BACKSLASH = "\x00"
"""Stands for a backslash from outside while ours are put in; `clean` leaves none of its own."""

_ALWAYS = re.compile(r"[{}\[\]!|]")
_AT_WORD_EDGE = re.compile(r"(?<![A-Za-z0-9])[*_+^~?#-]|[*_+^~?#-](?![A-Za-z0-9])")
_SCHEME = re.compile(r"(?i)(://|\bmailto:|\bwww\.)")
_LINE_START = re.compile(r"^(\s*)(h[1-6]\.|bq\.)")
_INLINE = re.compile(
    r"`([^`\n]+)`|\*\*(\S(?:[^*\n]*\S)?)\*\*|(?<![\w*])\*(\S(?:[^*\n]*\S)?)\*(?![\w*])|(?<!\w)_(\S(?:[^_\n]*\S)?)_(?!\w)"
)
_HEADING = re.compile(r"^(#{1,6})\s+(.*)$")
_ITEM = re.compile(r"^(\s*)([-*•]|\d+\.)\s+(.*)$")
_QUOTE = re.compile(r"^\s*>\s?(.*)$")
_FENCE = re.compile(r"^\s*```")


def from_markdown(text: str) -> str:
    """Convert a report; the outcome is no longer than Jira takes, and says so when it was cut."""
    lines: list[str] = []
    fenced: list[str] | None = None
    for line in clean(text).split("\n"):
        if _FENCE.match(line):
            if fenced is None:
                fenced = []
            else:
                lines.append(noformat("\n".join(fenced)))
                fenced = None
        elif fenced is not None:
            fenced.append(line)
        else:
            lines.append(_line(line))
    if fenced is not None:
        lines.append(noformat("\n".join(fenced)))
    return capped("\n".join(lines))


def escape(text: str) -> str:
    """Make text from outside harmless, on one line or several; it reads as it was written."""
    safe = clean(text).replace("\\", _BACKSLASH)
    safe = _SCHEME.sub(lambda found: found.group(0)[:1] + JOINER + found.group(0)[1:], safe)
    safe = _ALWAYS.sub(r"\\\g<0>", safe)
    safe = _AT_WORD_EDGE.sub(r"\\\g<0>", safe)
    lines = (_LINE_START.sub(rf"\1{JOINER}\2", line) for line in safe.split("\n"))
    return "\n".join(lines).replace(_BACKSLASH, "&#92;")


def noformat(text: str) -> str:
    """Show text as it is. A `{noformat}` within it cannot end the block: a word joiner parts the brace."""
    inside = re.sub(r"(?i)\{(?=\s*noformat)", "{" + JOINER, clean(text))
    return "{noformat}\n" + inside + "\n{noformat}"


def capped(text: str) -> str:
    """Cut a note to what Jira takes, closing a block that the cut has opened."""
    if len(text) <= MAX_COMMENT:
        return text
    kept = text[:MAX_COMMENT].rsplit("\n", 1)[0]
    still_open = kept.count("{noformat}") % 2 == 1
    return kept + ("\n{noformat}" if still_open else "") + CUT


def _line(line: str) -> str:
    heading = _HEADING.match(line)
    if heading:
        return f"h{min(len(heading.group(1)) + 2, 6)}. {_inline(heading.group(2))}"
    quote = _QUOTE.match(line)
    if quote:
        return f"bq. {_inline(quote.group(1))}"
    item = _ITEM.match(line)
    if item:
        depth = 1 + len(item.group(1)) // 2
        return ("#" if item.group(2)[0].isdigit() else "*") * depth + " " + _inline(item.group(3))
    return _inline(line)


def _inline(text: str) -> str:
    parts: list[str] = []
    at = 0
    for found in _INLINE.finditer(text):
        parts.append(escape(text[at : found.start()]))
        code, strong, bold, italic = found.groups()
        if code is not None:
            parts.append("{{" + escape(code) + "}}")
        elif strong or bold:
            parts.append(f"*{escape(strong or bold)}*")
        else:
            parts.append(f"_{escape(italic)}_")
        at = found.end()
    parts.append(escape(text[at:]))
    return "".join(parts)
