"""Lambda: whether a function is fed by its queues and streams, and whether it has a way out of its VPC."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from bot.model.finding import Finding
from bot.model.resource import Resource
from bot.probes.aws import reachability as reach
from bot.probes.aws.functions import CONFIGURATION, Json, configuration, resource_of
from bot.probes.aws.naming import called
from bot.probes.aws.view import AwsView
from bot.probes.registry import probe
from bot.probes.saying import Says, needs, shown

MAPPINGS = "lambda:ListEventSourceMappings"
TABLES = "ec2:DescribeRouteTables"
ANYWHERE = ipaddress.ip_network("0.0.0.0/0")

TRIGGERS = Says("aws.lambda.triggers")
NETWORK = Says("aws.lambda.network")


@probe("aws.lambda.triggers", permissions=(MAPPINGS,), facts=("source",))
def triggers(view: AwsView, *, function: str) -> Iterator[Finding]:
    """Whether the queues and streams that feed a function are switched on and read without errors."""
    where = resource_of(view, function)
    found = view.pages(MAPPINGS, "EventSourceMappings", FunctionName=function)
    faults = [one for mapping in found if (one := _mapping(view, where, mapping))]
    yield from faults
    if found.complete and not faults and not found.error:
        count = len(found.items)
        summary = f"{count} event source{'s' * (count != 1)} of {where.name}, all enabled and read."
        yield TRIGGERS.ok(where, summary if count else f"{where.name} has no event source mapping.")


def _mapping(view: AwsView, where: Resource, mapping: Json) -> Finding | None:
    source = str(mapping.get("EventSourceArn") or "the event source").rpartition(":")[2]
    there = view.resource("lambda.EventSourceMapping", str(mapping["UUID"]))
    now, result = str(mapping.get("State", "")), str(mapping.get("LastProcessingResult", ""))
    command = f"aws lambda get-event-source-mapping --uuid {mapping['UUID']}"
    if now in ("Disabled", "Disabling"):
        reason = str(mapping.get("StateTransitionReason", ""))
        return TRIGGERS.critical(
            "event-source-disabled",
            there,
            f"The event source {source} of {where.name} is disabled, so nothing calls the function.",
            "Enable the mapping, once whoever disabled it agrees.",
            evidence=shown("State", f"{now}: {reason}", command),
            relations=needs(where, there, why="is called by"),
            facts={"source": source},
        )
    if result.startswith("PROBLEM"):
        return TRIGGERS.critical(
            "event-source-failing",
            there,
            f"The event source {source} of {where.name} cannot be read: {result.removeprefix('PROBLEM: ')}",
            "Correct what the message names: mostly a permission of the function's role on the source.",
            evidence=shown("LastProcessingResult", result, command),
            relations=needs(where, there, why="is called by"),
            facts={"source": source},
        )
    return None


# --- network ----------------------------------------------------------------------------------------------


@probe("aws.lambda.network", permissions=(CONFIGURATION, TABLES), facts=("in_vpc",))
def network(view: AwsView, *, function: str) -> Iterator[Finding]:
    """Whether a function in a VPC has a way out to the internet and to AWS.

    A function has no public address, so only a NAT (or a transit gateway and the like) leads out; a bare internet
    gateway does not.
    """
    where = resource_of(view, function)
    vpc = configuration(view, function).get("VpcConfig") or {}
    subnets = [str(one) for one in vpc.get("SubnetIds") or ()]
    if not subnets:
        return
    answer = view.call(TABLES, Filters=[{"Name": "vpc-id", "Values": [str(vpc.get("VpcId", ""))]}])
    tables = tuple(answer.get("RouteTables", ()))
    if answer.data is None:
        return
    faults = [one for subnet in subnets if (one := _no_way_out(view, where, subnet, tables))]
    yield from faults[:1]
    if not faults:
        yield NETWORK.ok(where, f"All {len(subnets)} subnets of {where.name} have a way out.", facts={"in_vpc": "yes"})


def _no_way_out(view: AwsView, where: Resource, subnet: str, tables: tuple[Json, ...]) -> Finding | None:
    table = reach.table_of(subnet, tables)
    if table is None:
        return None
    route = reach.route_to(table, ANYWHERE)
    leads = reach.target_of(route) if route else ""
    if route and not leads.startswith("igw-") and not reach.is_blackhole(route):
        return None
    if route is None:
        why = "has no route to the internet"
    elif reach.is_blackhole(route):
        why = f"leads to {leads}, which is gone"
    else:
        why = f"leads to the internet gateway {leads}, which does not serve functions: they have no public address"
    there = view.resource("ec2.RouteTable", str(table["RouteTableId"]))
    return NETWORK.critical(
        "vpc-without-way-out",
        there,
        f"{where.name} runs in subnet {subnet}, whose route table {called(table, 'RouteTableId')} {why}.",
        "Put the function in subnets that route to a NAT gateway, or add VPC endpoints for what it calls.",
        evidence=shown(
            "Routes", leads or "no 0.0.0.0/0", f"aws ec2 describe-route-tables --route-table-ids {there.name}"
        ),
        relations=needs(where, there, why="reaches what it calls through"),
        facts={"in_vpc": "yes"},
    )
