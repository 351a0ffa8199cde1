import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import yaml
from typer.testing import CliRunner

from bot.__main__ import app

POD = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "checkout-1", "namespace": "shop"}}
ANSWER = {"operation": "rds:DescribeDBInstances", "answer": {"DBInstances": []}}


def free_ports(count: int) -> int:
    """The first of `count` ports in a row that are free."""
    for first in range(24500, 25500, count):
        taken = False
        for port in range(first, first + count):
            with socket.socket() as trial:
                taken = taken or trial.connect_ex(("127.0.0.1", port)) == 0
        if not taken:
            return first
    raise AssertionError("no free ports")


@contextmanager
def running(*words: str) -> Iterator[subprocess.Popen]:
    command = [sys.executable, "-m", "bot", "sandbox", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.fixture(scope="module")
def everything(tmp_path_factory):
    """All four, with objects, for the tests of a module; gives the process, its exports, and its first port."""
    folder = tmp_path_factory.mktemp("objects")
    (folder / "pod.yaml").write_text(yaml.safe_dump(POD))
    answers = folder.parent / "answers.yaml"
    answers.write_text(yaml.safe_dump([ANSWER]))
    port = free_ports(4)
    with running("all", "--objects", str(folder), "--answers", str(answers), "--port", str(port)) as process:
        exports = [process.stdout.readline() for _ in range(12)]
        yield process, exports, port


def test_exports_can_be_evaluated_by_a_shell(everything):
    _, exports, port = everything
    script = "".join(exports) + 'printf "%s\\n" "$KUBECONFIG" "$AWS_ENDPOINT_URL" "$JIRA_URL" "$SLACK_API_URL"'
    shown = subprocess.run(["/bin/sh", "-eu", "-c", script], capture_output=True, text=True, check=True).stdout
    kubeconfig, aws, jira, slack = shown.split()
    server = yaml.safe_load(Path(kubeconfig).read_text())["clusters"][0]["cluster"]["server"]
    assert [server, aws, jira] == [f"http://127.0.0.1:{port + at}" for at in range(3)]
    assert slack == f"http://127.0.0.1:{port + 3}/api/"


def test_the_objects_of_the_folder_are_in_the_cluster(everything):
    port = everything[2]
    found = httpx.get(f"http://127.0.0.1:{port}/api/v1/namespaces/shop/pods").json()
    assert [one["metadata"]["name"] for one in found["items"]] == ["checkout-1"]


@pytest.mark.parametrize("system", ["kubernetes", "aws", "jira", "slack"])
def test_a_port_that_is_taken_is_one_line_that_says_what_to_do(everything, system):
    result = CliRunner().invoke(app, ["sandbox", system, "--port", str(everything[2])])
    assert result.exit_code == 2
    assert result.stderr.startswith(f"secondline: the {system} sandbox cannot listen on port {everything[2]}")
    assert result.stderr.endswith("choose another --port\n")
    assert result.stdout == ""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_quietly_when_it_is_told_to_and_leaves_nothing(number):
    with running("kubernetes", "--json") as process:
        file = Path(json.loads(process.stdout.readline())["KUBECONFIG"])
        assert file.exists()
        process.send_signal(number)
        out, err = process.communicate(timeout=10)
    assert (process.returncode, out, err) == (0, "", "")
    assert not file.exists()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("jira", "--flavour", "server"), "--flavour is datacenter or cloud, not 'server'"),
        (("aws", "--answers", "nowhere.yaml"), "cannot read nowhere.yaml"),
        (("kubernetes", "--objects", "nowhere"), "nowhere"),
    ],
)
def test_a_wrong_option_is_one_line(words, says):
    result = CliRunner().invoke(app, ["sandbox", *words])
    assert result.exit_code == 2
    assert says in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("content", "says"), [("just text", "expected a list of answers"), ("[{operation: 1}]", "answers.yaml")]
)
def test_answers_that_are_none_are_named(tmp_path, content, says):
    file = tmp_path / "answers.yaml"
    file.write_text(content)
    result = CliRunner().invoke(app, ["sandbox", "aws", "--answers", str(file)])
    assert (result.exit_code, says in result.stderr) == (2, True)
