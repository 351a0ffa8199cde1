"""S3: whether the caller's own policies let it, and whether it may use the bucket's key.

IAM's simulator is asked, which knows identity policies, permissions boundaries and the organisation's policies.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bot.model.finding import Finding, Unknown
from bot.model.resource import Resource
from bot.probes.aws.policies import Request
from bot.probes.aws.s3 import ENCRYPTION, bucket_of, key_of
from bot.probes.aws.s3_access import ANYBODY, POLICY, allowed_by, bucket_policy, evaluated, request_for
from bot.probes.aws.view import AwsView
from bot.probes.registry import probe
from bot.probes.saying import Says, needs, shown

SIMULATE = "iam:SimulatePrincipalPolicy"
ROLE = "iam:GetRole"
KEY_POLICY = "kms:GetKeyPolicy"

IDENTITY = Says("aws.s3.identity")


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
    judged = _simulate(view, arn, request, where, opened=allowed_by(document, request))
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
    verdict = evaluated(document, asked)
    answer = view.call(SIMULATE, PolicySourceArn=arn, ActionNames=[action], ResourceArns=[key])
    result: Mapping[str, Any] = next(iter(answer.get("EvaluationResults", ())), {})
    decision = str(result.get("EvalDecision", ""))
    there = view.resource("kms.Key", key.rpartition("/")[2])
    # The key's policy must allow, by name or by handing over to IAM (the account's root); then IAM must too.
    by_policy = document and not allowed_by(document, asked)
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
