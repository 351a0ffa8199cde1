"""Load balancers: which errors clients got lately, and from whom: the balancer itself or the targets."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from bot.model.finding import Finding, Severity
from bot.probes.aws.balancers import BALANCERS
from bot.probes.aws.view import AwsView
from bot.probes.registry import probe
from bot.probes.saying import Says, shown

SAYS = Says("aws.elb.errors")
METRICS = "cloudwatch:GetMetricStatistics"

# metric: (cause, what it means, what to do); the one with the highest count is said
_COUNTED = {
    "HTTPCode_ELB_502_Count": (
        "balancer-answers-502",
        "answered 502: a target closed the connection, or answered something that is no HTTP",
        "Make the application's keep-alive time-out longer than the balancer's idle one, and look for its crashes.",
    ),
    "HTTPCode_ELB_503_Count": (
        "balancer-answers-503",
        "answered 503: no target could take the request",
        "See why no target is registered and healthy.",
    ),
    "HTTPCode_ELB_504_Count": (
        "balancer-answers-504",
        "answered 504: a target took too long, or did not take the connection",
        "Find what makes the application slow, or what drops packets on the way to it.",
    ),
    "HTTPCode_Target_5XX_Count": (
        "targets-answer-5xx",
        "passed on errors (5xx) that the application itself answered",
        "Read the application's log for its exceptions.",
    ),
}


@probe("aws.elb.errors", permissions=(BALANCERS, METRICS), facts=("code", "count"))
def errors(view: AwsView, *, load_balancer: str, within_minutes: int = 60, at_least: int = 10) -> Iterator[Finding]:
    """Which errors an Application Load Balancer gave its clients lately, and who made them.

    Fewer than `at_least` within `within_minutes` are noise.
    """
    balancer = next(iter(view.call(BALANCERS, Names=[load_balancer]).get("LoadBalancers", ())), None)
    if balancer is None or balancer.get("Type") != "application":
        return
    where = view.resource("elbv2.LoadBalancer", load_balancer)
    dimension = str(balancer["LoadBalancerArn"]).partition(":loadbalancer/")[2]
    counts = _counts(view, dimension, within_minutes)
    if counts is None:
        return
    metric, count = max(counts.items(), key=lambda found: found[1])
    if count < at_least:
        yield SAYS.ok(
            where, f"{load_balancer} gave its clients {sum(counts.values())} errors in {within_minutes} minutes."
        )
        return
    cause, means, remedy = _COUNTED[metric]
    text = "\n".join(f"{name}: {number}" for name, number in counts.items())
    command = (
        f"aws cloudwatch get-metric-statistics --namespace AWS/ApplicationELB --metric-name {metric} --statistics Sum "
        f"--dimensions Name=LoadBalancer,Value={dimension} --period {60 * within_minutes}"
    )
    yield SAYS.critical(
        cause,
        where,
        f"{load_balancer} {means}, {count} times in the last {within_minutes} minutes.",
        remedy,
        severity=Severity.MEDIUM,
        evidence=shown("CloudWatch", text, command),
        facts={"code": metric, "count": str(count)},
    )


def _counts(view: AwsView, dimension: str, within_minutes: int) -> dict[str, int] | None:
    until = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(minutes=1)
    asked = {
        "Namespace": "AWS/ApplicationELB",
        "Dimensions": [{"Name": "LoadBalancer", "Value": dimension}],
        "StartTime": until - timedelta(minutes=within_minutes + 1),
        "EndTime": until,
        "Period": 60 * within_minutes,
        "Statistics": ["Sum"],
    }
    answers = view.together([(METRICS, {**asked, "MetricName": metric}) for metric in _COUNTED])
    if any(answer.data is None for answer in answers):
        return None
    return {
        metric: int(sum(point.get("Sum", 0) for point in answer.get("Datapoints", ())))
        for metric, answer in zip(_COUNTED, answers, strict=True)
    }
