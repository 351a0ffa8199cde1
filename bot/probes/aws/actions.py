"""Which AWS operations a probe may use at all.

An operation is spelled by boto3's client name and the API's operation: `elbv2:DescribeTargetHealth`.
"""

from __future__ import annotations

import re

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


def is_read(operation: str) -> bool:
    """Say whether `service:Operation` is a read that gives away no secret, payload or credential."""
    _, _, name = operation.partition(":")
    return name.startswith(READ_VERBS) and _REFUSED.fullmatch(operation) is None
