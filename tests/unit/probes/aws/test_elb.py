from __future__ import annotations

import pytest

from bot.model.finding import Status


def classic(says, *states):
    described = {"LoadBalancerName": "old", "HealthCheck": {"Target": "HTTP:80/", "Interval": 30, "Timeout": 5}}
    return [
        says("elbv2:DescribeLoadBalancers", code="LoadBalancerNotFound"),
        says("elb:DescribeLoadBalancers", {"LoadBalancerDescriptions": [described]}, LoadBalancerNames=["old"]),
        says("elb:DescribeInstanceHealth", {"InstanceStates": list(states)}, LoadBalancerName="old"),
    ]


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        (
            "Instance has failed at least the UnhealthyThreshold number of health checks consecutively.",
            "health-check-failed",
        ),
        ("Instance is in stopped state.", "target-instance-stopped"),
        ("Instance is in terminated state.", "target-instance-stopped"),
        ("Availability Zone is not enabled", "target-zone-not-enabled"),
        ("A transient error occurred. Please try again later.", "target-unhealthy"),
    ],
)
def test_each_description_has_its_cause(ask, says, said, cause):
    state = {"InstanceId": "i-1", "State": "OutOfService", "Description": said}
    (finding,) = ask("aws.elb.targets", classic(says, state), load_balancer="old").findings
    assert finding.cause == cause
    assert finding.resource.kind == "elb.LoadBalancer"
    assert "HTTP:80/" in finding.summary


def test_empty_and_healthy_are_told_apart(ask, says):
    (empty,) = ask("aws.elb.targets", classic(says), load_balancer="old").findings
    assert empty.cause == "no-targets"
    state = {"InstanceId": "i-1", "State": "InService"}
    (well,) = ask("aws.elb.targets", classic(says, state), load_balancer="old").findings
    assert well.status is Status.OK
