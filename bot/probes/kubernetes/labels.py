"""Label selectors, and which label stands between a selector and the pods that it was meant for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def labels_of(obj: Mapping[str, Any] | None) -> Mapping[str, str]:
    """Give the labels of an object or of a pod template, empty when it has none."""
    return ((obj or {}).get("metadata") or {}).get("labels") or {}


def selects(selector: Mapping[str, Any] | None, labels: Mapping[str, str]) -> bool:
    """Say whether a `LabelSelector` (matchLabels and matchExpressions) selects `labels`; an empty one selects all.

    None selects nothing, as the API defines it.
    """
    if selector is None:
        return False
    pairs = selector.get("matchLabels") or {}
    return carries(labels, pairs) and all(holds(each, labels) for each in selector.get("matchExpressions") or ())


def carries(labels: Mapping[str, str], pairs: Mapping[str, str]) -> bool:
    """Say whether `labels` hold every pair of a plain selector (`spec.selector` of a Service)."""
    return all(labels.get(key) == value for key, value in pairs.items())


def takes(service: Mapping[str, Any], obj: Mapping[str, Any] | None) -> bool:
    """Say whether a Service selects a pod, or the pods of a template, by its labels; without a selector it has none."""
    selector = service.get("spec", {}).get("selector") or {}
    return bool(selector) and carries(labels_of(obj), selector)


def template_of(workload: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give the pod template of a workload, empty when it has none."""
    return workload.get("spec", {}).get("template") or {}


def holds(expression: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """Say whether one expression of a selector (of pods, of nodes) holds for an object's labels."""
    value, values = labels.get(str(expression.get("key", ""))), list(expression.get("values") or ())
    tests = {
        "In": value in values,
        "NotIn": value not in values,
        "Exists": value is not None,
        "DoesNotExist": value is None,
        "Gt": _compared(value, values) > 0,
        "Lt": _compared(value, values) < 0,
    }
    return tests.get(str(expression.get("operator")), False)


def _compared(value: str | None, values: list[str]) -> int:
    if value is None or not values or not (value.lstrip("-").isdigit() and str(values[0]).lstrip("-").isdigit()):
        return 0
    return (int(value) > int(values[0])) - (int(value) < int(values[0]))


def differing(pairs: Mapping[str, str], labels: Mapping[str, str]) -> tuple[tuple[str, str, str], ...]:
    """Give (key, wanted, found) of each pair that `labels` do not hold; found is empty when the key is absent."""
    return tuple((key, value, labels.get(key, "")) for key, value in pairs.items() if labels.get(key) != value)


def printed(pairs: Mapping[str, str]) -> str:
    """Print pairs as kubectl takes them: `app=checkout,tier=web`."""
    return ",".join(f"{key}={value}" for key, value in pairs.items())
