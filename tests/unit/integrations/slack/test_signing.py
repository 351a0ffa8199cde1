import pytest

from bot.integrations.slack.signing import is_signed
from bot.sandbox.slack_socket import signature

NOW = 1_700_000_000.0
SECRET = "secret"
BODY = '{"a": "é"}'


def test_what_slack_signed_is_taken():
    assert is_signed(SECRET, "1700000000", signature(SECRET, "1700000000", BODY), BODY.encode(), NOW)


@pytest.mark.parametrize(
    "stamp",
    [
        "1699999699",
        "1700000301",
        "",
        "abc",
        "1e9",
        "-1",
        "\u0661\u0667\u0660\u0660\u0660\u0660\u0660\u0660\u0660\u0660",
        "9" * 400,
    ],
)
def test_old_future_and_senseless_times_are_refused(stamp):
    assert not is_signed(SECRET, stamp, signature(SECRET, stamp, BODY), BODY.encode(), NOW)


@pytest.mark.parametrize("forged", ["", "v0=", "v0=00", "v0=é", "v1=" + "0" * 64])
def test_forged_signatures_are_refused(forged):
    assert not is_signed(SECRET, "1700000000", forged, BODY.encode(), NOW)


def test_changed_body_is_refused():
    assert not is_signed(SECRET, "1700000000", signature(SECRET, "1700000000", BODY), b"other", NOW)


def test_without_a_secret_nothing_is_taken():
    assert not is_signed("", "1700000000", signature("", "1700000000", BODY), BODY.encode(), NOW)
