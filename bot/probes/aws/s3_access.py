"""S3: which policy keeps a caller from a bucket: the bucket's, the public access block, the VPC endpoint's.

They are read and evaluated here, so that the statement can be named; the caller's own side is `s3_identity.py`'s.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.model.finding import Finding, Unknown
from bot.model.resource import Resource
from bot.probes.aws.policies import NOTHING, Request, Verdict, allows, evaluate
from bot.probes.aws.s3 import bucket_of
from bot.probes.aws.view import AwsView
from bot.probes.registry import probe
from bot.probes.saying import Says, needs, shown

POLICY = "s3:GetBucketPolicy"
BLOCK = "s3:GetPublicAccessBlock"
ENDPOINTS = "ec2:DescribeVpcEndpoints"

BUCKET = Says("aws.s3.bucket_policy")
ENDPOINT = Says("aws.s3.endpoint")
ANYBODY = "*"
_BUCKET_ACTIONS = ("s3:List", "s3:GetBucket", "s3:PutBucket", "s3:DeleteBucket")


def request_for(bucket: str, object_key: str, principal: str, action: str, source: str = "") -> Request:
    """Make the request that is judged: an action on the bucket, or on the object (all objects when none is named)."""
    on_bucket = action.startswith(_BUCKET_ACTIONS)
    resource = f"arn:aws:s3:::{bucket}" + ("" if on_bucket else f"/{object_key or '*'}")
    who = principal if ":iam::" in principal or ":sts::" in principal else ANYBODY
    return Request(who, action, resource, {"aws:SourceVpce": source} if source else {})


def bucket_policy(view: AwsView, bucket: str) -> tuple[str, bool]:
    """Give the bucket's policy (empty when it has none), and whether that is known."""
    answer = view.call(POLICY, Bucket=bucket)
    return str(answer.get("Policy", "")), answer.known


@probe("aws.s3.bucket_policy", permissions=(POLICY, BLOCK), facts=("statement",))
def policy(
    view: AwsView,
    *,
    bucket: str,
    object_key: str = "",
    principal: str = "",
    action: str = "s3:GetObject",
    vpc_endpoint: str = "",
) -> Iterator[Finding]:
    """Which statement of a bucket's policy denies the request, and whether public access is blocked.

    `principal` is the caller's ARN; empty for anybody on the internet. `vpc_endpoint` is the endpoint it came through.
    """
    document, known = bucket_policy(view, bucket)
    if not known:
        return
    request = request_for(bucket, object_key, principal, action, vpc_endpoint)
    where = view.resource("s3.BucketPolicy", bucket)
    verdict = evaluated(document, request)
    if verdict.effect == "deny":
        yield _denied(view, where, request, verdict)
    elif request.principal == ANYBODY:
        yield from _public(view, bucket, verdict)
    elif request.account != where.scope and not allowed_by(document, request):
        yield BUCKET.critical(
            "bucket-policy-lacks-allow",
            where,
            f"{request.principal} is of another account, and no statement of the policy of bucket {bucket} allows it "
            f"{action}.",
            f"Add a statement that allows {action} to this principal, if its access is wanted.",
            evidence=shown("Policy", document or "no bucket policy", _command(bucket)),
            relations=needs(bucket_of(view, bucket), where, why="is opened by"),
        )
    else:
        yield BUCKET.ok(where, f"The policy of bucket {bucket} does not deny {action} to {request.principal}.")


def evaluated(document: str, request: Request) -> Verdict:
    """Evaluate a policy; one that is absent or cannot be read says nothing."""
    try:
        return evaluate(document, request) if document else NOTHING
    except ValueError:
        return NOTHING


def allowed_by(document: str, request: Request) -> bool:
    """Say whether a policy allows; one that is absent or cannot be read does not."""
    try:
        return bool(document) and allows(document, request)
    except ValueError:
        return False


