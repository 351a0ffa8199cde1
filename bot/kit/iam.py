"""What IAM calls the right to use an AWS operation, where it is not simply `service:Operation`.

Operations are spelled by boto3's client name and the API's operation (`elbv2:DescribeTargetHealth`). Source: the
"Actions, resources, and condition keys" pages of the AWS Service Authorization Reference.
"""

from __future__ import annotations

from collections.abc import Mapping

DENIED = ("kms:Decrypt", "s3:GetObject", "secretsmanager:GetSecretValue", "ssm:GetParameter*")
"""Reads that hand out secrets or payloads: refused by the policy even where another policy allows them."""

_PREFIXES: Mapping[str, str] = {
    "efs": "elasticfilesystem",
    "elb": "elasticloadbalancing",
    "elbv2": "elasticloadbalancing",
    "emr": "elasticmapreduce",
    "msk": "kafka",
    "opensearch": "es",
    "resourcegroupstaggingapi": "tag",
    "service-quotas": "servicequotas",
    "stepfunctions": "states",
}

_ACTIONS: Mapping[str, str] = {
    "s3:GetBucketAccelerateConfiguration": "s3:GetAccelerateConfiguration",
    "s3:GetBucketCors": "s3:GetBucketCORS",
    "s3:GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "s3:GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
    "s3:GetBucketNotificationConfiguration": "s3:GetBucketNotification",
    "s3:GetBucketReplication": "s3:GetReplicationConfiguration",
    "s3:GetObjectLockConfiguration": "s3:GetBucketObjectLockConfiguration",
    "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
    "s3:HeadBucket": "s3:ListBucket",
    "s3:HeadObject": "s3:GetObject",
    "s3:ListBuckets": "s3:ListAllMyBuckets",
    "s3:ListObjectVersions": "s3:ListBucketVersions",
    "s3:ListObjects": "s3:ListBucket",
    "s3:ListObjectsV2": "s3:ListBucket",
}


def iam_action(operation: str) -> str:
    """Give the IAM action that allows `operation`: `s3:HeadBucket` gives `s3:ListBucket`."""
    service, _, name = operation.partition(":")
    if service in ("apigateway", "apigatewayv2"):
        return "apigateway:GET"  # API Gateway's actions are HTTP verbs; every read is GET
    return _ACTIONS.get(operation, f"{_PREFIXES.get(service, service)}:{name}")


def is_denied(action: str) -> bool:
    """Say whether the policy refuses this action whatever else allows it."""
    return any(action == denied or (denied.endswith("*") and action.startswith(denied[:-1])) for denied in DENIED)
