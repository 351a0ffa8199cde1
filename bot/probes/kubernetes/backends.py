"""What stands behind a host and port that an application cannot reach.

A Service, its endpoints and its pods, or a host outside the cluster.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.probes.kubernetes import endpoints, podstates, serviceports
from bot.probes.kubernetes.answers import Object
from bot.probes.kubernetes.elsewhere import other_namespaces
from bot.probes.kubernetes.labels import labels_of
from bot.probes.kubernetes.loghosts import Place, is_address
from bot.probes.kubernetes.nearness import near, near_hint
from bot.probes.kubernetes.verdicts import HOST, Ref, Verdict, fault, ref
from bot.probes.kubernetes.workloads import find

if TYPE_CHECKING:
    from bot.probes.kubernetes.view import KubernetesView


_LABEL = re.compile(r"^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$")
_OWNER = "kubernetes.io/service-name"


@dataclass(frozen=True, slots=True)
class Backend:
    """What is to blame behind a host, the pods behind it that are not ready, and the Service when it is one."""

    verdicts: tuple[Verdict, ...] = ()
    unready: tuple[Object, ...] = ()
    service: Ref | None = None


def look_behind(view: KubernetesView, namespace: str, place: Place, complaint: str) -> Backend:
    """Say what is wrong behind `place`, called from `namespace`. `complaint` is the cause seen by the caller.

    Nothing is said of localhost, which is the pod itself, nor where the Services could not be read.
    """
    if place.host in ("localhost", "127.0.0.1", "::1"):
        return Backend()
    if is_address(place.host):
        return _by_address(view, namespace, place, complaint)
    named = service_of(view, namespace, place.host)
    if not named:
        return Backend((outside(place, complaint),))
    services = view.list("Service", named.namespace)
    found = next((each for each in services if each["metadata"]["name"] == named.name), None)
    if found:
        return _behind_service(view, found, place, complaint)
    if not services.complete:
        return Backend()
    return Backend((_missing(view, named.name, named.namespace, place, services.items),))


def service_of(view: KubernetesView, namespace: str, host: str) -> Ref | None:
    """Give the Service that a host name means when called from `namespace`; None for a host outside the cluster.

    `orders`, `orders.data`, `orders.data.svc.cluster.local`, and `orders-0.orders...`, a pod behind a headless Service.
    """
    labels = host.lower().rstrip(".").split(".")
    if not all(_LABEL.match(label) for label in labels):
        return None
    if "svc" in labels[2:]:
        before = labels[: labels.index("svc", 2)]
        return Ref("Service", before[-2], before[-1])
    if len(labels) == 1:
        return Ref("Service", host.lower(), namespace)
    if len(labels) != 2:
        return None
    # orders.data may be a Service in namespace data, a pod behind Service data, or a host of the company's own DNS
    there = view.get("Namespace", labels[1])
    if there.found or (not there.known and _has_service(view, labels[1], labels[0])):
        return Ref("Service", labels[0], labels[1])
    return Ref("Service", labels[1], namespace) if _has_service(view, namespace, labels[1]) else None


def _has_service(view: KubernetesView, namespace: str, name: str) -> bool:
    return any(each["metadata"]["name"] == name for each in view.list("Service", namespace))


def outside(place: Place, complaint: str) -> Verdict:
    """Name a host outside the cluster as what the application depends on."""
    about = Ref(HOST, place.host)
    words = {
        "dependency-refused": "refuses connections",
        "dependency-timeout": "does not answer",
        "dependency-unresolved": "does not resolve",
        "dependency-auth-failed": "refuses the credentials of its caller",
        "dependency-tls-failed": "shows a certificate that its caller does not trust",
    }[complaint]
    named = f" (from {place.variable})" if place.variable else ""
    return fault(
        about,
        complaint,
        f"{place}{named} {words}; it is outside the cluster, which can tell no more of it.",
        "Look at that host itself: its state, its address, its firewall or security group.",
        seen=f"the application's log names {place}",
        command=f"nslookup {place.host}",
        facts={"host": place.host, "port": str(place.port or "")},
    )


def _by_address(view: KubernetesView, namespace: str, place: Place, complaint: str) -> Backend:
    services = view.list("Service", namespace)
    for each in services:
        if place.host in (each.get("spec", {}).get("clusterIPs") or [each.get("spec", {}).get("clusterIP")]):
            return _behind_service(view, each, place, complaint)
    pods = [each for each in view.list("Pod", namespace) if each.get("status", {}).get("podIP") == place.host]
    if pods:
        return Backend(unready=tuple(pod for pod in pods if not podstates.is_ready(pod)))
    return Backend((outside(place, complaint),)) if services.complete else Backend()


def _missing(view: KubernetesView, name: str, where: str, place: Place, known: tuple[Object, ...]) -> Verdict:
    about = Ref("Service", name, where)
    names = [str(each["metadata"]["name"]) for each in known]
    others = other_namespaces(view, about)
    named = f" as {place.variable} says" if place.variable else ""
    if others:
        return fault(
            about,
            "service-in-other-namespace",
            f"There is no Service {name} in {where}{named}; it is in {', '.join(others)}.",
            f"Call it {name}.{others[0]}: the short name only works within its own namespace.",
            command=f"kubectl get services -A --field-selector metadata.name={name}",
        )
    close = near(name, names)
    what = place.variable or "the caller's configuration"
    return fault(
        about,
        "service-missing",
        f"There is no Service {name} in {where}{named}{near_hint(name, names)}.",
        f"Correct the host in {what}{f' to {close[0]}' if close else ''}, or create the Service.",
        seen=f"Services in {where}: {', '.join(names) or 'none'}",
        command=f"kubectl get services -n {where}",
    )


def _behind_service(view: KubernetesView, service: Object, place: Place, complaint: str) -> Backend:
    about, spec = ref(service, "Service"), service.get("spec", {})
    if spec.get("type") == "ExternalName":
        return Backend((outside(Place(str(spec.get("externalName", "")), place.port), complaint),))
    ports = spec.get("ports") or ()
    if place.port and ports:
        wrong = serviceports.asked(about, ports, str(place.port))
        if wrong:
            return Backend((wrong,), service=about)
    pods = view.list("Pod", about.namespace)
    if not pods.complete:
        return Backend(service=about)
    behind = endpoints.Behind(service, pods.items, find(view, about.namespace), slices_of(view, about))
    verdicts = tuple(each for each in endpoints.judge(behind) if each.cause)
    unready = tuple(pod for pod in behind.chosen if not podstates.is_ready(pod))
    if verdicts or complaint == "dependency-unresolved":
        return Backend(verdicts, unready, about)
    return Backend((_serves_yet_fails(about, place, complaint, len(behind.chosen)),), service=about)


def slices_of(view: KubernetesView, about: Ref) -> tuple[Object, ...] | None:
    """Give the EndpointSlices of a Service; None when they could not be read."""
    found = view.list("EndpointSlice", about.namespace)
    if not found.complete:
        return None
    return tuple(each for each in found if labels_of(each).get(_OWNER) == about.name)


def _serves_yet_fails(about: Ref, place: Place, complaint: str, pods: int) -> Verdict:
    says, remedy = {
        "dependency-refused": ("refuses", "See on which port and address the process behind it listens."),
        "dependency-timeout": ("does not answer", "See whether a network policy stands between, and how busy it is."),
        "dependency-auth-failed": ("refuses the credentials", "Compare the credentials on both sides."),
        "dependency-tls-failed": ("shows an untrusted certificate", "Look at its certificate and at the trust store."),
    }[complaint]
    return fault(
        about,
        complaint,
        f"{about} in {about.namespace} has {pods} ready pods behind it, yet {place} {says} to its caller.",
        remedy,
        command=f"kubectl get endpointslices -n {about.namespace} -l {_OWNER}={about.name}",
        facts={"host": place.host, "port": str(place.port or "")},
    )
