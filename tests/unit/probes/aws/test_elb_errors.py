from __future__ import annotations

import pytest

from bot.model.finding import Status

ARN = "arn:aws:elasticloadbalancing:eu-west-2:123456789012:loadbalancer/app/shop/50dc6c495c0c9188"


def world(says, counts, kind="application"):
    balancer = {"LoadBalancerArn": ARN, "LoadBalancerName": "shop", "Type": kind}
    metrics = [
        says("cloudwatch:GetMetricStatistics", {"Datapoints": [{"Sum": float(count)}]}, MetricName=metric)
        for metric, count in counts.items()
    ]
    return [says("elbv2:DescribeLoadBalancers", {"LoadBalancers": [balancer]}), *metrics]


@pytest.mark.parametrize(
    ("counts", "cause"),
    [
        ({"HTTPCode_ELB_502_Count": 50, "HTTPCode_ELB_504_Count": 3}, "balancer-answers-502"),
        ({"HTTPCode_ELB_503_Count": 50}, "balancer-answers-503"),
        ({"HTTPCode_ELB_504_Count": 50}, "balancer-answers-504"),
        ({"HTTPCode_Target_5XX_Count": 50, "HTTPCode_ELB_502_Count": 3}, "targets-answer-5xx"),
        ({"HTTPCode_ELB_502_Count": 3}, ""),
        ({}, ""),
    ],
)
def test_the_most_frequent_error_is_said_and_a_few_are_noise(ask, says, counts, cause):
    (finding,) = ask("aws.elb.errors", world(says, counts), load_balancer="shop").findings
    assert finding.cause == cause


def test_network_balancer_counts_no_http(ask, says):
    assert ask("aws.elb.errors", world(says, {}, "network"), load_balancer="shop").findings == ()


def test_metrics_that_may_not_be_read_are_not_zero(ask, says):
    answers = [*world(says, {}), says("cloudwatch:GetMetricStatistics", code="AccessDenied", status=403)]
    findings = ask("aws.elb.errors", answers, load_balancer="shop").findings
    assert {one.status for one in findings} == {Status.UNKNOWN}
