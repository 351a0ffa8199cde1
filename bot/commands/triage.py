"""`secondline triage`, `run` and `match`: one ticket or many, without Slack, Jira or engine."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.commands.output import AsJson, Exit, console, pairs, people_first, print_json, settings
from bot.model.errors import InputError

if TYPE_CHECKING:
    from bot.model.match import Match
    from bot.model.report import Card
    from bot.model.ticket import RawMessage
    from bot.parts import Parts
    from bot.pipeline.single import Triaged


def triage(
    context: typer.Context,
    text: Annotated[str, typer.Option("--text", "-t", help="The ticket's text; its first line is the summary.")] = "",
    file: Annotated[
        Path | None, typer.Option("--file", "-f", help="A file with the ticket's text, - for stdin.")
    ] = None,
    jira: Annotated[str, typer.Option("--jira", "-j", help="The key of a Jira ticket, such as OPS-12.")] = "",
    desk: Annotated[
        bool, typer.Option("--desk", help="Show the service desk's text instead of the engineer's.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Triage one ticket: match it, run its runbook here and now, and say the cause.

    Uses KUBECONFIG and the AWS environment as kubectl and aws do; posts nothing.

    Exit code 0 with an answer; 5 without one: no runbook fits, or it must ask.
    """
    with people_first(as_json=as_json):
        from bot.parts import Parts

        parts = Parts(settings(context))
        raw = _message(parts, text, file, jira)
        _answer(parts, raw, as_json=as_json, desk=desk)


