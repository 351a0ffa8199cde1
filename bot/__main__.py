"""The command line, `secondline`. Each command loads what it needs when it runs, so that help comes at once."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Annotated

import typer

from bot import __version__
from bot.commands import catalogue, demo, doctor, permissions, sandbox, serve, triage

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


app.command()(serve.serve)
app.command()(demo.demo)
app.command()(triage.triage)
app.command()(triage.run)
app.command()(triage.match)
app.add_typer(catalogue.app, name="catalogue")
app.command()(permissions.permissions)
app.command()(sandbox.sandbox)
app.command()(doctor.doctor)


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
