"""`secondline sandbox`: local servers that speak the real protocols, for trying things without an account anywhere."""

from __future__ import annotations

import json
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.commands.output import AsJson, console, people_first
from bot.model.errors import InputError


class System(StrEnum):
    """What can be started."""

    KUBERNETES = "kubernetes"
    AWS = "aws"
    JIRA = "jira"
    SLACK = "slack"
    ALL = "all"


Environment = dict[str, str]


def sandbox(
    system: Annotated[System, typer.Argument(help="kubernetes, aws, jira, slack or all.")],
    objects: Annotated[
        Path | None,
        typer.Option("--objects", help="Folder of Kubernetes manifests and logs/NAMESPACE/POD/CONTAINER.log."),
    ] = None,
    answers: Annotated[
        Path | None, typer.Option("--answers", help="YAML file of recorded AWS answers, as in a case's aws: list.")
    ] = None,
    port: Annotated[
        int, typer.Option("--port", help="Port to listen on; the first of four with all. 0: free ones.")
    ] = 0,
    flavour: Annotated[str, typer.Option("--flavour", help="Jira: datacenter or cloud.")] = "datacenter",
    kubeconfig: Annotated[
        Path | None, typer.Option("--kubeconfig", help="Where to write the kubeconfig; a temporary file when left out.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Start local servers and print the environment that points there.

    They listen on 127.0.0.1 only and run until Ctrl-C or SIGTERM.
    """
    with people_first(as_json=as_json), ExitStack() as stack:
        if flavour not in ("datacenter", "cloud"):
            raise InputError(f"--flavour is datacenter or cloud, not {flavour!r}")
        config = (
            kubeconfig or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="secondline-"))) / "kubeconfig"
        )
        starters: Mapping[System, Callable[[int], Environment]] = {
            System.KUBERNETES: lambda at: _kubernetes(stack, at, objects, config),
            System.AWS: lambda at: _aws(stack, at, answers),
            System.JIRA: lambda at: _jira(stack, at, flavour),
            System.SLACK: lambda at: _slack(stack, at),
        }
        wanted = list(starters) if system is System.ALL else [system]
        environment: Environment = {}
        for offset, one in enumerate(wanted):
            environment |= _started(starters[one], one, port + offset if port else 0)
        ended = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: ended.set())
        _announce(environment, as_json=as_json)
        ended.wait()


def _started(start: Callable[[int], Environment], system: System, port: int) -> Environment:
    try:
        _free(port)
        return start(port)
    except OSError as error:
        raise InputError(
            f"the {system} sandbox cannot listen on port {port}: {error.strerror}; choose another --port"
        ) from error


def _free(port: int) -> None:
    """Raise OSError when the port is taken: not every server says so by an exception."""
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        trial.bind(("127.0.0.1", port))


def _kubernetes(stack: ExitStack, port: int, objects: Path | None, config: Path) -> Environment:
    from bot.sandbox.kubernetes import KubernetesSandbox

    server = KubernetesSandbox()
    if objects is not None:
        server.load_folder(objects)
    server.start(port)
    stack.callback(server.stop)
    return {"KUBECONFIG": str(server.kubeconfig(config).resolve())}


def _aws(stack: ExitStack, port: int, answers: Path | None) -> Environment:
    from bot.sandbox.aws import AwsSandbox

    server = AwsSandbox()
    if answers is not None:
        try:
            server.load(_recorded(answers))
        except ValueError as error:
            raise InputError(f"{answers}: {error}") from error
    server.start(port)
    stack.callback(server.stop)
    return server.environment()


def _recorded(file: Path) -> list[dict[str, Any]]:
    import yaml

    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise InputError(f"cannot read {file}: {error}".splitlines()[0]) from error
    found = content.get("aws") if isinstance(content, dict) else content
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise InputError(f"{file}: expected a list of answers, or a case with aws:")
    return found


def _jira(stack: ExitStack, port: int, flavour: str) -> Environment:
    from bot.sandbox.jira import JiraSandbox

    server = JiraSandbox("cloud" if flavour == "cloud" else "datacenter")
    server.start(port)
    stack.callback(server.stop)
    account = {"JIRA_USER": server.user} if server.user else {}
    return {"JIRA_URL": server.url, "JIRA_TOKEN": server.token, **account}


def _slack(stack: ExitStack, port: int) -> Environment:
    from bot.sandbox.slack import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, SlackSandbox

    server = SlackSandbox()
    server.start(port)
    stack.callback(server.stop)
    return {
        "SLACK_API_URL": server.api_url,
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "SLACK_APP_TOKEN": APP_TOKEN,
        "SLACK_SIGNING_SECRET": SIGNING_SECRET,
    }


def _announce(environment: Environment, *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps(environment) + "\n")
    else:
        for name, value in environment.items():
            sys.stdout.write(f"export {name}={value}\n")
        console(err=True).print("[dim]# ready; Ctrl-C ends it[/dim]")
    sys.stdout.flush()
