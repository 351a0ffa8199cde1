"""Real certificates for pretended hosts: a certificate authority of the sandbox's own, and whatever a case wants wrong.

Keys are elliptic and the authority is made once a process, so that a certificate costs a millisecond.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.x509 import Certificate

CHAINS = ("complete", "incomplete", "self-signed", "private")
_OFFSET = re.compile(r"([+-]?\d+)([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


@dataclass(frozen=True, slots=True)
class Issuer:
    """A certificate that signs others, and its key."""

    certificate: Certificate
    key: EllipticCurvePrivateKey


@cache
def authority() -> Issuer:
    """Give the root that the sandbox's clients trust."""
    return _issuer("Sandbox Root CA", None)


@cache
def intermediate() -> Issuer:
    """Give what signs the hosts' certificates."""
    return _issuer("Sandbox Issuing CA", authority())


@cache
def stranger() -> Issuer:
    """Give a root that nobody trusts."""
    return _issuer("Internal Private CA", None)


@cache
def host_key() -> EllipticCurvePrivateKey:
    """Give the key that all pretended hosts share."""
    from cryptography.hazmat.primitives.asymmetric import ec

    return ec.generate_private_key(ec.SECP256R1())


def pem(certificate: Certificate) -> bytes:
    """Give a certificate as PEM."""
    from cryptography.hazmat.primitives.serialization import Encoding

    return certificate.public_bytes(Encoding.PEM)


def key_pem() -> bytes:
    """Give the hosts' key as PEM."""
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    return host_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def presented(host: str, tls: Mapping[str, Any]) -> bytes:
    """Give the PEM chain that `host` presents: `names`, `subject`, `not_before`, `not_after` and `chain` of a case.

    `chain`: `complete`, `incomplete` (the intermediate is left out), `self-signed`, or `private` (an authority that
    nobody trusts, sent along). Raises ValueError for any other word.
    """
    chain = str(tls.get("chain", "complete"))
    if chain not in CHAINS:
        raise ValueError(f"{host}: chain is one of {', '.join(CHAINS)}, not {chain!r}")
    signer = {"self-signed": None, "private": stranger()}.get(chain, intermediate())
    leaf = _leaf(host, tls, signer)
    beside = {"complete": [intermediate().certificate], "private": [stranger().certificate]}.get(chain, [])
    return b"".join(map(pem, [leaf, *beside]))


def moment(value: object, default: timedelta) -> datetime:
    """Read `-30d`, `+2h` or an ISO time; the default is an offset from now."""
    now = datetime.now(UTC)
    if value is None:
        return now + default
    offset = _OFFSET.fullmatch(str(value))
    if offset:
        return now + timedelta(**{_UNITS[offset.group(2)]: int(offset.group(1))})
    return datetime.fromisoformat(str(value))


def _name(common: str) -> Any:
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _issuer(name: str, signer: Issuer | None) -> Issuer:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC)
    usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
    builder = (
        _begun(name, now - timedelta(days=3650), now + timedelta(days=3650))
        .public_key(key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    return Issuer(_signed(builder, signer, name, key), key)


def _leaf(host: str, tls: Mapping[str, Any], signer: Issuer | None) -> Certificate:
    from cryptography import x509

    names: Sequence[str] = tls.get("names", [host])
    begins = moment(tls.get("not_before"), timedelta(days=-30))
    ends = moment(tls.get("not_after"), timedelta(days=90))
    subject = str(tls.get("subject", names[0] if names else host))
    builder = (
        _begun(subject, begins, max(ends, begins + timedelta(seconds=1)))
        .public_key(host_key().public_key())
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    )
    return _signed(builder, signer, subject, host_key())


def _begun(subject: str, begins: datetime, ends: datetime) -> Any:
    from cryptography import x509

    builder = x509.CertificateBuilder().subject_name(_name(subject)).serial_number(x509.random_serial_number())
    return builder.not_valid_before(begins).not_valid_after(ends)


def _signed(builder: Any, signer: Issuer | None, own_name: str, own_key: EllipticCurvePrivateKey) -> Certificate:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes

    issuer = signer.certificate.subject if signer else _name(own_name)
    key = signer.key if signer else own_key
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())
    signed: Certificate = (
        builder.issuer_name(issuer).add_extension(identifier, critical=False).sign(key, hashes.SHA256())
    )
    return signed
