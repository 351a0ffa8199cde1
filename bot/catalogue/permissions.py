"""The exact rights that the runbooks need: an IAM policy and a ClusterRole, made from what their probes declare."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from bot.catalogue.loader import Catalogue
from bot.kit.iam import DENIED, iam_action
from bot.model.errors import CatalogueError
from bot.model.probe import ProbeSpec

READ_VERBS = ("get", "list", "watch")

_ROLE = """\
# The rights that the runbooks need, generated from the permissions that their probes declare; do not edit.
# Reads only, no wildcard{secrets}.
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: secondline
rules:{rules}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: secondline
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: secondline
subjects:
  - kind: ServiceAccount
    name: secondline
    namespace: secondline
"""
_WITHOUT_SECRETS = ", no Secrets; `kubernetes.read_secret_names` would need get and list of secrets as well"


def declared(catalogue: Catalogue, specs: Mapping[str, ProbeSpec], system: str) -> tuple[str, ...]:
    """Give all permissions that the probes used by the catalogue declare for `system`, sorted."""
    used = {step.probe for runbook in catalogue.runbooks.values() for step in runbook.steps}
    chosen = [spec for name, spec in specs.items() if name in used and spec.system == system]
    return tuple(sorted({permission for spec in chosen for permission in spec.permissions}))


def iam_policy(catalogue: Catalogue, specs: Mapping[str, ProbeSpec]) -> str:
    """Give the IAM policy as JSON: exact read actions, and an explicit Deny of reads that hand out secrets."""
    actions = sorted({iam_action(operation) for operation in declared(catalogue, specs, "aws")})
    allow = {"Sid": "SecondlineReads", "Effect": "Allow", "Action": actions, "Resource": "*"}
    deny = {"Sid": "SecondlineNeverReads", "Effect": "Deny", "Action": list(DENIED), "Resource": "*"}
    statements = [allow, deny] if actions else [deny]
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, indent=2) + "\n"


def cluster_role(
    catalogue: Catalogue, specs: Mapping[str, ProbeSpec], also: Sequence[str] = (), *, secret_names: bool = False
) -> str:
    """Give the ClusterRole and its binding as YAML: only reads of exactly the resources that probes name.

    `also` are permissions beside those of probes: what the directory of names needs. RBAC cannot allow the names of
    Secrets without their values, so Secrets are left out unless `secret_names`.
    Raises CatalogueError for a permission that is no read.
    """
    verbs: dict[tuple[str, str], set[str]] = {}
    for permission in sorted({*declared(catalogue, specs, "kubernetes"), *also}):
        verb, group, resource = read_right(permission)
        if resource != "secrets" or secret_names:
            # Whoever may list may also get: the view asks for one object where that is cheaper.
            verbs.setdefault((group, resource), set()).update({"get", "list"} if verb == "list" else {verb})
    rules: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for (group, resource), allowed in sorted(verbs.items()):
        rules.setdefault((group, tuple(sorted(allowed))), []).append(resource)
    return _ROLE.format(rules=_rules(rules), secrets="" if secret_names else _WITHOUT_SECRETS)


def _rules(rules: Mapping[tuple[str, tuple[str, ...]], list[str]]) -> str:
    lines = [
        f"\n  - apiGroups: {json.dumps([group])}"
        f"\n    resources: {json.dumps(resources)}"
        f"\n    verbs: {json.dumps(list(verbs))}"
        for (group, verbs), resources in rules.items()
    ]
    return "".join(lines) or " []"


def read_right(permission: str) -> tuple[str, str, str]:
    """Read `list deployments.apps` into verb, API group and resource; `get pods/log` keeps its subresource.

    Raises CatalogueError when it is no read of a named resource.
    """
    verb, _, thing = permission.partition(" ")
    base, slash, part = thing.partition("/")
    resource, _, group = base.partition(".")
    if verb not in READ_VERBS or not resource or "*" in permission or " " in thing:
        raise CatalogueError(f"the permission {permission!r} is no read; write '<get|list|watch> <resource>[.<group>]'")
    return verb, group, f"{resource}{slash}{part}"
