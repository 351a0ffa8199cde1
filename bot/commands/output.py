"""What every command shares: printing for people or as JSON, and errors as one line with an exit code."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import IntEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.model.errors import CatalogueError, InputError, OutsideError, SecondlineError, SettingsError

if TYPE_CHECKING:
    from rich.console import Console

    from bot.settings import Settings


class Exit(IntEnum):
    """The exit codes, documented in docs/cli.md."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    CONFIGURATION = 3
    OUTSIDE = 4
    NO_ANSWER = 5


AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of text.")]

_CODES: tuple[tuple[type[SecondlineError], Exit], ...] = (
    (InputError, Exit.USAGE),
    (SettingsError, Exit.CONFIGURATION),
    (CatalogueError, Exit.CONFIGURATION),
    (OutsideError, Exit.OUTSIDE),
)


def console(*, err: bool = False) -> Console:
    """Give a console that folds no lines when its output is piped."""
    from rich.console import Console

    return Console(stderr=err, highlight=False, soft_wrap=True)


def print_json(value: Any) -> None:
    """Print one JSON document."""
    json.dump(value, sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")


@contextmanager
def people_first(*, as_json: bool = False) -> Iterator[None]:
    """Turn errors that we know into one line and an exit code; Ctrl-C into a quiet end."""
    try:
        yield
    except SecondlineError as error:
        code = next((code for kind, code in _CODES if isinstance(error, kind)), Exit.FAILED)
        if as_json:
            print_json({"error": error.message, "kind": type(error).__name__})
        else:
            sys.stderr.write(f"secondline: {error.message}\n")
        raise typer.Exit(code) from error
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
    except BrokenPipeError:
        raise typer.Exit(Exit.DONE) from None


def settings(context: typer.Context) -> Settings:
    """Load the settings with the `--config` that was given."""
    from bot.settings import load_settings

    root = context.find_root()
    load: Callable[..., Settings] = load_settings
    return load(root.params.get("config"))


def pairs(words: list[str]) -> dict[str, str]:
    """Read `name=value` words. Raises InputError for anything else."""
    found: dict[str, str] = {}
    for word in words:
        name, separator, value = word.partition("=")
        if not separator or not name:
            raise InputError(f"{word!r} is not NAME=VALUE, for example namespace=shop")
        found[name.strip()] = value.strip()
    return found
