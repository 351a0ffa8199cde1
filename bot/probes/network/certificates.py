"""Certificates: whether clients can trust what a TLS server presents."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.kit.text import listed
from bot.model.finding import Finding, Severity
from bot.model.resource import Resource
from bot.probes.network.addresses import canonical
from bot.probes.network.client import Handshake
from bot.probes.network.faults import connection_fault, endpoint_needs, name_fault, thing
from bot.probes.registry import probe
from bot.probes.saying import Says, shown

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

    from bot.probes.network.view import NetworkView

SAYS = Says("network.tls.certificate")
# What controllers present when the certificate of a host is missing.
_DEFAULTS = ("Kubernetes Ingress Controller Fake Certificate", "TRAEFIK DEFAULT CERT")
_SELF_SIGNED_LEAF, _SELF_SIGNED_IN_CHAIN = 18, 19
_NO_ISSUER = (20, 21)


@dataclass(frozen=True, slots=True)
class Presented:
    """What matters of one certificate."""

    subject: str
    issuer: str
    names: tuple[str, ...]
    begins: datetime
    ends: datetime

    @property
    def self_signed(self) -> bool:
        """Say whether it names itself as its issuer."""
        return self.subject == self.issuer

    def covers(self, host: str) -> bool:
        """Say whether it is for this host; `*.example.com` stands for one label."""
        tail = host.partition(".")[2]
        return any(name in (host, f"*.{tail}" if tail else host) for name in self.names)


@probe(
    "network.tls.certificate",
    permissions=("connect",),
    facts=("subject", "issuer", "names", "expires", "days_left", "protocol"),
)
def certificate(
    view: NetworkView, *, host: str, port: int = 443, urgent_days: int = 7, warn_days: int = 30
) -> Iterator[Finding]:
    """Whether a TLS server's certificate holds: dates, host, chain, issuer, protocol."""
    pinned = view.pin(host, port)
    if pinned is None:
        # Planning, or not allowed: the view has noted it.
        return
    name = canonical(host)
    fault = name_fault(SAYS, name, pinned.resolution)
    if fault:
        yield fault
        return
    hands = view.handshake(host, port)
    if hands is not None:
        yield judge(hands, name, port, datetime.now(UTC), urgent_days, warn_days)


def judge(hands: Handshake, host: str, port: int, now: datetime, urgent_days: int, warn_days: int) -> Finding:
    """Judge a handshake: the one fault that clients meet first, or that it is well."""
    command = f"openssl s_client -connect {host}:{port} -servername {host} -showcerts"
    broken = connection_fault(SAYS, host, port, hands.problem, command) or _protocol(hands, host, port, command)
    if broken:
        return broken
    chain = tuple(map(_read, hands.chain))
    about = _About(host, thing("Certificate", host, port), command, chain, now)
    fault = about.dates() or about.default() or about.wrong_host() or about.chain_fault(hands)
    return fault or about.expiring(urgent_days, warn_days) or about.well(hands)


def _protocol(hands: Handshake, host: str, port: int, command: str) -> Finding | None:
    if hands.problem == "old-protocol":
        cause, summary = "tls-version-too-old", f"{host} speaks no TLS version later than 1.1; clients refuse it."
        remedy = "Turn on TLS 1.2 and 1.3 on the server or the load balancer's security policy."
    elif hands.problem == "not-tls" or not hands.chain:
        cause, summary = "tls-handshake-failed", f"{host} does not complete a TLS handshake on port {port}."
        remedy = "See whether this port speaks plain HTTP, or demands a client certificate."
    else:
        return None
    return SAYS.critical(
        cause,
        thing("Endpoint", host, port),
        summary,
        remedy,
        evidence=shown("TLS handshake", hands.verify_text or hands.problem, command),
        relations=endpoint_needs(host, port),
    )


def _read(der: bytes) -> Presented:
    from cryptography import x509

    found = x509.load_der_x509_certificate(der)
    return Presented(
        found.subject.rfc4514_string(),
        found.issuer.rfc4514_string(),
        _names(found),
        found.not_valid_before_utc,
        found.not_valid_after_utc,
    )


def _names(found: Certificate) -> tuple[str, ...]:
    from cryptography import x509

    try:
        alternatives = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    addresses = alternatives.get_values_for_type(x509.IPAddress)
    hosts = [name.lower() for name in alternatives.get_values_for_type(x509.DNSName)]
    return (*hosts, *(str(one) for one in addresses if isinstance(one, (ipaddress.IPv4Address, ipaddress.IPv6Address))))


