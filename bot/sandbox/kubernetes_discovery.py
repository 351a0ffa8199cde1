"""How a client finds out what the API server serves: `/version`, `/api`, `/apis` and the resource lists."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bot.sandbox.kubernetes_kinds import Served

VERSION = {
    "major": "1",
    "minor": "34",
    "gitVersion": "v1.34.0+sandbox",
    "gitCommit": "",
    "gitTreeState": "clean",
    "buildDate": "2026-01-01T00:00:00Z",
    "goVersion": "none",
    "compiler": "none",
    "platform": "linux/amd64",
}
_VERBS = ["get", "list", "watch"]
_REVIEWS = (
    ("SelfSubjectAccessReview", "selfsubjectaccessreviews"),
    ("SelfSubjectRulesReview", "selfsubjectrulesreviews"),
)
REVIEW_GROUP = "authorization.k8s.io"


_IN_ALL = frozenset(
    "pods replicationcontrollers services daemonsets deployments replicasets statefulsets horizontalpodautoscalers "
    "cronjobs jobs".split()
)


def discovery(path: str, kinds: Iterable[Served]) -> dict[str, Any] | None:
    """Answer a discovery path (without slashes at its ends); None when it is not one."""
    kinds = tuple(kinds)
    if path == "version":
        return dict(VERSION)
    if path == "api":
        return {"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []}
    if path == "apis":
        return {"kind": "APIGroupList", "apiVersion": "v1", "groups": [_group(name, kinds) for name in _groups(kinds)]}
    parts = path.split("/")
    if parts == ["api", "v1"]:
        return _resources("", "v1", kinds)
    if parts[0] != "apis" or len(parts) not in (2, 3) or parts[1] not in _groups(kinds):
        return None
    if len(parts) == 2:
        return {"kind": "APIGroup", "apiVersion": "v1", **_group(parts[1], kinds)}
    return _resources(parts[1], parts[2], kinds) if parts[2] in _versions(parts[1], kinds) else None


def _groups(kinds: tuple[Served, ...]) -> list[str]:
    return sorted({each.group for each in kinds if each.group} | {REVIEW_GROUP})


def _versions(group: str, kinds: tuple[Served, ...]) -> list[str]:
    return sorted({each.version for each in kinds if each.group == group}, reverse=True) or ["v1"]


def _group(name: str, kinds: tuple[Served, ...]) -> dict[str, Any]:
    versions = [{"groupVersion": f"{name}/{version}", "version": version} for version in _versions(name, kinds)]
    return {"name": name, "versions": versions, "preferredVersion": versions[0]}


def _resources(group: str, version: str, kinds: tuple[Served, ...]) -> dict[str, Any]:
    listed = [_resource(each) for each in kinds if (each.group, each.version) == (group, version)]
    if not group:
        listed.append({"name": "pods/log", "singularName": "", "namespaced": True, "kind": "Pod", "verbs": ["get"]})
    if group == REVIEW_GROUP:
        listed += [
            {"name": plural, "singularName": kind.lower(), "namespaced": False, "kind": kind, "verbs": ["create"]}
            for kind, plural in _REVIEWS
        ]
    return {
        "kind": "APIResourceList",
        "apiVersion": "v1",
        "groupVersion": f"{group}/{version}" if group else version,
        "resources": listed,
    }


def _resource(served: Served) -> dict[str, Any]:
    short = [name for name in served.short if name]
    return {
        "name": served.plural,
        "singularName": served.kind.lower(),
        "namespaced": served.namespaced,
        "kind": served.kind,
        "verbs": _VERBS,
        **({"shortNames": short} if short else {}),
        **({"categories": ["all"]} if served.plural in _IN_ALL else {}),
    }
