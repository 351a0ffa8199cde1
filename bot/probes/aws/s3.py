"""S3: whether a bucket and an object are there, whose they are, and whether their encryption key can be used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bot.kit.text import listed
from bot.model.finding import Finding
from bot.model.resource import Resource
from bot.probes.aws.naming import near
from bot.probes.aws.view import AwsView
from bot.probes.registry import probe
from bot.probes.saying import Says, needs, shown

HEAD = "s3:HeadBucket"
BUCKETS = "s3:ListBuckets"
OBJECTS = "s3:ListObjectsV2"
ACL = "s3:GetBucketAcl"
OWNERSHIP = "s3:GetBucketOwnershipControls"
ENCRYPTION = "s3:GetBucketEncryption"
KEY = "kms:DescribeKey"

PRESENCE = Says("aws.s3.presence")
KEYS = Says("aws.s3.encryption")
_ARCHIVED = ("GLACIER", "DEEP_ARCHIVE")


def bucket_of(view: AwsView, bucket: str) -> Resource:
    """Give the resource of a bucket."""
    return view.resource("s3.Bucket", bucket)


@probe(
    "aws.s3.presence", permissions=(HEAD, BUCKETS, OBJECTS, ACL, OWNERSHIP), facts=("region", "owner", "storage_class")
)
def presence(view: AwsView, *, bucket: str, object_key: str = "", region: str = "") -> Iterator[Finding]:
    """Whether a bucket exists, in which region, and whether the object is there, readable and the bucket owner's.

    `region` is the one that the client asks; empty when not known. Objects are listed by name, never read.
    """
    where = bucket_of(view, bucket)
    head = view.call(HEAD, Bucket=bucket)
    if head.absent:
        yield from _no_bucket(view, where)
        return
    there = str(head.get("BucketRegion", ""))
    if region and there and region != there:
        yield PRESENCE.critical(
            "wrong-region",
            where,
            f"Bucket {bucket} is in {there}, but the client asks {region}.",
            f"Set the client's region to {there}.",
            evidence=shown("BucketRegion", there, f"aws s3api head-bucket --bucket {bucket}"),
            facts={"region": there},
        )
        return
    fault = _object(view, where, object_key) if object_key else None
    if fault:
        yield fault
    elif head.data is not None:
        what = f"; {object_key} is in it" if object_key else ""
        yield PRESENCE.ok(
            where, f"Bucket {bucket} exists{f' in {there}' if there else ''}{what}.", facts={"region": there}
        )


def _no_bucket(view: AwsView, where: Resource) -> Iterator[Finding]:
    everything = view.pages(BUCKETS, "Buckets")
    names = near(where.name, [str(one["Name"]) for one in everything])
    there = f"; there is {listed(names)}" if names else ""
    yield PRESENCE.critical(
        "bucket-absent",
        where,
        f"There is no bucket {where.name}{there}.",
        "Correct the name.",
        evidence=shown("HeadBucket", "404", f"aws s3api head-bucket --bucket {where.name}"),
    )


def _object(view: AwsView, where: Resource, key: str) -> Finding | None:
    found = view.call(OBJECTS, Bucket=where.name, Prefix=key, MaxKeys=5, FetchOwner=True)
    if found.data is None:
        return None
    there = view.resource("s3.Object", f"{where.name}/{key}")
    entry = next((one for one in found.get("Contents", ()) if one["Key"] == key), None)
    command = f"aws s3api list-objects-v2 --bucket {where.name} --prefix {key} --fetch-owner"
    if entry is None:
        others = [str(one["Key"]) for one in found.get("Contents", ())]
        beside = f"; with that beginning there is {listed(others)}" if others else ""
        return PRESENCE.critical(
            "object-absent",
            there,
            f"There is no object {key} in bucket {where.name}{beside}. Who may not list the bucket is told 403 for it.",
            "Correct the key; keys are case-sensitive and have no leading slash.",
            evidence=shown("ListObjectsV2", f"{len(others)} objects with this prefix", command),
        )
    storage = str(entry.get("StorageClass", "STANDARD"))
    if storage in _ARCHIVED:
        return PRESENCE.critical(
            "object-archived",
            there,
            f"Object {key} lies in {storage}: it must be restored before it can be read (403 InvalidObjectState).",
            "Restore it for some days, then read it.",
            evidence=shown("StorageClass", storage, command),
            facts={"storage_class": storage},
        )
    return _foreign(view, where, there, entry, command)


def _foreign(view: AwsView, where: Resource, there: Resource, entry: Mapping[str, Any], command: str) -> Finding | None:
    owner = str((entry.get("Owner") or {}).get("ID", ""))
    own = str((view.call(ACL, Bucket=where.name).get("Owner") or {}).get("ID", ""))
    if not owner or not own or owner == own:
        return None
    rules = (view.call(OWNERSHIP, Bucket=where.name).get("OwnershipControls") or {}).get("Rules") or ()
    if any(rule.get("ObjectOwnership") == "BucketOwnerEnforced" for rule in rules):
        return None
    return PRESENCE.critical(
        "object-owned-by-another-account",
        there,
        f"Object {entry['Key']} belongs to another account than bucket {where.name}: the bucket's policy does not "
        "govern it.",
        "Have the uploader grant bucket-owner-full-control, or enforce the bucket owner's ownership.",
        evidence=shown("Owner", f"object {owner[:12]}…, bucket {own[:12]}…", command),
        facts={"owner": owner[:12]},
    )


@probe("aws.s3.encryption", permissions=(ENCRYPTION, KEY), facts=("key",))
def encryption(view: AwsView, *, bucket: str) -> Iterator[Finding]:
    """Whether the KMS key with which a bucket encrypts its objects is there and enabled."""
    where = bucket_of(view, bucket)
    found = view.call(ENCRYPTION, expecting=("ServerSideEncryptionConfigurationNotFoundError",), Bucket=bucket)
    key = key_of(found.get("ServerSideEncryptionConfiguration"))
    if not key:
        if found.known:
            yield KEYS.ok(where, f"Bucket {bucket} uses no KMS key of its own.")
        return
    about = view.call(KEY, KeyId=key)
    now = "absent" if about.absent else str((about.get("KeyMetadata") or {}).get("KeyState", ""))
    if not now:
        return
    there = view.resource("kms.Key", key.rpartition("/")[2])
    if now == "Enabled":
        yield KEYS.ok(where, f"The key of bucket {bucket} is enabled.", facts={"key": key})
        return
    words = {"Disabled": "is disabled", "PendingDeletion": "is about to be deleted", "absent": "does not exist"}
    yield KEYS.critical(
        "kms-key-unusable",
        there,
        f"Key {there.name}, which encrypts bucket {bucket}, {words.get(now, f'is {now}')}: its objects cannot be read.",
        "Enable the key, or cancel its deletion, after asking its owner.",
        evidence=shown("KeyState", now, f"aws kms describe-key --key-id {key}"),
        relations=needs(where, there, why="decrypts its objects"),
        facts={"key": key},
    )


def key_of(configuration: Mapping[str, Any] | None) -> str:
    """Read the KMS key off a bucket's encryption; empty for S3's own keys."""
    for rule in (configuration or {}).get("Rules") or ():
        default = rule.get("ApplyServerSideEncryptionByDefault") or {}
        if str(default.get("SSEAlgorithm", "")).startswith("aws:kms") and default.get("KMSMasterKeyID"):
            return str(default["KMSMasterKeyID"])
    return ""
