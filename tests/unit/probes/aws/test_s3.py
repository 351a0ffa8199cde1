from __future__ import annotations

import pytest

from bot.model.finding import Status
from bot.probes.aws.s3 import key_of

KEY = "arn:aws:kms:eu-west-2:123456789012:key/3f1c"


def world(says, storage="STANDARD", owner="me", ownership="ObjectWriter", keys=("a/b.pdf",)):
    contents = [{"Key": key, "StorageClass": storage, "Owner": {"ID": owner}} for key in keys]
    return [
        says("s3:HeadBucket", {"BucketRegion": "eu-west-2"}, Bucket="shop"),
        says("s3:ListObjectsV2", {"Contents": contents}, Bucket="shop", Prefix="a/b.pdf"),
        says("s3:GetBucketAcl", {"Owner": {"ID": "me"}}, Bucket="shop"),
        says("s3:GetBucketOwnershipControls", {"OwnershipControls": {"Rules": [{"ObjectOwnership": ownership}]}}),
    ]


@pytest.mark.parametrize(
    ("more", "cause"),
    [
        ({}, ""),
        ({"keys": ()}, "object-absent"),
        ({"keys": ("a/b.pdf.bak",)}, "object-absent"),
        ({"storage": "GLACIER"}, "object-archived"),
        ({"storage": "GLACIER_IR"}, ""),
        ({"owner": "other"}, "object-owned-by-another-account"),
        ({"owner": "other", "ownership": "BucketOwnerEnforced"}, ""),
    ],
)
def test_presence_of_an_object(ask, says, more, cause):
    (finding,) = ask("aws.s3.presence", world(says, **more), bucket="shop", object_key="a/b.pdf").findings
    assert finding.cause == cause


def test_no_object_is_ever_read(ask, says):
    outcome = ask("aws.s3.presence", world(says), bucket="shop", object_key="a/b.pdf")
    assert not any(call.operation.startswith("s3:GetObject ") for call in outcome.api_calls)


def test_region_of_the_client_is_compared(ask, says):
    wrong = ask("aws.s3.presence", world(says), bucket="shop", region="us-east-1").findings
    right = ask("aws.s3.presence", world(says), bucket="shop", region="eu-west-2").findings
    assert [one.cause for one in wrong] == ["wrong-region"]
    assert [one.status for one in right] == [Status.OK]


def test_bucket_that_may_not_be_looked_at_is_not_absent(ask, says):
    answers = [says("s3:HeadBucket", code="403", status=403)]
    (finding,) = ask("aws.s3.presence", answers, bucket="shop").findings
    assert finding.status is Status.UNKNOWN
    assert finding.permission == "s3:ListBucket"


def test_absent_bucket_names_near_ones(ask, says):
    answers = [
        says("s3:HeadBucket", code="404", status=404),
        says("s3:ListBuckets", {"Buckets": [{"Name": "shop-data"}, {"Name": "logs"}]}),
    ]
    (finding,) = ask("aws.s3.presence", answers, bucket="shop-dat").findings
    assert finding.cause == "bucket-absent"
    assert "shop-data" in finding.summary


def encrypted(key):
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key} if key else {"SSEAlgorithm": "AES256"}
    return {"ServerSideEncryptionConfiguration": {"Rules": [{"ApplyServerSideEncryptionByDefault": default}]}}


@pytest.mark.parametrize(
    ("state", "cause"), [("Enabled", ""), ("Disabled", "kms-key-unusable"), ("PendingDeletion", "kms-key-unusable")]
)
def test_key_of_a_bucket(ask, says, state, cause):
    answers = [
        says("s3:GetBucketEncryption", encrypted(KEY), Bucket="shop"),
        says("kms:DescribeKey", {"KeyMetadata": {"KeyId": "3f1c", "KeyState": state}}, KeyId=KEY),
    ]
    (finding,) = ask("aws.s3.encryption", answers, bucket="shop").findings
    assert finding.cause == cause


def test_s3_s_own_encryption_needs_no_key():
    assert key_of(encrypted("")["ServerSideEncryptionConfiguration"]) == ""
    assert key_of(encrypted(KEY)["ServerSideEncryptionConfiguration"]) == KEY
    assert key_of(None) == ""
