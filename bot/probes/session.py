"""The probes of one run: one view per system, opened when first used, shared by the probes of a wave."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol, Self

from bot.model.errors import AccessDenied, DeadlineExceeded, NotFound, OutsideError, RateLimited
from bot.model.finding import Finding, Status, Unknown
from bot.model.probe import ProbeOutcome, ProbeSpec
from bot.model.resource import Resource
from bot.model.run import ApiCall
from bot.probes.registry import Probe, discover


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that a probe wanted to see and could not."""

    resource: Resource
    what: str
    because: Unknown
    permission: str = ""


@dataclass(slots=True)
class CallLog:
    """What one probe call asked of the outside, and what it could not see. Thread-safe."""

    calls: list[ApiCall] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def record(self, call: ApiCall) -> None:
        """Keep a call, once."""
        with self._lock:
            if call not in self.calls:
                self.calls.append(call)

    def gap(self, gap: Gap) -> None:
        """Keep a gap, once."""
        with self._lock:
            if gap not in self.gaps:
                self.gaps.append(gap)


class View(Protocol):
    """A run-scoped, caching, read-only look at one system."""

    def scoped(self, spec: ProbeSpec, log: CallLog, *, planning: bool = False) -> Self:
        """Give a facade that shares the caches, allows only the permissions of `spec` and writes to `log`.

        When `planning`, nothing is sent: calls are recorded as `planned` and every answer is empty and unknown.
        """
        ...

    def home(self) -> Resource:
        """Give the cluster, account or network itself, for findings about the whole of it."""
        ...

    def close(self) -> None:
        """Give back connections."""
        ...


OpenView = Callable[[Mapping[str, str], datetime], View]
"""Opens a view for (targets, deadline). Building it sends nothing; it may raise OutsideError for bad credentials."""


def because_of(error: OutsideError) -> Unknown:
    """Say why a check could not be made, from the error that stopped it."""
    if isinstance(error, AccessDenied):
        return Unknown.DENIED
    if isinstance(error, NotFound):
        return Unknown.ABSENT
    if isinstance(error, RateLimited):
        return Unknown.CUT_SHORT
    return Unknown.UNAVAILABLE


class Session:
    """Implements `ports.ProbeSession`."""

    def __init__(self, openers: Mapping[str, OpenView], targets: Mapping[str, str], deadline: datetime) -> None:
        """Take an opener per system, what the run is aimed at, and when it must end."""
        self._openers = openers
        self._targets = targets
        self._deadline = deadline
        self._views: dict[str, View] = {}
        self._lock = threading.Lock()

    def run(self, probe: str, arguments: Mapping[str, object]) -> ProbeOutcome:
        """Run one probe; see `ports.ProbeSession.run`."""
        if datetime.now(UTC) >= self._deadline:
            raise DeadlineExceeded
        found = discover()[probe]
        log = CallLog()
        findings = self._findings(found, arguments, log)
        return ProbeOutcome(findings + tuple(_unknown(found, gap) for gap in log.gaps), tuple(log.calls))

    def _findings(self, found: Probe, arguments: Mapping[str, object], log: CallLog) -> tuple[Finding, ...]:
        where = Resource(found.spec.system, "", "", "System", found.spec.system)
        findings: list[Finding] = []
        try:
            view = self._view(found.spec.system)
            where = view.home()
            for finding in found.function(view.scoped(found.spec, log), **arguments):
                findings.append(finding)  # one by one: what was found before an error counts
        except OutsideError as error:
            permission = error.permission if isinstance(error, AccessDenied) else ""
            log.gap(Gap(where, error.message, because_of(error), permission))
        return tuple(findings)

    def plan(self, probe: str, arguments: Mapping[str, object]) -> tuple[ApiCall, ...]:
        """List the calls of one probe; see `ports.ProbeSession.plan`."""
        found = discover()[probe]
        log = CallLog()
        try:
            view = self._view(found.spec.system)
        except OutsideError:
            # Without a connection it is still known what would be asked.
            return tuple(ApiCall(found.spec.system, permission, "planned") for permission in found.spec.permissions)
        for _ in found.function(view.scoped(found.spec, log, planning=True), **arguments):
            pass
        touched = " ".join(call.operation for call in log.calls)
        rest = [
            ApiCall(found.spec.system, permission, "only if needed")
            for permission in found.spec.permissions
            if permission not in touched and not _touched(permission, log.calls)
        ]
        return (*log.calls, *rest)

    def _view(self, system: str) -> View:
        with self._lock:
            if system not in self._views:
                self._views[system] = self._openers[system](self._targets, self._deadline)
            return self._views[system]

    def close(self) -> None:
        """Give back the connections of every view."""
        with self._lock:
            for view in self._views.values():
                view.close()
            self._views.clear()


def _touched(permission: str, calls: Sequence[ApiCall]) -> bool:
    # "list deployments.apps" is GET /apis/apps/v1/namespaces/shop/deployments?limit=500; "get pods/log" ends in /log.
    plural, _, sub = permission.rpartition(" ")[2].partition(".")[0].partition("/")
    paths = [call.operation.partition("?")[0].split("/") for call in calls]
    return any(plural in path and (path[-1] == sub if sub else True) for path in paths)


def without_repeats(calls: Sequence[ApiCall]) -> tuple[ApiCall, ...]:
    """Leave out, of the calls planned for a whole run, the bare permissions that another step's exact call covers."""
    exact = [call for call in calls if "/" in call.operation.partition("?")[0] and call.operation.startswith("GET ")]
    return tuple(call for call in calls if call in exact or not _covered(call, exact, calls))


def _covered(call: ApiCall, exact: Sequence[ApiCall], calls: Sequence[ApiCall]) -> bool:
    if _touched(call.operation, [one for one in exact if one.system == call.system]):
        return True
    return any(other.operation.startswith(f"{call.operation} ") for other in calls)


def _unknown(found: Probe, gap: Gap) -> Finding:
    return Finding(
        probe=found.spec.name,
        resource=gap.resource,
        status=Status.UNKNOWN,
        summary=gap.what,
        unknown_because=gap.because,
        permission=gap.permission,
    )


class AllProbes:
    """Implements `ports.Probes` over the discovered probes."""

    def __init__(self, openers: Mapping[str, OpenView]) -> None:
        """Take an opener per system."""
        self._openers = openers

    def specs(self) -> Mapping[str, ProbeSpec]:
        """Give every probe by name."""
        return {name: found.spec for name, found in discover().items()}

    def session(self, targets: Mapping[str, str], deadline: datetime) -> Session:
        """Open the probes for one run."""
        return Session(self._openers, targets, deadline)
