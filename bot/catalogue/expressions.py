"""What an author's expressions may read, and how they compare: the part of lint that looks inside `{{ }}`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.kit.spelling import meant
from bot.kit.templating import TemplateError, check, is_template
from bot.model.finding import Status
from bot.model.probe import ProbeSpec
from bot.model.runbook import Step

STEP_PARTS = ("status", "causes", "facts", "ran")
FINDING_PARTS = ("summary", "remedy", "cause", "resource", "facts")
STATUSES = (Status.CRITICAL.value, Status.UNKNOWN.value, Status.WARNING.value, Status.OK.value, "skipped")


@dataclass(frozen=True, slots=True)
class Scope:
    """The names that one place of a runbook may read.

    `steps` are those whose outcome is there; `later` those that come after, for a better answer.
    """

    parameters: Sequence[str]
    steps: Sequence[Step]
    specs: Mapping[str, ProbeSpec]
    later: Sequence[str] = ()
    causes: bool = False
    finding: bool = False


def misuses(text: str, scope: Scope, *, expression: bool = False) -> Iterator[str]:
    """Say what is wrong with an author's template, or bare `expression`, in `scope`."""
    if not expression and not is_template(text):
        return
    if expression and "{{" in text:
        yield "is an expression already; write it without {{ }}"
        return
    try:
        names = check(text, expression=expression)
    except TemplateError as error:
        yield f"cannot be read: {error}"
        return
    for name in sorted(names):
        wrong = _misuse(name.split("."), scope)
        if wrong:
            yield wrong
    yield from _odd_statuses(text, expression=expression)


def _misuse(parts: Sequence[str], scope: Scope) -> str:
    root, *rest = parts
    if root == "parameters":
        return _parameter(rest, scope)
    if root == "steps":
        return _step(rest, scope)
    if root == "finding" and scope.finding:
        return _finding(rest, scope)
    if root == "causes" and scope.causes:
        return ""
    if root == "finding":
        return "reads finding, which is known only in a conclusion with causes"
    roots = ["parameters", "steps", *(["causes"] if scope.causes else []), *(["finding"] if scope.finding else [])]
    return f"reads {root!r}, which does not exist here; there are {', '.join(roots)}"


def _parameter(rest: Sequence[str], scope: Scope) -> str:
    if not rest:
        return "reads parameters as a whole; write parameters.<name>"
    if rest[0] in scope.parameters:
        return ""
    return f"reads parameters.{rest[0]}, which is not declared{meant(rest[0], scope.parameters)}"


def _step(rest: Sequence[str], scope: Scope) -> str:
    if not rest:
        return "reads steps as a whole; write steps.<id>.status"
    name, *rest = rest
    step = next((step for step in scope.steps if step.id == name), None)
    if step is None and name in scope.later:
        return f"reads steps.{name}, which does not come before it; move that step up"
    if step is None:
        return f"reads steps.{name}, but there is no such step{meant(name, [step.id for step in scope.steps])}"
    if not rest or rest[0] not in STEP_PARTS:
        return f"reads steps.{'.'.join([name, *rest])}; a step has {', '.join(STEP_PARTS)}"
    spec = scope.specs.get(step.probe)
    if rest[0] == "facts" and len(rest) > 1 and spec is not None and rest[1] not in spec.facts:
        return f"reads the fact {rest[1]!r}, which {step.probe} does not give{meant(rest[1], spec.facts)}"
    return ""


def _finding(rest: Sequence[str], scope: Scope) -> str:
    if not rest or rest[0] not in FINDING_PARTS:
        return f"reads {'.'.join(['finding', *rest])}; a finding has {', '.join(FINDING_PARTS)}"
    known = {fact for step in scope.steps if step.probe in scope.specs for fact in scope.specs[step.probe].facts}
    if rest[0] == "facts" and len(rest) > 1 and rest[1] not in known:
        return f"reads finding.facts.{rest[1]}, which no probe of this runbook gives{meant(rest[1], sorted(known))}"
    return ""


def _odd_statuses(text: str, *, expression: bool) -> Iterator[str]:
    """Statuses that a condition compares with, but that no step can have."""
    for name, value in comparisons(text, expression=expression):
        if name.startswith("steps.") and name.endswith(".status") and value not in STATUSES:
            yield f"compares a status with {value!r}; there are {', '.join(STATUSES)}"


def comparisons(text: str, *, expression: bool) -> Iterator[tuple[str, str]]:
    """Give each dotted name and the literal text that it is compared with by ==, != or `in`."""
    from jinja2 import Environment, TemplateSyntaxError, nodes

    try:
        tree = Environment(autoescape=True).parse("{{ " + text + " }}" if expression else text)
    except TemplateSyntaxError:
        return  # said already
    for compare in tree.find_all(nodes.Compare):
        for operand in compare.ops:
            sides = (compare.expr, operand.expr)
            names = [name for side in sides for name in _names(side)]
            for side in sides:
                for literal in _literals(side):
                    yield from ((name, literal) for name in names)


def _names(node: object) -> Iterator[str]:
    from jinja2 import nodes

    parts: list[str] = []
    while isinstance(node, nodes.Getattr):
        parts.append(node.attr)
        node = node.node
    if isinstance(node, nodes.Name):
        yield ".".join([node.name, *reversed(parts)])


def _literals(node: object) -> Iterator[str]:
    from jinja2 import nodes

    if isinstance(node, nodes.Const) and isinstance(node.value, str):
        yield node.value
    if isinstance(node, nodes.List | nodes.Tuple):
        for item in node.items:
            yield from _literals(item)
