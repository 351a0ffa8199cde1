"""Lambda: what a function's own log says of its failures. A bounded look: the newest lines that speak of errors."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.kit.text import clean, cut
from bot.model.finding import Finding
from bot.model.resource import Resource
from bot.probes.aws.functions import CONFIGURATION, configuration, resource_of
from bot.probes.aws.view import AwsView
from bot.probes.registry import probe
from bot.probes.saying import Says, needs, shown

SAYS = Says("aws.lambda.errors")
LOGS = "logs:FilterLogEvents"
MOST_EVENTS = 50
MOST_TEXT = 2_000
PATTERN = (
    '?"Task timed out" ?"Runtime exited" ?"Runtime." ?"[ERROR]" ?"AccessDenied" ?"not authorized" '
    '?"Invoke Error" ?"ECONNREFUSED" ?"ETIMEDOUT" ?"OutOfMemory" ?"KMS" ?"Traceback"'
)


@dataclass(frozen=True, slots=True)
class _Rule:
    """A line that tells a cause. `summary` and `remedy` are filled with the groups of the match and the function."""

    cause: str
    pattern: re.Pattern[str]
    summary: str
    remedy: str


def _rule(cause: str, pattern: str, summary: str, remedy: str) -> _Rule:
    return _Rule(cause, re.compile(pattern), summary, remedy)


# The deepest first: a missing module is why the runtime exited, a denied call is why an exception was raised.
_RULES = (
    _rule(
        "lambda-out-of-memory",
        r"(?:Runtime\.OutOfMemory|signal: killed|JavaScript heap out of memory|java\.lang\.OutOfMemoryError"
        r"|\bMemoryError\b)",
        "{function} ran out of memory ({memory_mb} MB).",
        "Raise its memory, or find what grows: it is killed at the limit.",
    ),
    _rule(
        "lambda-handler-missing",
        r"Runtime\.HandlerNotFound:? ?([^\n]{0,200})",
        "The handler {handler} of {function} does not exist in its code: {0}.",
        "Correct the handler setting (file.function), or the code.",
    ),
    _rule(
        "lambda-module-missing",
        r"(?:No module named |Cannot find module |Cannot find package )['\"]?([^'\"\s]{1,200})",
        "{function} cannot load the module {0}: it is neither in its package nor in a layer.",
        "Package the module, or add the layer that holds it, and deploy again.",
    ),
    _rule(
        "lambda-kms-denied",
        r"KMSAccessDeniedException|(?:KMS key is disabled|KMSDisabledException|KMSInvalidStateException)",
        "{function} may not use the KMS key that it needs.",
        "Allow its role kms:Decrypt on the key, and see that the key is enabled.",
    ),
    _rule(
        "lambda-permission-denied",
        r"not authorized to perform:? ?([a-z0-9-]{1,40}:[A-Za-z]{1,60})(?: on resource:? \"?([^\s\"]{1,300}))?",
        "The role {role} of {function} may not {0}{on}.",
        "Allow {0} on this resource in the role's policy, or see which policy denies it.",
    ),
    _rule(
        "lambda-permission-denied",
        r"An error occurred \(AccessDenied\w*\) when calling the (\w{1,60}) operation",
        "The role {role} of {function} may not call {0}.",
        "Allow {0} in the role's policy, or see which policy denies it.",
    ),
    _rule(
        "lambda-environment-missing",
        r"KeyError: '([A-Z][A-Z0-9_]{2,80})'",
        "{function} reads the environment variable {0}, which is not set.",
        "Set {0} in the function's environment.",
    ),
    _rule(
        "lambda-dependency-refused",
        r"ECONNREFUSED (\S{1,100})|Connection refused[^\n]{0,40}?(\S{1,80}:\d{2,5})?",
        "{function} is refused by what it connects to {0}.",
        "See whether what it connects to runs and listens.",
    ),
    _rule(
        "lambda-timed-out",
        r"Task timed out after ([\d.]{1,10}) seconds",
        "{function} does not finish within its time-out of {0} s.",
        "See what it waits for before raising the time-out: a call that hangs, a VPC without a way out, a cold start.",
    ),
    _rule(
        "lambda-unhandled-exception",
        r"\[ERROR\] (?:\S{1,30}Z\s\S{1,40}\s)?([A-Z]\w{2,80}(?:Error|Exception|Exit)\w{0,20})"
        r"|\"errorType\":\"([A-Za-z_.]{3,80})\"",
        "{function} raises {0}.",
        "Read the stack trace below; it is a fault of the code or of its input.",
    ),
    _rule(
        "lambda-runtime-exited",
        r"Runtime exited (?:with error: )?([^\n]{0,80})",
        "The runtime of {function} exits: {0}.",
        "Read the lines before it in the log.",
    ),
)


@probe("aws.lambda.errors", permissions=(CONFIGURATION, LOGS), facts=("action", "detail", "count"))
def errors(view: AwsView, *, function: str, within_minutes: int = 60) -> Iterator[Finding]:
    """What a function's log says of its failures: time-out, memory, handler, module, permission, exception.

    `within_minutes` is how far back the log is read; at most fifty lines that speak of errors are.
    """
    where = resource_of(view, function)
    about = configuration(view, function).data or {}
    group = str((about.get("LoggingConfig") or {}).get("LogGroup") or f"/aws/lambda/{where.name}")
    since = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(minutes=within_minutes)
    answer = view.call(
        LOGS,
        logGroupName=group,
        startTime=int(since.timestamp() * 1000),
        filterPattern=PATTERN,
        limit=MOST_EVENTS,
    )
    if answer.absent:
        yield SAYS.warning(
            "log-group-absent",
            where,
            f"{where.name} has no log group {group}: it never ran, or its role may not write logs.",
            "Invoke it once, and see that its role may create log groups and streams.",
        )
    if answer.data is None:
        return
    lines = answer.get("events", ())
    finding = judge(lines, where, about, group)
    yield finding or SAYS.ok(
        where, f"The log of {where.name} tells of no failure in the last {within_minutes} minutes."
    )


def judge(events: Sequence[Mapping[str, Any]], where: Resource, about: Mapping[str, Any], group: str) -> Finding | None:
    """Judge log events (`logs:FilterLogEvents`): the deepest cause that any tells, with the newest line as evidence."""
    for rule in _RULES:
        told = [(event, found) for event in events if (found := rule.pattern.search(_text(event)))]
        if told:
            event, found = max(told, key=lambda pair: int(pair[0].get("timestamp", 0)))
            return _finding(rule, found, event, len(told), where, about, group)
    return None


def _text(event: Mapping[str, Any]) -> str:
    return cut(clean(str(event.get("message", ""))), MOST_TEXT)


def _finding(
    rule: _Rule,
    found: re.Match[str],
    event: Mapping[str, Any],
    count: int,
    where: Resource,
    about: Mapping[str, Any],
    group: str,
) -> Finding:
    groups = [one for one in found.groups() if one]
    role = str(about.get("Role", "")).rpartition("/")[2] or "not known"
    words = {
        "function": where.name,
        "role": role,
        "handler": str(about.get("Handler", "")),
        "memory_mb": str(about.get("MemorySize", "")),
        "on": f" on {groups[1].rstrip('.,')}" if len(groups) > 1 else "",
    }
    detail = groups[0].rstrip(".") if groups else ""
    at_fault = _at_fault(rule, where, role)
    times = f" ({count} times)" if count > 1 else ""
    moment = datetime.fromtimestamp(int(event.get("timestamp", 0)) / 1000, UTC)
    return SAYS.critical(
        rule.cause,
        at_fault,
        rule.summary.format(detail, **words).replace(" .", ".").rstrip(".") + f"{times}.",
        rule.remedy.format(detail, **words),
        since=moment,
        evidence=shown("Log", _text(event), f"aws logs tail {group} --since 1h"),
        relations=needs(where, at_fault, why="runs as") if at_fault != where else (),
        facts={
            "detail": detail,
            "count": str(count),
            "action": detail if rule.cause == "lambda-permission-denied" else "",
        },
    )


def _at_fault(rule: _Rule, where: Resource, role: str) -> Resource:
    if rule.cause == "lambda-permission-denied" and role != "not known":
        return Resource("aws", where.scope, "", "iam.Role", role)
    return where
