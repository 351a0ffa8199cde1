"""What a probe is: a decorated function that asks one read-only question and judges the answer.

    @probe("kubernetes.pod.readiness", permissions=("list pods", "list events"), facts=("status_code",))
    def readiness(view: KubernetesView, *, namespace: str, workload: str = "") -> Iterator[Finding]:
        '''Whether running pods fail their readiness probe, and what it is told.'''

The first parameter is the run-scoped view of the probe's system; every other is a keyword with a scalar type.
Discovery walks the folders: a new probe is one file, no list to edit.
"""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from types import MappingProxyType
from typing import Any, TypeVar, get_type_hints

from bot.model.finding import Finding
from bot.model.probe import ProbeParameter, ProbeSpec

SYSTEMS = ("kubernetes", "aws", "network")
_SCALARS = {str: "str", int: "int", float: "float", bool: "bool"}

Function = TypeVar("Function", bound=Callable[..., Iterable[Finding]])


@dataclass(frozen=True, slots=True)
class Probe:
    """A registered probe: what it says of itself, and the function."""

    spec: ProbeSpec
    function: Callable[..., Iterable[Finding]]


_registered: dict[str, Probe] = {}


def probe(name: str, *, permissions: tuple[str, ...], facts: tuple[str, ...] = ()) -> Callable[[Function], Function]:
    """Register a probe named `<system>.<object>.<question>`.

    `permissions` are all that it may use (see ProbeSpec); the view refuses the rest. `facts` are the names that its
    findings' `facts` may carry. The docstring's first line says what it answers.
    Raises TypeError for a name, signature or docstring that does not fit: a mistake in our own code.
    """

    def register(function: Function) -> Function:
        if name in _registered and _origin(_registered[name].function) != _origin(function):
            raise TypeError(f"two probes are named {name}")
        _registered[name] = Probe(_spec(name, function, permissions, facts), function)
        return function

    return register


def _origin(function: Callable[..., object]) -> tuple[str, str]:
    """Tell functions apart; a module that is loaded anew brings the same ones."""
    return function.__module__, function.__qualname__


def _spec(
    name: str,
    function: Callable[..., object],
    permissions: tuple[str, ...],
    facts: tuple[str, ...],
) -> ProbeSpec:
    parts = name.split(".")
    if len(parts) != 3 or parts[0] not in SYSTEMS:
        raise TypeError(f"{name}: a probe is named <system>.<object>.<question>, system one of {SYSTEMS}")
    summary = (inspect.getdoc(function) or "").split("\n", 1)[0]
    if not summary or not permissions:
        raise TypeError(f"{name}: a probe needs a docstring and its permissions")
    return ProbeSpec(name, parts[0], summary, _parameters(name, function), permissions, facts)


def _parameters(name: str, function: Callable[..., object]) -> tuple[ProbeParameter, ...]:
    parameters = tuple(inspect.signature(function).parameters.values())
    if not parameters or parameters[0].kind is inspect.Parameter.KEYWORD_ONLY:
        raise TypeError(f"{name}: the first parameter is the view of its system")
    hints: dict[str, Any] = {}
    found = []
    for keyword in parameters[1:]:
        if keyword.kind is not inspect.Parameter.KEYWORD_ONLY:
            raise TypeError(f"{name}: {keyword.name} must be keyword-only")
        annotation = keyword.annotation
        if isinstance(annotation, str):
            hints = hints or _hints(function)
            annotation = hints.get(keyword.name, annotation)
        if annotation not in _SCALARS:
            raise TypeError(f"{name}: {keyword.name} must be one of {sorted(_SCALARS.values())}")
        required = keyword.default is inspect.Parameter.empty
        default = None if required else keyword.default
        found.append(ProbeParameter(keyword.name, _SCALARS[annotation], required, default))
    return tuple(found)


def _hints(function: Callable[..., object]) -> dict[str, Any]:
    # Annotations of the view may be imported for type checking only; scalars always resolve.
    scalars = {kind.__name__: kind for kind in _SCALARS}
    annotations = {key: value for key, value in function.__annotations__.items() if value in scalars}
    return get_type_hints(type("Signature", (), {"__annotations__": annotations}), localns=scalars)


@cache
def discover() -> Mapping[str, Probe]:
    """Import every module under `probes/<system>/` and give all probes by name. SDKs stay unloaded."""
    for system in SYSTEMS:
        package = import_module(f"bot.probes.{system}")
        for module in sorted(found.name for found in pkgutil.iter_modules(package.__path__)):
            import_module(f"bot.probes.{system}.{module}")
    return MappingProxyType(dict(sorted(_registered.items())))
