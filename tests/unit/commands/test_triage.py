import json

import pytest
from typer.testing import CliRunner

from bot.__main__ import app
from bot.parts import PACKAGE

RUNS = {"id": "1", "title": "ImagePullBackOff in shop-prod", "body": ""}


@pytest.fixture(autouse=True)
def here(monkeypatch, tmp_path):
    """No cluster, no Jira, and the catalogue of the repository."""
    monkeypatch.chdir(PACKAGE.parent)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("KUBECONFIG", "KUBERNETES_SERVICE_HOST", "JIRA_URL", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)


def ask(*words, stdin=""):
    result = CliRunner().invoke(app, list(words), input=stdin)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def test_a_runbook_without_a_cluster_says_what_was_not_checked_and_is_never_healthy():
    result = ask("run", "kubernetes/image-pull", "namespace=shop", "--json")
    found = json.loads(result.stdout)
    assert (result.exit_code, found["runbook"], found["decision"]) == (0, "kubernetes/image-pull", "run")
    assert (found["disposition"], found["root_causes"]) == ("escalate", [])
    assert found["not_checked"]
    assert found["candidates"][0]["reasons"] == ["asked for by name"]


def test_the_desk_s_text_is_another_than_the_engineer_s():
    engineer = ask("run", "kubernetes/image-pull", "namespace=shop").stdout
    desk = ask("run", "kubernetes/image-pull", "namespace=shop", "--desk").stdout
    assert "\nNot checked\n" in engineer
    assert "\nNot checked\n" not in desk
    assert "there may be more to it" in desk


def test_a_dry_run_lists_calls_for_people_and_as_json():
    people = ask("run", "kubernetes/image-pull", "namespace=shop", "--dry-run")
    calls = json.loads(ask("run", "kubernetes/image-pull", "namespace=shop", "--dry-run", "--json").stdout)
    assert people.exit_code == 0
    assert "all of them reads; nothing was sent" in people.stdout
    assert [call for call in calls if call["operation"] not in people.stdout] == []
    assert {call["outcome"] for call in calls} <= {"planned", "only if needed"}


def test_a_ticket_that_lacks_its_parameter_asks_and_gives_no_answer():
    result = ask("triage", "--text", "everything is in ImagePullBackOff", "--json")
    found = json.loads(result.stdout)
    assert (result.exit_code, found["decision"], found["missing"]) == (5, "ask", ["namespace"])


@pytest.mark.parametrize(
    ("words", "stdin", "says"),
    [
        (("triage", "--text", "a", "--jira", "OPS-1"), "", "one of --text, --file or --jira"),
        (("triage", "--file", "-"), " \n", "the ticket is empty"),
        (("triage", "--file", "nowhere.txt"), "", "cannot read nowhere.txt"),
        (("run", "kubernetes/image-pull", "shop"), "", "'shop' is not NAME=VALUE"),
        (("match", "--tickets", "-"), "{}\n", "-:1: expected an object with id, title and body"),
        (("match", "--tickets", "-"), "\nnot json\n", "-:2: not a JSON object"),
    ],
)
def test_a_mistake_is_one_line_and_wrong_use(words, stdin, says):
    result = ask(*words, stdin=stdin)
    assert (result.exit_code, says in result.stderr, result.stderr.count("\n")) == (2, True, 1)


def test_each_ticket_of_a_stream_is_a_line_and_blank_lines_are_none():
    lines = [RUNS, {"id": 2, "title": None, "body": "what is for lunch"}]
    result = ask("match", "--tickets", "-", stdin="\n\n".join(json.dumps(line) for line in lines))
    first, second = (json.loads(line) for line in result.stdout.splitlines())
    assert (first["id"], first["runbook"], first["parameters"]) == (
        "1",
        "kubernetes/image-pull",
        {"namespace": "shop-prod"},
    )
    assert (second["id"], second["runbook"], second["decision"]) == (2, None, "none")
