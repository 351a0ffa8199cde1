from __future__ import annotations

import pytest

from bot.probes.aws.actions import iam_action, is_read, policy_document


@pytest.mark.parametrize(
    "operation",
    [
        "rds:DescribeDBInstances",
        "s3:ListObjectsV2",
        "s3:GetObjectAcl",
        "iam:SimulatePrincipalPolicy",
        "logs:FilterLogEvents",
    ],
)
def test_describing_listing_and_simulating_are_reads(operation):
    assert is_read(operation)


@pytest.mark.parametrize(
    "operation",
    [
        "rds:StopDBInstance",
        "ec2:CreateTags",
        "logs:PutLogEvents",
        "sqs:ReceiveMessage",
        "kms:Decrypt",
        "secretsmanager:GetSecretValue",
        "secretsmanager:BatchGetSecretValue",
        "ssm:GetParameter",
        "ssm:GetParameters",
        "ssm:GetParametersByPath",
        "s3:GetObject",
        "lambda:GetFunction",
        "dynamodb:GetItem",
        "ec2:GetPasswordData",
        "sts:AssumeRole",
        "sts:GetSessionToken",
        "describeInstances",
    ],
)
def test_writes_secrets_and_credentials_are_not(operation):
    assert not is_read(operation)


@pytest.mark.parametrize(
    ("operation", "action"),
    [
        ("elbv2:DescribeTargetHealth", "elasticloadbalancing:DescribeTargetHealth"),
        ("s3:ListObjectsV2", "s3:ListBucket"),
        ("s3:HeadBucket", "s3:ListBucket"),
        ("s3:GetPublicAccessBlock", "s3:GetBucketPublicAccessBlock"),
        ("rds:DescribeDBInstances", "rds:DescribeDBInstances"),
    ],
)
def test_operations_have_the_name_that_iam_gives_them(operation, action):
    assert iam_action(operation) == action


def test_policy_allows_each_action_once():
    document = policy_document(["s3:HeadBucket", "s3:ListObjectsV2", "rds:DescribeDBInstances"])
    assert document["Statement"][0]["Action"] == ["rds:DescribeDBInstances", "s3:ListBucket"]
