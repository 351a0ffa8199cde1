from __future__ import annotations

import pytest

from bot.model.finding import Status

QUEUE = "arn:aws:sqs:eu-west-2:123456789012:orders"


@pytest.mark.parametrize(
    ("mapping", "cause"),
    [
        ({"State": "Enabled", "LastProcessingResult": "No records processed"}, ""),
        ({"State": "Disabled"}, "event-source-disabled"),
        ({"State": "Enabled", "LastProcessingResult": "PROBLEM: Function call failed"}, "event-source-failing"),
    ],
)
def test_event_sources(ask, says, mapping, cause):
    answer = {"EventSourceMappings": [{"UUID": "u-1", "EventSourceArn": QUEUE, **mapping}]}
    outcome = ask("aws.lambda.triggers", [says("lambda:ListEventSourceMappings", answer)], function="mailer")
    (finding,) = outcome.findings
    assert finding.cause == cause
    if cause:
        assert "orders" in finding.summary
        assert finding.relations[0].target.name == "u-1"


ROUTES = {
    "nat": {"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1", "State": "active"},
    "igw": {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1", "State": "active"},
    "gone": {"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1", "State": "blackhole"},
}


@pytest.mark.parametrize(
    ("way", "cause"),
    [("nat", ""), ("igw", "vpc-without-way-out"), ("gone", "vpc-without-way-out"), ("", "vpc-without-way-out")],
)
def test_way_out_of_a_vpc(ask, says, way, cause):
    table = {"RouteTableId": "rtb-1", "Associations": [{"Main": True}], "Routes": [ROUTES[way]] if way else []}
    answers = [
        says(
            "lambda:GetFunctionConfiguration",
            {"FunctionName": "mailer", "VpcConfig": {"SubnetIds": ["subnet-1"], "VpcId": "vpc-1"}},
        ),
        says("ec2:DescribeRouteTables", {"RouteTables": [table]}),
    ]
    (finding,) = ask("aws.lambda.network", answers, function="mailer").findings
    assert finding.cause == cause


def test_function_outside_a_vpc_needs_no_way(ask, says):
    answers = [says("lambda:GetFunctionConfiguration", {"FunctionName": "mailer"})]
    assert ask("aws.lambda.network", answers, function="mailer").findings == ()


def test_denied_mappings_are_not_none(ask, says):
    outcome = ask(
        "aws.lambda.triggers", [says("lambda:ListEventSourceMappings", code="AccessDeniedException")], function="m"
    )
    assert {one.status for one in outcome.findings} == {Status.UNKNOWN}
