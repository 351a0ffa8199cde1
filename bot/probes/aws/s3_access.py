"""S3: which policy keeps a caller from a bucket: the bucket's, the caller's own, the public block, the endpoint's.

The caller's own side is asked of IAM's simulator, which knows identity policies, boundaries and the organisation's; the
bucket's and the endpoint's policy are read and evaluated here, so that the statement can be named.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bot.model.finding import Finding, Unknown
from bot.model.resource import Resource
from bot.probes.aws.policies import NOTHING, Request, Verdict, allows, evaluate
from bot.probes.aws.s3 import ENCRYPTION, bucket_of, key_of
from bot.probes.aws.saying import Says, needs, shown
from bot.probes.aws.view import AwsView
from bot.probes.registry import probe

POLICY = "s3:GetBucketPolicy"
BLOCK = "s3:GetPublicAccessBlock"
SIMULATE = "iam:SimulatePrincipalPolicy"
ROLE = "iam:GetRole"
ENDPOINTS = "ec2:DescribeVpcEndpoints"
KEY_POLICY = "kms:GetKeyPolicy"

BUCKET = Says("aws.s3.bucket_policy")
IDENTITY = Says("aws.s3.identity")
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
    verdict = _evaluated(document, request)
    if verdict.effect == "deny":
        yield _denied(view, where, request, verdict)
    elif request.principal == ANYBODY:
        yield from _public(view, bucket, verdict)
    elif request.account != where.scope and not _allows(document, request):
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


def _evaluated(document: str, request: Request) -> Verdict:
    try:
        return evaluate(document, request) if document else NOTHING
    except ValueError:
        return NOTHING


def _allows(document: str, request: Request) -> bool:
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


# --- the caller's own side ----------------------------------------------------------------------------------


@probe(
    "aws.s3.identity",
    permissions=(ROLE, SIMULATE, POLICY, ENCRYPTION, KEY_POLICY),
    facts=("principal", "policy", "decision"),
)
def identity(
    view: AwsView, *, bucket: str, principal: str, object_key: str = "", action: str = "s3:GetObject"
) -> Iterator[Finding]:
    """Whether the caller's own policies, its boundary and the organisation's allow the request, by IAM's simulator."""
    request = request_for(bucket, object_key, principal, action)
    if request.principal == ANYBODY:
        return
    if request.account != view.account:
        summary = f"The policies of {request.principal} are in account {request.account}, which is not this one."
        yield IDENTITY.unknown(Unknown.UNSUPPORTED, bucket_of(view, bucket), summary)
        return
    arn, where, fault = _source(view, request)
    if fault:
        yield fault
    if not arn:
        return
    document, _ = bucket_policy(view, bucket)
    judged = _simulate(view, arn, request, where, opened=_allows(document, request))
    if judged is None:
        return
    yield judged
    if judged.cause == "":
        yield from _key_access(view, bucket, arn, where, request)


def _source(view: AwsView, request: Request) -> tuple[str, Resource, Finding | None]:
    """Give the ARN to simulate, and its resource: a session stands for its role, whose path only IAM knows."""
    name = request.principal.rpartition("/")[2]
    if ":assumed-role/" in request.principal:
        name = request.principal.split("/")[1]
    elif ":user/" in request.principal:
        return request.principal, _iam(view, "iam.User", name), None
    where = _iam(view, "iam.Role", name)
    answer = view.call(ROLE, RoleName=name)
    if answer.absent:
        summary = f"There is no role {name} in this account."
        return "", where, IDENTITY.critical("role-absent", where, summary, "Correct the role that the caller uses.")
    return str((answer.get("Role") or {}).get("Arn", "")), where, None


def _iam(view: AwsView, kind: str, name: str) -> Resource:
    return Resource("aws", view.account, "", kind, name)


