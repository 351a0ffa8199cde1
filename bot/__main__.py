"""The command line, `secondline`. Each command loads what it needs when it runs, so that help comes at once."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Annotated

import typer

from bot import __version__
from bot.commands.catalogue import app as catalogue
from bot.commands.demo import demo
from bot.commands.doctor import doctor
from bot.commands.permissions import permissions
from bot.commands.sandbox import sandbox
from bot.commands.serve import serve
from bot.commands.triage import match, run, triage

app = typer.Typer(
    name="secondline",
    help="The second-line support bot: a ticket goes in, its cause comes out. Deterministic, read-only.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"secondline {__version__}")
        raise typer.Exit


@app.callback()
def root(
    config: Annotated[
        Path | None, typer.Option("--config", help="Settings file; config/secondline.yaml if there.")
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Say more in the log.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Set up what all commands share."""
    logging.basicConfig(
        level=logging.DEBUG if verbose else logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )


app.command()(serve)
app.command()(demo)
app.command()(triage)
app.command()(run)
app.command()(match)
app.add_typer(catalogue, name="catalogue")
app.command()(permissions)
app.command()(sandbox)
app.command()(doctor)


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
