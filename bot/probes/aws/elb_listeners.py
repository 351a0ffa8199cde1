"""Load balancers: whether they are active and listen, and whether the certificates of the listeners hold."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from bot.kit.text import listed
from bot.model.finding import Finding, Severity
from bot.model.resource import Resource
from bot.probes.aws.balancers import BALANCERS, Json
from bot.probes.aws.naming import moment
from bot.probes.aws.view import AwsView
from bot.probes.registry import probe
from bot.probes.saying import Says, needs, shown

LISTENERS = Says("aws.elb.listeners")


@probe(
    "aws.elb.listeners",
    permissions=(BALANCERS, "elbv2:DescribeListeners", "acm:DescribeCertificate"),
    facts=("state", "scheme", "dns_name"),
)
def listeners(view: AwsView, *, load_balancer: str, urgent_days: int = 7) -> Iterator[Finding]:
    """Whether a load balancer is active, listens, and presents certificates that hold."""
    balancer = next(iter(view.call(BALANCERS, Names=[load_balancer]).get("LoadBalancers", ())), None)
    if balancer is None:
        return
    where = view.resource("elbv2.LoadBalancer", load_balancer)
    found = view.pages("elbv2:DescribeListeners", "Listeners", LoadBalancerArn=balancer["LoadBalancerArn"])
    fault = _state_fault(balancer, where)
    if not fault and found.complete and not found.items:
        fault = LISTENERS.critical(
            "no-listener",
            where,
            f"{where.name} has no listener: connections to it are refused.",
            "Add a listener for the port that clients use.",
        )
    if fault:
        yield fault
    certificates = sorted(
        {str(one["CertificateArn"]) for listener in found for one in listener.get("Certificates") or ()}
    )
    faults = [one for arn in certificates if (one := _certificate(view, where, arn, urgent_days))]
    yield from faults
    if not fault and not faults and found.complete:
        ports = listed([f"{one.get('Protocol')} {one.get('Port')}" for one in found])
        facts = {key: str(balancer.get(name, "")) for key, name in (("scheme", "Scheme"), ("dns_name", "DNSName"))}
        yield LISTENERS.ok(where, f"{where.name} is active and listens on {ports}.", facts=facts)


def _state_fault(balancer: Json, where: Resource) -> Finding | None:
    state = balancer.get("State") or {}
    code = str(state.get("Code", "active"))
    if code == "active":
        return None
    reason = f": {state['Reason']}" if state.get("Reason") else ""
    return LISTENERS.critical(
        "load-balancer-not-active",
        where,
        f"{where.name} is {code.replace('_', ' ')}{reason}.",
        "See whether its subnets have free addresses, and whether it was just made.",
    )


def _certificate(view: AwsView, above: Resource, arn: str, urgent_days: int) -> Finding | None:
    if ":acm:" not in arn:
        return None
    about = view.call("acm:DescribeCertificate", CertificateArn=arn).get("Certificate")
    until = moment((about or {}).get("NotAfter"))
    if about is None or until is None or until - datetime.now(UTC) > timedelta(days=urgent_days):
        return None
    expired = until < datetime.now(UTC)
    word = "expired" if expired else "expires"
    return LISTENERS.critical(
        "listener-certificate-expired" if expired else "listener-certificate-expiring",
        view.resource("acm.Certificate", arn.rpartition("/")[2]),
        f"The certificate of {above.name} for {about.get('DomainName')} {word} on {until:%Y-%m-%d}.",
        "Renew it: an issued one by its validation record, an imported one by importing a new one.",
        severity=Severity.HIGH if expired else Severity.MEDIUM,
        since=until if expired else None,
        evidence=shown(
            "NotAfter", f"{until:%Y-%m-%d %H:%M} UTC", f"aws acm describe-certificate --certificate-arn {arn}"
        ),
        relations=needs(above, view.resource("acm.Certificate", arn.rpartition("/")[2]), why="presents"),
    )
