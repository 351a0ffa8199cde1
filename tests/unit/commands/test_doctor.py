import json

import pytest
from typer.testing import CliRunner

from bot.__main__ import app
from bot.commands.doctor import examine
from bot.model.check import CheckState
from bot.parts import PACKAGE, Parts
from bot.sandbox.aws import AwsSandbox
from bot.sandbox.jira import JiraSandbox
from bot.sandbox.kubernetes import KubernetesSandbox
from bot.sandbox.slack import APP_TOKEN, BOT_TOKEN, SlackSandbox
from bot.settings import load_settings


@pytest.fixture(scope="module")
def sandboxes():
    servers = (KubernetesSandbox(), AwsSandbox(), JiraSandbox(), SlackSandbox())
    for server in servers:
        server.start()
    yield servers
    for server in servers:
        server.stop()


@pytest.fixture
def environment(sandboxes, tmp_path, monkeypatch):
    kubernetes, aws, jira, slack = sandboxes
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    monkeypatch.chdir(PACKAGE.parent)
    values = {
        "KUBECONFIG": str(kubernetes.kubeconfig(tmp_path / "kubeconfig")),
        "JIRA_URL": jira.url,
        "JIRA_TOKEN": jira.token,
        "SLACK_API_URL": slack.api_url,
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "SLACK_APP_TOKEN": APP_TOKEN,
        "SECONDLINE_ENGINE__STATE_DIR": str(tmp_path / "state"),
        **aws.environment(),
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def doctor(*words):
    return CliRunner().invoke(app, ["doctor", *words])


def failed(result):
    return {(one["system"], one["name"]) for one in json.loads(result.stdout) if one["state"] == "failed"}


def test_all_is_well_in_the_sandbox_and_every_system_is_named(environment):
    result = doctor("--json")
    assert (result.exit_code, failed(result)) == (0, set())
    systems = [one["system"] for one in json.loads(result.stdout)]
    assert list(dict.fromkeys(systems)) == ["catalogue", "routing", "storage", "slack", "jira", "kubernetes", "aws"]


def test_what_lacks_is_said_for_people_with_what_to_do(environment, sandboxes):
    kubernetes, _, _, slack = sandboxes
    kubernetes.load([], {}, [{"verb": "list", "resource": "pods", "status": 403}])
    scopes = slack.http.scopes
    slack.http.scopes = tuple(set(scopes) - {"chat:write"})
    environment.setenv("JIRA_TOKEN", "wrong")
    try:
        result = doctor()
    finally:
        kubernetes.load([])
        slack.http.scopes = scopes
    assert result.exit_code == 1
    assert "FAILED  kubernetes  rights: not allowed: list pods" in result.stdout
    assert "→ secondline permissions kubernetes" in result.stdout
    assert "lacks chat:write" in result.stdout
    assert "FAILED  jira        account: Jira refused the token" in result.stdout


def test_nothing_set_is_off_and_no_fault(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("KUBECONFIG", "KUBERNETES_SERVICE_HOST", "AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    parts = Parts(load_settings(environment={}, overrides={"engine": {"state_dir": tmp_path}}))
    by_system = {check.system: check.state for check in examine(parts)}
    assert {by_system[system] for system in ("slack", "jira", "kubernetes", "aws")} == {CheckState.OFF}


def test_a_broken_catalogue_stops_with_file_and_line(environment, tmp_path):
    folder = tmp_path / "runbooks" / "kubernetes" / "broken"
    folder.mkdir(parents=True)
    (folder / "runbook.yaml").write_text("title: [\n")
    environment.setenv("SECONDLINE_CATALOGUE__PATH", str(tmp_path / "runbooks"))
    result = doctor()
    assert result.exit_code == 3
    assert "broken/runbook.yaml:" in result.stderr


def test_one_part_that_is_wrong_hides_no_other(tmp_path):
    settings = load_settings(
        environment={},
        overrides={
            "catalogue": {"routing": tmp_path / "nowhere.yaml"},
            "kubernetes": {"kubeconfig": str(tmp_path / "nowhere")},
            "engine": {"database_url": "mysql://x/y"},
        },
    )
    checks = examine(Parts(settings))
    wrong = {check.system: check.detail for check in checks if check.state is CheckState.FAILED}
    assert set(wrong) >= {"routing", "kubernetes", "storage"}
    assert "nowhere.yaml: cannot be read" in wrong["routing"]
