"""Lambda: whether a function can run at all, and whether it is throttled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.kit.text import listed
from bot.model.finding import Finding
from bot.model.resource import Resource
from bot.probes.aws.naming import near
from bot.probes.aws.view import Answer, AwsView
from bot.probes.registry import probe
from bot.probes.saying import Says, needs, shown

CONFIGURATION = "lambda:GetFunctionConfiguration"
ALL = "lambda:ListFunctions"
CONCURRENCY = "lambda:GetFunctionConcurrency"
LIMITS = "lambda:GetAccountSettings"
KEY = "kms:DescribeKey"
METRICS = "cloudwatch:GetMetricStatistics"

STATE = Says("aws.lambda.state")
THROTTLES = Says("aws.lambda.throttles")

Json = Mapping[str, Any]


def configuration(view: AwsView, function: str) -> Answer:
    """Ask for a function's configuration; `lambda:GetFunction` would hand out its code."""
    return view.call(CONFIGURATION, FunctionName=function)


def resource_of(view: AwsView, function: str) -> Resource:
    """Give the resource of a function, named by ARN or by name."""
    return view.resource("lambda.Function", function.rpartition(":")[2])


@probe(
    "aws.lambda.state",
    permissions=(CONFIGURATION, ALL, KEY),
    facts=("runtime", "handler", "timeout_s", "memory_mb", "role", "in_vpc"),
)
def state(view: AwsView, *, function: str) -> Iterator[Finding]:
    """Whether a function exists, is active, was last updated with success, and can use its encryption key."""
    where = resource_of(view, function)
    answer = configuration(view, function)
    if answer.absent:
        yield from _absent(view, where)
    if answer.data is None:
        return
    about = answer.data
    facts = _facts(about)
    fault = _inactive(about, where) or _update_failed(about, where) or _key(view, about, where)
    if fault:
        yield fault
    else:
        summary = f"{where.name} is active ({facts['runtime']}, {facts['memory_mb']} MB, {facts['timeout_s']} s)."
        yield STATE.ok(where, summary, facts=facts)


def _facts(about: Json) -> dict[str, str]:
    return {
        "runtime": str(about.get("Runtime", "container image")),
        "handler": str(about.get("Handler", "")),
        "timeout_s": str(about.get("Timeout", "")),
        "memory_mb": str(about.get("MemorySize", "")),
        "role": str(about.get("Role", "")).rpartition("/")[2],
        "in_vpc": "yes" if (about.get("VpcConfig") or {}).get("SubnetIds") else "",
    }


def _absent(view: AwsView, where: Resource) -> Iterator[Finding]:
    everything = view.pages(ALL, "Functions")
    names = near(where.name, [str(one["FunctionName"]) for one in everything])
    there = f"; there is {listed(names)}" if names else ""
    yield STATE.critical(
        "function-absent",
        where,
        f"There is no function {where.name} in {view.region} in this account{there}.",
        "Correct the name or the region.",
        evidence=shown("GetFunctionConfiguration", "ResourceNotFoundException", _command(where.name)),
    )


def _inactive(about: Json, where: Resource) -> Finding | None:
    now = str(about.get("State", "Active"))
    if now == "Active":
        return None
    reason = str(about.get("StateReason") or about.get("StateReasonCode") or "no reason given")
    remedy = {
        "Pending": "Wait until it is active; a function in a VPC needs its network interfaces first.",
        "Inactive": "Invoke it once: it was idle for weeks and has to be set up again.",
    }.get(now, "Correct what the reason names (subnet, security group, role, image), then update the function.")
    return STATE.critical(
        "function-not-active",
        where,
        f"{where.name} is {now.lower()}: {reason.rstrip('.')}.",
        remedy,
        evidence=shown("State", f"{now} {about.get('StateReasonCode', '')}".strip(), _command(where.name)),
        facts=_facts(about),
    )


def _update_failed(about: Json, where: Resource) -> Finding | None:
    if about.get("LastUpdateStatus") != "Failed":
        return None
    reason = str(about.get("LastUpdateStatusReason") or about.get("LastUpdateStatusReasonCode") or "no reason given")
    return STATE.critical(
        "last-update-failed",
        where,
        f"The last update of {where.name} failed, so it still runs what was before: {reason.rstrip('.')}.",
        "Correct what the reason names, and deploy again.",
        evidence=shown(
            "LastUpdateStatus", str(about.get("LastUpdateStatusReasonCode", "Failed")), _command(where.name)
        ),
        facts=_facts(about),
    )