@dataclass(frozen=True, slots=True)
class _About:
    """The judgements on one presented chain, each a question."""

    host: str
    where: Resource
    command: str
    chain: tuple[Presented, ...]
    now: datetime

    @property
    def leaf(self) -> Presented:
        return self.chain[0]

    def fault(self, cause: str, summary: str, remedy: str, since: datetime | None = None) -> Finding:
        leaf = self.leaf
        text = (
            f"subject {leaf.subject}; issuer {leaf.issuer}; names {', '.join(leaf.names) or 'none'}; "
            f"valid {leaf.begins:%Y-%m-%d %H:%M} to {leaf.ends:%Y-%m-%d %H:%M} UTC; {len(self.chain)} presented"
        )
        return SAYS.critical(
            cause,
            self.where,
            summary,
            remedy,
            since=since,
            evidence=shown("Certificate", text, self.command),
            relations=tuple(endpoint_needs(self.host, _port(self.where))),
            facts=self.facts(),
        )

    def facts(self) -> dict[str, str]:
        return {
            "subject": self.leaf.subject,
            "issuer": self.leaf.issuer,
            "names": ", ".join(self.leaf.names),
            "expires": f"{self.leaf.ends:%Y-%m-%d}",
            "days_left": str((self.leaf.ends - self.now).days),
        }

    def dates(self) -> Finding | None:
        for number, one in enumerate(self.chain):
            whose = f"The certificate of {self.host}" if number == 0 else f"The intermediate {one.subject}"
            if one.ends < self.now:
                cause = "certificate-expired" if number == 0 else "issuer-expired"
                summary = f"{whose} expired on {one.ends:%Y-%m-%d at %H:%M} UTC."
                remedy = "Renew it, install it where TLS ends, and find why the renewal did not run."
                return self.fault(cause, summary, remedy, one.ends)
            if one.begins > self.now:
                summary = f"{whose} is valid only from {one.begins:%Y-%m-%d at %H:%M} UTC."
                remedy = "Install one that is valid now, and check the clock of what issued it."
                return self.fault("certificate-not-yet-valid", summary, remedy)
        return None

    def default(self) -> Finding | None:
        if not any(name in self.leaf.subject for name in _DEFAULTS):
            return None
        return self.fault(
            "ingress-default-certificate",
            f"{self.host} presents the ingress controller's own placeholder ({self.leaf.subject}): "
            "the controller has no certificate for this host.",
            "See whether the Ingress names a TLS secret for this host, and whether that secret exists and is valid.",
        )

    def wrong_host(self) -> Finding | None:
        if self.leaf.covers(self.host):
            return None
        names = listed(self.leaf.names) if self.leaf.names else "no name at all"
        return self.fault(
            "certificate-wrong-host",
            f"{self.host} presents a certificate for {names}.",
            f"Install a certificate that names {self.host}, or correct which one is chosen for this host.",
        )

    def chain_fault(self, hands: Handshake) -> Finding | None:
        if hands.problem != "unverified":
            return None
        if hands.verify_code == _SELF_SIGNED_LEAF or (len(self.chain) == 1 and self.leaf.self_signed):
            return self.fault(
                "certificate-self-signed",
                f"{self.host} presents a self-signed certificate, which no client trusts.",
                "Install one of a known authority.",
            )
        if hands.verify_code in _NO_ISSUER and len(self.chain) == 1:
            return self.fault(
                "certificate-chain-incomplete",
                f"{self.host} sends only its own certificate, and its issuer ({self.leaf.issuer}) is no known "
                "authority: the intermediate certificate is missing.",
                "Install the full chain: the certificate, then its intermediates.",
            )
        if hands.verify_code in (*_NO_ISSUER, _SELF_SIGNED_IN_CHAIN):
            return self.fault(
                "issuer-not-trusted",
                f"{self.host} presents a chain that ends at {self.chain[-1].issuer}, which is no known authority.",
                "Use a public authority, or give the private authority's certificate to the clients.",
            )
        return self.fault(
            "certificate-not-trusted",
            f"Clients do not trust the certificate of {self.host}: {hands.verify_text}.",
            "Replace the certificate.",
        )

    def expiring(self, urgent_days: int, warn_days: int) -> Finding | None:
        left = self.leaf.ends - self.now
        summary = f"The certificate of {self.host} expires on {self.leaf.ends:%Y-%m-%d}, in {left.days} days."
        remedy = "Renew it now, and find why the renewal did not run."
        if left < timedelta(days=urgent_days):
            return SAYS.critical(
                "certificate-expiring",
                self.where,
                summary,
                remedy,
                severity=Severity.MEDIUM,
                facts=self.facts(),
                evidence=shown("Certificate", f"expires {self.leaf.ends:%Y-%m-%d %H:%M} UTC", self.command),
            )
        if left < timedelta(days=warn_days):
            return SAYS.warning("certificate-expiring", self.where, summary, remedy, facts=self.facts())
        return None

    def well(self, hands: Handshake) -> Finding:
        summary = (
            f"The certificate of {self.host} holds until {self.leaf.ends:%Y-%m-%d}, with a full chain from "
            f"{self.chain[-1].issuer}, over {hands.protocol}."
        )
        return SAYS.ok(self.where, summary, facts={**self.facts(), "protocol": hands.protocol})


def _port(where: Resource) -> int:
    _, separator, port = where.name.rpartition(":")
    return int(port) if separator and port.isdigit() else 443
