from __future__ import annotations

import sys

import pytest

from bot.model.errors import AccessDenied, NotFound, RateLimited, Unavailable
from bot.probes.aws.client import Clients, Refused, is_absence, refusal
from bot.settings import AwsSettings


def response(code: str, status: int = 400):
    return {"Error": {"Code": code, "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": status}}


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("AccessDeniedException", 400, AccessDenied),
        ("UnauthorizedOperation", 403, AccessDenied),
        ("403", 403, AccessDenied),
        ("ExpiredToken", 403, AccessDenied),
        ("ThrottlingException", 400, RateLimited),
        ("SlowDown", 503, RateLimited),
        ("DBInstanceNotFound", 404, NotFound),
        ("NoSuchBucketPolicy", 404, NotFound),
        ("InvalidGroup.NotFound", 400, NotFound),
        ("404", 404, NotFound),
        ("InternalError", 500, Unavailable),
        ("ValidationError", 400, Refused),
    ],
)
def test_every_refusal_has_one_meaning(code, status, kind):
    assert type(refusal(response(code, status), "rds:DescribeDBInstances")) is kind


def test_bad_credentials_are_told_from_a_missing_permission():
    expired = refusal(response("ExpiredToken", 403), "rds:DescribeDBInstances")
    denied = refusal(response("AccessDenied", 403), "rds:DescribeDBInstances")
    assert expired.permission == ""
    assert "credentials" in expired.message
    assert denied.permission == "rds:DescribeDBInstances"


def test_refused_permission_is_no_absence():
    assert not is_absence("AccessDenied")


def test_clients_are_made_once(sandbox):
    clients = Clients(AwsSettings(timeout_s=2, retries=0), sandbox.environment())
    first = clients._client("sts", "eu-west-2")
    assert clients._client("sts", "eu-west-2") is first
    assert clients._client("sts", "us-east-1") is not first


def test_sdk_is_not_loaded_before_it_is_needed():
    import subprocess

    code = "import bot.probes.aws.view, bot.probes.aws.rds, sys; sys.exit('boto3' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
