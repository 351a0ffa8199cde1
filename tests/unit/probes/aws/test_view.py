from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.model.errors import AccessDenied, DeadlineExceeded, ReadOnlyViolation, Unavailable
from bot.model.finding import Unknown
from bot.model.run import ApiCall
from bot.probes.aws.view import open_view
from bot.probes.registry import discover
from bot.probes.session import Session
from bot.settings import AwsSettings

INSTANCES = "rds:DescribeDBInstances"
ORDERS = {"DBInstances": [{"DBInstanceIdentifier": "orders"}]}


def recording(answer, operation=INSTANCES, **when):
    return {"operation": operation, "when": when, "answer": answer}


def refusing(code, status=400, operation=INSTANCES):
    return {"operation": operation, "error": {"code": code, "message": "no", "status": status}}


def test_answer_comes_with_the_call_as_an_engineer_would_write_it(sandbox, view_of):
    sandbox.load([recording(ORDERS)])
    view, log = view_of(INSTANCES)
    answer = view.call(INSTANCES, DBInstanceIdentifier="orders")
    assert answer.known
    assert answer.get("DBInstances")[0]["DBInstanceIdentifier"] == "orders"
    assert log.calls == [ApiCall("aws", "rds:DescribeDBInstances DBInstanceIdentifier=orders", "ok")]


def test_same_question_is_asked_once_in_a_run(running_sandbox, sandbox, view_of):
    sandbox.load([recording(ORDERS)])
    view, log = view_of(INSTANCES)
    assert view.call(INSTANCES) == view.call(INSTANCES)
    assert len(log.calls) == 1


@pytest.mark.parametrize(
    "operation",
    [
        "rds:DeleteDBInstance",
        "secretsmanager:GetSecretValue",
        "ssm:GetParameter",
        "ssm:GetParametersByPath",
        "s3:GetObject",
        "kms:Decrypt",
        "lambda:GetFunction",
        "sts:GetSessionToken",
        "ecr:GetAuthorizationToken",
    ],
)
def test_what_is_no_harmless_read_is_refused_even_when_declared(view_of, operation):
    view, log = view_of(operation)
    with pytest.raises(ReadOnlyViolation, match="not a read"):
        view.call(operation)
    assert log.calls == []


def test_operation_that_the_probe_did_not_declare_is_refused_before_anything_is_sent(view_of):
    view, log = view_of("ec2:DescribeInstances")
    for ask in (
        lambda: view.call(INSTANCES),
        lambda: view.pages(INSTANCES, "DBInstances"),
        lambda: view.together([(INSTANCES, {}), ("ec2:DescribeInstances", {})]),
    ):
        with pytest.raises(ReadOnlyViolation, match="does not declare"):
            ask()
    assert log.calls == []


def test_absence_is_an_answer_and_no_gap(view_of):
    view, log = view_of(INSTANCES)
    answer = view.call(INSTANCES, DBInstanceIdentifier="nothing")
    assert answer.absent
    assert answer.error == "DBInstanceNotFound"
    assert log.gaps == []


@pytest.mark.parametrize(
    ("code", "status", "because", "permission"),
    [
        ("AccessDenied", 403, Unknown.DENIED, "rds:DescribeDBInstances"),
        ("UnauthorizedOperation", 403, Unknown.DENIED, "rds:DescribeDBInstances"),
        ("ExpiredToken", 403, Unknown.DENIED, ""),
        ("Throttling", 400, Unknown.CUT_SHORT, ""),
        ("InternalFailure", 500, Unknown.UNAVAILABLE, ""),
        ("InvalidParameterValue", 400, Unknown.UNSUPPORTED, ""),
    ],
)
def test_refusal_becomes_a_gap_that_says_why(sandbox, view_of, code, status, because, permission):
    sandbox.load([refusing(code, status)])
    view, log = view_of(INSTANCES)
    answer = view.call(INSTANCES)
    assert not answer.known
    assert answer.data is None
    (gap,) = log.gaps
    assert (gap.because, gap.permission) == (because, permission)


def test_denied_listing_is_never_an_empty_listing(sandbox, view_of):
    sandbox.load([refusing("AccessDenied", 403)])
    view, log = view_of(INSTANCES)
    pages = view.pages(INSTANCES, "DBInstances")
    assert (pages.items, pages.complete) == ((), False)
    assert log.gaps[0].permission == "rds:DescribeDBInstances"


def test_denial_names_the_iam_action_and_not_the_operation(sandbox, view_of):
    sandbox.load([refusing("AccessDenied", 403, "elbv2:DescribeLoadBalancers")])
    view, log = view_of("elbv2:DescribeLoadBalancers")
    view.call("elbv2:DescribeLoadBalancers")
    assert log.gaps[0].permission == "elasticloadbalancing:DescribeLoadBalancers"


def test_expected_refusal_is_an_answer(sandbox, view_of):
    sandbox.load([refusing("InvalidParameterValue")])
    view, log = view_of(INSTANCES)
    answer = view.call(INSTANCES, expecting=("InvalidParameterValue",))
    assert answer.known
    assert answer.error == "InvalidParameterValue"
    assert log.gaps == []