def _simulate(view: AwsView, arn: str, request: Request, where: Resource, *, opened: bool) -> Finding | None:
    answer = view.call(SIMULATE, PolicySourceArn=arn, ActionNames=[request.action], ResourceArns=[request.resource])
    result = next(iter(answer.get("EvaluationResults", ())), None)
    if result is None:
        return None
    decision = str(result.get("EvalDecision", ""))
    cause, summary, remedy = _read(result, decision, request, where)
    # In one account the bucket's own allow is enough; it does not help against a deny, a boundary or the organisation.
    if not cause or (cause == "identity-policy-lacks-allow" and opened):
        return IDENTITY.ok(
            where, f"{where.name} may {request.action} on {request.resource}.", facts={"decision": decision}
        )
    command = (
        f"aws iam simulate-principal-policy --policy-source-arn {arn} --action-names {request.action} "
        f"--resource-arns {request.resource}"
    )
    matched = ", ".join(str(one.get("SourcePolicyId")) for one in result.get("MatchedStatements") or ())
    return IDENTITY.critical(
        cause,
        where,
        summary,
        remedy,
        evidence=shown("Simulation", f"{decision}; statements: {matched or 'none'}", command),
        facts={"principal": arn, "policy": matched, "decision": decision},
    )


def _read(result: Mapping[str, Any], decision: str, request: Request, where: Resource) -> tuple[str, str, str]:
    what = f"{request.action} on {request.resource}"
    if (result.get("OrganizationsDecisionDetail") or {}).get("AllowedByOrganizations") is False:
        return (
            "organisation-policy-denies",
            f"A policy of the organisation (SCP) does not let {where.name} do {what}.",
            "Ask whoever keeps the organisation's policies; nothing in this account can overrule them.",
        )
    if (result.get("PermissionsBoundaryDecisionDetail") or {}).get("AllowedByPermissionsBoundary") is False:
        return (
            "permissions-boundary-denies",
            f"The permissions boundary of {where.name} does not allow {what}.",
            "Have the boundary widened by whoever keeps it, if the access is wanted.",
        )
    if decision == "explicitDeny":
        matched = ", ".join(str(one.get("SourcePolicyId")) for one in result.get("MatchedStatements") or ())
        return (
            "identity-policy-denies",
            f"Policy {matched or 'of its own'} of {where.name} denies {what}.",
            "Ask whether the deny is meant for this bucket; an explicit deny beats every allow.",
        )
    if decision == "implicitDeny":
        return (
            "identity-policy-lacks-allow",
            f"No policy of {where.name} allows {what}.",
            f"Allow {request.action} on this bucket in a policy of {where.name}, if the access is wanted.",
        )
    return "", "", ""


def _key_access(view: AwsView, bucket: str, arn: str, where: Resource, request: Request) -> Iterator[Finding]:
    """Who may read an object encrypted by a KMS key must be allowed to use the key as well."""
    found = view.call(ENCRYPTION, expecting=("ServerSideEncryptionConfigurationNotFoundError",), Bucket=bucket)
    key = key_of(found.get("ServerSideEncryptionConfiguration"))
    if not key.startswith("arn:"):
        return
    action = "kms:GenerateDataKey" if "Put" in request.action else "kms:Decrypt"
    document = str(view.call(KEY_POLICY, KeyId=key, PolicyName="default").get("Policy", ""))
    asked = Request(request.principal, action, key)
    verdict = _evaluated(document, asked)
    answer = view.call(SIMULATE, PolicySourceArn=arn, ActionNames=[action], ResourceArns=[key])
    result: Mapping[str, Any] = next(iter(answer.get("EvaluationResults", ())), {})
    decision = str(result.get("EvalDecision", ""))
    there = view.resource("kms.Key", key.rpartition("/")[2])
    # The key's policy must allow, by name or by handing over to IAM (the account's root); then IAM must too.
    by_policy = document and not _allows(document, asked)
    if verdict.effect == "deny" or by_policy:
        summary = f"The policy of key {there.name}, which encrypts bucket {bucket}, does not let {where.name} {action}."
        at, remedy = there, f"Allow {action} to this role in the key's policy."
    elif decision in ("implicitDeny", "explicitDeny"):
        summary = f"{where.name} may read bucket {bucket}, but not use its key {there.name}: {action} is not allowed."
        at, remedy = where, f"Allow {action} on the key in a policy of {where.name}."
    else:
        return
    yield IDENTITY.critical(
        "kms-key-denied",
        at,
        summary,
        remedy,
        evidence=shown("Simulation", f"{action}: {decision or 'not known'}", f"aws kms get-key-policy --key-id {key}"),
        relations=needs(bucket_of(view, bucket), at, why="is decrypted by"),
    )


# --- the way through a VPC endpoint ---------------------------------------------------------------------------


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
        if (vpc_endpoint and name != vpc_endpoint) or _allows(str(one.get("PolicyDocument", "")), request):
            continue
        if _evaluated(str(one.get("PolicyDocument", "")), request).effect == "allow":
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
