"""What `secondline doctor` says of one credential, scope or right."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class CheckState(StrEnum):
    """`off`: not configured, which is no fault."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the doctor: what was checked, how it stands, and how to grant what lacks."""

    system: str
    name: str
    state: CheckState
    detail: str = ""
    remedy: str = ""
