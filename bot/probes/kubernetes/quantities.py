"""Kubernetes quantities (`250m`, `1.5Gi`, `512M`) as numbers, and back into words."""

from __future__ import annotations

import re

_QUANTITY = re.compile(
    r"^(?P<number>[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(?P<suffix>m|u|n|k|K|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$"
)
_FACTORS = {
    "": 1.0,
    "n": 1e-9,
    "u": 1e-6,
    "m": 1e-3,
    "k": 1e3,
    "K": 1e3,
    "M": 1e6,
    "G": 1e9,
    "T": 1e12,
    "P": 1e15,
    "E": 1e18,
}
_FACTORS |= {f"{letter}i": 1024.0 ** (power + 1) for power, letter in enumerate("KMGTPE")}


def number(text: object) -> float | None:
    """Read a quantity as a plain number (bytes, cores, pieces); None when it is none."""
    found = _QUANTITY.match(str(text).strip())
    return float(found["number"]) * _FACTORS[found["suffix"] or ""] if found else None


def memory(size: float) -> str:
    """Say bytes in the largest unit that keeps two digits: `512 MiB`, `1.5 GiB`."""
    for unit, factor in (("GiB", 1024.0**3), ("MiB", 1024.0**2), ("KiB", 1024.0)):
        if size >= factor:
            return f"{_short(size / factor)} {unit}"
    return f"{_short(size)} bytes"


def cores(amount: float) -> str:
    """Say CPU as cores: `0.25 CPU`, `4 CPU`."""
    return f"{_short(amount)} CPU"


def amount(resource: str, value: float) -> str:
    """Say an amount of any resource in its usual unit."""
    if resource == "cpu":
        return cores(value)
    if resource in ("memory", "ephemeral-storage") or resource.startswith("hugepages-"):
        return memory(value)
    return f"{_short(value)} {resource}"


def _short(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
