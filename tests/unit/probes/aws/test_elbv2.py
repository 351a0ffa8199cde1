from __future__ import annotations

import pytest

from bot.model.finding import Status
from bot.model.resource import Resource
from bot.probes.aws.balancers import Group
from bot.probes.aws.elbv2 import judge_group

WHERE = Resource("aws", "1", "eu-west-2", "elbv2.TargetGroup", "web")


def target(state, reason="", said="", zone="eu-west-2a", name="i-1"):
    return {
        "Target": {"Id": name, "Port": 8080, "AvailabilityZone": zone},
        "TargetHealth": {"State": state, "Reason": reason, "Description": said},
    }


def judged(view_of, *targets):
    view, _ = view_of("ec2:DescribeNetworkInterfaces", "ec2:DescribeSecurityGroups", "ec2:DescribeSubnets")
    described = {"TargetGroupName": "web", "TargetGroupArn": "arn:tg", "Port": 8080, "HealthCheckPath": "/healthz"}
    return list(judge_group(view, None, Group(described, targets), WHERE))


@pytest.mark.parametrize(
    ("reason", "said", "cause"),
    [
        ("Target.ResponseCodeMismatch", "Health checks failed with these codes: [404]", "health-check-status"),
        ("Target.Timeout", "Request timed out", "health-check-timed-out"),
        ("Target.FailedHealthChecks", "Health checks failed", "health-check-refused"),
        ("Target.InvalidState", "Target is in the stopped state", "target-instance-stopped"),
        ("Target.IpUnusable", "", "target-address-unusable"),
        ("Target.NotInUse", "Target is in an Availability Zone that is not enabled", "target-zone-not-enabled"),
        ("Target.NotInUse", "Target group is not configured to receive traffic", "target-group-not-used"),
        ("Elb.InternalError", "", "target-unhealthy"),
    ],
)
def test_each_reason_code_has_its_cause(view_of, reason, said, cause):
    (finding,) = judged(view_of, target("unhealthy", reason, said))
    assert (finding.status, finding.cause) == (Status.CRITICAL, cause)
    assert "i-1" in finding.summary or cause.startswith("target-group")


def test_two_reasons_are_two_findings(view_of):
    found = judged(
        view_of,
        target("unhealthy", "Target.FailedHealthChecks"),
        target("unhealthy", "Target.ResponseCodeMismatch", name="i-2"),
    )
    assert {one.cause for one in found} == {"health-check-refused", "health-check-status"}


def test_no_targets_is_no_health(view_of):
    (finding,) = judged(view_of)
    assert finding.cause == "no-targets"


def test_rollout_under_way_is_no_fault(view_of):
    found = judged(
        view_of,
        target("healthy"),
        target("draining", "Target.DeregistrationInProgress", name="i-2"),
        target("initial", "Elb.RegistrationInProgress", name="i-3"),
    )
    assert {one.status for one in found} == {Status.WARNING}


def test_all_draining_is_a_fault(view_of):
    (finding,) = judged(view_of, target("draining", "Target.DeregistrationInProgress"))
    assert (finding.status, finding.cause) == (Status.CRITICAL, "targets-draining")


def test_all_healthy_in_one_zone_is_well_with_a_warning(view_of):
    ok, warning = judged(view_of, target("healthy"), target("healthy", name="i-2"))
    assert ok.status is Status.OK
    assert warning.cause == "targets-in-one-zone"
    (alone,) = judged(view_of, target("healthy"), target("healthy", zone="eu-west-2b", name="i-2"))
    assert alone.status is Status.OK


def test_nothing_named_is_not_checked(ask):
    (finding,) = ask("aws.elb.targets", []).findings
    assert finding.status is Status.UNKNOWN
