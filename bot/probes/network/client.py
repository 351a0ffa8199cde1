"""Talks to the network: one name lookup, one TLS handshake, one GET. Says what happened, and raises nothing for it.

Every connection goes to an address that was checked before; the name is only sent along (SNI, Host).
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.settings import NetworkSettings

MOST_BYTES = 4096
_PROTOCOL_WORDS = ("UNSUPPORTED_PROTOCOL", "PROTOCOL_VERSION", "WRONG_VERSION_NUMBER", "NO_PROTOCOLS_AVAILABLE")


@dataclass(frozen=True, slots=True)
class Resolution:
    """What the name server said. `problem`: `` (fine), `nxdomain`, `no-data`, `servfail`, `timed-out`."""

    addresses: tuple[str, ...] = ()
    alias: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Handshake:
    """What a TLS server presents. `chain` is DER, the leaf first.

    `problem`: `` (verified), `refused`, `timed-out`, `reset`, `old-protocol`, `not-tls`, or `unverified` with OpenSSL's
    `verify_code` and `verify_text`.
    """

    chain: tuple[bytes, ...] = ()
    protocol: str = ""
    problem: str = ""
    verify_code: int = 0
    verify_text: str = ""


@dataclass(frozen=True, slots=True)
class Response:
    """The head of an HTTP answer. `problem` as in Handshake, `tls` for any failed handshake. The body is not kept."""

    status: int = 0
    location: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    elapsed_s: float = 0.0
    problem: str = ""


def resolve(host: str, record: str, settings: NetworkSettings) -> Resolution:
    """Look a name up at the settings' resolver, else at the system's."""
    import dns.exception
    import dns.resolver

    try:
        answer = _resolver(settings).resolve(host, record, search=False)
    except dns.resolver.NXDOMAIN:
        return Resolution(problem="nxdomain")
    except dns.resolver.NoAnswer as error:
        response = error.kwargs.get("response")
        return Resolution(alias=_alias(response, host), problem="no-data")
    except dns.resolver.NoNameservers:
        return Resolution(problem="servfail")
    except (dns.exception.DNSException, OSError):
        return Resolution(problem="timed-out")
    name = str(answer.canonical_name).rstrip(".")
    return Resolution(tuple(sorted(item.to_text() for item in answer)), name if name != host else "")


def _alias(response: Any, host: str) -> str:
    try:
        name = str(response.canonical_name()).rstrip(".") if response is not None else host
    except (AttributeError, ValueError):
        return ""
    return name if name != host else ""


def _resolver(settings: NetworkSettings) -> Any:
    import dns.resolver

    resolver = dns.resolver.Resolver(configure=not settings.resolver)
    if settings.resolver:
        address, _, port = settings.resolver.rpartition(":")
        resolver.nameservers = [address.strip("[]")]
        resolver.port = int(port)
    resolver.timeout = resolver.lifetime = settings.timeout_s
    return resolver


def trust(settings: NetworkSettings) -> ssl.SSLContext:
    """Give the context that verifies: the system's authorities and the settings' own."""
    context = ssl.create_default_context()
    if settings.ca_file:
        context.load_verify_locations(cafile=settings.ca_file)
    return context


def shake_hands(host: str, address: str, port: int, settings: NetworkSettings) -> Handshake:
    """Shake hands twice at the most: verifying, and, when that fails, not verifying, to see what is presented."""
    verified = _handshake(host, address, port, trust(settings), settings.timeout_s)
    if verified.problem != "unverified":
        return verified
    lenient = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    lenient.check_hostname = False
    lenient.verify_mode = ssl.CERT_NONE  # only to read the certificate; nothing is sent over this connection
    seen = _handshake(host, address, port, lenient, settings.timeout_s)
    return Handshake(seen.chain, seen.protocol, "unverified", verified.verify_code, verified.verify_text)


def _handshake(host: str, address: str, port: int, context: ssl.SSLContext, timeout_s: float) -> Handshake:
    try:
        with (
            socket.create_connection((address, port), timeout_s) as plain,
            context.wrap_socket(plain, server_hostname=host) as secure,
        ):
            return Handshake(_chain(secure), secure.version() or "")
    except ssl.SSLCertVerificationError as error:
        return Handshake(problem="unverified", verify_code=error.verify_code, verify_text=error.verify_message)
    except (ssl.SSLEOFError, ssl.SSLZeroReturnError):
        return Handshake(problem="reset")
    except ssl.SSLError as error:
        reason = error.reason or ""
        old = any(word in reason for word in _PROTOCOL_WORDS[:2])
        return Handshake(problem="old-protocol" if old else "not-tls", verify_text=reason)
    except OSError as error:
        return Handshake(problem=trouble(error))


def _chain(secure: ssl.SSLSocket) -> tuple[bytes, ...]:
    # Public from Python 3.13; before, the same method lies on the object within.
    get = getattr(secure, "get_unverified_chain", None)
    if get is not None:
        return tuple(get())
    inner = getattr(secure, "_sslobj", None)
    chain = inner.get_unverified_chain() if inner is not None else None
    if chain:
        return tuple(ssl.PEM_cert_to_DER_cert(item.public_bytes()) for item in chain)
    leaf = secure.getpeercert(binary_form=True)
    return (leaf,) if leaf else ()


def trouble(error: BaseException) -> str:
    """Give one word for what stopped a connection: `refused`, `timed-out`, `reset`, `unreachable`."""
    if isinstance(error, ConnectionRefusedError):
        return "refused"
    if isinstance(error, TimeoutError):
        return "timed-out"
    if isinstance(error, (ConnectionResetError, BrokenPipeError, EOFError)):
        return "reset"
    return "unreachable"


def get(url: str, address: str, port: int, settings: NetworkSettings) -> Response:
    """GET a URL from a checked address: no cookies, no credentials, no redirects, no proxy; at most 4 KiB are read."""
    import httpx

    asked = httpx.URL(url)
    began = time.monotonic()
    try:
        with (
            httpx.Client(verify=trust(settings), trust_env=False, timeout=settings.timeout_s) as client,
            client.stream(
                "GET",
                asked.copy_with(host=address, port=port),
                headers={"Host": asked.netloc.decode("ascii"), "User-Agent": "secondline", "Accept": "*/*"},
                extensions={"sni_hostname": asked.host},
                follow_redirects=False,
            ) as response,
        ):
            elapsed = time.monotonic() - began
            next(response.iter_raw(MOST_BYTES), b"")
            kept = {name: response.headers[name] for name in ("server", "retry-after") if name in response.headers}
            location = response.headers.get("location", "") if response.is_redirect else ""
            return Response(response.status_code, location, kept, elapsed)
    except httpx.HTTPError as error:
        return Response(problem=_http_trouble(error), elapsed_s=time.monotonic() - began)


def _http_trouble(error: Exception) -> str:
    import httpx

    if isinstance(error, httpx.ConnectTimeout):
        return "timed-out"
    if isinstance(error, httpx.TimeoutException):
        return "no-answer"
    if isinstance(error, httpx.ConnectError):
        cause: BaseException | None = error
        while cause is not None:
            if isinstance(cause, ssl.SSLError):
                return "reset" if isinstance(cause, ssl.SSLEOFError) else "tls"
            if isinstance(cause, OSError):
                return trouble(cause)
            cause = cause.__cause__ or cause.__context__
        return "unreachable"
    return "reset"