def test_all_pages_are_read(sandbox, view_of):
    first = {"DBInstances": [{"DBInstanceIdentifier": "a"}], "Marker": "more"}
    second = {"DBInstances": [{"DBInstanceIdentifier": "b"}]}
    sandbox.load([recording(second, Marker="more"), recording(first)])
    view, _ = view_of(INSTANCES)
    pages = view.pages(INSTANCES, "DBInstances")
    assert [item["DBInstanceIdentifier"] for item in pages] == ["a", "b"]
    assert pages.complete


def test_listing_that_is_cut_short_says_so(sandbox, view_of):
    sandbox.load([recording({"DBInstances": [{"DBInstanceIdentifier": str(n)} for n in range(5)]})])
    view, log = view_of(INSTANCES)
    pages = view.pages(INSTANCES, "DBInstances", most=3)
    assert len(pages.items) == 3
    assert not pages.complete
    assert log.gaps[0].because is Unknown.CUT_SHORT


def test_planning_lists_the_call_and_sends_nothing(sandbox, view_of):
    sandbox.load([recording(ORDERS)])
    view, log = view_of(INSTANCES, planning=True)
    assert not view.call(INSTANCES, DBInstanceIdentifier="orders").known
    assert view.resource("rds.DBInstance", "orders").scope == ""
    assert log.calls == [ApiCall("aws", "rds:DescribeDBInstances DBInstanceIdentifier=orders", "planned")]
    assert log.gaps == []


def test_resource_carries_account_and_region(view_of):
    view, _ = view_of(INSTANCES)
    assert str(view.resource("rds.DBInstance", "orders")) == "aws://123456789012/eu-west-2/rds.DBInstance/orders"
    assert view.at("us-east-1").resource("rds.DBInstance", "x").place == "us-east-1"


def test_ticket_about_another_account_is_not_answered_from_this_one(view_of):
    view, _ = view_of(INSTANCES, targets={"account": "999999999999"})
    with pytest.raises(AccessDenied, match="999999999999"):
        view.home()


def test_gap_is_kept_even_when_the_account_cannot_be_told(sandbox, view_of):
    sandbox.load([refusing("AccessDenied", 403), refusing("InternalFailure", 500, "sts:GetCallerIdentity")])
    view, log = view_of(INSTANCES)
    assert not view.call(INSTANCES).known
    assert log.gaps[0].permission == "rds:DescribeDBInstances"
    assert log.gaps[0].resource.scope == ""


def test_nothing_is_sent_after_the_deadline(view_of):
    view, log = view_of(INSTANCES, deadline=datetime.now(UTC) - timedelta(seconds=1))
    with pytest.raises(DeadlineExceeded):
        view.call(INSTANCES)
    assert log.calls == []


def test_endpoint_that_nobody_listens_on_is_a_gap_and_no_exception():
    environment = {
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "y",
        "AWS_DEFAULT_REGION": "eu-west-2",
    }
    open_it = open_view(AwsSettings(timeout_s=1, retries=0), environment)
    with pytest.raises(Unavailable, match="cannot be reached"):
        open_it({}, datetime.now(UTC) + timedelta(minutes=1)).home()


def test_region_is_the_ticket_s_then_the_settings_then_the_environment_s(sandbox):
    until = datetime.now(UTC) + timedelta(minutes=1)
    from_environment = open_view(AwsSettings(), sandbox.environment())
    from_settings = open_view(AwsSettings(region="us-east-2"), sandbox.environment())
    assert from_environment({}, until).region == "eu-west-2"
    assert from_settings({}, until).region == "us-east-2"
    assert from_settings({"region": "eu-north-1"}, until).region == "eu-north-1"


def test_independent_calls_come_back_in_order(sandbox, view_of):
    groups = {"SecurityGroups": [{"GroupId": "sg-1"}]}
    sandbox.load([recording(ORDERS), recording(groups, "ec2:DescribeSecurityGroups")])
    view, log = view_of(INSTANCES, "ec2:DescribeSecurityGroups")
    first, second = view.together([(INSTANCES, {}), ("ec2:DescribeSecurityGroups", {})])
    assert "DBInstances" in first.data
    assert "SecurityGroups" in second.data
    assert len(log.calls) == 2


ARGUMENTS = {
    "instance": "orders",
    "load_balancer": "shop",
    "function": "mailer",
    "bucket": "shop",
    "principal": "arn:aws:iam::123456789012:role/billing",
}
PROBES = {name: found for name, found in discover().items() if found.spec.system == "aws"}


@pytest.mark.parametrize("name", PROBES)
def test_every_probe_can_be_planned_without_a_server(name):
    environment = {
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "y",
        "AWS_DEFAULT_REGION": "eu-west-2",
    }
    session = Session({"aws": open_view(AwsSettings(), environment)}, {}, datetime.now(UTC) + timedelta(minutes=1))
    wanted = {parameter.name for parameter in PROBES[name].spec.parameters}
    calls = session.plan(name, {key: value for key, value in ARGUMENTS.items() if key in wanted})
    assert calls
    assert {call.outcome for call in calls} <= {"planned", "only if needed"}
