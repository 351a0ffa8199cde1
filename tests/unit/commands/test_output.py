import json
from enum import IntEnum

import pytest
import typer
from typer.testing import CliRunner

from bot.__main__ import app
from bot.commands.output import Exit, console, pairs, people_first, print_json
from bot.model.errors import (
    AccessDenied,
    CatalogueError,
    DeadlineExceeded,
    InputError,
    SettingsError,
    Unavailable,
)
from bot.parts import PACKAGE


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (InputError("no such runbook"), 2),
        (SettingsError("setting x"), 3),
        (CatalogueError("wrong", file="a.yaml", line=2), 3),
        (Unavailable("away"), 4),
        (AccessDenied("no"), 4),
        (DeadlineExceeded("late"), 1),
        (KeyboardInterrupt(), 130),
        (BrokenPipeError(), 0),
    ],
)
def test_an_error_that_is_known_ends_with_its_code(error, code, capsys):
    with pytest.raises(typer.Exit) as ended, people_first():
        raise error
    assert ended.value.exit_code == code
    assert capsys.readouterr().err == (f"secondline: {error.message}\n" if hasattr(error, "message") else "")


def test_an_error_is_json_when_json_was_asked_for(capsys):
    with pytest.raises(typer.Exit), people_first(as_json=True):
        raise InputError("no such runbook")
    out, err = capsys.readouterr()
    assert json.loads(out) == {"error": "no such runbook", "kind": "InputError"}
    assert err == ""


def test_a_mistake_of_ours_is_not_hidden():
    with pytest.raises(ZeroDivisionError), people_first():
        _ = 1 / 0


def test_the_exit_codes_are_the_documented_ones():
    documented = (PACKAGE.parent / "docs" / "cli.md").read_text(encoding="utf-8")
    assert issubclass(Exit, IntEnum)
    assert all(f"\n| {code.value} | " in documented for code in Exit)


def test_pairs_are_read_and_what_is_none_is_named():
    assert pairs(["namespace=shop", "url=https://x/?a=b", "workload="]) == {
        "namespace": "shop",
        "url": "https://x/?a=b",
        "workload": "",
    }
    for wrong in ("namespace", "=shop"):
        with pytest.raises(InputError, match="NAME=VALUE"):
            pairs([wrong])


def test_piped_lines_are_not_folded(capsys):
    console().print("word " * 60)
    print_json({"was": "schön"})
    out = capsys.readouterr().out
    assert out.splitlines()[0].count("word") == 60
    assert "schön" in out


COMMANDS = ("serve", "demo", "triage", "run", "match", "catalogue", "permissions", "sandbox", "doctor")


@pytest.mark.parametrize("command", COMMANDS)
def test_help_fits_a_terminal_of_80_columns_and_folds_no_sentence_oddly(command):
    result = CliRunner().invoke(app, [command, "--help"], env={"COLUMNS": "80", "TERMINAL_WIDTH": "80"})
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert max(len(line) for line in lines) <= 80
    prose = [line.strip() for line in lines if line.startswith(" ") and line.strip()]
    assert [line for line in prose[1:] if len(line.split()) == 1] == []


def test_every_command_is_in_the_table_of_the_documentation():
    documented = (PACKAGE.parent / "docs" / "cli.md").read_text(encoding="utf-8")
    assert [command for command in COMMANDS if f"| `{command}" not in documented] == []
