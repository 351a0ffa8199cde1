"""Classic Load Balancers: why instances are out of service. Called for what turned out to be classic."""

from __future__ import annotations

from collections.abc import Iterator

from bot.kit.text import listed
from bot.model.finding import Finding
from bot.probes.aws.balancers import CLASSIC_HEALTH, Json
from bot.probes.aws.view import AwsView
from bot.probes.saying import Says, shown

# words in the description: (cause, what it means, what to do); the first that fits
_DESCRIPTIONS = (
    (
        "stopped state",
        "target-instance-stopped",
        "the instance is not running",
        "Start the instance, or deregister it.",
    ),
    (
        "terminated",
        "target-instance-stopped",
        "the instance is gone",
        "Deregister it, and see whether the scaling group replaces it.",
    ),
    (
        "not enabled",
        "target-zone-not-enabled",
        "its Availability Zone is not enabled for the load balancer",
        "Enable the zone, or move the instance.",
    ),
    (
        "UnhealthyThreshold",
        "health-check-failed",
        "it failed its health checks",
        "See whether the application listens on the check's port and answers its path with 200, and whether its "
        "security group lets the load balancer in.",
    ),
)


def judge_classic(says: Says, view: AwsView, balancer: Json) -> Iterator[Finding]:
    """Judge a Classic Load Balancer: one finding for all instances with the same fault."""
    name = str(balancer["LoadBalancerName"])
    where = view.resource("elb.LoadBalancer", name)
    answer = view.call(CLASSIC_HEALTH, LoadBalancerName=name)
    if answer.data is None:
        return
    states = list(answer.get("InstanceStates", ()))
    out = [one for one in states if one.get("State") != "InService"]
    command = f"aws elb describe-instance-health --load-balancer-name {name}"
    if not states:
        yield says.critical(
            "no-targets",
            where,
            f"Classic load balancer {name} has no instances: clients get 503.",
            "Register instances.",
            evidence=shown("InstanceStates", "none", command),
        )
        return
    check = str((balancer.get("HealthCheck") or {}).get("Target", ""))
    for cause, group in _grouped(out).items():
        means, remedy = next(((text, todo) for _, slug, text, todo in _DESCRIPTIONS if slug == cause), ("", ""))
        names = listed([str(one["InstanceId"]) for one in group])
        said = str(group[0].get("Description", ""))
        yield says.critical(
            cause,
            where,
            f"{len(group)} of {len(states)} instances of {name} ({names}) are out of service: {means or said}; "
            f"the check asks {check}.",
            remedy or "Look at the instances.",
            evidence=shown("InstanceStates", said, command),
        )
    if not out:
        yield says.ok(where, f"{len(states)} of {len(states)} instances of {name} are in service.")


def _grouped(out: list[Json]) -> dict[str, list[Json]]:
    grouped: dict[str, list[Json]] = {}
    for one in out:
        said = str(one.get("Description", ""))
        cause = next((slug for words, slug, _, _ in _DESCRIPTIONS if words in said), "target-unhealthy")
        grouped.setdefault(cause, []).append(one)
    return grouped
