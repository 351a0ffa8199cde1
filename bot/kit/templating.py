"""Jinja2 for what authors of runbooks write: sandboxed, strict, expressions only, capped.

Text of tickets and of API answers is only ever a value here, never a template.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2.sandbox import ImmutableSandboxedEnvironment

MAX_TEMPLATE = 4_000
MAX_OUTPUT = 20_000
_LONE = re.compile(r"^\s*\{\{((?:(?!\}\}).)*)\}\}\s*$", re.DOTALL)
_TESTS_AND_FILTERS = {"length", "join", "default", "first", "last", "lower", "upper", "sort", "unique"}


class TemplateError(ValueError):
    """The template or expression cannot be used; the message says why, in one line."""


@cache
def _environment() -> ImmutableSandboxedEnvironment:
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
    environment.globals.clear()
    for name in set(environment.filters) - _TESTS_AND_FILTERS:
        del environment.filters[name]
    return environment


def is_template(text: str) -> bool:
    """Say whether `text` holds an expression at all."""
    return "{{" in text or "{%" in text or "{#" in text


def check(text: str, *, expression: bool = False) -> frozenset[str]:
    """Check an author's template (or bare `expression`) and give the dotted names that it reads.

    `steps.waiting.facts.host ~ parameters.port` gives `{"steps.waiting.facts.host", "parameters.port"}`.
    Raises TemplateError for bad syntax, for blocks (no loops, no assignments) and for calls.
    """
    from jinja2 import TemplateSyntaxError, nodes

    if len(text) > MAX_TEMPLATE:
        raise TemplateError(f"longer than {MAX_TEMPLATE} characters")
    source = "{{ " + text + " }}" if expression else text
    if "{%" in source or "{#" in source:
        raise TemplateError("blocks and comments are not allowed here, only {{ expressions }}")
    try:
        tree = _environment().parse(source)
    except TemplateSyntaxError as error:
        raise TemplateError(error.message or "bad syntax") from error
    if expression and not _is_one_expression(tree):
        raise TemplateError("not one expression; write it without {{ }}")
    if tree.find(nodes.Call) is not None:
        raise TemplateError("calls are not allowed; use a filter or a new probe")
    for operator in (nodes.Mul, nodes.Pow):
        if tree.find(operator) is not None:
            raise TemplateError("* and ** are not allowed")
    for used in tree.find_all(nodes.Filter):
        if used.name not in _TESTS_AND_FILTERS:
            raise TemplateError(f"unknown filter {used.name!r}; there are {', '.join(sorted(_TESTS_AND_FILTERS))}")
    return frozenset(_dotted_names(tree))


def _is_one_expression(tree: Any) -> bool:
    from jinja2 import nodes

    parts = [part for output in tree.body for part in output.nodes]
    return len(parts) == 1 and not isinstance(parts[0], nodes.TemplateData)


def _dotted_names(node: Any) -> set[str]:
    from jinja2 import nodes

    dotted = _dotted(node)
    if dotted is not None:
        return {dotted}
    found: set[str] = set()
    for child in node.iter_child_nodes():
        found |= _dotted_names(child)
    if isinstance(node, nodes.Name):
        found.add(node.name)
    return found


def _dotted(node: Any) -> str | None:
    from jinja2 import nodes

    if isinstance(node, nodes.Name):
        return str(node.name)
    if isinstance(node, nodes.Getattr):
        front = _dotted(node.node)
        return f"{front}.{node.attr}" if front else None
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
        front = _dotted(node.node)
        return f"{front}.{node.arg.value}" if front else None
    return None


def evaluate(expression: str, context: Mapping[str, Any]) -> Any:
    """Evaluate a checked expression. Raises TemplateError when a name is undefined at run time."""
    from jinja2 import TemplateError as JinjaError
    from jinja2 import Undefined

    try:
        value = _environment().compile_expression(expression, undefined_to_none=False)(**context)
    except (JinjaError, ArithmeticError, TypeError, ValueError) as error:
        raise TemplateError(str(error)) from error
    if isinstance(value, Undefined):
        raise TemplateError(f"undefined: {expression}")
    return value


def render(text: str, context: Mapping[str, Any]) -> Any:
    """Fill a checked template. A lone `{{ expression }}` keeps its type; all else becomes text, capped.

    Raises TemplateError when a name is undefined.
    """
    from jinja2 import TemplateError as JinjaError

    if not is_template(text):
        return text
    lone = _LONE.match(text)
    if lone:
        return evaluate(lone.group(1).strip(), context)
    try:
        return _environment().from_string(text).render(context)[:MAX_OUTPUT]
    except (JinjaError, ArithmeticError, TypeError, ValueError) as error:
        raise TemplateError(str(error)) from error
