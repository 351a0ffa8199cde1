"""`secondline doctor`: checks every credential, scope and right; says what lacks and how to grant it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from bot.commands.output import AsJson, Exit, console, people_first, print_json, settings
from bot.model.check import Check, CheckState
from bot.model.errors import SecondlineError

if TYPE_CHECKING:
    from bot.parts import Parts

_MARKS = {
    CheckState.OK: ("ok", "green"),
    CheckState.WARNING: ("note", "yellow"),
    CheckState.FAILED: ("FAILED", "bold red"),
    CheckState.OFF: ("off", "dim"),
}


def doctor(context: typer.Context, as_json: AsJson = False) -> None:
    """Check catalogue, storage, and every credential, scope and right.

    Says how to grant what lacks; changes nothing. Exit code 1: a check failed.
    """
    with people_first(as_json=as_json):
        from bot.parts import Parts

        checks = examine(Parts(settings(context)))
        if as_json:
            print_json([asdict(check) for check in checks])
        else:
            _print(checks)
        if any(check.state is CheckState.FAILED for check in checks):
            raise typer.Exit(Exit.FAILED)


def examine(parts: Parts) -> list[Check]:
    """Run every check; one that breaks on a known error says so, and the others go on."""
    from bot.integrations.jira.checks import check_jira
    from bot.integrations.slack.checks import check_slack
    from bot.probes.aws.checks import check_aws
    from bot.probes.kubernetes.checks import check_kubernetes
    from bot.store.checks import check_storage

    wanted = _permissions(parts)
    examinations: dict[str, Callable[[], Sequence[Check]]] = {
        "catalogue": lambda: [_catalogue(parts)],
        "routing": lambda: [_routing(parts)],
        "storage": lambda: [check_storage(parts.settings.engine)],
        "slack": lambda: check_slack(parts.settings.slack),
        "jira": lambda: check_jira(parts.settings.jira),
        "kubernetes": lambda: check_kubernetes(parts.settings.kubernetes, wanted.get("kubernetes", ())),
        "aws": lambda: check_aws(parts.settings.aws, wanted.get("aws", ())),
    }
    checks: list[Check] = []
    for system, examination in examinations.items():
        try:
            checks += examination()
        except SecondlineError as error:
            checks.append(Check(system, system, CheckState.FAILED, error.message))
    return checks


def _permissions(parts: Parts) -> dict[str, tuple[str, ...]]:
    """What the probes of the catalogue's runbooks need, by system, and what resolving names needs."""
    specs = parts.probes.specs()
    used = {step.probe for runbook in parts.catalogue.runbooks.values() for step in runbook.steps}
    from bot.probes.kubernetes.directory import PERMISSIONS

    found: dict[str, dict[str, None]] = {"kubernetes": dict.fromkeys(PERMISSIONS)}
    for name in sorted(used & set(specs)):
        found.setdefault(specs[name].system, {}).update(dict.fromkeys(specs[name].permissions))
    return {system: tuple(permissions) for system, permissions in found.items()}


def _catalogue(parts: Parts) -> Check:
    runbooks = parts.catalogue.runbooks
    return Check("catalogue", "runbooks", CheckState.OK, f"{len(runbooks)} runbooks in {parts.catalogue.root}")


def _routing(parts: Parts) -> Check:
    unreachable = [name for name, team in parts.routing.teams.items() if not (team.slack_channel or team.webhook)]
    if unreachable:
        detail = f"{', '.join(unreachable)} cannot be reached, so a hand-over stays in the ticket's own thread"
        return Check("routing", "teams", CheckState.WARNING, detail, "name a slack_channel in config/routing.yaml")
    return Check("routing", "teams", CheckState.OK, f"{len(parts.routing.teams)} teams")


def _print(checks: Sequence[Check]) -> None:
    from rich.text import Text

    out = console()
    for check in checks:
        word, style = _MARKS[check.state]
        line = Text(f"{word:<8}", style).append(f"{check.system:<12}{check.name}: {check.detail}", "default")
        out.print(line)
        if check.remedy and check.state is not CheckState.OK:
            out.print(Text(f"{'':<20}→ {check.remedy}", "cyan"))
