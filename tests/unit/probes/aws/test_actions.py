from __future__ import annotations

import pytest

from bot.probes.aws.actions import is_read


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
