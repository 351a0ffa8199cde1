from __future__ import annotations

import pytest

from bot.model.finding import Status
from bot.model.resource import Resource
from bot.probes.aws.function_logs import judge

WHERE = Resource("aws", "123456789012", "eu-west-2", "lambda.Function", "mailer")
ABOUT = {"Role": "arn:aws:iam::123456789012:role/mailer-role", "Handler": "app.handler", "MemorySize": 128}


def judged(*messages):
    events = [{"timestamp": 1795600000000 + at, "message": message} for at, message in enumerate(messages)]
    return judge(events, WHERE, ABOUT, "/aws/lambda/mailer")


@pytest.mark.parametrize(
    ("message", "cause", "said"),
    [
        ("2026-11-24T10:00:03Z 8f50 Task timed out after 3.00 seconds", "lambda-timed-out", "3.00 s"),
        ("RequestId: 8f50 Error: Runtime exited with error: signal: killed", "lambda-out-of-memory", "128 MB"),
        ("FATAL ERROR: Reached heap limit - JavaScript heap out of memory", "lambda-out-of-memory", "128 MB"),
        (
            "[ERROR] Runtime.ImportModuleError: Unable to import module 'app': No module named 'requests'",
            "lambda-module-missing",
            "requests",
        ),
        ("Error: Cannot find module 'express'", "lambda-module-missing", "express"),
        (
            "[ERROR] Runtime.HandlerNotFound: Handler 'main' missing on module 'app'",
            "lambda-handler-missing",
            "Handler 'main' missing",
        ),
        (
            "User: arn:aws:sts::1:assumed-role/r/m is not authorized to perform: s3:PutObject on resource: "
            '"arn:aws:s3:::shop/x" because',
            "lambda-permission-denied",
            "s3:PutObject on arn:aws:s3:::shop/x",
        ),
        (
            "An error occurred (AccessDenied) when calling the ListBuckets operation: Access Denied",
            "lambda-permission-denied",
            "ListBuckets",
        ),
        ("[ERROR] KeyError: 'SMTP_HOST'", "lambda-environment-missing", "SMTP_HOST"),
        ("Error: connect ECONNREFUSED 10.0.3.4:5432", "lambda-dependency-refused", "10.0.3.4:5432"),
        ("[ERROR] ValueError: bad input", "lambda-unhandled-exception", "ValueError"),
        ('{"errorType":"TypeError","errorMessage":"x"}', "lambda-unhandled-exception", "TypeError"),
        ("RequestId: 8f50 Error: Runtime exited with error: exit status 1", "lambda-runtime-exited", "exit status 1"),
        ("KMSAccessDeniedException: no", "lambda-kms-denied", "KMS key"),
    ],
)
def test_each_line_of_a_runtime_has_its_cause(message, cause, said):
    finding = judged(message)
    assert finding.cause == cause
    assert said in finding.summary
    assert finding.summary.endswith(".")


def test_reason_goes_before_what_follows_from_it():
    finding = judged(
        "[ERROR] Runtime.ImportModuleError: Unable to import module 'app': No module named 'requests'",
        "RequestId: 8f50 Error: Runtime exited with error: exit status 1",
        "Task timed out after 3.00 seconds",
    )
    assert finding.cause == "lambda-module-missing"


def test_denied_action_is_the_role_s_fault():
    finding = judged("is not authorized to perform: s3:PutObject on resource: arn:aws:s3:::shop/x")
    assert (finding.resource.kind, finding.resource.name) == ("iam.Role", "mailer-role")
    assert finding.facts["action"] == "s3:PutObject"
    assert finding.relations[0].source == WHERE


def test_repetition_is_counted_and_the_newest_is_shown():
    finding = judged("[ERROR] ValueError: first", "[ERROR] ValueError: second")
    assert "(2 times)" in finding.summary
    assert "second" in finding.evidence[0].text


@pytest.mark.parametrize("message", ["START RequestId: 8f50 Version: $LATEST", "order {0} {function} stored", ""])
def test_ordinary_lines_are_no_fault(message):
    assert judged(message) is None


def test_hostile_line_is_only_text():
    finding = judged(
        "[ERROR] KeyError: 'A{0.__class__}'", "[ERROR] ValueError: {function.__class__}\x1b[31m" + "x" * 9000
    )
    assert finding.cause == "lambda-unhandled-exception"
    assert "\x1b" not in finding.evidence[0].text
    assert len(finding.evidence[0].text) <= 2000


def test_log_group_that_does_not_exist_is_a_warning(ask, says):
    answers = [
        says("lambda:GetFunctionConfiguration", {"FunctionName": "mailer"}),
        says("logs:FilterLogEvents", code="ResourceNotFoundException"),
    ]
    (finding,) = ask("aws.lambda.errors", answers, function="mailer").findings
    assert (finding.status, finding.cause) == (Status.WARNING, "log-group-absent")


def test_log_is_read_within_bounds(ask, says):
    answers = [
        says("lambda:GetFunctionConfiguration", {"FunctionName": "mailer"}),
        says("logs:FilterLogEvents", {"events": []}, limit=50, logGroupName="/aws/lambda/mailer"),
    ]
    (finding,) = ask("aws.lambda.errors", answers, function="mailer").findings
    assert finding.status is Status.OK
