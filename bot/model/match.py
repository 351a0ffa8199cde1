"""Which runbook, with what, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Decision(StrEnum):
    """What the matcher wants done."""

    RUN = "run"
    ASK = "ask"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A runbook that may fit. `confidence` is 0 to 1; `reasons` are for people ("says OOMKilled")."""

    runbook: str
    title: str
    confidence: float
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """The ranked candidates, best first, the parameters bound and missing, and the decision.

    `because` is one line for people: why it runs, why it asks, or why nothing fits.
    """

    ticket: str
    decision: Decision
    candidates: tuple[Candidate, ...] = ()
    parameters: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    because: str = ""

    @property
    def runbook(self) -> str | None:
        """Give the id of the runbook to run; None unless the decision is to run or only parameters lack."""
        if self.decision is Decision.NONE or not self.candidates:
            return None
        if self.decision is Decision.ASK and not self.missing:
            return None
        return self.candidates[0].runbook
