"""Amounts as Kubernetes writes them (`500m`, `1Gi`, `2e3`), made comparable."""

from __future__ import annotations

import re

_FORM = re.compile(r"(?P<number>[+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)(?P<unit>Ki|Mi|Gi|Ti|Pi|Ei|n|u|m|k|M|G|T|P|E)?\Z")
_UNITS = {"": 1.0, "n": 1e-9, "u": 1e-6, "m": 1e-3, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18}
_UNITS |= {unit: 1024.0**power for power, unit in enumerate(("Ki", "Mi", "Gi", "Ti", "Pi", "Ei"), start=1)}


def amount(text: str | int | float) -> float:
    """Give the amount as a number: cores, bytes or pieces; 0 for what is not one."""
    found = _FORM.match(str(text).strip())
    return float(found["number"]) * _UNITS[found["unit"] or ""] if found else 0.0
