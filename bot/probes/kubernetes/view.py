"""The run-scoped look at a cluster: everything is fetched once, however many probes ask for it at the same time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Self

from bot.kit.text import clean, one_line
from bot.model.errors import DeadlineExceeded, NotFound, OutsideError, ReadOnlyViolation
from bot.model.finding import Unknown
from bot.model.probe import ProbeSpec
from bot.model.resource import Resource
from bot.model.run import ApiCall
from bot.probes.kubernetes.answers import (
    Fetched,
    Listing,
    LogText,
    Lookup,
    Object,
    Once,
    happened,
    named,
    secret_name,
)
from bot.probes.kubernetes.asking import METADATA_ONLY, Asked, BadRequest, NotServed, TimedOut
from bot.probes.kubernetes.client import REVIEW_PATH, SYSTEM, KubernetesClient, open_client
from bot.probes.kubernetes.kinds import Kind, kind_of, kinds
from bot.probes.session import CallLog, Gap, OpenView, because_of
from bot.settings import KubernetesSettings

__all__ = ["KubernetesView", "Listing", "LogText", "Lookup", "Object", "open_view"]

LOG_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class _Shared:
    settings: KubernetesSettings
    client: KubernetesClient | None
    error: OutsideError | None = None
    once: Once = field(default_factory=Once)


class KubernetesView:
    """See the module. `scoped` gives each probe its own facade: what it may see, and where its calls are noted."""

    def __init__(
        self,
        shared: _Shared,
        *,
        allowed: frozenset[str] | None = None,
        probe: str = "",
        log: CallLog | None = None,
        planning: bool = False,
    ) -> None:
        """Take what all facades share; `allowed` None lets every read through. Use `open_view` to make one."""
        self.cluster = shared.client.cluster if shared.client else ""
        self._shared = shared
        self._allowed = allowed
        self._probe = probe
        self._log = log or CallLog()
        self._planning = planning

    def scoped(self, spec: ProbeSpec, log: CallLog, *, planning: bool = False) -> Self:
        """Give the facade for one call of a probe; see `session.View.scoped`."""
        if self._shared.error is not None and not planning:
            raise self._shared.error
        return type(self)(
            self._shared, allowed=frozenset(spec.permissions), probe=spec.name, log=log, planning=planning
        )

    def home(self) -> Resource:
        """Give the cluster itself."""
        return Resource(SYSTEM, self.cluster, "", "Cluster", self.cluster or "unknown")

    def close(self) -> None:
        """Give back the connections."""
        if self._shared.client:
            self._shared.client.close()

    def resource(self, kind: str, name: str, namespace: str = "") -> Resource:
        """Name an object of this cluster; a namespace is dropped where the kind has none."""
        which = kinds().get(kind)
        place = namespace if which is None or which.namespaced else ""
        return Resource(SYSTEM, self.cluster, place, kind, name)

    def list(self, kind: str, namespace: str = "", *, labels: str = "", fields: str = "") -> Listing:
        """List objects (`GET .../namespaces/NS/PLURAL`), page by page; no namespace means the whole cluster.

        `labels` and `fields` are selectors. What cannot be seen leaves a gap and an incomplete listing; an API that
        does not serve the kind has none of it. Raises ReadOnlyViolation when the probe did not declare it.
        """
        which = kind_of(kind)
        self._declared(which, "list")
        if kind == "Secret" and not self._shared.settings.read_secret_names:
            return Listing(complete=False)
        fetched = self._list(which, namespace if which.namespaced else "", labels, fields)
        return Listing(fetched.items, fetched.known)

    def _list(self, which: Kind, namespace: str, labels: str = "", fields: str = "") -> Fetched:
        query = {key: value for key, value in (("labelSelector", labels), ("fieldSelector", fields)) if value}
        accept = METADATA_ONLY if which.kind == "Secret" else "application/json"
        asked = Asked(which.path(namespace), query, f"list {which.resource}", accept)
        if self._planning:
            limit = min(self._shared.settings.page_size, self._shared.settings.max_objects)
            return self._planned("GET", replace(asked, query={**query, "limit": limit}))
        key = ("list", which.kind, namespace, labels, fields)
        return self._noted(self._shared.once.get(key, lambda: self._fetch_list(which, namespace, asked)))

    def _fetch_list(self, which: Kind, namespace: str, asked: Asked) -> Fetched:
        def keep(item: Object) -> Object:
            named = {"apiVersion": which.api_version, "kind": which.kind}
            return {**named, "metadata": secret_name(item)} if which.kind == "Secret" else {**named, **item}

        what = f"{which.plural} in {namespace or 'the cluster'}"
        try:
            items, error, cut = self._client.pages(asked, self._log.record, keep)
        except (OutsideError, DeadlineExceeded) as late:
            return Fetched(known=False, gap=self._gap(what, late, asked.permission, namespace))
        if error is not None:
            if isinstance(error, NotServed) and which.optional:
                return Fetched()
            return Fetched(tuple(items), known=False, gap=self._gap(what, error, asked.permission, namespace))
        if cut:
            said = f"Only the first {len(items)} {what} were looked at; there are more."
            gap = Gap(self._place(namespace), said, Unknown.CUT_SHORT)
            return Fetched(tuple(items), known=False, gap=gap)
        return Fetched(tuple(items))

    def get(self, kind: str, name: str, namespace: str = "") -> Lookup:
        """Look for one object: in the cached list of its kind and namespace when there is one, else by one request.

        A probe that declared only `list` asks by a list with `metadata.name`, for its permission covers no more.
        Raises ReadOnlyViolation when the probe declared neither `get` nor `list`.
        """
        which = kind_of(kind)
        verb = self._declared(which, "get", "list")
        namespace = namespace if which.namespaced else ""
        if kind == "Secret":
            return self._secret(which, name, namespace)
        cached = self._shared.once.peek(("list", kind, namespace, "", ""))
        if cached is not None and not self._planning:
            lookup = named(cached, name)
            if lookup.known:
                return lookup
        if verb == "list":
            return named(self._list(which, namespace, fields=f"metadata.name={name}"), name)
        return named(self._get(which, name, namespace), name)

    def _get(self, which: Kind, name: str, namespace: str) -> Fetched:
        asked = Asked(which.path(namespace, name), permission=f"get {which.resource}")
        if self._planning:
            return self._planned("GET", asked)

        def fetch() -> Fetched:
            try:
                return Fetched((self._client.json(asked, self._log.record),))
            except (OutsideError, DeadlineExceeded) as error:
                if isinstance(error, NotFound) and (which.optional or not isinstance(error, NotServed)):
                    return Fetched()
                what = f"{which.kind} {name}{f' in {namespace}' if namespace else ''}"
                return Fetched(known=False, gap=self._gap(what, error, asked.permission, namespace))

        return self._noted(self._shared.once.get(("get", which.kind, namespace, name), fetch))

    def _secret(self, which: Kind, name: str, namespace: str) -> Lookup:
        if not self._shared.settings.read_secret_names:
            return Lookup(known=False)
        return named(self._list(which, namespace), name)

    def events(self, namespace: str, kind: str = "", name: str = "") -> tuple[Object, ...]:
        """Give core/v1 Events, newest first, of one object or of all: from one list of the namespace's events."""
        which = kind_of("Event")
        self._declared(which, "list")
        chosen = [
            event
            for event in self._list(which, namespace).items
            if kind in ("", (event.get("involvedObject") or {}).get("kind"))
            and name in ("", (event.get("involvedObject") or {}).get("name"))
        ]
        return tuple(sorted(chosen, key=happened, reverse=True))

    def logs(
        self, namespace: str, pod: str, container: str, *, previous: bool = False, tail: int | None = None
    ) -> LogText:
        """Give the last lines of a container's log, control characters removed (`GET .../pods/POD/log`).

        `tail` is how many, never more than the settings' `log_lines`, which it is when left out.
        """
        most = self._shared.settings.log_lines
        tail = most if tail is None else min(tail, most)
        if self._allowed is not None and "get pods/log" not in self._allowed:
            raise ReadOnlyViolation(f"probe {self._probe} reads a log but does not declare 'get pods/log'")
        query: dict[str, str | int] = {"container": container, "tailLines": tail, "limitBytes": LOG_BYTES}
        if previous:
            query["previous"] = "true"
        asked = Asked(kind_of("Pod").path(namespace, pod, "log"), query, "get pods/log")
        if self._planning:
            fetched = self._planned("GET", asked)
        else:
            key = ("logs", namespace, pod, container, previous, tail)
            fetched = self._noted(self._shared.once.get(key, lambda: self._fetch_log(asked, namespace, pod)))
        return LogText(fetched.lines, fetched.known)

    def _fetch_log(self, asked: Asked, namespace: str, pod: str) -> Fetched:
        try:
            text = self._client.text(asked, self._log.record)
        except BadRequest:
            return Fetched()  # the container has not run: there is no log, and that is known
        except (OutsideError, DeadlineExceeded) as error:
            what = f"the log of {asked.query['container']} in pod {pod}"
            return Fetched(known=False, gap=self._gap(what, error, asked.permission, namespace))
        return Fetched(lines=tuple(clean(text).splitlines()))

    def allowed(self, verb: str, kind: str, namespace: str) -> bool | None:
        """Ask whether this credential may `verb` a kind, `Pod/log` for a subresource; None when it cannot be told."""
        name, _, sub = kind.partition("/")
        which = kind_of(name)
        given = {"verb": verb, "group": which.group, "resource": which.plural, "subresource": sub}
        attributes = {key: value for key, value in {**given, "namespace": namespace}.items() if value}
        if self._planning:
            self._planned("POST", Asked(REVIEW_PATH))
            return None

        def fetch() -> Fetched:
            try:
                return Fetched(known=self._client.review(attributes, self._log.record))
            except (OutsideError, DeadlineExceeded):
                return Fetched(lines=("cannot be told",))

        answer = self._shared.once.get(("allowed", *sorted(attributes.items())), fetch)
        return None if answer.lines else answer.known

    @property
    def _client(self) -> KubernetesClient:
        if self._shared.client is None:
            raise self._shared.error or OutsideError("there is no connection to a Kubernetes API", system=SYSTEM)
        return self._shared.client

    def _declared(self, which: Kind, *verbs: str) -> str:
        """Give the first of `verbs` that the probe declared for this kind; refuse when it declared none."""
        if self._allowed is None:
            return verbs[0]
        for verb in verbs:
            if f"{verb} {which.resource}" in self._allowed:
                return verb
        wanted = " or ".join(f"'{verb} {which.resource}'" for verb in verbs)
        raise ReadOnlyViolation(f"probe {self._probe} looks at {which.kind} but does not declare {wanted}")

    def _planned(self, method: str, asked: Asked) -> Fetched:
        self._log.record(ApiCall(SYSTEM, f"{method} {asked.shown}", "planned"))
        return Fetched(known=False)

    def _noted(self, fetched: Fetched) -> Fetched:
        if fetched.gap is not None:
            self._log.gap(fetched.gap)
        return fetched

    def _gap(self, what: str, error: OutsideError | DeadlineExceeded, permission: str, namespace: str) -> Gap:
        said = one_line(f"{what[0].upper()}{what[1:]} could not be looked at: {error.message}", 400)
        if isinstance(error, DeadlineExceeded | TimedOut):
            return Gap(self._place(namespace), said, Unknown.TIMED_OUT)
        because = Unknown.UNSUPPORTED if isinstance(error, NotServed) else because_of(error)
        return Gap(self._place(namespace), said, because, permission if because is Unknown.DENIED else "")

    def _place(self, namespace: str) -> Resource:
        return self.resource("Namespace", namespace) if namespace else self.home()


def open_view(settings: KubernetesSettings) -> OpenView:
    """Give the opener for `session.AllProbes`. The target `cluster` names a kubeconfig context.

    Where there is no connection, a plan can still be made; anything else then fails with the reason.
    """

    def opener(targets: Mapping[str, str], deadline: datetime) -> KubernetesView:
        try:
            client = open_client(settings, targets.get("cluster", ""), deadline)
        except OutsideError as error:
            return KubernetesView(_Shared(settings, None, error))
        return KubernetesView(_Shared(settings, client))

    return opener
