"""Endpoints: whether a URL answers, and what stands in the way: name, connection, TLS, status, redirects, time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from bot.model.finding import Finding, Severity, Status, Unknown
from bot.model.resource import Resource
from bot.probes.network.addresses import canonical
from bot.probes.network.client import Response
from bot.probes.network.faults import connection_fault, endpoint_needs, name_fault, thing
from bot.probes.registry import probe
from bot.probes.saying import Says, shown

if TYPE_CHECKING:
    from bot.probes.network.view import NetworkView

SAYS = Says("network.http.status")
MOST_REDIRECTS = 8

_STATUS = {
    500: ("http-server-error", "the application failed", "Read the application's log for the exception."),
    502: (
        "http-bad-gateway",
        "the proxy in front got no valid answer from what is behind it",
        "See whether the pods or targets behind it run and listen on the port that the proxy asks.",
    ),
    503: (
        "http-unavailable",
        "the proxy in front has nothing healthy to send requests to, or the application says it is overloaded",
        "See whether the service behind it has ready pods or healthy targets.",
    ),
    504: (
        "http-gateway-timeout",
        "what is behind the proxy did not answer it in time",
        "Find what makes the application slow: a dependency, a database, too little CPU.",
    ),
    404: (
        "http-not-found",
        "the server knows no such path or host",
        "Compare the path with the routes, and the host with the ingress or listener rules.",
    ),
    429: ("http-rate-limited", "the server turns us away for asking too often", "Lower the rate, or raise the limit."),
}


@dataclass(frozen=True, slots=True)
class Target:
    """A URL without credentials, query or fragment: what may be asked."""

    url: str
    scheme: str
    host: str
    port: int

    @property
    def endpoint(self) -> Resource:
        """The endpoint as a resource."""
        return thing("Endpoint", self.host, self.port)


def target(url: str, *, keep_query: bool = False) -> Target:
    """Read a URL. Credentials are dropped; so is the query, unless a server itself gave it.

    Raises ValueError for what is no http(s) URL of a host.
    """
    parts = urlsplit(url.strip())
    scheme = parts.scheme.lower()
    if scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"not an http or https URL: {url[:80]!r}")
    host = canonical(parts.hostname)
    port = parts.port or (443 if scheme == "https" else 80)
    shown_host = f"[{host}]" if ":" in host else host
    where = shown_host if port == (443 if scheme == "https" else 80) else f"{shown_host}:{port}"
    query = f"?{parts.query}" if keep_query and parts.query else ""
    return Target(f"{scheme}://{where}{parts.path or '/'}{query}", scheme, host, port)


@probe("network.http.status", permissions=("connect",), facts=("url", "status", "elapsed_s", "redirects_to", "server"))
def status(
    view: NetworkView, *, url: str = "", host: str = "", port: int = 0, slow_s: float = 3.0
) -> Iterator[Finding]:
    """Whether a URL answers: resolved, connected, TLS, status, redirects, and how fast.

    `url`, or `host` (and `port`), which is asked for `/` over https, or http on port 80. `slow_s` is in seconds.
    """
    scheme = "http" if port == 80 else "https"
    try:
        asked = target(url or f"{scheme}://{host}" + (f":{port}" if port else ""))
    except ValueError as error:
        where = thing("Endpoint", (host or url)[:80])
        yield Finding(SAYS.probe, where, Status.UNKNOWN, str(error), unknown_because=Unknown.UNSUPPORTED)
        return
    yield from _follow(view, asked, slow_s)


def _follow(view: NetworkView, asked: Target, slow_s: float) -> Iterator[Finding]:
    seen: list[str] = []
    here = asked
    while True:
        pinned = view.pin(here.host, here.port)
        if pinned is None:
            # Planning, or not allowed: the view has noted it.
            yield from _left(asked, here, seen)
            return
        fault = name_fault(SAYS, here.host, pinned.resolution)
        if fault:
            yield fault
            return
        response = view.get(here.url, here.host, here.port)
        if response is None:
            return
        seen.append(here.url)
        onward = _onward(here, response)
        if onward is None:
            yield judge(here, response, slow_s)
            return
        if onward.url in seen or len(seen) > MOST_REDIRECTS:
            yield _loop(asked, [*seen, onward.url])
            return
        here = onward


def _left(asked: Target, here: Target, seen: list[str]) -> Iterator[Finding]:
    if seen:
        summary = f"{asked.url} answers, and redirects to {here.host}, which may not be followed."
        yield SAYS.ok(asked.endpoint, summary, facts={"url": asked.url, "redirects_to": _plain(here.url)})


def _onward(here: Target, response: Response) -> Target | None:
    if not response.location:
        return None
    try:
        return target(urljoin(here.url, response.location), keep_query=True)
    except ValueError:
        return None


def _loop(asked: Target, seen: list[str]) -> Finding:
    return SAYS.critical(
        "redirect-loop",
        asked.endpoint,
        f"{asked.url} redirects in a circle: {' -> '.join(_plain(url) for url in seen[:4])}.",
        "Correct the redirects; mostly a proxy ends TLS and the application, seeing http, redirects to https again.",
        evidence=shown("Redirects", "\n".join(_plain(url) for url in seen), f"curl -sSIL --max-redirs 8 {asked.url}"),
        relations=endpoint_needs(asked.host, asked.port),
    )


def _plain(url: str) -> str:
    return url.partition("?")[0]


def judge(here: Target, response: Response, slow_s: float) -> Finding:
    """Judge the last answer of a URL."""
    command = f"curl -sS -o /dev/null -w '%{{http_code}} %{{time_total}}' {_plain(here.url)}"
    relations = endpoint_needs(here.host, here.port)
    broken = connection_fault(SAYS, here.host, here.port, response.problem, command)
    if broken:
        return broken
    facts = _facts(here, response)
    if response.problem:
        cause, summary, remedy = _no_answer(here, response)
    elif response.status in _STATUS or response.status >= 500:
        cause, means, remedy = _STATUS.get(response.status, _STATUS[500])
        summary = f"{_plain(here.url)} answers {response.status}: {means}."
    else:
        return _answered(here, response, slow_s, facts)
    return SAYS.critical(
        cause,
        here.endpoint,
        summary,
        remedy,
        evidence=shown("Answer", f"{response.status or response.problem} after {response.elapsed_s:.1f} s", command),
        relations=relations,
        facts=facts,
    )


def _no_answer(here: Target, response: Response) -> tuple[str, str, str]:
    if response.problem == "tls":
        return (
            "tls-failed",
            f"No trusted TLS connection can be made to {here.host}:{here.port}.",
            "Look at the certificate that it presents.",
        )
    return (
        "response-timed-out",
        f"{_plain(here.url)} takes the connection but sends no answer within {response.elapsed_s:.0f} s.",
        "Find what makes the application hang: a dependency, a lock, a full thread pool.",
    )


def _answered(here: Target, response: Response, slow_s: float, facts: dict[str, str]) -> Finding:
    took = f"{response.elapsed_s:.1f} s"
    summary = f"{_plain(here.url)} answers {response.status} in {took}."
    if response.elapsed_s > slow_s:
        return SAYS.critical(
            "response-slow",
            here.endpoint,
            f"{_plain(here.url)} answers {response.status}, but takes {took} (more than {slow_s:g} s).",
            "Find what makes the application slow.",
            severity=Severity.MEDIUM,
            relations=endpoint_needs(here.host, here.port),
            facts=facts,
        )
    return SAYS.ok(here.endpoint, summary, facts=facts)


def _facts(here: Target, response: Response) -> dict[str, str]:
    return {
        "url": _plain(here.url),
        "status": str(response.status or ""),
        "elapsed_s": f"{response.elapsed_s:.1f}",
        "server": response.headers.get("server", ""),
    }
