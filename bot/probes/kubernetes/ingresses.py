"""The probe over Ingresses: does a host lead to a Service that exists, by a class and with a certificate that exist."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bot.probes.kubernetes import routes
from bot.probes.kubernetes.answers import Object
from bot.probes.kubernetes.nearness import near_hint
from bot.probes.kubernetes.verdicts import NAME as HOST_NAME
from bot.probes.kubernetes.verdicts import Ref, Verdict, caution, fault, to_finding
from bot.probes.registry import probe

if TYPE_CHECKING:
    from bot.model.finding import Finding
    from bot.probes.kubernetes.view import KubernetesView

NAME = "kubernetes.ingress.routes"


@probe(
    NAME,
    permissions=(
        "list ingresses.networking.k8s.io",
        "list ingressclasses.networking.k8s.io",
        "list services",
        "list secrets",
        "list events",
    ),
    facts=("ingress", "service"),
)
def ingress_routes(
    view: KubernetesView, *, namespace: str, ingress: str = "", host: str = "", must: bool = False
) -> Iterator[Finding]:
    """Whether an Ingress (by name, or the one for a host) has a class, backends and certificates that exist.

    `must` makes a host without Ingress a fault: nothing else is known of what serves it.
    """
    known = view.list("Ingress", namespace)
    chosen = [each for each in known if _meant(each, ingress, host)]
    if ingress and not chosen and known.complete:
        names = [each["metadata"]["name"] for each in known]
        summary = f"There is no Ingress {ingress} in {namespace}{near_hint(ingress, names)}."
        remedy = "Check the name and the namespace; if it was deleted, deploy it again."
        yield to_finding(view, NAME, fault(Ref("Ingress", ingress, namespace), "ingress-missing", summary, remedy))
    elif host and not ingress and not chosen and known.complete:
        yield to_finding(view, NAME, _not_routed(namespace, host, known.items, must))
    for each in chosen:
        for verdict in routes.judge(each, _around(view, each)):
            yield to_finding(view, NAME, verdict)


def _meant(obj: Object, ingress: str, host: str) -> bool:
    if ingress:
        return bool(obj["metadata"]["name"] == ingress)
    return not host or routes.serves(obj, host)


def _not_routed(namespace: str, host: str, known: tuple[Object, ...], must: bool) -> Verdict:
    hosts = [each for obj in known for each in routes.hosts(obj)]
    say = fault if must else caution
    return say(
        Ref(HOST_NAME, host),
        "host-not-routed",
        f"No Ingress of {namespace} has a rule for {host}{near_hint(host, hosts)}.",
        "Check the namespace; the host may be served by a gateway, a load balancer or another namespace.",
        seen=f"hosts: {', '.join(sorted(set(hosts))) or 'none'}",
        command=f"kubectl get ingresses -n {namespace}",
    )


def _around(view: KubernetesView, ingress: Object) -> routes.Around:
    namespace, name = ingress["metadata"]["namespace"], ingress["metadata"]["name"]
    services, classes = view.list("Service", namespace), view.list("IngressClass")
    secrets = view.list("Secret", namespace) if ingress.get("spec", {}).get("tls") else None
    return routes.Around(
        services.items if services.complete else None,
        classes.items if classes.complete else None,
        frozenset(each["metadata"]["name"] for each in secrets) if secrets and secrets.complete else None,
        view.events(namespace, "Ingress", name),
    )
