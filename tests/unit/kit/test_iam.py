import pytest

from bot.kit.iam import iam_action, is_denied


@pytest.mark.parametrize(
    ("operation", "action"),
    [
        ("rds:DescribeDBInstances", "rds:DescribeDBInstances"),
        ("s3:HeadBucket", "s3:ListBucket"),
        ("s3:ListObjectsV2", "s3:ListBucket"),
        ("s3:GetPublicAccessBlock", "s3:GetBucketPublicAccessBlock"),
        ("s3:GetBucketEncryption", "s3:GetEncryptionConfiguration"),
        ("elbv2:DescribeTargetHealth", "elasticloadbalancing:DescribeTargetHealth"),
        ("elb:DescribeLoadBalancers", "elasticloadbalancing:DescribeLoadBalancers"),
        ("logs:FilterLogEvents", "logs:FilterLogEvents"),
        ("stepfunctions:DescribeExecution", "states:DescribeExecution"),
        ("apigatewayv2:GetApis", "apigateway:GET"),
    ],
)
def test_operations_map_to_the_action_that_allows_them(operation, action):
    assert iam_action(operation) == action


def test_reads_of_secrets_are_denied():
    assert is_denied("ssm:GetParametersByPath")
    assert is_denied("kms:Decrypt")
    assert not is_denied("kms:DescribeKey")
