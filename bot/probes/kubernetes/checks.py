"""What the doctor says of a cluster: reachable, logged in, and each right that the runbooks need."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from bot.kit.text import listed
from bot.model.check import Check, CheckState
from bot.model.errors import NotFound, OutsideError
from bot.model.run import ApiCall
from bot.probes.kubernetes.asking import Asked
from bot.probes.kubernetes.client import SYSTEM, KubernetesClient, open_client
from bot.settings import KubernetesSettings

WITHIN = timedelta(seconds=30)
AT_ONCE = 8


def check_kubernetes(settings: KubernetesSettings, permissions: Sequence[str]) -> tuple[Check, ...]:
    """Check the connection and every permission, spelled `list pods`, `get pods/log`, `list deployments.apps`.

    Asks GET /version and one SelfSubjectAccessReview for each permission, over all namespaces.
    """
    try:
        client = open_client(settings, deadline=datetime.now(UTC) + WITHIN)
        version = client.json(Asked("/version"), _unrecorded)
    except NotFound as error:
        return (Check(SYSTEM, "connection", CheckState.FAILED, error.message, "set kubernetes.context or KUBECONFIG"),)
    except OutsideError as error:
        named = settings.kubeconfig or os.environ.get("KUBECONFIG")
        state = CheckState.OFF if error.message.startswith("no kubeconfig") and not named else CheckState.FAILED
        return (Check(SYSTEM, "connection", state, error.message, "see docs/settings.md, group kubernetes"),)
    connection = Check(SYSTEM, "connection", CheckState.OK, f"{client.cluster}, {version.get('gitVersion', 'unknown')}")
    return connection, _rights(client, permissions)


def _rights(client: KubernetesClient, permissions: Sequence[str]) -> Check:
    with ThreadPoolExecutor(AT_ONCE) as workers:
        answers = list(workers.map(lambda permission: _may(client, permission), permissions))
    denied = [permission for permission, allowed in zip(permissions, answers, strict=True) if allowed is False]
    untold = [permission for permission, allowed in zip(permissions, answers, strict=True) if allowed is None]
    if denied:
        remedy = "secondline permissions kubernetes | kubectl apply -f -   (or expect these to be 'not checked')"
        return Check(SYSTEM, "rights", CheckState.FAILED, f"not allowed: {listed(denied, 12)}", remedy)
    if untold:
        return Check(SYSTEM, "rights", CheckState.WARNING, f"could not be told: {listed(untold, 12)}")
    return Check(SYSTEM, "rights", CheckState.OK, f"all {len(permissions)} that the runbooks need")


def _may(client: KubernetesClient, permission: str) -> bool | None:
    verb, _, full = permission.partition(" ")
    resource, _, group = full.partition(".")
    plural, _, subresource = resource.partition("/")
    attributes = {"verb": verb, "group": group, "resource": plural, "subresource": subresource}
    try:
        return client.review({key: value for key, value in attributes.items() if value}, _unrecorded)
    except OutsideError:
        return None


def _unrecorded(_call: ApiCall) -> None:
    """The doctor's own calls are no part of any run."""