def run(
    context: typer.Context,
    runbook: Annotated[str, typer.Argument(help="The runbook's id, such as kubernetes/pod-crashloop.")],
    parameters: Annotated[
        list[str] | None, typer.Argument(help="Its parameters: namespace=shop workload=checkout")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="List the exact API calls and make none.")] = False,
    desk: Annotated[
        bool, typer.Option("--desk", help="Show the service desk's text instead of the engineer's.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Run one runbook by name, here and now; posts nothing."""
    with people_first(as_json=as_json):
        from bot.model.ticket import Invocation
        from bot.parts import Parts
        from bot.pipeline.extracting import check_given
        from bot.pipeline.single import message

        parts = Parts(settings(context))
        found = parts.catalogue.get(runbook)
        given = pairs(parameters or [])
        if dry_run:
            _show_plan(parts, runbook, given, as_json=as_json)
            return
        checked = check_given(found, given)
        raw = message(f"run {runbook}", Invocation(runbook, checked))
        _answer(parts, raw, as_json=as_json, desk=desk)


def match(
    context: typer.Context,
    tickets: Annotated[Path, typer.Option("--tickets", help="JSON lines of {id, title, body}; - for stdin.")],
) -> None:
    """Match many tickets and run nothing.

    Prints one JSON line of {id, runbook, confidence, decision, ...} for each.
    """
    with people_first():
        from bot.parts import Parts, now
        from bot.pipeline.receiving import receive

        matcher = Parts(settings(context)).matcher(connected=False)
        for line in _lines(tickets):
            ticket = receive(_from_line(line), now)
            found = matcher(ticket)
            sys.stdout.write(json.dumps({"id": line["id"], **_match_json(found)}, ensure_ascii=False) + "\n")


def _message(parts: Parts, text: str, file: Path | None, jira: str) -> RawMessage:
    from bot.pipeline.single import message

    if sum((bool(text), file is not None, bool(jira))) != 1:
        raise InputError("give the ticket by one of --text, --file or --jira")
    if jira:
        return parts.fetch(jira)
    if file is not None:
        try:
            text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8", errors="replace")
        except OSError as error:
            raise InputError(f"cannot read {file}: {error.strerror}") from error
    if not text.strip():
        raise InputError("the ticket is empty: say what is wrong, and where")
    return message(text)


def _answer(parts: Parts, raw: RawMessage, *, as_json: bool, desk: bool) -> None:
    if as_json or not sys.stderr.isatty():
        triaged = parts.bench().triage(raw)
    else:
        with console(err=True).status("Matching the ticket…") as status:

            def show(card: Card) -> None:
                running = [line.step for line in card.progress if line.state == "running"]
                status.update(f"Running {card.match.runbook if card.match else ''}: {', '.join(running)}…")

            triaged = parts.bench(show).triage(raw)
    if as_json:
        print_json(as_document(triaged))
    else:
        _print(triaged, desk=desk)
    if triaged.run is None:
        raise typer.Exit(Exit.NO_ANSWER)


def _print(triaged: Triaged, *, desk: bool) -> None:
    from bot.commands.rendering import emphasised

    out = console()
    if triaged.run is not None and triaged.match.candidates:
        best = triaged.match.candidates[0]
        given = " ".join(f"{name}={value}" for name, value in triaged.match.parameters.items() if value)
        out.print(
            f"[dim]{best.runbook} ({best.confidence:.0%}: {'; '.join(best.reasons)}) {given}[/dim]\n", markup=True
        )
    out.print(emphasised(triaged.report.service_desk if desk else triaged.report.engineer))


def _show_plan(parts: Parts, runbook: str, given: dict[str, str], *, as_json: bool) -> None:
    calls = parts.dry_run(runbook, given)
    if as_json:
        print_json([{"system": call.system, "operation": call.operation, "outcome": call.outcome} for call in calls])
        return
    out = console()
    out.print(f"{runbook} would make these calls, all of them reads; nothing was sent.\n")
    for call in calls:
        mark = "" if call.outcome == "planned" else f"   ({call.outcome})"
        out.print(f"  {call.system:<11}{call.operation}{mark}", markup=False)


def as_document(triaged: Triaged) -> dict[str, Any]:
    """Give the one object that `--json` prints; its shape is documented in docs/cli.md."""
    report = triaged.report
    return {
        **_match_json(triaged.match),
        "runbook": report.runbook or None,
        "disposition": report.disposition.value,
        "headline": report.headline,
        "root_causes": [
            {"cause": one.cause, "resource": str(one.resource), "summary": one.summary, "remedy": one.remedy}
            for one in report.root_causes
        ],
        "chain": [
            {"resource": str(link.resource), "summary": link.summary, "cause": link.cause} for link in report.chain
        ],
        "next_steps": list(report.next_steps),
        "findings": _findings(triaged),
        "not_checked": [
            {"what": gap.what, "because": gap.because.value, "permission": gap.permission} for gap in report.not_checked
        ],
        "api_calls": [
            {"system": call.system, "operation": call.operation, "outcome": call.outcome}
            for call in (triaged.run.api_calls if triaged.run else ())
        ],
        "elapsed_ms": triaged.elapsed_ms,
        "fingerprint": report.fingerprint,
        "report": {"engineer": report.engineer, "service_desk": report.service_desk},
    }


def _findings(triaged: Triaged) -> list[dict[str, Any]]:
    from bot.kit.codec import to_plain

    found = []
    for finding in triaged.run.findings if triaged.run else ():
        plain = to_plain(finding)
        plain["resource"] = str(finding.resource)
        plain["relations"] = [
            {"source": str(relation.source), "target": str(relation.target), "why": relation.why}
            for relation in finding.relations
        ]
        found.append(plain)
    return found


def _match_json(found: Match) -> dict[str, Any]:
    from bot.model.match import Decision

    best = found.candidates[0] if found.candidates and found.decision is not Decision.NONE else None
    return {
        "runbook": best.runbook if best else None,
        "confidence": found.candidates[0].confidence if found.candidates else 0.0,
        "decision": found.decision.value,
        "because": found.because,
        "candidates": [
            {"runbook": one.runbook, "confidence": one.confidence, "reasons": list(one.reasons)}
            for one in found.candidates
        ],
        "parameters": dict(found.parameters),
        "missing": list(found.missing),
    }


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"cannot read {file}: {error.strerror}") from error
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            found = json.loads(line)
        except ValueError as error:
            raise InputError(f"{file}:{number}: not a JSON object") from error
        if not isinstance(found, dict) or "id" not in found:
            raise InputError(f"{file}:{number}: expected an object with id, title and body")
        yield found


def _from_line(line: dict[str, Any]) -> RawMessage:
    from bot.pipeline.single import message

    return message(f"{line.get('title') or ''}\n{line.get('body') or ''}", key=str(line["id"]))
