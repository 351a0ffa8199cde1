"""One thing that people write tickets about, and by what it is known; the topics themselves are in `outside`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Topic:
    """Something that people write about.

    `signals` are exact strings of machines, as in a runbook; `names` are what products and objects are called, which
    says less: a ticket may name them by the way. `covered_by` is the id of the runbook that would take it over, if any.
    """

    title: str
    phrases: tuple[str, ...]
    signals: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    covered_by: str = ""


def topic(title: str, phrases: str, signals: str = "", names: str = "", covered_by: str = "") -> Topic:
    """Make a topic of texts in which `|` stands between one string and the next."""
    return Topic(title, _lines(phrases), _lines(signals), _lines(names), covered_by)


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.split("|") if line.strip())
