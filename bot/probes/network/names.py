"""Names: whether a host name resolves, and to what."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bot.kit.text import listed
from bot.model.finding import Finding, Status, Unknown
from bot.probes.network.faults import name_fault, thing
from bot.probes.registry import probe
from bot.probes.saying import Says

if TYPE_CHECKING:
    from bot.probes.network.view import NetworkView

LOOKUP = Says("network.dns.lookup")

_PROVIDERS = (
    ("cloudfront.net", "CloudFront"),
    ("elb.amazonaws.com", "an AWS load balancer"),
    ("azureedge.net", "Azure CDN"),
    ("azurefd.net", "Azure Front Door"),
    ("cloudflare.net", "Cloudflare"),
    ("fastly.net", "Fastly"),
    ("akamaiedge.net", "Akamai"),
    ("s3.amazonaws.com", "S3"),
    ("execute-api", "API Gateway"),
)


def served_from(alias: str) -> str:
    """Say what serves a name, from what it is an alias of; empty when that does not tell."""
    return next((name for part, name in _PROVIDERS if part in alias), "")


@probe("network.dns.lookup", permissions=("resolve",), facts=("addresses", "alias", "served_from"))
def lookup(view: NetworkView, *, host: str, record: str = "A") -> Iterator[Finding]:
    """Whether a name resolves, to what, and what it is an alias of."""
    resolution = view.resolve(host, record)
    if resolution is None:
        return
    name = host.strip().rstrip(".").lower()
    fault = name_fault(LOOKUP, name, resolution, record)
    if fault:
        yield fault
        return
    if resolution.problem:
        summary = f"The name server did not answer in time for {name}."
        yield Finding(LOOKUP.probe, thing("Name", name), Status.UNKNOWN, summary, unknown_because=Unknown.TIMED_OUT)
        return
    facts = {
        "addresses": ", ".join(resolution.addresses),
        "alias": resolution.alias,
        "served_from": served_from(resolution.alias),
    }
    yield LOOKUP.ok(thing("Name", name), f"{name} resolves to {listed(resolution.addresses)}.", facts=facts)
