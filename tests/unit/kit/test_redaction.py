"""Values of secrets go, their names and everything a diagnosis needs stay."""

import pytest

from bot.kit.redaction import MASK, mask

SECRETS = [
    ("password=hunter2secret", "hunter2secret"),
    ("DB_PASSWORD=s3cr3t!x", "s3cr3t!x"),
    ('"client_secret": "abc def ghi"', "abc def ghi"),
    ("Authorization: Bearer abcdefghijklmnop", "abcdefghijklmnop"),
    ("Authorization: Basic dXNlcjpwYXNz", "dXNlcjpwYXNz"),
    ("postgres://app:pa55w0rd@db:5432/x", "pa55w0rd"),
    ("token eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0.abc-def_ghi", "eyJzdWIiOiIxMjM0"),
    ("AKIAIOSFODNN7EXAMPLE", "AKIAIOSFODNN7EXAMPLE"),
    ("xoxb-123456789012-abcdefghij", "xoxb-123456789012"),
    ("https://hooks.slack.com/services/T0/B0/XXXX", "T0/B0/XXXX"),
    ("ghp_abcdefghijklmnopqrstuv", "ghp_abcdefghijklmnopqrstuv"),
    ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc\n-----END RSA PRIVATE KEY-----", "MIIE"),
    ("-----BEGIN PRIVATE KEY-----\nMIIEcut off here", "MIIEcut"),
    ("MIIEcutAtTheHead00\n  AnotherLineOfIt000==\n-----END RSA PRIVATE KEY-----", "AnotherLine"),
    ("https://s3/x?X-Amz-Signature=deadbeef00&y=1", "deadbeef00"),
    ("the password is Winter2026!", "Winter2026!"),
    ("aws_secret_access_key = wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEYab", "wJalrXUtnFEMI"),
]
HARMLESS = [
    "KeyError: 'DB_PASSWORD'",
    'secret "billing-db" not found',
    "couldn't find key SMTP_PASS in Secret mail/relay-creds",
    "environment variable API_TOKEN is not set",
    "0/14 nodes are available: 14 Insufficient nvidia.com/gpu.",
    "dial tcp 10.0.0.1:5432: connect: connection refused",
    "Failed to pull image registry.example/checkout:2.14.1",
    "arn:aws:secretsmanager:eu-west-2:123456789012:secret:orders-AbCdEf",
]


@pytest.mark.parametrize(("text", "secret"), SECRETS)
def test_values_of_secrets_are_masked_and_masking_twice_changes_nothing(text, secret):
    masked = mask(text)
    assert secret not in masked
    assert MASK in masked
    assert mask(masked) == masked


@pytest.mark.parametrize("text", HARMLESS)
def test_names_of_secrets_and_diagnoses_stay(text):
    assert mask(text) == text
