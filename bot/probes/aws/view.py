"""One run's look at AWS: read-only, cached, and honest about what it could not see."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self

from bot.model.errors import (
    AccessDenied,
    DeadlineExceeded,
    NotFound,
    OutsideError,
    RateLimited,
    ReadOnlyViolation,
    Unavailable,
)
from bot.model.finding import Unknown
from bot.model.probe import ProbeSpec
from bot.model.resource import Resource
from bot.model.run import ApiCall
from bot.probes.aws.actions import is_read
from bot.probes.aws.client import Clients, Refused, TimedOut, is_absence
from bot.probes.session import CallLog, Gap, OpenView, because_of
from bot.settings import AwsSettings

WHO_AM_I = "sts:GetCallerIdentity"
MOST_ITEMS = 1000


@dataclass(frozen=True, slots=True)
class Answer:
    """What one operation answered. `known` is False when it could not be asked (a gap was logged).

    `error` is AWS's error code: with `known` it is an answer (`DBInstanceNotFound`), otherwise the obstacle.
    """

    data: Mapping[str, Any] | None
    known: bool
    error: str = ""

    @property
    def absent(self) -> bool:
        """Say whether AWS answered that the thing does not exist."""
        return self.known and self.data is None and is_absence(self.error)

    def get(self, key: str, default: Any = None) -> Any:
        """Give one member of the answer, or the default."""
        return default if self.data is None else self.data.get(key, default)


@dataclass(frozen=True, slots=True)
class Pages:
    """The items of all pages. `complete` is False when some could not be had: absence must then not be concluded."""

    items: tuple[Mapping[str, Any], ...]
    complete: bool
    error: str = ""

    def __iter__(self) -> Iterator[Mapping[str, Any]]:
        """Go through the items."""
        return iter(self.items)


@dataclass(slots=True)
class _Shared:
    """What all facades of one run share."""

    clients: Clients
    targets: Mapping[str, str]
    deadline: datetime
    cache: dict[tuple[str, str, str], Mapping[str, Any] | OutsideError] = field(default_factory=dict)
    locks: dict[tuple[str, str, str], threading.Lock] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def lock_of(self, key: tuple[str, str, str]) -> threading.Lock:
        with self.lock:
            return self.locks.setdefault(key, threading.Lock())


class AwsView:
    """A run-scoped view of one account and region; see `session.View`."""

    def __init__(
        self,
        shared: _Shared,
        region: str,
        spec: ProbeSpec | None = None,
        log: CallLog | None = None,
        planning: bool = False,
    ) -> None:
        """Take what the run shares, and what this facade is limited to."""
        self._shared = shared
        self._spec = spec
        self._log = log or CallLog()
        self._planning = planning
        self.region = region

    # --- the contract of a view ---------------------------------------------------------------------------

    def scoped(self, spec: ProbeSpec, log: CallLog, *, planning: bool = False) -> Self:
        """Give a facade for one probe call; see `session.View`."""
        return type(self)(self._shared, self.region, spec, log, planning)

    def at(self, region: str) -> Self:
        """Give the same view of another region; this one for the empty name."""
        return type(self)(self._shared, region or self.region, self._spec, self._log, self._planning)

    def home(self) -> Resource:
        """Give the account. Raises AccessDenied when the credentials are not accepted or are another account's."""
        return Resource("aws", self.account, self.region, "Account", self.account)

    def close(self) -> None:
        """Keep the connections: clients outlive a run."""

    @property
    def account(self) -> str:
        """The account of the credentials, by sts:GetCallerIdentity, once; empty when planning."""
        if self._planning:
            return self._shared.targets.get("account", "")
        found = str(self._fetch(WHO_AM_I, {}, pages="").get("Account", ""))
        wanted = self._shared.targets.get("account", "")
        if wanted.isdigit() and wanted != found:
            raise AccessDenied(
                f"the ticket is about account {wanted}, these credentials are for {found}",
                system="aws",
                operation=WHO_AM_I,
                permission=f"credentials for account {wanted}",
            )
        return found

    def resource(self, kind: str, name: str) -> Resource:
        """Name a thing in this account and region: kind `rds.DBInstance`, name `orders`."""
        return Resource("aws", self.account, self.region, kind, name)

    # --- asking -------------------------------------------------------------------------------------------

    def call(
        self, operation: str, /, *, expecting: Sequence[str] = (), quiet: bool = False, **parameters: Any
    ) -> Answer:
        """Ask one operation, `rds:DescribeDBInstances`, with boto3's parameters; cached within the run.

        Error codes in `expecting` count as answers; `quiet` logs no gap when the answer cannot be had.
        Raises ReadOnlyViolation, before anything is sent, for what the running probe did not declare.
        """
        self._check(operation)
        if self._planning:
            self._record(operation, parameters, "planned")
            return Answer(None, False)
        try:
            return Answer(self._fetch(operation, parameters, pages=""), True)
        except NotFound as error:
            return Answer(None, True, error.message.partition(":")[0])
        except OutsideError as error:
            code = error.code if isinstance(error, Refused) else type(error).__name__
            if code in expecting:
                return Answer(None, True, code)
            if not quiet:
                self._gap(error)
            return Answer(None, False, code)

    def pages(self, operation: str, key: str, /, *, most: int = MOST_ITEMS, **parameters: Any) -> Pages:
        """Ask a listing operation for all its pages, and give the items under `key`, at most `most`.

        A thing that does not exist gives no items, complete, and the error code. Raises as `call`.
        """
        self._check(operation)
        if self._planning:
            self._record(operation, parameters, "planned")
            return Pages((), False)
        try:
            found = self._fetch(operation, parameters, pages=key, most=most)
        except NotFound as error:
            return Pages((), True, error.message.partition(":")[0])
        except OutsideError as error:
            self._gap(error)
            return Pages((), False, error.code if isinstance(error, Refused) else type(error).__name__)
        items = tuple(found[key])
        if len(items) >= most:
            what = f"{operation} was cut short after {most} items"
            self._log.gap(Gap(self._place(), what, Unknown.CUT_SHORT))
        return Pages(items, len(items) < most)

    def together(self, calls: Sequence[tuple[str, Mapping[str, Any]]]) -> tuple[Answer, ...]:
        """Ask independent operations at the same time; answers in the order of the calls. Raises as `call`."""
        for operation, _ in calls:
            self._check(operation)
        if self._planning or len(calls) < 2:
            return tuple(self.call(operation, **parameters) for operation, parameters in calls)
        with ThreadPoolExecutor(min(6, len(calls)), thread_name_prefix="aws") as workers:
            return tuple(workers.map(lambda asked: self.call(asked[0], **asked[1]), calls))

    # --- behind it ----------------------------------------------------------------------------------------

    def _check(self, operation: str) -> None:
        name = self._spec.name if self._spec else "no probe"
        if not is_read(operation):
            raise ReadOnlyViolation(f"{name} asked for {operation}, which is not a read that probes may make")
        if self._spec is None or operation not in self._spec.permissions:
            raise ReadOnlyViolation(f"{name} asked for {operation}, which it does not declare")

    def _fetch(
        self, operation: str, parameters: Mapping[str, Any], *, pages: str, most: int = MOST_ITEMS
    ) -> Mapping[str, Any]:
        key = (operation + pages, self.region, json.dumps(parameters, sort_keys=True, default=str))
        with self._shared.lock_of(key):
            if key not in self._shared.cache:
                self._shared.cache[key] = self._send(operation, parameters, pages, most)
            found = self._shared.cache[key]
        if isinstance(found, OutsideError):
            raise found.with_traceback(None)
        return found

    def _send(
        self, operation: str, parameters: Mapping[str, Any], pages: str, most: int
    ) -> Mapping[str, Any] | OutsideError:
        if datetime.now(UTC) >= self._shared.deadline:
            raise DeadlineExceeded
        clients = self._shared.clients
        try:
            if pages:
                answered = clients.pages(operation, self.region, parameters, most)
                found: Mapping[str, Any] = {pages: [item for page in answered for item in page.get(pages) or ()]}
            else:
                found = clients.send(operation, self.region, parameters)
        except OutsideError as error:
            self._record(operation, parameters, _outcome(error))
            return error
        self._record(operation, parameters, "ok")
        return found

    def _record(self, operation: str, parameters: Mapping[str, Any], outcome: str) -> None:
        said = " ".join(f"{key}={_short(value)}" for key, value in parameters.items())
        self._log.record(ApiCall("aws", f"{operation} {said}".strip(), outcome))

    def _gap(self, error: OutsideError) -> None:
        because = Unknown.TIMED_OUT if isinstance(error, TimedOut) else because_of(error)
        if isinstance(error, Refused):
            because = Unknown.UNSUPPORTED
        permission = error.permission if isinstance(error, AccessDenied) else ""
        self._log.gap(Gap(self._place(), error.message, because, permission))

    def _place(self) -> Resource:
        try:
            return self.home()
        except OutsideError:
            # The account cannot be told either; what could not be seen must be said all the same.
            return Resource("aws", "", self.region, "Account", "")


def _outcome(error: OutsideError) -> str:
    words = {NotFound: "not found", AccessDenied: "denied", RateLimited: "throttled", TimedOut: "timed out"}
    found = next((word for kind, word in words.items() if isinstance(error, kind)), "")
    return found or ("unavailable" if isinstance(error, Unavailable) else "refused")


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, separators=(",", ":"), default=str)
    return text if len(text) <= 80 else text[:77] + "..."


def open_view(settings: AwsSettings, environment: Mapping[str, str] | None = None) -> OpenView:
    """Give the opener of AWS views. `environment` (endpoint, keys, region) replaces the process's own when given."""
    clients = Clients(settings, environment)

    def opened(targets: Mapping[str, str], deadline: datetime) -> AwsView:
        return AwsView(_Shared(clients, targets, deadline), clients.region(targets.get("region", "")))

    return opened