def _denied(view: AwsView, where: Resource, request: Request, verdict: Verdict) -> Finding:
    on = f" unless {' and '.join(verdict.conditions)} fits" if verdict.conditional else ""
    cause = "bucket-policy-denies-by-condition" if verdict.conditional else "bucket-policy-denies"
    whom = "anybody" if request.principal == ANYBODY else request.principal
    return BUCKET.critical(
        cause,
        where,
        f"Statement {verdict.statement} of the policy of bucket {where.name} denies {request.action} to {whom}{on}.",
        "See whether the request comes the way that the condition demands (endpoint, address, TLS, tag)."
        if verdict.conditional
        else "Ask the bucket's owner whether the deny is meant for this caller; an explicit deny beats every allow.",
        evidence=shown("Denying statement", verdict.statement, _command(where.name)),
        relations=needs(bucket_of(view, where.name), where, why="is opened by"),
        facts={"statement": verdict.statement},
    )


def _public(view: AwsView, bucket: str, verdict: Verdict) -> Iterator[Finding]:
    where = bucket_of(view, bucket)
    if verdict.effect != "allow":
        summary = f"Who asks bucket {bucket} was not named, so the caller's own policies were not compared."
        yield BUCKET.unknown(Unknown.UNSUPPORTED, where, summary)
        return
    answer = view.call(BLOCK, Bucket=bucket)
    block = answer.get("PublicAccessBlockConfiguration") or {}
    on = sorted(name for name, value in block.items() if value)
    if on:
        there = view.resource("s3.PublicAccessBlock", bucket)
        yield BUCKET.critical(
            "public-access-blocked",
            there,
            f"Statement {verdict.statement} of the policy of bucket {bucket} is open to anybody, but its public access "
            f"block is on ({', '.join(on)}).",
            "Serve it through CloudFront or sign the requests; lift the block only if it is meant to be public.",
            evidence=shown("PublicAccessBlock", ", ".join(on), f"aws s3api get-public-access-block --bucket {bucket}"),
            relations=needs(where, there, why="is opened by"),
        )
    elif answer.known:
        yield BUCKET.ok(where, f"Statement {verdict.statement} opens bucket {bucket} to anybody.")


def _command(bucket: str) -> str:
    return f"aws s3api get-bucket-policy --bucket {bucket} --query Policy --output text"


@probe("aws.s3.endpoint", permissions=(ENDPOINTS,), facts=("vpc_endpoint",))
def endpoint(
    view: AwsView,
    *,
    bucket: str,
    object_key: str = "",
    principal: str = "",
    action: str = "s3:GetObject",
    vpc_endpoint: str = "",
) -> Iterator[Finding]:
    """Whether the policies of the VPC endpoints for S3 let the request through.

    One that does not is the cause when `vpc_endpoint` names it, and a warning when the way of the request is not known.
    """
    service = f"com.amazonaws.{view.region}.s3"
    found = view.pages(ENDPOINTS, "VpcEndpoints", Filters=[{"Name": "service-name", "Values": [service]}])
    request = request_for(bucket, object_key, principal, action)
    for one in found:
        name = str(one["VpcEndpointId"])
        if (vpc_endpoint and name != vpc_endpoint) or allowed_by(str(one.get("PolicyDocument", "")), request):
            continue
        if evaluated(str(one.get("PolicyDocument", "")), request).effect == "allow":
            continue
        say = ENDPOINT.critical if vpc_endpoint else ENDPOINT.warning
        yield say(
            "vpc-endpoint-policy-denies",
            view.resource("ec2.VpcEndpoint", name),
            f"The policy of VPC endpoint {name} in {one.get('VpcId')} does not let {action} on {bucket} through.",
            "Add the bucket to the endpoint's policy, if this network is meant to reach it.",
            evidence=shown(
                "PolicyDocument",
                str(one.get("PolicyDocument", "")),
                f"aws ec2 describe-vpc-endpoints --vpc-endpoint-ids {name}",
            ),
            facts={"vpc_endpoint": name},
        )
