"""Load balancers: why targets are not healthy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.kit.text import listed
from bot.model.finding import Finding, Status, Unknown
from bot.model.resource import Resource
from bot.probes.aws import balancers as read
from bot.probes.aws.balancers import Found, Group, Json
from bot.probes.aws.elb import judge_classic
from bot.probes.aws.naming import called
from bot.probes.aws.view import AwsView
from bot.probes.registry import probe
from bot.probes.saying import Says, needs, shown

TARGETS = Says("aws.elb.targets")
_FOUND = (read.BALANCERS, read.GROUPS, read.HEALTH, read.CLASSIC)

# reason code: (cause, what it means, what to do)
_REASONS = {
    "Target.ResponseCodeMismatch": (
        "health-check-status",
        "the health check gets another status than it expects",
        "Correct the health check's path or the codes it expects, or what the application answers there.",
    ),
    "Target.Timeout": (
        "health-check-timed-out",
        "the health check gets no answer in time",
        "See whether the application hangs, and whether a security group or network ACL drops the check's packets.",
    ),
    "Target.FailedHealthChecks": (
        "health-check-refused",
        "connections of the health check are refused or reset",
        "See whether the application listens on this port, on all addresses, and speaks the check's protocol.",
    ),
    "Target.InvalidState": (
        "target-instance-stopped",
        "the instance is not running",
        "Start the instance, or deregister it and let the scaling group replace it.",
    ),
    "Target.IpUnusable": (
        "target-address-unusable",
        "the address belongs to another load balancer and cannot be a target",
        "Register the real targets.",
    ),
}
_NOT_IN_USE = "Target.NotInUse"
_ZONE_WORDS = "Availability Zone"


@probe(
    "aws.elb.targets",
    permissions=(*_FOUND, read.CLASSIC_HEALTH, read.SECURITY_GROUPS, read.INTERFACES, read.SUBNETS),
    facts=("load_balancer", "target_group", "healthy", "targets", "check", "port"),
)
def targets(view: AwsView, *, load_balancer: str = "", target_group: str = "") -> Iterator[Finding]:
    """Why the targets behind a load balancer are not healthy."""
    if not load_balancer and not target_group:
        yield TARGETS.unknown(Unknown.UNSUPPORTED, view.home(), "No load balancer or target group was named.")
        return
    found = read.find(view, load_balancer, target_group)
    if found.classic is not None:
        yield from judge_classic(TARGETS, view, found.classic)
    elif not found.balancer and not found.groups:
        if found.known:
            yield _absent(view, found, "elbv2.TargetGroup" if target_group else "elbv2.LoadBalancer")
    else:
        yield from _judge(view, found)


def _absent(view: AwsView, found: Found, kind: str) -> Finding:
    names = f"; there is {listed(found.near)}" if found.near else ""
    is_group = kind.endswith("TargetGroup")
    word = "target group" if is_group else "load balancer"
    return TARGETS.critical(
        "target-group-absent" if is_group else "load-balancer-absent",
        view.resource(kind, found.name),
        f"There is no {word} {found.name} in {view.region} in this account{names}.",
        "Correct the name or the region.",
    )


def _judge(view: AwsView, found: Found) -> Iterator[Finding]:
    balancer = found.balancer
    above = view.resource("elbv2.LoadBalancer", str(balancer["LoadBalancerName"])) if balancer else None
    faulty: list[Resource] = []
    for group in found.groups:
        where = view.resource("elbv2.TargetGroup", group.name)
        findings = list(judge_group(view, balancer, group, where))
        faulty += [where for one in findings if one.status is Status.CRITICAL][:1]
        yield from findings
    if above and not found.groups and found.known:
        yield TARGETS.critical(
            "no-target-group",
            above,
            f"{above.name} has no target group: it can send requests nowhere.",
            "Add a listener rule that forwards to a target group.",
        )
    if above and faulty:
        names = listed([one.name for one in faulty])
        yield TARGETS.critical(
            "load-balancer-degraded",
            above,
            f"{above.name} sends requests to {names}, which is not in order.",
            "Correct what is wrong below.",
            relations=needs(above, *faulty, why="sends requests to"),
        )


def judge_group(view: AwsView, balancer: Json | None, group: Group, where: Resource) -> Iterator[Finding]:
    """Judge one target group: one finding for each reason, then whether all targets stand in one zone."""
    if group.targets is None:
        return
    if not group.targets:
        yield _says(
            group,
            where,
            "no-targets",
            f"Target group {group.name} has no targets: clients get 503.",
            "Register targets, or see why the scaling group, service or controller that should do so does not.",
        )
        return
    healthy = [one for one in group.targets if _state(one) == "healthy"]
    reasons: dict[str, list[Json]] = {}
    for one in group.targets:
        if _state(one) != "healthy":
            reasons.setdefault(_reason(one), []).append(one)
    for reason, affected in reasons.items():
        yield from _for_reason(view, balancer, group, where, reason, affected)
    if len(healthy) == len(group.targets):
        yield TARGETS.ok(
            where, f"{len(healthy)} of {len(healthy)} targets of {group.name} are healthy.", facts=_facts(group)
        )
        yield from _one_zone(group, where)


def _for_reason(
    view: AwsView, balancer: Json | None, group: Group, where: Resource, reason: str, affected: Sequence[Json]
) -> Iterator[Finding]:
    names = listed([str(one["Target"]["Id"]) for one in affected])
    count = f"{len(affected)} of {len(group.targets or ())} targets of {group.name}"
    said = str(affected[0]["TargetHealth"].get("Description", ""))
    if reason == "Target.DeregistrationInProgress":
        yield from _draining(group, where, affected)
    elif reason.startswith("Elb.") and reason != "Elb.InternalError":
        yield TARGETS.warning(
            "targets-registering", where, f"{count} ({names}) are still being registered.", "Wait a minute, look again."
        )
    elif reason == _NOT_IN_USE:
        yield _unused(group, where, count, names, said)
    elif reason == "Target.Timeout" and (blocked := _blocked(view, balancer, group, where, affected, count)):
        yield from blocked
    else:
        cause, means, remedy = _REASONS.get(
            reason, ("target-unhealthy", f"the load balancer says {reason or 'nothing more'}", "Look at the targets.")
        )
        detail = f" ({said.rstrip('.')})" if said else ""
        summary = f"{count} ({names}) are unhealthy: {means}{detail}; it asks {group.check()}."
        yield _says(group, where, cause, summary, remedy)


def _draining(group: Group, where: Resource, affected: Sequence[Json]) -> Iterator[Finding]:
    if len(affected) < len(group.targets or ()):
        yield TARGETS.warning(
            "targets-draining",
            where,
            f"{len(affected)} targets of {group.name} are draining.",
            "Nothing, if it is a rollout.",
        )
        return
    yield _says(
        group,
        where,
        "targets-draining",
        f"All {len(affected)} targets of {group.name} are draining and none has taken their place: clients get 503.",
        "Register new targets; see who or what deregistered these.",
    )


def _unused(group: Group, where: Resource, count: str, names: str, said: str) -> Finding:
    if _ZONE_WORDS in said:
        return _says(
            group,
            where,
            "target-zone-not-enabled",
            f"{count} ({names}) stand in an Availability Zone that is not enabled for the load balancer.",
            "Enable the zone (a subnet in it) on the load balancer, or move the targets.",
        )
    return _says(
        group,
        where,
        "target-group-not-used",
        f"Target group {group.name} is not used by any listener: its targets get no requests and no health checks.",
        "Add a listener or rule that forwards to it.",
    )


def _blocked(
    view: AwsView, balancer: Json | None, group: Group, where: Resource, affected: Sequence[Json], count: str
) -> tuple[Finding, ...]:
    """A time-out is mostly a security group: name it, and leave the target group as its symptom."""
    first = str(affected[0]["Target"]["Id"])
    port = group.port_of(affected[0])
    found = read.between(view, balancer, first).blocking(port)
    if found is None:
        return ()
    blocking, outward = found
    there = view.resource("ec2.SecurityGroup", str(blocking["GroupId"]))
    name = called(blocking, "GroupId", "GroupName")
    what = (
        f"Security group {name} of the load balancer lets nothing out to port {port}."
        if outward
        else f"Security group {name} of target {first} does not let the load balancer in on port {port}."
    )
    side = "an outbound rule to the targets'" if outward else "an inbound rule from the load balancer's"
    command = f"aws ec2 describe-security-groups --group-ids {blocking['GroupId']}"
    cause = "security-group-egress-blocks" if outward else "security-group-blocks"
    return (
        TARGETS.critical(
            cause,
            there,
            what,
            f"Add {side} security group for TCP {port}.",
            evidence=shown("Security group", name, command),
        ),
        TARGETS.critical(
            "health-check-timed-out",
            where,
            f"{count} are unhealthy: the health check gets no answer in time; it asks {group.check()}.",
            "Correct what stands in the way.",
            relations=needs(where, there, why="lets health checks through"),
            facts=_facts(group),
        ),
    )


def _one_zone(group: Group, where: Resource) -> Iterator[Finding]:
    zones = {str(one["Target"].get("AvailabilityZone", "")) for one in group.targets or ()} - {"", "all"}
    if len(group.targets or ()) > 1 and len(zones) == 1:
        yield TARGETS.warning(
            "targets-in-one-zone",
            where,
            f"All targets of {group.name} stand in {min(zones)}: the loss of that zone stops the service.",
            "Spread the targets over zones.",
        )


def _says(group: Group, where: Resource, cause: str, summary: str, remedy: str) -> Finding:
    lines = [
        f"{one['Target']['Id']}:{one['Target'].get('Port', '')} {_state(one)} {_reason(one)} "
        f"{one['TargetHealth'].get('Description', '')}".strip()
        for one in (group.targets or ())[:10]
    ]
    command = f"aws elbv2 describe-target-health --target-group-arn {group.described['TargetGroupArn']}"
    evidence = shown("Target health", "\n".join(lines) or "no targets", command)
    return TARGETS.critical(cause, where, summary, remedy, evidence=evidence, facts=_facts(group))


def _facts(group: Group) -> dict[str, str]:
    healthy = sum(_state(one) == "healthy" for one in group.targets or ())
    return {
        "target_group": group.name,
        "healthy": str(healthy),
        "targets": str(len(group.targets or ())),
        "check": group.check(),
        "port": str(group.described.get("Port", "")),
    }


def _state(target: Json) -> str:
    return str(target["TargetHealth"].get("State", ""))


def _reason(target: Json) -> str:
    return str(target["TargetHealth"].get("Reason", ""))
