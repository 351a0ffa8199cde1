from __future__ import annotations

import json

import pytest

from bot.model.finding import Status
from bot.probes.aws.s3_access import request_for

OURS = "arn:aws:iam::123456789012:role/billing"
THEIRS = "arn:aws:iam::999988887777:role/partner"


def policy(says, *statements):
    text = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    return says("s3:GetBucketPolicy", {"Policy": text}, Bucket="shop")


def statement(effect, principal="*", **more):
    return {
        "Sid": f"{effect}It",
        "Effect": effect,
        "Principal": principal,
        "Action": "s3:*",
        "Resource": "arn:aws:s3:::shop/*",
        **more,
    }


VPCE = {"Condition": {"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}}


@pytest.mark.parametrize(
    ("statements", "principal", "endpoint", "cause"),
    [
        ([statement("Deny", {"AWS": OURS})], OURS, "", "bucket-policy-denies"),
        ([statement("Deny", {"AWS": THEIRS})], OURS, "", ""),
        ([statement("Deny", **VPCE)], OURS, "", "bucket-policy-denies-by-condition"),
        ([statement("Deny", **VPCE)], OURS, "vpce-1", ""),
        ([statement("Deny", **VPCE)], OURS, "vpce-2", "bucket-policy-denies"),
        ([], OURS, "", ""),
        ([], THEIRS, "", "bucket-policy-lacks-allow"),
        ([statement("Allow", {"AWS": THEIRS})], THEIRS, "", ""),
    ],
)
def test_bucket_policy_against_a_caller(ask, says, statements, principal, endpoint, cause):
    outcome = ask(
        "aws.s3.bucket_policy", [policy(says, *statements)], bucket="shop", principal=principal, vpc_endpoint=endpoint
    )
    (finding,) = outcome.findings
    assert finding.cause == cause
    if finding.cause.startswith("bucket-policy-denies"):
        assert "DenyIt" in finding.summary


def test_bucket_without_a_policy_denies_nothing_to_its_own_account(ask, says):
    answers = [says("s3:GetBucketPolicy", code="NoSuchBucketPolicy", status=404)]
    (finding,) = ask("aws.s3.bucket_policy", answers, bucket="shop", principal=OURS).findings
    assert finding.status is Status.OK


def test_unnamed_caller_is_not_taken_for_the_public(ask, says):
    (finding,) = ask("aws.s3.bucket_policy", [policy(says)], bucket="shop").findings
    assert finding.status is Status.UNKNOWN


@pytest.mark.parametrize(("blocked", "cause"), [(True, "public-access-blocked"), (False, "")])
def test_public_statement_meets_the_public_access_block(ask, says, blocked, cause):
    block = {"PublicAccessBlockConfiguration": {"RestrictPublicBuckets": blocked, "BlockPublicAcls": False}}
    answers = [policy(says, statement("Allow")), says("s3:GetPublicAccessBlock", block)]
    (finding,) = ask("aws.s3.bucket_policy", answers, bucket="shop").findings
    assert finding.cause == cause


def test_policy_that_may_not_be_read_is_not_checked(ask, says):
    answers = [says("s3:GetBucketPolicy", code="AccessDenied", status=403)]
    (finding,) = ask("aws.s3.bucket_policy", answers, bucket="shop", principal=OURS).findings
    assert (finding.status, finding.permission) == (Status.UNKNOWN, "s3:GetBucketPolicy")


def endpoint_with(says, resource):
    document = json.dumps(
        {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": resource}]}
    )
    return says("ec2:DescribeVpcEndpoints", {"VpcEndpoints": [{"VpcEndpointId": "vpce-1", "PolicyDocument": document}]})


@pytest.mark.parametrize(
    ("resource", "named", "statuses"),
    [
        ("*", "", []),
        ("arn:aws:s3:::shop/*", "vpce-1", []),
        ("arn:aws:s3:::other/*", "vpce-1", [Status.CRITICAL]),
        ("arn:aws:s3:::other/*", "", [Status.WARNING]),
        ("arn:aws:s3:::other/*", "vpce-2", []),
    ],
)
def test_endpoint_policy_is_a_cause_only_for_requests_that_come_through_it(ask, says, resource, named, statuses):
    answers = [endpoint_with(says, resource)]
    outcome = ask("aws.s3.endpoint", answers, bucket="shop", principal=OURS, vpc_endpoint=named)
    assert [one.status for one in outcome.findings] == statuses


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("s3:GetObject", "arn:aws:s3:::shop/a"),
        ("s3:PutObject", "arn:aws:s3:::shop/a"),
        ("s3:ListBucket", "arn:aws:s3:::shop"),
        ("s3:GetBucketLocation", "arn:aws:s3:::shop"),
    ],
)
def test_actions_are_on_the_bucket_or_on_the_object(action, resource):
    assert request_for("shop", "a", OURS, action).resource == resource


def test_what_is_no_caller_is_anybody():
    assert request_for("shop", "a", "arn:aws:s3:::shop", "s3:GetObject").principal == "*"
    assert request_for("shop", "", "", "s3:GetObject").resource == "arn:aws:s3:::shop/*"
