"""The command line as a person uses it: real clients, a local cluster, and every mistake one clear line."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.__main__ import app
from bot.catalogue.cases import Case, load_cases
from bot.parts import Parts
from bot.sandbox.kubernetes import KubernetesSandbox
from bot.settings import load_settings

ROOT = Path(__file__).resolve().parents[2]
CASE = "kubernetes/image-pull/tag-not-found"


@pytest.fixture(scope="module")
def case() -> Case:
    (found,) = load_cases(Parts(load_settings(environment={})).catalogue.root, [CASE])
    return found


@pytest.fixture
def cluster(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[KubernetesSandbox]:
    server = KubernetesSandbox()
    server.load(case.kubernetes.objects, case.kubernetes.logs)
    server.start()
    monkeypatch.setenv("KUBECONFIG", str(server.kubeconfig(tmp_path / "kubeconfig")))
    monkeypatch.chdir(ROOT)
    yield server
    server.stop()


def secondline(*arguments: str, stdin: str = "") -> tuple[int, str, str]:
    result = CliRunner().invoke(app, list(arguments), input=stdin)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


def test_a_ticket_s_text_gives_its_cause_as_one_documented_object(cluster, case):
    code, out, _ = secondline("triage", "--text", f"{case.summary}\n{case.body}", "--json")
    found = json.loads(out)
    assert code == 0
    assert found["runbook"] == "kubernetes/image-pull"
    assert [root["cause"] for root in found["root_causes"]] == [one.cause for one in case.expect.root_causes or ()]
    assert found["root_causes"][0]["resource"].startswith("kubernetes://")
    assert found["root_causes"][0]["summary"]
    assert found["root_causes"][0]["remedy"]
    assert set(found) >= {
        "runbook", "confidence", "candidates", "parameters", "disposition", "headline", "root_causes", "chain",
        "findings", "not_checked", "api_calls", "elapsed_ms", "report",
    }  # fmt: skip
    assert set(found["report"]) == {"engineer", "service_desk"}
    assert all(call["operation"].startswith("GET ") for call in found["api_calls"])


def test_the_same_ticket_gives_the_same_answer_twice(cluster, case):
    once, again = (
        json.loads(secondline("triage", "--text", case.summary + "\n" + case.body, "--json")[1]) for _ in range(2)
    )
    assert once["fingerprint"] == again["fingerprint"]
    assert once["root_causes"] == again["root_causes"]


def test_a_ticket_comes_from_a_file_or_from_standard_input(cluster, case, tmp_path):
    file = tmp_path / "ticket.txt"
    file.write_text(f"{case.summary}\n{case.body}")
    assert secondline("triage", "--file", str(file))[0] == 0
    code, out, _ = secondline("triage", "--file", "-", stdin=f"{case.summary}\n{case.body}")
    assert code == 0
    assert "Root cause" in out


def test_a_runbook_is_run_by_name_and_a_dry_run_sends_nothing(cluster):
    code, out, _ = secondline("run", "kubernetes/image-pull", "namespace=shop", "--dry-run", "--json")
    assert code == 0
    assert any("/api/v1/namespaces/shop/pods" in call["operation"] for call in json.loads(out))
    cluster.stop()
    assert secondline("run", "kubernetes/image-pull", "namespace=shop", "--dry-run")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["run", "kubernetes/image-pul"], 2, "kubernetes/image-pull"),
        (["run", "kubernetes/image-pull"], 2, "namespace=…"),
        (["run", "kubernetes/image-pull", "nmespace=a"], 2, "it takes: namespace"),
        (["run", "kubernetes/image-pull", "namespace=Not/Valid"], 2, "not a namespace"),
        (["run", "kubernetes/image-pull", "shop"], 2, "NAME=VALUE"),
        (["triage"], 2, "--text, --file or --jira"),
        (["triage", "--text", "   "], 2, "the ticket is empty"),
        (["triage", "--file", "nowhere.txt"], 2, "cannot read nowhere.txt"),
        (["triage", "--jira", "OPS-1"], 2, "no Jira is set"),
        (["--config", "nowhere.yaml", "triage", "--text", "x"], 3, "cannot read nowhere.yaml"),
        (["match", "--tickets", "nowhere.jsonl"], 2, "cannot read nowhere.jsonl"),
    ],
)
def test_a_mistake_is_one_line_that_says_what_to_do(cluster, arguments, code, says, monkeypatch):
    monkeypatch.delenv("JIRA_URL", raising=False)
    found, out, err = secondline(*arguments)
    assert found == code
    assert says in err
    assert err.strip().count("\n") == 0
    assert "Traceback" not in out + err


def test_mistakes_are_json_when_json_was_asked_for(cluster):
    code, out, _ = secondline("run", "kubernetes/nothing", "--json")
    assert code == 2
    assert json.loads(out)["kind"] == "InputError"


def test_a_cluster_that_is_away_is_not_checked_and_never_healthy(cluster):
    cluster.stop()
    code, out, _ = secondline("run", "kubernetes/image-pull", "namespace=shop", "--json")
    found = json.loads(out)
    assert code == 0
    assert found["disposition"] == "escalate"
    assert found["root_causes"] == []
    assert found["not_checked"]


def test_a_denied_permission_is_named(cluster, case):
    cluster.load(case.kubernetes.objects, case.kubernetes.logs, [{"verb": "list", "resource": "pods", "status": 403}])
    found = json.loads(secondline("run", "kubernetes/image-pull", "namespace=shop", "--json")[1])
    assert found["disposition"] == "escalate"
    assert "list pods" in [gap["permission"] for gap in found["not_checked"]]


def test_what_needs_no_runbook_runs_nothing(cluster):
    code, out, _ = secondline("triage", "--text", "My laptop needs a new battery", "--json")
    found = json.loads(out)
    assert code == 5
    assert (found["runbook"], found["disposition"], found["api_calls"]) == (None, "none", [])


def test_a_broken_runbook_is_named_by_file_and_line(cluster, tmp_path, monkeypatch):
    folder = tmp_path / "runbooks" / "kubernetes" / "broken"
    folder.mkdir(parents=True)
    (folder / "runbook.yaml").write_text("title: x\npurpose: [\n")
    monkeypatch.setenv("SECONDLINE_CATALOGUE__PATH", str(tmp_path / "runbooks"))
    code, _, err = secondline("triage", "--text", "x")
    assert code == 3
    assert "broken/runbook.yaml:" in err
    assert "Traceback" not in err


def test_many_tickets_are_matched_and_nothing_is_run(cluster, tmp_path):
    file = tmp_path / "tickets.jsonl"
    lines = [
        {"id": "1", "title": "ImagePullBackOff in shop-prod", "body": ""},
        {"id": "2", "title": "new laptop please", "body": ""},
    ]
    file.write_text("\n".join(json.dumps(line) for line in lines))
    code, out, _ = secondline("match", "--tickets", str(file))
    first, second = (json.loads(line) for line in out.splitlines())
    assert code == 0
    assert (first["id"], first["runbook"], first["decision"]) == ("1", "kubernetes/image-pull", "run")
    assert first["parameters"] == {"namespace": "shop-prod"}
    assert (second["runbook"], second["decision"]) == (None, "none")


def test_help_imports_no_sdk():
    sdks = ("boto3", "botocore", "kubernetes", "jira", "slack_sdk", "slack_bolt", "dbos", "apscheduler", "moto")
    code = f"import sys, bot.__main__; print([name for name in {sdks} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
