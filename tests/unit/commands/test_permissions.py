import json

import pytest
import yaml
from typer.testing import CliRunner

from bot.__main__ import app
from bot.parts import PACKAGE


@pytest.fixture(autouse=True)
def here(monkeypatch):
    monkeypatch.chdir(PACKAGE.parent)


def printed(*words, **environment):
    result = CliRunner().invoke(app, ["permissions", *words], env=environment)
    assert result.exit_code == 0
    return result.stdout


def test_the_policy_of_aws_allows_reads_alone():
    policy = json.loads(printed("aws"))
    actions = [action for one in policy["Statement"] if one["Effect"] == "Allow" for action in one["Action"]]
    denied = [action for one in policy["Statement"] if one["Effect"] == "Deny" for action in one["Action"]]
    assert "rds:DescribeDBInstances" in actions
    assert {"s3:GetObject", "kms:Decrypt"} <= set(denied)
    reads = ("Describe", "Filter", "Get", "List", "Simulate")
    assert [action for action in actions if not action.partition(":")[2].startswith(reads)] == []


def test_the_role_of_kubernetes_reads_no_secret_unless_it_is_set():
    def rules(**environment):
        documents = list(yaml.safe_load_all(printed("kubernetes", **environment)))
        assert next(one["kind"] for one in documents if one) == "ClusterRole"
        return [rule for one in documents if one for rule in one.get("rules", ())]

    def covers(found, resource):
        return any(resource in rule.get("resources", ()) for rule in found)

    plain = rules()
    assert covers(plain, "pods")
    assert not covers(plain, "secrets")
    written = {"create", "update", "patch", "delete", "deletecollection", "*"}
    assert not any(written & set(rule["verbs"]) for rule in plain if "selfsubjectaccessreviews" not in str(rule))
    assert covers(rules(SECONDLINE_KUBERNETES__READ_SECRET_NAMES="true"), "secrets")


def test_another_system_is_a_wrong_option():
    assert CliRunner().invoke(app, ["permissions", "azure"]).exit_code == 2
