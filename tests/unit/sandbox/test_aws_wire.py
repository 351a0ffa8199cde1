from __future__ import annotations

import json

import pytest
from werkzeug import Request
from werkzeug.test import EnvironBuilder

from bot.sandbox.aws_wire import Asked, model_of, read, write_answer, write_error


def request(service, path="/", method="POST", body="", query="", headers=None):
    scope = (
        f"AWS4-HMAC-SHA256 Credential=AKID/20261124/eu-west-2/{service}/aws4_request, SignedHeaders=host, Signature=x"
    )
    kind = "application/x-www-form-urlencoded" if "Action=" in body else "application/json"
    builder = EnvironBuilder(
        path, method=method, data=body, query_string=query, headers={"Authorization": scope, **(headers or {})}
    )
    builder.content_type = kind
    return Request(builder.get_environ())


@pytest.mark.parametrize(
    ("asked", "services", "name", "parameters"),
    [
        (
            request("rds", body="Action=DescribeDBInstances&Version=2014-10-31&DBInstanceIdentifier=orders"),
            ["rds"],
            "rds:DescribeDBInstances",
            {"DBInstanceIdentifier": "orders"},
        ),
        (
            request("elasticloadbalancing", body="Action=DescribeLoadBalancers&Version=2015-12-01&Names.member.1=shop"),
            ["elb", "elbv2"],
            "elbv2:DescribeLoadBalancers",
            {"Names": ["shop"]},
        ),
        (
            request("ec2", body="Action=DescribeSubnets&Version=2016-11-15&SubnetId.1=subnet-1"),
            ["ec2"],
            "ec2:DescribeSubnets",
            {"SubnetIds": ["subnet-1"]},
        ),
        (
            request("kms", body='{"KeyId": "k"}', headers={"X-Amz-Target": "TrentService.DescribeKey"}),
            ["kms"],
            "kms:DescribeKey",
            {"KeyId": "k"},
        ),
        (request("s3", "/shop", "GET", query="policy"), ["s3"], "s3:GetBucketPolicy", {"Bucket": "shop"}),
        (request("s3", "/shop/a/b.pdf", "HEAD"), ["s3"], "s3:HeadObject", {"Bucket": "shop", "Key": "a/b.pdf"}),
        (
            request("lambda", "/2015-03-31/functions/mailer/configuration", "GET"),
            ["lambda"],
            "lambda:GetFunctionConfiguration",
            {"FunctionName": "mailer"},
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_operation_and_parameters_are_read_off_the_wire(asked, services, name, parameters):
    found = read(asked, services)
    assert found.name == name
    assert {key: found.parameters[key] for key in parameters} == parameters


def test_request_of_another_service_is_left_alone():
    assert read(request("rds", body="Action=DescribeDBInstances&Version=2014-10-31"), ["ec2", "s3"]) is None
    assert read(request("rds", body="Action=Nonsense&Version=2014-10-31"), ["rds"]) is None
    assert read(Request(EnvironBuilder("/").get_environ()), ["rds"]) is None


def test_unknown_service_is_said_in_boto3_s_words():
    with pytest.raises(ValueError, match="elbv2"):
        model_of("loadbalancer")


def test_errors_are_in_the_protocol_of_the_service():
    xml = write_error(Asked("rds", "DescribeDBInstances", {}, "query"), "Denied", "a <b>", 403)
    assert b"<Message>a &lt;b&gt;</Message>" in xml.body
    plain = write_error(Asked("kms", "DescribeKey", {}, "json"), "Denied", "no", 400)
    assert json.loads(plain.body)["__type"] == "Denied"
    assert b"<Response><Errors>" in write_error(Asked("ec2", "DescribeSubnets", {}, "ec2"), "Denied", "no", 403).body


def test_answers_are_in_the_protocol_of_the_service():
    written = write_answer(Asked("kms", "DescribeKey", {}, "json"), {"KeyMetadata": {"KeyId": "k"}})
    assert json.loads(written.body) == {"KeyMetadata": {"KeyId": "k"}}
