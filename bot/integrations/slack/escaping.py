"""Makes text from outside harmless in Slack: no mention, link, broadcast or broken-out fence can come of it.

Slack reads three characters as its own (`&`, `<`, `>`); once they are escaped, `<!channel>`, `<@U1>` and `<url|label>`
are plain words. Control, bidi and zero-width characters go. A cut never splits an entity.
"""

from __future__ import annotations

import re

from bot.kit.text import CUT_MARK, clean

_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_FENCE = "```"
_BOLD = re.compile(r"\*\*([^*\n]{1,300})\*\*")
_HEADING = re.compile(r"^#{1,6} +(.{1,300})$", re.MULTILINE)
_BULLET = re.compile(r"^( {0,8})[-*] +", re.MULTILINE)
_SAFE_URL = re.compile(r"https?://[A-Za-z0-9.\-:]{1,255}(?:/[A-Za-z0-9._~/?#@!$'()*+,;=%:&\-]{0,1500})?")


def escape(text: str, length: int = 3000) -> str:
    """Clean and escape `text` for mrkdwn and for fallback text; at most `length` characters after escaping."""
    return _fit(clean(text).strip(), length)


def line(text: str, length: int = 300) -> str:
    """Escape `text` as one line: all white space folded, so that it cannot start a quote, list or fence."""
    return _fit(" ".join(clean(text).split()).replace(_FENCE, "'''"), length)


def plain(text: str, length: int) -> str:
    """Give `text` for a `plain_text` object, where Slack reads no markup: cleaned, one line, cut, not escaped."""
    folded = " ".join(clean(text).split())
    return folded if len(folded) <= length else folded[: length - 1] + "…"


def code(text: str, length: int = 200) -> str:
    """Show `text` as inline code, which it cannot close."""
    return f"`{_fit(' '.join(clean(text).split()).replace('`', chr(39)) or ' ', length - 2)}`"


def fence(text: str, length: int = 2900) -> str:
    """Show `text` as a fenced block, which it cannot close."""
    inside = _fit(clean(text).replace(_FENCE, "'''").strip("\n"), length - 8)
    return f"{_FENCE}\n{inside}\n{_FENCE}"


def mrkdwn(text: str, length: int = 2900) -> str:
    """Turn the Markdown emphasis of our own reports into Slack's, after escaping everything that came into them."""
    safe = escape(text, length - len(_FENCE) - 1)
    converted = _BULLET.sub(r"\1• ", _HEADING.sub(r"*\1*", _BOLD.sub(r"*\1*", safe)))
    return converted + f"\n{_FENCE}" if converted.count(_FENCE) % 2 else converted


def link(url: str, label: str, length: int = 300) -> str:
    """Link `label` to `url` when that is a plain http(s) address; the escaped label alone when it is not."""
    shown = line(label, length).replace("|", "/")
    return f"<{url.replace('&', '&amp;')}|{shown}>" if _SAFE_URL.fullmatch(url) else shown


def _fit(text: str, length: int) -> str:
    """Escape as many characters as `length` allows, and say when some were left out."""
    whole = "".join(_ENTITIES.get(char, char) for char in text[: length + 1])
    if len(text) <= length and len(whole) <= length:
        return whole
    kept: list[str] = []
    room = length - len(CUT_MARK)
    for char in text:
        piece = _ENTITIES.get(char, char)
        if len(piece) > room:
            break
        kept.append(piece)
        room -= len(piece)
    return "".join(kept) + CUT_MARK
