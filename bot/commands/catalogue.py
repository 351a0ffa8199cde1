"""`secondline catalogue`: look at the runbooks, check them, try their cases, begin a new one.

Exit codes: 0 fine, 1 lint or a case failed, 2 wrong use.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.commands.output import AsJson, Exit, console, people_first, print_json, settings
from bot.model.errors import InputError

if TYPE_CHECKING:
    from bot.catalogue.cases import Case, CaseResult
    from bot.catalogue.loader import Catalogue
    from bot.catalogue.problems import Problem
    from bot.settings import Settings

PIPED_WIDTH = 200

app = typer.Typer(help="Look at the runbooks, check them, try their cases, begin a new one.", no_args_is_help=True)


def _root(context: typer.Context) -> Path:
    from bot.catalogue.loader import default_root

    return default_root(settings(context).catalogue)


def _catalogue(context: typer.Context) -> Catalogue:
    from bot.catalogue.loader import load_catalogue

    return load_catalogue(_root(context))


@app.command("list")
def list_runbooks(context: typer.Context, as_json: AsJson = False) -> None:
    """List all runbooks."""
    with people_first(as_json=as_json):
        catalogue = _catalogue(context)
        if as_json:
            keys = ("id", "title", "purpose", "owner")
            print_json([{key: getattr(one, key) for key in keys} for one in catalogue.runbooks.values()])
            return
        from rich.table import Table

        table = Table(box=None, pad_edge=False, header_style="bold")
        for heading in ("RUNBOOK", "TITLE", "NEEDS", "OWNER"):
            table.add_column(heading, no_wrap=heading != "TITLE")
        for one in catalogue.runbooks.values():
            needs = ", ".join(parameter.name for parameter in one.parameters if parameter.required)
            table.add_row(one.id, one.title, needs, one.owner)
        out = console()
        if not out.is_terminal:
            out.width = PIPED_WIDTH
        out.print(table)


@app.command()
def show(
    context: typer.Context,
    runbook: Annotated[str, typer.Argument(metavar="ID", help="area/name")],
    as_json: AsJson = False,
) -> None:
    """Show one runbook: when it helps, what it needs, what it looks at and why."""
    with people_first(as_json=as_json):
        found = _catalogue(context).get(runbook)
        if as_json:
            from bot.kit.codec import to_plain

            print_json(to_plain(found))
            return
        from rich.markdown import Markdown

        from bot.catalogue.docs import runbook_page
        from bot.parts import probe_specs

        page = runbook_page(found, probe_specs())
        if sys.stdout.isatty():
            console().print(Markdown(page))
        else:
            sys.stdout.write(page)


@app.command()
def lint(context: typer.Context, as_json: AsJson = False) -> None:
    """Check every runbook and case; say file, line, what is wrong and what to write instead."""
    with people_first(as_json=as_json):
        from bot.catalogue.problems import errors

        root = _root(context)
        runbooks, cases, problems = _problems(root)
        wrong = errors(problems)
        if as_json:
            from bot.kit.codec import to_plain

            print_json({"runbooks": runbooks, "cases": cases, "problems": to_plain(problems)})
        else:
            for problem in problems:
                sys.stdout.write(f"{problem}\n")
            counted = f"{len(wrong)} errors, {len(problems) - len(wrong)} warnings"
            sys.stdout.write(f"{runbooks} runbooks, {cases} cases: {counted}\n")
        if wrong:
            raise typer.Exit(Exit.FAILED)


def _problems(root: Path) -> tuple[int, int, tuple[Problem, ...]]:
    """How many runbooks and cases were read, and all that is wrong with them."""
    import bot
    from bot.catalogue import lint as linting
    from bot.catalogue.cases import scan_cases
    from bot.catalogue.loader import scan
    from bot.parts import probe_specs

    catalogue, broken = scan(root)
    cases, broken_cases = scan_cases(root)
    problems = linting.lint(
        catalogue,
        cases,
        probe_specs(),
        today=datetime.now(UTC).date(),
        probe_causes=linting.causes_in(Path(bot.__file__).parent / "probes"),
    )
    return len(catalogue), len(cases), tuple(sorted({*broken, *broken_cases, *problems}))


@app.command("test")
def try_cases(
    context: typer.Context,
    only: Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="Runbooks or cases; all if none.")] = None,
    as_json: AsJson = False,
) -> None:
    """Triage every case in the sandbox, through the real clients, and compare what comes out."""
    with people_first(as_json=as_json):
        from bot.catalogue.cases import load_cases

        results = _run(load_cases(_root(context), only), settings(context), quiet=as_json)
        failed = [result for result in results if not result.passed]
        if as_json:
            print_json([_as_plain(result) for result in results])
        else:
            sys.stdout.write(f"{len(results) - len(failed)} of {len(results)} cases passed\n")
        if failed:
            raise typer.Exit(Exit.FAILED)


def _run(cases: Sequence[Case], chosen: Settings, *, quiet: bool) -> list[CaseResult]:
    from rich.text import Text

    from bot.catalogue.cases import run_cases
    from bot.staging import Stage

    results = []
    out = console()
    with Stage(chosen) as stage:
        for result in run_cases(cases, stage.diagnose):
            results.append(result)
            if quiet:
                continue
            mark, colour = ("ok  ", "green") if result.passed else ("FAIL", "red")
            out.print(Text.assemble((mark, colour), f" {result.case.id}", (f"  {result.elapsed_ms} ms", "dim")))
            for difference in result.differences:
                out.print(Text(f"     {difference}"))
            if not result.passed:
                out.print(Text(f"     {result.case.file}", "dim"))
    return results


def _as_plain(result: CaseResult) -> dict[str, object]:
    case = result.case
    return {
        "case": case.id,
        "file": case.file,
        "title": case.title,
        "passed": result.passed,
        "differences": list(result.differences),
        "elapsed_ms": result.elapsed_ms,
    }


@app.command()
def new(
    context: typer.Context,
    runbook: Annotated[str, typer.Argument(metavar="AREA/NAME", help="The new runbook's id.")],
    as_json: AsJson = False,
) -> None:
    """Write the skeleton of a runbook and its cases; lint then names each place to fill in."""
    with people_first(as_json=as_json):
        from bot.catalogue.skeleton import skeleton
        from bot.parts import probe_specs

        files = skeleton(runbook, probe_specs(), datetime.now(UTC).date())
        folder = _root(context) / runbook
        if folder.exists():
            raise InputError(f"{folder} is there already; choose another name")
        for name, text in files.items():
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        if as_json:
            print_json({"runbook": runbook, "files": [str(folder / name) for name in files]})
            return
        for name in files:
            sys.stdout.write(f"wrote {folder / name}\n")
        sys.stdout.write("Now: fill in what `secondline catalogue lint` names.\n")


@app.command()
def schema(
    of_case: Annotated[bool, typer.Option("--case/--runbook", help="Of a case file, or of a runbook.yaml.")] = False,
    as_json: AsJson = False,
) -> None:
    """Print the JSON schema, for editors that check YAML while it is typed."""
    from bot.catalogue.caseschema import case_schema
    from bot.catalogue.schema import runbook_schema

    print_json(case_schema() if of_case else runbook_schema())
