import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import bot
from bot.__main__ import app
from tests.catalogues import NAME, OTHER_NAME, put

CONFIG = Path(bot.__file__).parents[1] / "config"
RUNBOOK = """\
title: Service has no endpoints
purpose: Say why a Service leads nowhere.
owner: platform
reviewed: 2026-11-24
triggers: {phrases: [service leads nowhere at all], signals: [NoEndpointsHere]}
parameters:
  namespace: {type: namespace, required: true, description: Where it lives}
steps:
  - id: look
    probe: kubernetes.service.endpoints
    arguments: {namespace: "{{ parameters.namespace }}"}
    why: They say it.
otherwise: {say: The Service is fine.}
escalation: {team: platform}
"""
LUNCH = "title: Lunch\nticket: {summary: what is for lunch}\nexpect: {runbook: null}\n"
FINE = f"title: Fine\nticket: {{summary: s}}\nexpect: {{runbook: {NAME}, root_causes: [], disposition: healthy}}\n"


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.setenv("SECONDLINE_CATALOGUE__PATH", str(tmp_path))
    monkeypatch.setenv("SECONDLINE_CATALOGUE__ROUTING", str(CONFIG / "routing.yaml"))
    monkeypatch.chdir(tmp_path)
    put(tmp_path, f"{NAME}/runbook.yaml", RUNBOOK)
    put(tmp_path, f"{NAME}/cases/looks-like-lunch.yaml", LUNCH)
    return tmp_path


def ask(*words):
    return CliRunner().invoke(app, ["catalogue", *words])


def answer(*words):
    return json.loads(ask(*words, "--json").stdout)


def test_list_names_each_runbook_and_what_it_needs(root):
    assert f"{NAME}" in ask("list").stdout
    assert [(one["id"], one["title"]) for one in answer("list")] == [(NAME, "Service has no endpoints")]


def test_show_prints_the_page(root):
    assert "## What it looks at, and why" in ask("show", NAME).stdout
    assert answer("show", NAME)["steps"][0]["probe"] == "kubernetes.service.endpoints"


def test_show_of_an_unknown_runbook_names_the_nearest_and_is_wrong_use(root):
    result = ask("show", "kubernetes/imagepull")
    assert result.exit_code == 2
    assert f"did you mean {NAME}?" in result.stderr


def test_a_broken_catalogue_is_one_line_with_file_and_line(root):
    put(root, f"{OTHER_NAME}/runbook.yaml", RUNBOOK.replace("owner:", "onwer:"))
    result = ask("list")
    assert result.exit_code == 3
    assert "pod-crashloop/runbook.yaml:3: onwer: is not a key here; did you mean owner?" in result.stderr


def test_lint_says_what_is_wrong_and_fails(root):
    result = ask("lint")
    assert result.exit_code == 1
    assert f"{NAME}/runbook.yaml:1: has no healthy case" in result.stdout
    assert result.stdout.endswith("1 runbooks, 1 cases: 1 errors, 1 warnings\n")


def test_lint_says_what_cannot_be_read_too(root):
    put(root, f"{NAME}/cases/broken.yaml", "title: [\n")
    problems = answer("lint")["problems"]
    assert {problem["file"].rpartition("/")[2] for problem in problems} == {"broken.yaml", "runbook.yaml"}


def test_clean_runbooks_pass_lint(root):
    put(root, f"{NAME}/cases/healthy.yaml", FINE)
    result = ask("lint")
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (0, "1 runbooks, 2 cases: 0 errors, 1 warnings")


def test_cases_are_tried_in_the_sandbox(root):
    assert ask("test").exit_code == 0
    put(root, f"{NAME}/cases/wrong.yaml", LUNCH.replace("null", NAME))
    result = ask("test", NAME)
    assert result.exit_code == 1
    assert f"FAIL {NAME}/wrong" in result.stdout
    assert f"runbook: expected {NAME}, got none" in result.stdout
    assert "1 of 2 cases passed" in result.stdout
    assert [(one["case"], one["passed"]) for one in answer("test", f"{NAME}/wrong")] == [(f"{NAME}/wrong", False)]


def test_a_case_that_is_not_there_is_wrong_use(root):
    assert ask("test", "kubernetes/nothing").exit_code == 2


def test_new_writes_a_skeleton_once(root):
    result = ask("new", "network/fresh")
    assert result.exit_code == 0
    assert (root / "network/fresh/cases/healthy.yaml").exists()
    assert "network/fresh/runbook.yaml:1: title: still says FILL IN; fill it in" in ask("lint").stdout
    again = ask("new", "network/fresh")
    assert again.exit_code == 2
    assert "is there already" in again.stderr


@pytest.mark.parametrize("wrong", ["fresh", "../../fresh", "/tmp/fresh/x"])
def test_new_writes_nowhere_else(root, wrong):
    before = sorted(root.rglob("*"))
    assert ask("new", wrong).exit_code == 2
    assert sorted(root.rglob("*")) == before


def test_schemas_are_printed(root):
    assert "triggers" in json.loads(ask("schema").stdout)["properties"]
    assert "expect" in json.loads(ask("schema", "--case").stdout)["properties"]
