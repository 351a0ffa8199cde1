"""What the kubelet says of configuration that it cannot give to a container. Pure: its words in, what they name out."""

from __future__ import annotations

import re
from typing import NamedTuple


class Complaint(NamedTuple):
    """One complaint: `kind` and `name` of the object, its namespace and key where said, the volume or path if any."""

    cause: str
    kind: str = ""
    name: str = ""
    namespace: str = ""
    key: str = ""
    volume: str = ""
    detail: str = ""


def _row(cause: str, pattern: str) -> tuple[str, re.Pattern[str]]:
    return cause, re.compile(pattern, re.IGNORECASE | re.DOTALL)


_ROWS = (
    _row(
        "key-missing",
        r"couldn'?t find key (?P<key>\S{1,253}) in (?P<kind>ConfigMap|Secret) "
        r"(?P<namespace>[^/\s]{1,63})/(?P<name>[^\s,]{1,253})",
    ),
    _row("key-missing", r"references? non-existent (?P<kind>config|secret) key:? ?(?P<key>[^\s,]{1,253})"),
    _row(
        "provider-class-missing",
        r"failed to get secretproviderclass (?:(?P<namespace>[^/\s]{1,63})/)?(?P<name>[^\s,]{1,253}),? "
        r".{0,200}not found",
    ),
    _row("secret-provider-failed", r"failed to mount secrets store objects.{0,200}?err: (?P<detail>.{1,500})"),
    _row("secret-provider-failed", r"(?P<detail>driver name secrets-store\.csi\.k8s\.io not found.{0,200})"),
    _row("service-account-missing", r"serviceaccounts? \"(?P<name>[^\"]{1,253})\" not found"),
    _row("projected-volume-failed", r"failed to fetch token: (?P<detail>.{1,300})"),
    _row("object-missing", r"(?P<kind>configmap|secret)s? \"(?P<name>[^\"]{1,253})\" not found"),
    _row(
        "sub-path-wrong",
        r"failed to (?:prepare|create) subPath(?: directory)? for volumeMount \"(?P<volume>[^\"]{1,63})\""
        r"(?P<detail>.{0,200})",
    ),
    _row("mount-path-wrong", r"rootfs at \"(?P<volume>[^\"]{1,200})\"(?P<detail>.{0,400}(?:not|is) a directory)"),
    _row("mount-path-wrong", r"(?P<detail>trying to mount a directory on(?:to)? a file.{0,40})"),
    _row("mount-path-wrong", r"hostPath type check failed: (?P<detail>.{1,300})"),
    _row(
        "field-ref-invalid",
        r"(?:unsupported (?:pod )?field ?path|field label not supported|failed to resolve fieldref|invalid fieldpath|"
        r"error converting fieldPath|unsupported container resource|fieldRef)"
        r".{0,40}?[\": ]+(?P<key>[\w.\[\]'/-]{3,253})",
    ),
    _row("field-ref-invalid", r"container \"?(?P<key>[\w-]{1,63})\"? not found.{0,10}$"),
    _row(
        "run-as-root-refused",
        r"(?P<detail>container has runAsNonRoot and image (?:will run as root|has non-numeric user).{0,200})",
    ),
)
_KINDS = {"configmap": "ConfigMap", "config": "ConfigMap", "secret": "Secret"}
_VOLUME = re.compile(r"for volume \"(?P<volume>[^\"]{1,63})\"")


def read(text: str) -> Complaint | None:
    """Say what the kubelet complains of, or None when the text is not about configuration."""
    for cause, pattern in _ROWS:
        found = pattern.search(text)
        if found:
            return _complaint(cause, found.groupdict(), text)
    return None


def _complaint(cause: str, said: dict[str, str | None], text: str) -> Complaint:
    volume = _VOLUME.search(text)
    return Complaint(
        cause,
        _KINDS.get((said.get("kind") or "").lower(), ""),
        (said.get("name") or "").rstrip(",.;"),
        said.get("namespace") or "",
        (said.get("key") or "").rstrip(",.;"),
        said.get("volume") or (volume["volume"] if volume else ""),
        " ".join((said.get("detail") or "").split()),
    )
