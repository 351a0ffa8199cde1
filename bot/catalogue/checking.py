"""Holds a document against a strict model and says, for every misfit, where it is and what to write instead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from bot.catalogue.problems import BrokenFiles, Problem
from bot.catalogue.schema import PATTERN_HINTS
from bot.catalogue.yamlfile import Document, KeyPath
from bot.kit.spelling import meant

Shape = TypeVar("Shape", bound=BaseModel)

_UNION = "must be text, a number, or true or false"
_KINDS: Mapping[str, str] = {
    "string_type": "must be text; put it in quotes if it looks like a number",
    "int_type": "must be a whole number, without quotes",
    "bool_type": "must be true or false",
    "list_type": "must be a list: one entry a line, each after '- '",
    "dict_type": "must be a mapping: 'name: value' lines, indented",
    "model_type": "must be a mapping: 'name: value' lines, indented",
    "float_type": "must be a number",
}


def check_shape(document: Document, shape: type[Shape]) -> Shape:
    """Give the document as a `shape`.

    Raises CatalogueError (`BrokenFiles`) with all that does not fit, unknown keys and a wrong order of keys included.
    """
    if not isinstance(document.content, dict):
        raise BrokenFiles([document.problem((), f"must hold {_keys(shape)}, each with its value")])
    problems = list(_out_of_order(document, shape))
    try:
        value = shape.model_validate(document.content)
    except ValidationError as error:
        problems += _problems(document, shape, error)
    if problems:
        raise BrokenFiles(sorted(set(problems)))
    return value


def _out_of_order(document: Document, shape: type[BaseModel]) -> Iterable[Problem]:
    order = list(shape.model_fields)
    present = [key for key in document.content if key in order]
    for before, key in pairwise(present):
        if order.index(key) < order.index(before):
            yield document.problem((key,), f"stands after {before}; the order is {_keys(shape)}")


def _problems(document: Document, shape: type[BaseModel], error: ValidationError) -> Iterable[Problem]:
    details = error.errors(include_url=False)
    paths = [_within(document, detail["loc"]) for detail in details]
    for path, detail in zip(paths, details, strict=True):
        # A union reports once for each of its members; one sentence says it for all.
        of_union = paths.count(path) > 1 and detail["type"] in _KINDS
        yield document.problem(path, _UNION if of_union else _message(detail, shape, path))


def _within(document: Document, location: tuple[str | int, ...]) -> KeyPath:
    """Drop what is pydantic's own (names of union members, `[key]`) and keep what stands in the file.

    A missing key is no part of the file, but its name is kept, for people.
    """
    path: KeyPath = ()
    here: Any = document.content
    for part in location:
        if isinstance(here, dict) and (part in here or _is_field(part)):
            path, here = (*path, part), here.get(part)
        elif isinstance(here, list) and isinstance(part, int) and part < len(here):
            path, here = (*path, part), here[part]
    return path


def _is_field(part: str | int) -> bool:
    return isinstance(part, str) and part.isidentifier() and part not in ("str", "int", "float", "bool")


def _message(detail: Any, shape: type[BaseModel], path: KeyPath) -> str:
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "missing":
        return "is missing; add it"
    if kind == "extra_forbidden":
        return f"is not a key here{meant(str(path[-1]), _fields_at(shape, path[:-1]), listed=99)}"
    if kind == "string_pattern_mismatch":
        return f"{detail['input']!r} {PATTERN_HINTS.get(context['pattern'], 'does not fit')}"
    if kind in ("string_too_short", "too_short"):
        return "must not be empty"
    if kind == "string_too_long":
        return f"is longer than {context['max_length']} characters; cut it"
    if kind in ("enum", "literal_error"):
        return f"{detail['input']!r} is not one of {context['expected']}"
    if kind == "value_error":
        return str(context["error"])
    return _KINDS.get(kind, str(detail["msg"]))


def _fields_at(shape: type[BaseModel], path: KeyPath) -> list[str]:
    """The keys that the model knows at `path`, found by walking its JSON schema."""
    schema = shape.model_json_schema()
    definitions = schema.get("$defs", {})
    here: Any = schema
    for part in path:
        here = _resolved(here, definitions)
        if isinstance(part, int):
            here = here.get("items", {})
        else:
            here = here.get("properties", {}).get(part) or _of_any_key(here)
    return list(_resolved(here, definitions).get("properties", {}))


def _of_any_key(schema: Mapping[str, Any]) -> Any:
    """The schema of the values of a mapping with free keys; pydantic writes it under the keys' pattern if any."""
    return schema.get("additionalProperties") or next(iter(schema.get("patternProperties", {}).values()), {})


def _resolved(schema: Any, definitions: Mapping[str, Any]) -> Mapping[str, Any]:
    if not isinstance(schema, dict):
        return {}
    for option in schema.get("anyOf", ()):
        if "$ref" in option:
            schema = option
    if "$ref" in schema:
        schema = definitions.get(schema["$ref"].rsplit("/", 1)[-1], {})
    return dict(schema)


def _keys(shape: type[BaseModel]) -> str:
    return ", ".join(shape.model_fields)
