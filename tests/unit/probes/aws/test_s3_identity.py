from __future__ import annotations

import json

import pytest

from bot.model.finding import Status

ROLE = "arn:aws:iam::123456789012:role/team/billing"
SESSION = "arn:aws:sts::123456789012:assumed-role/billing/worker"
KEY = "arn:aws:kms:eu-west-2:123456789012:key/3f1c"
NO_KEY = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}
WITH_KEY = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KEY}}]}
OPEN = {"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "s3:*", "Resource": "*"}
BOUNDARY = {"PermissionsBoundaryDecisionDetail": {"AllowedByPermissionsBoundary": False}}
ORGANISATION = {"OrganizationsDecisionDetail": {"AllowedByOrganizations": False}}


def simulated(says, action, decision, **more):
    result = {"EvalActionName": action, "EvalDecision": decision, **more}
    return says(
        "iam:SimulatePrincipalPolicy", {"EvaluationResults": [result]}, ActionNames=[action], PolicySourceArn=ROLE
    )


def world(says, decision, statements=(), encryption=None, **more):
    role = {
        "Path": "/team/",
        "RoleName": "billing",
        "RoleId": "AROA1",
        "Arn": ROLE,
        "CreateDate": "2025-01-01T00:00:00Z",
    }
    policy = json.dumps({"Statement": list(statements)})
    return [
        says("iam:GetRole", {"Role": role}, RoleName="billing"),
        says("s3:GetBucketPolicy", {"Policy": policy}),
        says("s3:GetBucketEncryption", {"ServerSideEncryptionConfiguration": encryption or NO_KEY}),
        simulated(says, "s3:GetObject", decision, **more),
    ]


@pytest.mark.parametrize(
    ("decision", "statements", "more", "cause"),
    [
        ("allowed", [], {}, ""),
        ("implicitDeny", [], {}, "identity-policy-lacks-allow"),
        ("implicitDeny", [OPEN], {}, ""),
        ("explicitDeny", [OPEN], {"MatchedStatements": [{"SourcePolicyId": "quarantine"}]}, "identity-policy-denies"),
        ("implicitDeny", [OPEN], BOUNDARY, "permissions-boundary-denies"),
        ("explicitDeny", [], ORGANISATION, "organisation-policy-denies"),
    ],
)
def test_simulation_tells_which_policy_is_in_the_way(ask, says, decision, statements, more, cause):
    answers = world(says, decision, statements, **more)
    (finding,) = ask("aws.s3.identity", answers, bucket="shop", principal=SESSION).findings
    assert finding.cause == cause
    assert (finding.resource.kind, finding.resource.name) == ("iam.Role", "billing")


def test_session_is_simulated_as_its_role_with_its_path(ask, says):
    outcome = ask("aws.s3.identity", world(says, "allowed"), bucket="shop", principal=SESSION)
    assert any(f"PolicySourceArn={ROLE}" in call.operation for call in outcome.api_calls)


@pytest.mark.parametrize(
    ("principals", "decision", "kind"),
    [
        (["arn:aws:iam::123456789012:root"], "allowed", ""),
        (["arn:aws:iam::123456789012:root"], "implicitDeny", "iam.Role"),
        (["arn:aws:iam::123456789012:role/other"], "allowed", "kms.Key"),
    ],
)
def test_key_must_be_open_by_its_policy_and_by_iam(ask, says, principals, decision, kind):
    document = {
        "Statement": [{"Effect": "Allow", "Principal": {"AWS": principals}, "Action": "kms:*", "Resource": "*"}]
    }
    answers = [
        *world(says, "allowed", encryption=WITH_KEY),
        says("kms:GetKeyPolicy", {"Policy": json.dumps(document)}),
        simulated(says, "kms:Decrypt", decision),
    ]
    findings = ask("aws.s3.identity", answers, bucket="shop", principal=SESSION).findings
    denied = [one.resource.kind for one in findings if one.cause == "kms-key-denied"]
    assert denied == ([kind] if kind else [])


def test_caller_of_another_account_cannot_be_judged_here(ask):
    principal = "arn:aws:iam::999988887777:role/partner"
    (finding,) = ask("aws.s3.identity", [], bucket="shop", principal=principal).findings
    assert finding.status is Status.UNKNOWN
    assert "999988887777" in finding.summary


def test_role_that_does_not_exist_is_said(ask, says):
    answers = [says("iam:GetRole", code="NoSuchEntity", status=404)]
    (finding,) = ask("aws.s3.identity", answers, bucket="shop", principal=SESSION).findings
    assert finding.cause == "role-absent"


def test_denied_simulation_is_no_verdict(ask, says):
    answers = [*world(says, "allowed")[:3], says("iam:SimulatePrincipalPolicy", code="AccessDenied", status=403)]
    (finding,) = ask("aws.s3.identity", answers, bucket="shop", principal=SESSION).findings
    assert (finding.status, finding.permission) == (Status.UNKNOWN, "iam:SimulatePrincipalPolicy")
