"""Cleaning and cutting text from outside, before anything else looks at it."""

from __future__ import annotations

import re
import unicodedata

_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
_KEPT_CONTROLS = "\n\t"
_HIDDEN = {"Cc", "Cf", "Cs", "Co"}
CUT_MARK = "… (cut)"


def clean(text: str) -> str:
    """Drop ANSI sequences, control, bidi, zero-width and unpaired surrogate characters; normalise line ends."""
    text = _ANSI.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    if text.isascii() and text.isprintable():
        return text
    return "".join(char for char in text if char in _KEPT_CONTROLS or unicodedata.category(char) not in _HIDDEN)


def cut(text: str, length: int) -> str:
    """Give at most `length` characters, and say so when something was left out."""
    return text if len(text) <= length else text[: max(0, length - len(CUT_MARK))] + CUT_MARK


def one_line(text: str, length: int = 200) -> str:
    """Fold all white space and cut: for headlines and logs."""
    return cut(" ".join(text.split()), length)


def listed(names: list[str] | tuple[str, ...], most: int = 5) -> str:
    """Join names for a sentence: `a, b and c`, `a, b and 7 more`."""
    if len(names) > most:
        return f"{', '.join(names[: most - 1])} and {len(names) - most + 1} more"
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))