def _key(view: AwsView, about: Json, where: Resource) -> Finding | None:
    arn = str(about.get("KMSKeyArn") or "")
    if not arn:
        return None
    key = view.call(KEY, KeyId=arn).get("KeyMetadata") or {}
    now = str(key.get("KeyState", "Enabled"))
    if now in ("Enabled", ""):
        return None
    there = view.resource("kms.Key", arn.rpartition("/")[2])
    words = {"Disabled": "is disabled", "PendingDeletion": "is about to be deleted"}
    return STATE.critical(
        "kms-key-unusable",
        there,
        f"Key {there.name}, with which {where.name} encrypts its environment, {words.get(now, f'is {now}')}.",
        "Enable the key, or cancel its deletion, after asking its owner.",
        evidence=shown("KeyState", now, f"aws kms describe-key --key-id {arn}"),
        relations=needs(where, there, why="decrypts its environment"),
        facts=_facts(about),
    )


def _command(function: str) -> str:
    return f"aws lambda get-function-configuration --function-name {function}"


# --- throttles --------------------------------------------------------------------------------------------


@probe("aws.lambda.throttles", permissions=(METRICS, CONCURRENCY, LIMITS), facts=("reserved", "throttled"))
def throttles(view: AwsView, *, function: str, within_minutes: int = 60) -> Iterator[Finding]:
    """Whether a function was throttled lately, and by which limit: its own or the account's."""
    where = resource_of(view, function)
    reserved = view.call(CONCURRENCY, FunctionName=function).get("ReservedConcurrentExecutions")
    if reserved == 0:
        yield THROTTLES.critical(
            "concurrency-set-to-zero",
            where,
            f"The reserved concurrency of {where.name} is 0: it is switched off, every call is throttled.",
            "Remove or raise the reserved concurrency, once whoever switched it off agrees.",
            evidence=shown(
                "ReservedConcurrentExecutions",
                "0",
                f"aws lambda get-function-concurrency --function-name {where.name}",
            ),
        )
        return
    count = _throttled(view, where.name, within_minutes)
    if count is None:
        return
    if not count:
        yield THROTTLES.ok(where, f"{where.name} was not throttled in the last {within_minutes} minutes.")
        return
    limits = view.call(LIMITS).get("AccountLimit") or {}
    if reserved is not None:
        cause, limit = "function-concurrency-reached", f"its reserved concurrency of {reserved}"
        remedy = "Raise its reserved concurrency, or lower how much calls it at once."
    else:
        cause = "account-concurrency-reached"
        limit = f"what the account has left unreserved ({limits.get('UnreservedConcurrentExecutions', 'not known')})"
        remedy = "Find which function takes the account's concurrency, or ask for a higher limit."
    yield THROTTLES.critical(
        cause,
        where,
        f"{where.name} was throttled {count} times in the last {within_minutes} minutes: it reached {limit}.",
        remedy,
        evidence=shown("Throttles", f"{count} in {within_minutes} minutes", _metric_command(where.name)),
        facts={"reserved": str(reserved if reserved is not None else ""), "throttled": str(count)},
    )


def _throttled(view: AwsView, function: str, within_minutes: int) -> int | None:
    # Whole minutes, so that the same question within a run is the same request.
    until = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(minutes=1)
    answer = view.call(
        METRICS,
        Namespace="AWS/Lambda",
        MetricName="Throttles",
        Dimensions=[{"Name": "FunctionName", "Value": function}],
        StartTime=until - timedelta(minutes=within_minutes + 1),
        EndTime=until,
        Period=60 * within_minutes,
        Statistics=["Sum"],
    )
    return None if answer.data is None else int(sum(point.get("Sum", 0) for point in answer.get("Datapoints", ())))


def _metric_command(function: str) -> str:
    return (
        "aws cloudwatch get-metric-statistics --namespace AWS/Lambda --metric-name Throttles --statistics Sum "
        f"--dimensions Name=FunctionName,Value={function} --period 3600"
    )
