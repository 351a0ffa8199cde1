"""Recorded AWS answers: what a case may hold, checked against the SDK's own service models before it is served."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.aws_wire import model_of

_KEYS = {"operation", "when", "answer", "error"}
_ERROR_KEYS = {"code", "message", "status"}


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error that the service answers with."""

    code: str
    message: str = ""
    status: int = 400


@dataclass(frozen=True, slots=True)
class RecordedAnswer:
    """What one operation answers: to every request, or to those whose parameters hold all of `when`."""

    service: str
    operation: str
    when: Mapping[str, Any] = field(default_factory=dict)
    answer: Mapping[str, Any] = field(default_factory=dict)
    refusal: Refusal | None = None

    def fits(self, parameters: Mapping[str, Any]) -> bool:
        """Say whether a request with these parameters gets this answer."""
        return all(key in parameters and _same(parameters[key], value) for key, value in self.when.items())


def _same(sent: Any, wanted: Any) -> bool:
    if isinstance(wanted, Mapping) and isinstance(sent, Mapping):
        return all(key in sent and _same(sent[key], value) for key, value in wanted.items())
    if isinstance(wanted, list) and isinstance(sent, list):
        return len(wanted) == len(sent) and all(map(_same, sent, wanted))
    return str(sent) == str(wanted)


def recorded(entry: Mapping[str, Any]) -> RecordedAnswer:
    """Read one entry of a case's `aws:` list. Raises ValueError that says what is wrong with it."""
    operation = str(entry.get("operation", ""))
    service, separator, name = operation.partition(":")
    answered, refused = entry.get("answer") is not None, entry.get("error") is not None
    if not separator or set(entry) - _KEYS or answered == refused:
        raise ValueError(f"{operation or entry}: expected operation, optionally when, and one of answer and error")
    if name not in model_of(service).operation_names:
        raise ValueError(f"{operation}: AWS has no such operation")
    when = entry.get("when") or {}
    if refused:
        error = entry["error"]
        if set(error) - _ERROR_KEYS or "code" not in error:
            raise ValueError(f"{operation}: an error has code, message and status")
        refusal = Refusal(str(error["code"]), str(error.get("message", "")), int(error.get("status", 400)))
        return RecordedAnswer(service, name, when, refusal=refusal)
    problems = misfits(service, name, entry["answer"], when)
    if problems:
        raise ValueError(f"{operation}: {'; '.join(problems)}")
    return RecordedAnswer(service, name, when, answer=entry["answer"])


def misfits(service: str, operation: str, answer: Any, when: Mapping[str, Any]) -> list[str]:
    """Say where an answer is not in the shape of the service's model: unknown keys, wrong types."""
    model = model_of(service).operation_model(operation)
    asked = set(model.input_shape.members) if model.input_shape else set()
    problems = [f"when.{key}: {operation} has no such parameter" for key in when if key not in asked]
    if model.output_shape is None:
        return problems + (["answer: this operation answers nothing"] if answer else [])
    return problems + _misfit(model.output_shape, answer, "answer")


_SCALARS: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "character": (str,),
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
    "boolean": (bool,),
    "timestamp": (str,),
    "blob": (str, bytes),
}


def _misfit(shape: Any, value: Any, where: str) -> list[str]:
    kind = shape.type_name
    if kind == "structure":
        return _structure_misfit(shape, value, where)
    if kind == "list":
        if not isinstance(value, Sequence) or isinstance(value, str):
            return [f"{where}: expected a list"]
        return [text for index, item in enumerate(value) for text in _misfit(shape.member, item, f"{where}[{index}]")]
    if kind == "map":
        if not isinstance(value, Mapping):
            return [f"{where}: expected a mapping"]
        return [text for key, item in value.items() for text in _misfit(shape.value, item, f"{where}.{key}")]
    fits = isinstance(value, _SCALARS[kind]) and (kind == "boolean" or not isinstance(value, bool))
    return [] if fits else [f"{where}: expected {kind}, not {value!r}"]


def _structure_misfit(shape: Any, value: Any, where: str) -> list[str]:
    if not isinstance(value, Mapping):
        return [f"{where}: expected a mapping"]
    if getattr(shape, "is_document_type", False):
        return []
    problems = [f"{where}.{key}: {shape.name} has no such key" for key in value if key not in shape.members]
    for key, item in value.items():
        if key in shape.members:
            problems += _misfit(shape.members[key], item, f"{where}.{key}")
    return problems
