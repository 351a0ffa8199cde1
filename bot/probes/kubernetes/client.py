"""The only door to the Kubernetes API: reads, or refuses.

Answers are taken as plain JSON, for the SDK's models cost many times more and fail on what they do not expect. The SDK
is imported when a client is opened, not before; what it raises ends here, as errors of `bot.model.errors`.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.kit.text import listed, one_line
from bot.model.errors import (
    DeadlineExceeded,
    NotFound,
    OutsideError,
    RateLimited,
    ReadOnlyViolation,
    Unavailable,
)
from bot.model.run import ApiCall
from bot.probes.kubernetes.asking import Asked, Limits, ListExpired, Passing, TimedOut, decoded, outcome, refusal
from bot.settings import KubernetesSettings

SYSTEM = "kubernetes"
REVIEW_PATH = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
ATTEMPTS = 4
FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 10.0
SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
"""Where a pod finds its own token and the cluster's certificate authority."""

Object = Mapping[str, Any]
Record = Callable[[ApiCall], None]
Keep = Callable[[Object], Object]


class KubernetesClient:
    """Reads from one cluster. Thread-safe. Every call is told to `record`, with its outcome."""

    def __init__(self, api: Any, cluster: str, limits: Limits) -> None:
        """Take the SDK's ApiClient (see `open_client`), the cluster's name and how much may be asked."""
        self.cluster = cluster
        self.limits = limits
        self._api = api
        self._away = ""

    def json(self, asked: Asked, record: Record) -> Object:
        """GET an object or one page. Raises NotFound, AccessDenied, RateLimited, Unavailable, DeadlineExceeded."""
        return decoded(self.send("GET", asked, record), asked)

    def text(self, asked: Asked, record: Record) -> str:
        """GET plain text, a log. Bytes that are not UTF-8 are replaced, for a program may print anything."""
        return self.send("GET", asked, record).decode("utf-8", errors="replace")

    def pages(self, asked: Asked, record: Record, keep: Keep) -> tuple[list[Object], OutsideError | None, bool]:
        """GET a list page by page.

        Gives what `keep` makes of each item, the error that ended it too early, and whether there was more than
        `max_objects`. A list that expires half-way (410) is begun anew, once. Raises DeadlineExceeded.
        """
        items: list[Object] = []
        for last in (False, True):
            items = []
            try:
                return items, None, self._pages(asked, record, keep, items)
            except ListExpired as error:
                if last:
                    return items, error, False
            except OutsideError as error:
                return items, error, False
        return items, None, False  # pragma: no cover - the second round returns

    def _pages(self, asked: Asked, record: Record, keep: Keep, items: list[Object]) -> bool:
        most = self.limits.max_objects
        query: dict[str, str | int] = {**asked.query, "limit": min(self.limits.page_size, most)}
        while True:
            page = self.json(Asked(asked.path, query, asked.permission, asked.accept), record)
            items += [keep(item) for item in page.get("items") or ()]
            token = (page.get("metadata") or {}).get("continue")
            if len(items) > most or (token and len(items) == most):
                del items[most:]
                return True
            if not token:
                return False
            query["continue"] = str(token)

    def review(self, attributes: Mapping[str, str], record: Record) -> bool:
        """Ask whether we may do something (SelfSubjectAccessReview): the one POST there is, and it changes nothing."""
        body = {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectAccessReview",
            "spec": {"resourceAttributes": dict(attributes)},
        }
        asked = Asked(REVIEW_PATH, permission="create selfsubjectaccessreviews.authorization.k8s.io")
        answer = decoded(self.send("POST", asked, record, body), asked)
        return bool((answer.get("status") or {}).get("allowed"))

    def send(self, method: str, asked: Asked, record: Record, body: Mapping[str, Any] | None = None) -> bytes:
        """Send one request, with retries, and give the raw answer.

        Raises ReadOnlyViolation, before anything is sent, for all but GET and the access review.
        """
        if method != "GET" and not (method == "POST" and asked.path == REVIEW_PATH):
            raise ReadOnlyViolation(f"refused to send {method} {asked.path} to the Kubernetes API: probes only read")
        operation = f"{method} {asked.shown}"
        try:
            answer = self._with_patience(method, asked, body)
        except (OutsideError, DeadlineExceeded) as error:
            if isinstance(error, OutsideError):
                error.system, error.operation = SYSTEM, operation
            record(ApiCall(SYSTEM, operation, outcome(error)))
            raise
        record(ApiCall(SYSTEM, operation))
        return answer

    def _with_patience(self, method: str, asked: Asked, body: Mapping[str, Any] | None) -> bytes:
        if self._away:
            # No connection could be made a moment ago: the rest of the run need not wait for that again.
            raise Unavailable(self._away)
        pause = FIRST_PAUSE_S
        for left in reversed(range(ATTEMPTS)):
            try:
                return self._once(method, asked, body)
            except (RateLimited, Passing) as error:
                wait = (error.retry_after_s if isinstance(error, RateLimited) else 0.0) or pause
                if not left or wait > min(LONGEST_PAUSE_S, self.limits.left_s()):
                    raise
                time.sleep(wait)
                pause *= 2
        raise Unavailable  # pragma: no cover - the last attempt raises

    def _once(self, method: str, asked: Asked, body: Mapping[str, Any] | None) -> bytes:
        timeout_s = self.limits.next_timeout_s()
        status, headers, content = self._exchange(method, asked, body, timeout_s)
        if 200 <= status < 300:
            return content
        raise refusal(status, headers, content, asked)

    def _exchange(
        self, method: str, asked: Asked, body: Mapping[str, Any] | None, timeout_s: float
    ) -> tuple[int, Mapping[str, str], bytes]:
        from kubernetes.client.exceptions import ApiException
        from urllib3.exceptions import HTTPError

        headers = {"Accept": asked.accept, "User-Agent": "secondline"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        try:
            sent = self._api.param_serialize(
                method, asked.target, header_params=headers, body=body, auth_settings=["BearerToken"]
            )
            answer = self._api.call_api(*sent[:4], _request_timeout=timeout_s)
            return answer.status, answer.headers, answer.read()
        except (ApiException, HTTPError, OSError) as error:
            found = _unreachable(error, self._api.configuration.host)
            if not isinstance(found, Passing | TimedOut):
                self._away = found.message
            raise found from error

    def close(self) -> None:
        """Give back the connections."""
        self._api.rest_client.close()
        self._api.close()


def _unreachable(error: Exception, host: str) -> Unavailable:
    from urllib3 import exceptions

    text = one_line(str(getattr(error, "reason", None) or error))
    if isinstance(error, exceptions.NewConnectionError):
        # HTTPConnection(host=..., port=...): Failed to establish a new connection: [Errno 111] Connection refused
        return Unavailable(f"the Kubernetes API at {host} cannot be reached: {text.rpartition('): ')[2]}")
    if isinstance(error, exceptions.ConnectTimeoutError):
        return Unavailable(f"the Kubernetes API at {host} cannot be reached: no connection in time")
    if isinstance(error, exceptions.TimeoutError):
        return TimedOut(f"the Kubernetes API at {host} did not answer in time")
    if "SSLError" in text or "CERTIFICATE" in text.upper() or isinstance(error, exceptions.SSLError):
        return Unavailable(f"the certificate of the Kubernetes API at {host} is not trusted: {text}")
    if isinstance(error, exceptions.ProtocolError):
        return Passing(f"the Kubernetes API at {host} broke the connection off")
    return Unavailable(f"the Kubernetes API at {host} cannot be reached: {text}")


def open_client(
    settings: KubernetesSettings,
    context: str = "",
    deadline: datetime | None = None,
    service_account: Path = SERVICE_ACCOUNT,
) -> KubernetesClient:
    """Open a client by kubeconfig, or as the pod's service account when there is none. Sends nothing yet.

    `context` names a kubeconfig context and goes before the settings' own. Raises Unavailable or NotFound, with one
    line that says what to do, when there is no usable configuration.
    """
    limits = Limits(settings.timeout_s, deadline, settings.page_size, settings.max_objects)
    wanted = context or settings.context
    chosen = settings.kubeconfig or os.environ.get("KUBECONFIG", "")
    if not chosen and os.environ.get("KUBERNETES_SERVICE_HOST") and (service_account / "token").exists():
        if context and context != settings.context:
            raise NotFound(f"cluster {context} is not known: without a kubeconfig there is only the one this runs in")
        return KubernetesClient(_in_cluster(service_account), settings.context or "in-cluster", limits)
    files = [Path(part).expanduser() for part in (chosen or "~/.kube/config").split(os.pathsep) if part]
    present = [str(file) for file in files if file.is_file()]
    if not present:
        raise Unavailable(
            f"no kubeconfig: {listed([str(file) for file in files])} does not exist; set KUBECONFIG to the path of one"
        )
    api, name = _from_kubeconfig(os.pathsep.join(present), wanted)
    return KubernetesClient(api, name.rpartition("/")[2], limits)


def _configuration() -> Any:
    from kubernetes import client

    configuration = client.Configuration()
    configuration.retries = False  # one rule for retries, and it is ours; redirects are not followed either
    configuration.connection_pool_maxsize = 16
    return configuration


def _in_cluster(service_account: Path) -> Any:
    from kubernetes import client, config
    from kubernetes.config.incluster_config import InClusterConfigLoader

    configuration = _configuration()
    token, authority = (str(service_account / name) for name in ("token", "ca.crt"))
    try:
        # It also reads the token anew every minute, for the kubelet changes it.
        InClusterConfigLoader(token, authority).load_and_set(configuration)  # type: ignore[no-untyped-call]
    except config.ConfigException as error:
        raise Unavailable(f"the pod's service account cannot be used: {one_line(str(error))}") from error
    return client.ApiClient(configuration)


def _from_kubeconfig(files: str, wanted: str) -> tuple[Any, str]:
    from kubernetes import client, config
    from yaml import YAMLError

    configuration = _configuration()
    try:
        contexts, active = config.list_kube_config_contexts(files)  # type: ignore[no-untyped-call]
        names = sorted(each["name"] for each in contexts)
        if wanted and wanted not in names:
            raise NotFound(f"cluster {wanted} is not a context of the kubeconfig; there are {listed(names)}")
        name = wanted or active["name"]
        config.load_kube_config(  # type: ignore[no-untyped-call]
            files, context=name, client_configuration=configuration
        )
    except (config.ConfigException, YAMLError, TypeError, KeyError, OSError, ValueError) as error:
        raise Unavailable(f"kubeconfig {files} cannot be used: {one_line(str(error))}") from error
    configuration.retries = False
    return client.ApiClient(configuration), str(name)
