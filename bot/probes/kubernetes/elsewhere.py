"""Objects of one name in other namespaces: the usual reason why something that exists is not found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.probes.kubernetes.verdicts import Ref, ref

if TYPE_CHECKING:
    from bot.probes.kubernetes.view import KubernetesView


def other_namespaces(view: KubernetesView, about: Ref) -> tuple[str, ...]:
    """Give the other namespaces that have an object of this kind and name; none when we may not look there."""
    if not view.allowed("list", about.kind, ""):
        return ()
    found = view.list(about.kind, "", fields=f"metadata.name={about.name}")
    return tuple(sorted({ref(each).namespace for each in found} - {about.namespace}))
