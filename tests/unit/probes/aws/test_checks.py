import pytest

from bot.model.check import CheckState
from bot.probes.aws.checks import check_aws
from bot.settings import AwsSettings

SETTINGS = AwsSettings(timeout_s=20, retries=0)


@pytest.fixture
def environment(sandbox, monkeypatch, tmp_path):
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    for name, value in sandbox.environment().items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_whose_credentials_these_are_and_where_is_said(environment):
    identity, rights = check_aws(SETTINGS, ("rds:DescribeDBInstances", "s3:GetBucketPolicy"))
    assert (identity.state, rights.state) == (CheckState.OK, CheckState.OK)
    assert identity.detail == "arn:aws:sts::123456789012:user/moto in eu-west-2"
    assert rights.detail.startswith("2 operations are needed")


def test_an_account_without_a_region_is_off(environment):
    environment.delenv("AWS_DEFAULT_REGION")
    (check,) = check_aws(SETTINGS, ())
    assert (check.state, "aws.region" in check.detail) == (CheckState.OFF, True)


def test_expired_credentials_fail_and_say_what_to_do(environment, sandbox, says):
    sandbox.load([says("sts:GetCallerIdentity", code="ExpiredToken", status=403)])
    (check,) = check_aws(SETTINGS, ())
    assert (check.state, check.remedy) == (CheckState.FAILED, "renew the credentials")
    assert "credentials" in check.detail


def test_an_endpoint_that_is_away_fails(environment):
    environment.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    (check,) = check_aws(SETTINGS, ())
    assert (check.state, "cannot be reached" in check.detail) == (CheckState.FAILED, True)
