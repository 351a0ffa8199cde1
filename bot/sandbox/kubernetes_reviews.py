"""What the caller may do, as far as the sandbox's faults say: the two self-subject reviews."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bot.sandbox import kubernetes_protobuf
from bot.sandbox.kubernetes_answers import Refused
from bot.sandbox.kubernetes_discovery import REVIEW_GROUP
from bot.sandbox.kubernetes_state import State

_READ = ("get", "list", "watch")


def review(state: State, plural: str, body: bytes) -> dict[str, Any]:
    """Answer a POST of a SelfSubjectAccessReview or SelfSubjectRulesReview, which changes nothing.

    Reads are allowed unless a standing 403 fault denies them; writes are never allowed. Raises Refused (400, 405).
    """
    asked = _read(body, plural)
    spec = asked.get("spec") or {}
    if plural == "selfsubjectaccessreviews":
        return _answered("SelfSubjectAccessReview", asked, _access(state, spec.get("resourceAttributes") or {}))
    if plural == "selfsubjectrulesreviews":
        return _answered("SelfSubjectRulesReview", asked, _rules(state, str(spec.get("namespace", ""))))
    raise Refused(405)


def _read(body: bytes, plural: str) -> Mapping[str, Any]:
    try:
        asked = (
            kubernetes_protobuf.review(body, plural) if body.startswith(kubernetes_protobuf.MAGIC) else json.loads(body)
        )
    except ValueError as error:
        raise Refused(400, f"the body of the review cannot be read: {error}") from error
    if not isinstance(asked, Mapping):
        raise Refused(400, "the body of the review is not an object")
    return asked


def _answered(kind: str, asked: Mapping[str, Any], status: Mapping[str, Any]) -> dict[str, Any]:
    body = {"kind": kind, "apiVersion": f"{REVIEW_GROUP}/v1", "metadata": {}, "spec": asked.get("spec") or {}}
    return {**body, "status": dict(status)}


def _access(state: State, attributes: Mapping[str, Any]) -> dict[str, Any]:
    verb, resource, sub = (str(attributes.get(key, "")) for key in ("verb", "resource", "subresource"))
    full = f"{resource}/{sub}" if sub else resource
    denied = state.denies(verb, full, str(attributes.get("group", "")), str(attributes.get("namespace", "")))
    allowed = verb in _READ and not denied
    return {"allowed": True, "reason": "RBAC: allowed by the sandbox"} if allowed else {"allowed": False}


def _rules(state: State, namespace: str) -> dict[str, Any]:
    rules = []
    for served in state.kinds.values():
        verbs = [verb for verb in _READ if not state.denies(verb, served.plural, served.group, namespace)]
        if verbs:
            rules.append({"verbs": verbs, "apiGroups": [served.group], "resources": [served.plural]})
    if not state.denies("get", "pods/log", "", namespace):
        rules.append({"verbs": ["get"], "apiGroups": [""], "resources": ["pods/log"]})
    return {"resourceRules": rules, "nonResourceRules": [], "incomplete": False}
