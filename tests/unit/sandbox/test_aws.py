from __future__ import annotations

import boto3
import pytest
from botocore.exceptions import ClientError

from bot.sandbox.aws import ACCOUNT, AwsSandbox
from bot.sandbox.aws_answers import recorded

ORDERS = {
    "operation": "rds:DescribeDBInstances",
    "when": {"DBInstanceIdentifier": "orders"},
    "answer": {
        "DBInstances": [
            {
                "DBInstanceIdentifier": "orders",
                "InstanceCreateTime": "2026-01-02T03:04:05Z",
                "Endpoint": {"Address": "orders.example", "Port": 5432},
                "VpcSecurityGroups": [{"VpcSecurityGroupId": "sg-1", "Status": "active"}],
            }
        ]
    },
}


@pytest.fixture(scope="module")
def sandbox():
    running = AwsSandbox()
    running.start()
    yield running
    running.stop()


@pytest.fixture
def client(sandbox):
    def made(service: str):
        session = boto3.Session(aws_access_key_id="sandbox", aws_secret_access_key="sandbox", region_name="eu-west-2")
        return session.client(service, endpoint_url=sandbox.url)

    return made


def test_recorded_answer_arrives_as_the_sdk_gives_it(sandbox, client):
    sandbox.load([ORDERS])
    (found,) = client("rds").describe_db_instances(DBInstanceIdentifier="orders")["DBInstances"]
    assert found["Endpoint"] == {"Address": "orders.example", "Port": 5432}
    assert found["InstanceCreateTime"].year == 2026
    assert found["VpcSecurityGroups"] == [{"VpcSecurityGroupId": "sg-1", "Status": "active"}]


def test_request_for_other_parameters_falls_through_to_moto(sandbox, client):
    sandbox.load([ORDERS])
    with pytest.raises(ClientError, match="DBInstanceNotFound"):
        client("rds").describe_db_instances(DBInstanceIdentifier="other")


@pytest.mark.parametrize(
    ("service", "operation", "method", "parameters", "answer"),
    [
        (
            "ec2",
            "DescribeSecurityGroups",
            "describe_security_groups",
            {"GroupIds": ["sg-1"]},
            {"SecurityGroups": [{"GroupId": "sg-1", "IpPermissions": [{"IpProtocol": "-1"}]}]},
        ),
        (
            "lambda",
            "GetFunctionConfiguration",
            "get_function_configuration",
            {"FunctionName": "mailer"},
            {"FunctionName": "mailer", "Timeout": 3},
        ),
        (
            "logs",
            "FilterLogEvents",
            "filter_log_events",
            {"logGroupName": "/aws/lambda/mailer"},
            {"events": [{"timestamp": 1, "message": "Task timed out"}]},
        ),
        ("s3", "GetBucketPolicy", "get_bucket_policy", {"Bucket": "shop"}, {"Policy": '{"Statement": []}'}),
        ("s3", "GetBucketLocation", "get_bucket_location", {"Bucket": "shop"}, {"LocationConstraint": "eu-west-1"}),
        (
            "elbv2",
            "DescribeTargetHealth",
            "describe_target_health",
            {"TargetGroupArn": "arn:aws:elasticloadbalancing:eu-west-2:123456789012:targetgroup/a/b"},
            {"TargetHealthDescriptions": [{"Target": {"Id": "i-1", "Port": 80}}]},
        ),
        (
            "elb",
            "DescribeInstanceHealth",
            "describe_instance_health",
            {"LoadBalancerName": "old"},
            {"InstanceStates": [{"InstanceId": "i-1", "State": "InService"}]},
        ),
        (
            "cloudwatch",
            "DescribeAlarms",
            "describe_alarms",
            {"AlarmNames": ["cpu"]},
            {"MetricAlarms": [{"AlarmName": "cpu", "StateValue": "ALARM"}]},
        ),
    ],
)
def test_every_wire_format_brings_the_recorded_answer(sandbox, client, service, operation, method, parameters, answer):
    sandbox.load([{"operation": f"{service}:{operation}", "when": parameters, "answer": answer}])
    found = getattr(client(service), method)(**parameters)
    assert {key: found[key] for key in answer} == answer


@pytest.mark.parametrize(
    ("service", "operation", "method", "parameters"),
    [
        ("rds", "DescribeDBInstances", "describe_db_instances", {}),
        ("ec2", "DescribeSecurityGroups", "describe_security_groups", {}),
        ("s3", "GetBucketPolicy", "get_bucket_policy", {"Bucket": "shop"}),
        ("lambda", "GetPolicy", "get_policy", {"FunctionName": "mailer"}),
        ("kms", "DescribeKey", "describe_key", {"KeyId": "k"}),
    ],
)
def test_recorded_refusal_arrives_with_code_message_and_status(sandbox, client, service, operation, method, parameters):
    error = {"code": "AccessDenied", "message": "not <you>", "status": 403}
    sandbox.load([{"operation": f"{service}:{operation}", "error": error}])
    with pytest.raises(ClientError) as caught:
        getattr(client(service), method)(**parameters)
    assert caught.value.response["Error"]["Code"] == "AccessDenied"
    assert caught.value.response["Error"]["Message"] == "not <you>"
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_the_more_particular_recording_wins(sandbox, client):
    general = {"operation": "rds:DescribeDBInstances", "answer": {"DBInstances": []}}
    sandbox.load([general, ORDERS])
    rds = client("rds")
    assert rds.describe_db_instances()["DBInstances"] == []
    assert len(rds.describe_db_instances(DBInstanceIdentifier="orders")["DBInstances"]) == 1


def test_identity_is_known_without_any_recording(sandbox, client):
    sandbox.load([])
    assert client("sts").get_caller_identity()["Account"] == ACCOUNT


def test_reset_forgets_recordings_and_what_moto_holds(sandbox, client):
    sandbox.load([ORDERS])
    client("s3").create_bucket(Bucket="shop", CreateBucketConfiguration={"LocationConstraint": "eu-west-2"})
    sandbox.reset()
    assert client("s3").list_buckets()["Buckets"] == []
    with pytest.raises(ClientError, match="DBInstanceNotFound"):
        client("rds").describe_db_instances(DBInstanceIdentifier="orders")


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ({"operation": "rds:DescribeDBInstances"}, "one of answer and error"),
        ({"operation": "rds:DescribeNothing", "answer": {}}, "no such operation"),
        ({"operation": "database:Describe", "answer": {}}, "no AWS service is named"),
        ({"operation": "rds:DescribeDBInstances", "answer": {"Instances": []}}, "no such key"),
        ({"operation": "rds:DescribeDBInstances", "answer": {"DBInstances": [{"Endpoint": {"Port": "1"}}]}}, "integer"),
        ({"operation": "rds:DescribeDBInstances", "when": {"Name": "x"}, "answer": {}}, "no such parameter"),
        ({"operation": "rds:DescribeDBInstances", "error": {"message": "no"}}, "code, message and status"),
    ],
)
def test_recording_that_aws_could_not_give_is_refused(entry, says):
    with pytest.raises(ValueError, match=says):
        recorded(entry)
