"""The documentation page of each runbook, made from the runbook itself, so that it cannot differ from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby

from bot.catalogue.loader import Catalogue
from bot.model.probe import ProbeSpec
from bot.model.runbook import Conclusion, Runbook, Step


def runbook_page(runbook: Runbook, specs: Mapping[str, ProbeSpec]) -> str:
    """Give the Markdown page of one runbook; `specs` tell what its probes answer and may read."""
    parts = (
        f"# {runbook.title}\n\n{_flat(runbook.purpose)}\n\n",
        f"`{runbook.id}` · kept by {runbook.owner} · reviewed {runbook.reviewed.isoformat()}\n",
        _section("Not for", [f"- {text}" for text in runbook.not_for]),
        _section("When it is chosen", list(_triggers(runbook))),
        _section("What it needs", _parameters(runbook)),
        _section("What it looks at, and why", [_step(step, specs.get(step.probe)) for step in runbook.steps]),
        _section("What it concludes", [*map(_conclusion, runbook.conclusions), _otherwise(runbook.otherwise)]),
        _section("What it may read", _permissions(runbook, specs)),
        _section("Who takes over", [_escalation(runbook)]),
    )
    return "".join(parts)


def index_page(catalogue: Catalogue) -> str:
    """Give the Markdown page that lists all runbooks, by area."""
    lines = ["# Runbooks\n"]
    for area, runbooks in groupby(catalogue.runbooks.values(), key=lambda one: one.id.partition("/")[0]):
        lines += [f"\n## {area}\n", "| runbook | finds out | needs |", "|---|---|---|"]
        for one in runbooks:
            needs = ", ".join(f"`{parameter.name}`" for parameter in one.parameters if parameter.required)
            lines.append(f"| [{_cell(one.title)}]({one.id}.md) | {_cell(_flat(one.purpose))} | {needs or 'nothing'} |")
    return "\n".join(lines) + "\n"


def _section(heading: str, lines: list[str]) -> str:
    return f"\n## {heading}\n\n" + "\n".join(lines) + "\n" if lines else ""


def _triggers(runbook: Runbook) -> Iterator[str]:
    yield "When a ticket says something like:\n"
    yield from (f"- {phrase}" for phrase in runbook.triggers.phrases)
    if runbook.triggers.signals:
        yield "\nor holds one of these exact strings: " + ", ".join(f"`{one}`" for one in runbook.triggers.signals)


def _parameters(runbook: Runbook) -> list[str]:
    rows = [
        f"| `{one.name}` | {one.type.value} | {'yes' if one.required else f'`{one.default}`' if one.default else 'no'} "
        f"| {_cell(one.description)} |"
        for one in runbook.parameters
    ]
    return ["| parameter | type | needed, or default | what |", "|---|---|---|---|", *rows] if rows else []


def _step(step: Step, spec: ProbeSpec | None) -> str:
    lines = [f"- **{step.id}** (`{step.probe}`): {_flat(step.why)}"]
    if spec:
        lines.append(f"  Asks: {_flat(spec.summary)}")
    if step.when:
        lines.append(f"  Only when `{step.when}`.")
    return "  \n".join(lines)


def _conclusion(conclusion: Conclusion) -> str:
    about = " or ".join(f"`{cause}`" for cause in conclusion.causes)
    when = f"when `{conclusion.when}`" if conclusion.when else ""
    return f"- {' '.join(filter(None, (about, when)))}: {_advice(conclusion)}"


def _otherwise(conclusion: Conclusion) -> str:
    return f"- otherwise: {_advice(conclusion)}"


def _advice(conclusion: Conclusion) -> str:
    said = _flat(conclusion.say)
    said = "what was found is said." if said in ("", "{{ finding.summary }}") else said
    advised = " ".join(_flat(text) for text in conclusion.advise)
    return " ".join(filter(None, (said, advised, f"({conclusion.disposition.value})")))


def _permissions(runbook: Runbook, specs: Mapping[str, ProbeSpec]) -> list[str]:
    used = [specs[step.probe] for step in runbook.steps if step.probe in specs]
    return sorted({f"- {spec.system}: `{permission}`" for spec in used for permission in spec.permissions})


def _escalation(runbook: Runbook) -> str:
    rule = runbook.escalation
    return f"Team `{rule.team}`" + (f", at {rule.priority.value} or higher." if rule.priority else ".")


def _flat(text: str) -> str:
    return " ".join(text.split())


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
