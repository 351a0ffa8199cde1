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
    clients = Clients(AwsSettings(timeout_s=20, retries=0), sandbox.environment())
    first = clients._client("sts", "eu-west-2")
    assert clients._client("sts", "eu-west-2") is first
    assert clients._client("sts", "us-east-1") is not first


def test_sdk_is_not_loaded_before_it_is_needed():
    import subprocess

    code = "import bot.probes.aws.view, bot.probes.aws.rds, sys; sys.exit('boto3' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_profile_that_does_not_exist_is_said_as_bad_credentials(monkeypatch, tmp_path):
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    with pytest.raises(AccessDenied, match="credentials cannot be used"):
        Clients(AwsSettings()).region()


def test_missing_region_says_what_to_set(monkeypatch, tmp_path):
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    with pytest.raises(Unavailable, match=r"aws\.region"):
        Clients(AwsSettings()).region()


def test_missing_credentials_are_said_as_such(monkeypatch, tmp_path, sandbox):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_ENDPOINT_URL", sandbox.url)
    with pytest.raises(AccessDenied, match="no AWS credentials"):
        Clients(AwsSettings(timeout_s=1, retries=0)).send("rds:DescribeDBInstances", "eu-west-2", {})
