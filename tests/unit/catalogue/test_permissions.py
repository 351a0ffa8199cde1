import json

import pytest
import yaml

from bot.catalogue.loader import load_catalogue
from bot.catalogue.permissions import cluster_role, declared, iam_policy, read_right
from bot.model.errors import CatalogueError
from tests.catalogues import OTHER, SPECS, a_catalogue_folder, put


@pytest.fixture
def catalogue(tmp_path):
    a_catalogue_folder(tmp_path)
    aws = OTHER.replace("kubernetes.pod.image, arguments: {namespace: shop}", "aws.s3.access")
    put(tmp_path, "aws/s3/runbook.yaml", aws)
    return load_catalogue(tmp_path)


def test_only_probes_that_runbooks_use_count(catalogue, tmp_path):
    assert declared(catalogue, SPECS, "aws") == ("s3:GetBucketPolicy", "s3:HeadBucket")
    assert declared(load_catalogue(a_catalogue_folder(tmp_path / "less")), SPECS, "aws") == ()


def test_the_policy_allows_exact_actions_and_denies_secrets(catalogue):
    allow, deny = json.loads(iam_policy(catalogue, SPECS))["Statement"]
    assert allow["Action"] == ["s3:GetBucketPolicy", "s3:ListBucket"]
    assert deny["Effect"] == "Deny"
    assert deny["Action"] == ["kms:Decrypt", "s3:GetObject", "secretsmanager:GetSecretValue", "ssm:GetParameter*"]


def test_the_role_reads_exactly_what_is_named_and_no_secrets(catalogue):
    role, binding = yaml.safe_load_all(cluster_role(catalogue, SPECS))
    assert role["rules"] == [
        {"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]},
        {"apiGroups": [""], "resources": ["pods/log"], "verbs": ["get"]},
        {"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["get", "list"]},
    ]
    assert binding["roleRef"]["name"] == role["metadata"]["name"]


def test_secrets_come_only_on_request(catalogue):
    role, _ = yaml.safe_load_all(cluster_role(catalogue, SPECS, secret_names=True))
    assert role["rules"][0]["resources"] == ["pods", "secrets"]


def test_no_runbook_no_rights(tmp_path):
    catalogue = load_catalogue(a_catalogue_folder(tmp_path))
    role, _ = yaml.safe_load_all(cluster_role(catalogue, {}))
    assert role["rules"] == []
    assert [one["Effect"] for one in json.loads(iam_policy(catalogue, {}))["Statement"]] == ["Deny"]


@pytest.mark.parametrize(
    ("permission", "right"),
    [
        ("list deployments.apps", ("list", "apps", "deployments")),
        ("get pods/log", ("get", "", "pods/log")),
        ("list networkpolicies.networking.k8s.io", ("list", "networking.k8s.io", "networkpolicies")),
        ("get deployments.apps/scale", ("get", "apps", "deployments/scale")),
    ],
)
def test_a_right_is_read(permission, right):
    assert read_right(permission) == right


@pytest.mark.parametrize(
    "permission", ["delete pods", "list *", "list", "pods", "create pods/exec", "list pods events"]
)
def test_what_is_no_read_is_refused(permission):
    with pytest.raises(CatalogueError, match="is no read"):
        read_right(permission)
