"""One run's look at the network: allow-listed hosts only, each resolved once, pinned and remembered."""

from __future__ import annotations

import ipaddress
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self, TypeVar, cast

from bot.model.errors import DeadlineExceeded, ReadOnlyViolation
from bot.model.finding import Unknown
from bot.model.probe import ProbeSpec
from bot.model.resource import Resource
from bot.model.run import ApiCall
from bot.probes.network import client
from bot.probes.network.addresses import canonical, listed_as_allowed, may_connect
from bot.probes.network.client import Handshake, Resolution, Response
from bot.probes.session import CallLog, Gap, OpenView
from bot.settings import NetworkSettings

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Pinned:
    """Where a connection to a host goes. `resolution` says why there is no address."""

    address: str = ""
    port: int = 0
    resolution: Resolution = field(default_factory=Resolution)


@dataclass(slots=True)
class _Shared:
    settings: NetworkSettings
    deadline: datetime
    cache: dict[str, Any] = field(default_factory=dict)
    locks: dict[str, threading.Lock] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def lock_of(self, key: str) -> threading.Lock:
        with self.lock:
            return self.locks.setdefault(key, threading.Lock())


class NetworkView:
    """A run-scoped view of the network; see `session.View`. None from a method: not allowed, and a gap says so."""

    def __init__(
        self, shared: _Shared, spec: ProbeSpec | None = None, log: CallLog | None = None, planning: bool = False
    ) -> None:
        """Take what the run shares, and what this facade is limited to."""
        self._shared = shared
        self._spec = spec
        self._log = log or CallLog()
        self._planning = planning

    def scoped(self, spec: ProbeSpec, log: CallLog, *, planning: bool = False) -> Self:
        """Give a facade for one probe call; see `session.View`."""
        return type(self)(self._shared, spec, log, planning)

    def home(self) -> Resource:
        """Give the network itself."""
        return self.resource("Network", "network")

    def resource(self, kind: str, name: str) -> Resource:
        """Name a thing on the network: kinds are `Name`, `Endpoint` and `Certificate`."""
        return Resource("network", "", "", kind, name)

    def close(self) -> None:
        """Nothing is kept open."""

    def resolve(self, host: str, record: str = "A") -> Resolution | None:
        """Look a name up; None when that may not be done (a gap was logged) or is only planned."""
        self._check("resolve")
        name = self._allowed(host)
        return (_literal(name) or self._lookup(name, record)) if name else None

    def handshake(self, host: str, port: int) -> Handshake | None:
        """Shake hands with a TLS server and see its certificate; None as above, or when the name has no address."""
        pinned = self.pin(host, port)
        if pinned is None or not pinned.address:
            return None
        name = canonical(host)
        return self._once(
            f"TLS handshake {name}:{port}",
            lambda: client.shake_hands(name, pinned.address, pinned.port, self._shared.settings),
            lambda hands: hands.problem or "ok",
        )

    def get(self, url: str, host: str, port: int) -> Response | None:
        """GET a URL of `host`; redirects are not followed. None as above."""
        pinned = self.pin(host, port)
        if pinned is None or not pinned.address:
            return None
        return self._once(
            f"GET {url}",
            lambda: client.get(url, pinned.address, pinned.port, self._shared.settings),
            lambda response: response.problem or "ok",
        )

    def pin(self, host: str, port: int) -> Pinned | None:
        """Say where a connection to `host:port` goes, for the whole run; None when it may not be made.

        `connect_to` of the settings goes first: it is the operator's word. Else the name is resolved, and every one
        of its addresses must be allowed.
        """
        self._check("connect")
        name = self._allowed(host)
        if not name:
            return None
        override = self._shared.settings.connect_to.get(f"{name}:{port}")
        if override:
            address, _, other = override.rpartition(":")
            return Pinned(address.strip("[]"), int(other))
        if self._planning:
            self._log.record(ApiCall("network", f"connect {name}:{port}", "planned"))
            return None
        resolution = self._addresses(name)
        refused = [address for address in resolution.addresses if not self._may_connect(address)]
        if refused:
            why = f"{name} resolves to {refused[0]}, which may not be connected to (network.allow_private)"
            self._gap(why, Unknown.UNSUPPORTED)
            return None
        return Pinned(next(iter(resolution.addresses), ""), port, resolution)

    # --- behind it ----------------------------------------------------------------------------------------

    def _addresses(self, name: str) -> Resolution:
        found = _literal(name) or self._lookup(name, "A") or Resolution()
        return found if found.problem != "no-data" else (self._lookup(name, "AAAA") or found)

    def _may_connect(self, address: str) -> bool:
        return may_connect(ipaddress.ip_address(address), allow_private=self._shared.settings.allow_private)

    def _lookup(self, name: str, record: str) -> Resolution | None:
        return self._once(
            f"resolve {record} {name}",
            lambda: client.resolve(name, record, self._shared.settings),
            lambda found: found.problem or "ok",
        )

    def _allowed(self, host: str) -> str:
        try:
            name = canonical(host)
        except ValueError as error:
            self._gap(str(error), Unknown.UNSUPPORTED)
            return ""
        if listed_as_allowed(name, self._shared.settings.allow):
            return name
        self._gap(f"{name} is not on the allow-list network.allow", Unknown.UNSUPPORTED)
        return ""

    def _check(self, permission: str) -> None:
        allowed = self._spec.permissions if self._spec else ()
        if permission not in allowed and "connect" not in allowed:
            name = self._spec.name if self._spec else "no probe"
            raise ReadOnlyViolation(f"{name} wanted to {permission}, which it does not declare")

    def _once(self, what: str, ask: Callable[[], T], outcome: Callable[[T], str]) -> T | None:
        if self._planning:
            self._log.record(ApiCall("network", what, "planned"))
            return None
        with self._shared.lock_of(what):
            if what not in self._shared.cache:
                if datetime.now(UTC) >= self._shared.deadline:
                    raise DeadlineExceeded
                self._shared.cache[what] = found = ask()
                self._log.record(ApiCall("network", what, outcome(found)))
            return cast(T, self._shared.cache[what])

    def _gap(self, what: str, because: Unknown) -> None:
        if not self._planning:
            self._log.gap(Gap(self.home(), what, because))


def _literal(name: str) -> Resolution | None:
    """Give the resolution of what is an address already: no name server knows those."""
    try:
        return Resolution((str(ipaddress.ip_address(name)),))
    except ValueError:
        return None


def open_view(settings: NetworkSettings) -> OpenView:
    """Give the opener of network views."""

    def opened(targets: Mapping[str, str], deadline: datetime) -> NetworkView:
        return NetworkView(_Shared(settings, deadline))

    return opened
