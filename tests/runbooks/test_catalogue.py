"""Every runbook that comes along is clean."""

from datetime import UTC, datetime
from pathlib import Path

import bot
from bot.catalogue.cases import scan_cases
from bot.catalogue.lint import causes_in, lint
from bot.catalogue.loader import scan
from bot.catalogue.problems import errors
from bot.parts import probe_specs

ROOT = Path(bot.__file__).parents[1] / "runbooks"


def test_lint_finds_no_error_in_any_runbook_or_case():
    catalogue, broken = scan(ROOT)
    cases, broken_cases = scan_cases(ROOT)
    probe_causes = causes_in(Path(bot.__file__).parent / "probes")
    problems = lint(catalogue, cases, probe_specs(), today=datetime.now(UTC).date(), probe_causes=probe_causes)
    assert [str(problem) for problem in errors((*broken, *broken_cases, *problems))] == []


def test_every_runbook_has_cases():
    catalogue, _ = scan(ROOT)
    cases, _ = scan_cases(ROOT)
    assert len(catalogue) > 0
    assert set(catalogue) == {case.runbook for case in cases}
