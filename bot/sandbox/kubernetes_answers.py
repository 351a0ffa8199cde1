"""Bodies and errors in the API server's own words, so that clients and probes see what they would see in a cluster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.sandbox.kubernetes_kinds import Served, built_in

USER = "system:serviceaccount:secondline:secondline"
_REASONS = {
    400: "BadRequest",
    403: "Forbidden",
    404: "NotFound",
    405: "MethodNotAllowed",
    410: "Expired",
    429: "TooManyRequests",
    500: "InternalError",
    503: "ServiceUnavailable",
}
_MESSAGES = {
    405: "the server does not allow this method on the requested resource",
    410: "The provided continue parameter is too old to display a consistent list result. You can start a new list "
    "without the continue parameter, or use the continue token in this response to retrieve the remainder of the "
    "results.",
    429: "Too many requests, please try again later.",
    500: "Internal error occurred: etcdserver: request timed out",
    503: "the server is currently unable to handle the request",
}
_BUILT_IN = frozenset(built_in())


class Refused(Exception):
    """The API answers with a Status object instead of what was asked for."""

    def __init__(
        self, code: int, message: str = "", details: Mapping[str, Any] | None = None, retry_after: float | None = None
    ) -> None:
        """Take the HTTP status, the message (the code's own when empty) and details for machines."""
        self.code = code
        self.retry_after = retry_after
        self.details = dict(details or {})
        self.message = message or _MESSAGES.get(code, "")
        super().__init__(self.message)

    def body(self) -> dict[str, Any]:
        """Give the `Status` object."""
        if self.retry_after is not None:
            self.details["retryAfterSeconds"] = int(self.retry_after)
        return {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": self.message,
            "reason": _REASONS.get(self.code, "Unknown"),
            **({"details": self.details} if self.details else {}),
            "code": self.code,
        }


def not_found(served: Served, name: str) -> Refused:
    """Say that an object does not exist: `deployments.apps "x" not found`."""
    return Refused(404, f'{served.qualified} "{name}" not found', _details(served, name))


def forbidden(verb: str, resource: str, group: str, namespace: str, name: str) -> Refused:
    """Refuse as RBAC does."""
    plural = resource.partition("/")[0]
    qualified = f"{plural}.{group}" if group else plural
    named = f' "{name}"' if name else ""
    where = f'in the namespace "{namespace}"' if namespace else "at the cluster scope"
    message = (
        f'{qualified}{named} is forbidden: User "{USER}" cannot {verb} resource "{resource}" '
        f'in API group "{group}" {where}'
    )
    details = {"kind": plural, **({"group": group} if group else {}), **({"name": name} if name else {})}
    return Refused(403, message, details)


def _details(served: Served, name: str) -> dict[str, Any]:
    return {"name": name, **({"group": served.group} if served.group else {}), "kind": served.plural}


def listing(
    served: Served, items: Sequence[Mapping[str, Any]], version: int, more: Mapping[str, Any]
) -> dict[str, Any]:
    """Give a page of a list. Items of built-in kinds carry no kind and apiVersion there, as in a real answer."""
    bare = served in _BUILT_IN
    shown = [{k: v for k, v in each.items() if k not in ("kind", "apiVersion")} if bare else each for each in items]
    return {
        "kind": f"{served.kind}List",
        "apiVersion": served.api_version,
        "metadata": {"resourceVersion": str(version), **more},
        "items": shown,
    }


def metadata_only(obj: Mapping[str, Any]) -> dict[str, Any]:
    """Reduce an object to its metadata."""
    return {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": obj["metadata"]}


def metadata_listing(full: Mapping[str, Any]) -> dict[str, Any]:
    """Reduce a list to the metadata of its items."""
    return {
        "kind": "PartialObjectMetadataList",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": full["metadata"],
        "items": [metadata_only(each) for each in full["items"]],
    }
