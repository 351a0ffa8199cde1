from __future__ import annotations

import pytest

from bot.model.finding import Status

CONFIGURATION = "lambda:GetFunctionConfiguration"
KEY = "arn:aws:kms:eu-west-2:123456789012:key/3f1c"


def function(says, **more):
    return says(CONFIGURATION, {"FunctionName": "mailer", "Runtime": "python3.12", **more}, FunctionName="mailer")


@pytest.mark.parametrize(
    ("more", "cause"),
    [
        ({}, ""),
        ({"State": "Active", "LastUpdateStatus": "Successful"}, ""),
        ({"State": "Pending", "StateReason": "The function is being created."}, "function-not-active"),
        ({"State": "Failed", "StateReasonCode": "InvalidSubnet"}, "function-not-active"),
        ({"LastUpdateStatus": "Failed", "LastUpdateStatusReason": "The image does not exist."}, "last-update-failed"),
    ],
)
def test_state_of_a_function(ask, says, more, cause):
    (finding,) = ask("aws.lambda.state", [function(says, **more)], function="mailer").findings
    assert finding.cause == cause


@pytest.mark.parametrize(("state", "cause"), [("Enabled", ""), ("Disabled", "kms-key-unusable")])
def test_key_of_the_environment(ask, says, state, cause):
    answers = [
        function(says, KMSKeyArn=KEY),
        says("kms:DescribeKey", {"KeyMetadata": {"KeyId": "3f1c", "KeyState": state}}),
    ]
    (finding,) = ask("aws.lambda.state", answers, function="mailer").findings
    assert finding.cause == cause


def test_absent_function_names_near_ones(ask, says):
    answers = [
        says(CONFIGURATION, code="ResourceNotFoundException", status=404),
        says("lambda:ListFunctions", {"Functions": [{"FunctionName": "order-mailer"}, {"FunctionName": "x"}]}),
    ]
    (finding,) = ask("aws.lambda.state", answers, function="order-mailr").findings
    assert finding.cause == "function-absent"
    assert "order-mailer" in finding.summary


def throttled(says, count, reserved=None):
    own = {} if reserved is None else {"ReservedConcurrentExecutions": reserved}
    return [
        says("lambda:GetFunctionConcurrency", own),
        says("cloudwatch:GetMetricStatistics", {"Datapoints": [{"Sum": float(count)}]}, MetricName="Throttles"),
        says("lambda:GetAccountSettings", {"AccountLimit": {"UnreservedConcurrentExecutions": 100}}),
    ]


@pytest.mark.parametrize(
    ("count", "reserved", "cause"),
    [
        (0, None, ""),
        (0, 10, ""),
        (0, 0, "concurrency-set-to-zero"),
        (9, 10, "function-concurrency-reached"),
        (9, None, "account-concurrency-reached"),
    ],
)
def test_limit_that_throttles_is_named(ask, says, count, reserved, cause):
    (finding,) = ask("aws.lambda.throttles", throttled(says, count, reserved), function="mailer").findings
    assert finding.cause == cause


def test_metric_that_may_not_be_read_is_not_zero(ask, says):
    answers = [throttled(says, 0)[0], says("cloudwatch:GetMetricStatistics", code="AccessDenied", status=403)]
    (finding,) = ask("aws.lambda.throttles", answers, function="mailer").findings
    assert finding.status is Status.UNKNOWN
