from datetime import UTC, datetime, timedelta

import pytest

from bot.model.errors import AccessDenied, DeadlineExceeded, NotFound, OutsideError, RateLimited, Unavailable
from bot.probes.kubernetes.asking import (
    Asked,
    BadRequest,
    Limits,
    ListExpired,
    NotServed,
    Passing,
    TimedOut,
    decoded,
    outcome,
    refusal,
)

PODS = Asked("/api/v1/pods", {"labelSelector": "app in (a,b)", "limit": 5, "continue": "dG9rZW4="}, "list pods")


def test_request_is_shown_as_an_engineer_would_type_it():
    assert PODS.shown == "/api/v1/pods?labelSelector=app+in+(a,b)&limit=5"
    assert PODS.target == "/api/v1/pods?labelSelector=app+in+%28a%2Cb%29&limit=5&continue=dG9rZW4%3D"
    assert Asked("/version").target == Asked("/version").shown == "/version"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, BadRequest),
        (401, AccessDenied),
        (403, AccessDenied),
        (404, NotServed),
        (409, BadRequest),
        (410, ListExpired),
        (429, RateLimited),
        (500, Passing),
        (503, Passing),
        (599, Passing),
    ],
)
def test_each_status_is_the_error_that_it_means(status, kind):
    assert type(refusal(status, {}, b"{}", PODS)) is kind


def test_message_of_the_api_is_passed_on_in_one_clean_line():
    error = refusal(403, {}, b'{"message": "pods is\\nforbidden \\u202e\\u001b[31m"}', PODS)
    assert error.message == "pods is forbidden"
    assert refusal(502, {}, b"<html>\n bad\n gateway", PODS).message.endswith("(502): <html> bad gateway")
    assert len(refusal(500, {}, b"x" * 100_000, PODS).message) < 300


def test_absent_object_is_told_from_a_kind_that_is_not_served():
    body = b'{"kind": "Status", "message": "pods \\"x\\" not found", "details": {"name": "x", "kind": "pods"}}'
    assert type(refusal(404, {}, body, PODS)) is NotFound
    assert refusal(404, {}, body, PODS).message == 'pods "x" not found'
    for other in (b"404 page not found", b'{"kind": "Status", "details": {}}', b"[]"):
        assert type(refusal(404, {}, other, PODS)) is NotServed


def test_denial_names_the_right_that_lacks():
    error = refusal(403, {}, b"", PODS)
    assert isinstance(error, AccessDenied)
    assert (error.permission, error.message) == ("list pods", "the Kubernetes API refuses to list pods")


@pytest.mark.parametrize(("header", "seconds"), [("7", 7.0), ("0.5", 0.5), ("-1", 0.0), ("soon", 0.0), (None, 0.0)])
def test_wait_that_is_asked_for_is_read(header, seconds):
    error = refusal(429, {"Retry-After": header} if header else {}, b"", PODS)
    assert isinstance(error, RateLimited)
    assert error.retry_after_s == seconds


@pytest.mark.parametrize("content", [b"", b"<html>", b"[1]", b"\xff\xfe", b'"text"'])
def test_answer_that_is_no_object_is_unavailable(content):
    with pytest.raises(Unavailable, match="is this a Kubernetes API"):
        decoded(content, PODS)


def test_time_for_a_request_ends_with_the_run():
    now = datetime.now(UTC)
    assert Limits(timeout_s=10).next_timeout_s() == 10
    assert Limits(timeout_s=10, deadline=now + timedelta(seconds=3)).next_timeout_s() <= 3
    with pytest.raises(DeadlineExceeded):
        Limits(deadline=now).next_timeout_s()


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (AccessDenied(), "denied"),
        (NotFound(), "not found"),
        (TimedOut(), "timed out"),
        (DeadlineExceeded(), "timed out"),
        (RateLimited(), "rate limited"),
        (BadRequest(), "refused"),
        (Passing(), "failed"),
        (OutsideError(), "failed"),
    ],
)
def test_each_error_has_its_word(error, word):
    assert outcome(error) == word
