"""Which AWS operations a probe may use at all, and what IAM calls the right to use them.

An operation is spelled by boto3's client name and the API's operation: `elbv2:DescribeTargetHealth`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

READ_VERBS = ("Describe", "Get", "List", "Head", "Lookup", "Simulate", "Filter", "BatchGet", "Search")

# Reads by name that hand out secrets, credentials, payloads or code.
_REFUSED = re.compile(
    r"(?:secretsmanager:(?:Get|BatchGet)SecretValue"
    r"|ssm:GetParameter(?:s|History|sByPath)?"
    r"|s3:(?:GetObject(?:Torrent)?|SelectObjectContent|GetDataAccess)"
    r"|kms:(?:Decrypt|GetParametersForImport)"
    r"|lambda:Get(?:Function|LayerVersion\w*)"
    r"|dynamodb:(?:BatchGetItem|GetItem)"
    r"|kinesis:Get(?:Records|ShardIterator)"
    r"|ec2:Get(?:PasswordData|ConsoleScreenshot)"
    r"|(?:ecr|ecr-public|codeartifact):GetAuthorizationToken"
    r"|(?:redshift|redshift-serverless):GetClusterCredentials\w*|redshift-serverless:GetCredentials"
    r"|cognito-identity:Get(?:CredentialsForIdentity|OpenIdToken\w*)"
    r"|sso:GetRoleCredentials|lakeformation:GetTemporary\w*|lightsail:GetInstanceAccessDetails"
    r"|sts:Get(?:SessionToken|FederationToken|WebIdentityToken|DelegatedAccessToken))"
)

_PREFIXES = {
    "elb": "elasticloadbalancing",
    "elbv2": "elasticloadbalancing",
    "events": "events",
    "stepfunctions": "states",
    "efs": "elasticfilesystem",
    "emr": "elasticmapreduce",
    "opensearch": "es",
    "msk": "kafka",
    "service-quotas": "servicequotas",
    "ce": "ce",
    "apigatewayv2": "apigateway",
    "wafv2": "wafv2",
    "application-autoscaling": "application-autoscaling",
    "resourcegroupstaggingapi": "tag",
}

_ACTIONS = {
    "s3:HeadBucket": "s3:ListBucket",
    "s3:ListObjectsV2": "s3:ListBucket",
    "s3:ListObjects": "s3:ListBucket",
    "s3:ListObjectVersions": "s3:ListBucketVersions",
    "s3:ListBuckets": "s3:ListAllMyBuckets",
    "s3:HeadObject": "s3:GetObject",
    "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
    "s3:GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "s3:GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
    "s3:GetBucketReplication": "s3:GetReplicationConfiguration",
    "s3:GetBucketNotificationConfiguration": "s3:GetBucketNotification",
    "lambda:GetPolicy": "lambda:GetPolicy",
    "apigateway:GetRestApis": "apigateway:GET",
}


def is_read(operation: str) -> bool:
    """Say whether `service:Operation` is a read that gives away no secret, payload or credential."""
    _, _, name = operation.partition(":")
    return name.startswith(READ_VERBS) and _REFUSED.fullmatch(operation) is None


def iam_action(operation: str) -> str:
    """Give the IAM action that allows `operation`: `elasticloadbalancing:DescribeTargetHealth`, `s3:ListBucket`."""
    if operation in _ACTIONS:
        return _ACTIONS[operation]
    service, _, name = operation.partition(":")
    if service in ("apigateway", "apigatewayv2"):
        return "apigateway:GET"
    return f"{_PREFIXES.get(service, service)}:{name}"


def policy_document(operations: Iterable[str]) -> dict[str, object]:
    """Give the IAM policy that allows exactly these operations: what the permission file is generated from."""
    actions = sorted({iam_action(operation) for operation in operations})
    statement = {"Sid": "SecondlineReadOnly", "Effect": "Allow", "Action": actions, "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}
