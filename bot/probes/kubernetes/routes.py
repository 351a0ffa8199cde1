"""Whether an Ingress leads anywhere: its class, its backends, its certificates; judged from the objects it names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.probes.kubernetes import serviceports
from bot.probes.kubernetes.answers import Object
from bot.probes.kubernetes.nearness import near_hint
from bot.probes.kubernetes.verdicts import Ref, Verdict, fault, ref, sound

OLD_CLASS = "kubernetes.io/ingress.class"
DEFAULT_CLASS = "ingressclass.kubernetes.io/is-default-class"
_NO_SECRET = re.compile(
    r'secrets? "?(?:[a-z0-9.-]+/)?(?P<name>[a-z0-9.-]+)"? (?:was not found|not found|does not exist)', re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Around:
    """What an Ingress is judged against. None: it could not be read, and nothing is concluded from absence.

    `secrets` are names alone; `events` are the Ingress's own, in which controllers name a Secret that they miss.
    """

    services: Sequence[Object] | None = ()
    classes: Sequence[Object] | None = ()
    secrets: frozenset[str] | None = None
    events: Sequence[Object] = ()


@dataclass(frozen=True, slots=True)
class Backend:
    """One backend of an Ingress: the Service, its port (number or name), and the host and path that lead to it."""

    service: str
    port: str
    host: str
    path: str


def backends(ingress: Object) -> Iterator[Backend]:
    """Give every backend that is a Service."""
    spec = ingress.get("spec", {})
    default = (spec.get("defaultBackend") or {}).get("service")
    if default:
        yield Backend(default.get("name", ""), _port(default), "", "")
    for rule in spec.get("rules") or ():
        for path in (rule.get("http") or {}).get("paths") or ():
            service = (path.get("backend") or {}).get("service")
            if service:
                yield Backend(service.get("name", ""), _port(service), rule.get("host", ""), path.get("path", "/"))


def _port(service: Mapping[str, Any]) -> str:
    port = service.get("port") or {}
    return str(port.get("number") or port.get("name") or "")


def hosts(ingress: Object) -> tuple[str, ...]:
    """Give the hosts for which an Ingress has rules."""
    return tuple(rule["host"] for rule in ingress.get("spec", {}).get("rules") or () if rule.get("host"))


def serves(ingress: Object, host: str) -> bool:
    """Say whether an Ingress has a rule for `host`, by name or by wildcard."""
    wild = f"*.{host.partition('.')[2]}"
    return any(host.lower() == each.lower() or wild.lower() == each.lower() for each in hosts(ingress))


def judge(ingress: Object, around: Around) -> tuple[Verdict, ...]:
    """Say what is wrong with an Ingress, each object at fault once; never empty."""
    found = (*_class(ingress, around), *_backends(ingress, around), *_certificates(ingress, around))
    if found:
        return found
    about = ref(ingress, "Ingress")
    return (sound(about, f"{about}: its class and its backends exist.", needs=_needs(ingress)),)


def _needs(ingress: Object) -> tuple[tuple[Ref, str], ...]:
    namespace = ref(ingress).namespace
    names = dict.fromkeys(each.service for each in backends(ingress))
    return tuple((Ref("Service", name, namespace), "it routes to it") for name in names)


def _class(ingress: Object, around: Around) -> tuple[Verdict, ...]:
    about = ref(ingress, "Ingress")
    old = (ingress["metadata"].get("annotations") or {}).get(OLD_CLASS, "")
    name = ingress.get("spec", {}).get("ingressClassName") or ""
    served = (ingress.get("status", {}).get("loadBalancer") or {}).get("ingress")
    if around.classes is None or old or served:
        return ()
    names = [each["metadata"]["name"] for each in around.classes]
    if name and name not in names:
        return (
            fault(
                Ref("IngressClass", name),
                "ingress-class-missing",
                f"Ingress class {name} of {about} does not exist{near_hint(name, names)}; there are: "
                f"{', '.join(sorted(names)) or 'none'}.",
                "Set spec.ingressClassName to a class that exists, or install the controller of this class.",
                seen=f"spec.ingressClassName: {name}",
                command="kubectl get ingressclasses",
                holds=((about, "a controller of this class serves it"),),
            ),
        )
    if not name and not any(_is_default(each) for each in around.classes):
        return (
            fault(
                about,
                "ingress-class-not-set",
                f"{about} names no class, and none is the default, so no controller serves it.",
                f"Set spec.ingressClassName ({', '.join(sorted(names)) or 'there is no class yet'}).",
                seen="spec.ingressClassName: none",
                command="kubectl get ingressclasses",
            ),
        )
    return ()


def _is_default(ingress_class: Object) -> bool:
    return (ingress_class["metadata"].get("annotations") or {}).get(DEFAULT_CLASS) == "true"


def _backends(ingress: Object, around: Around) -> tuple[Verdict, ...]:
    if around.services is None:
        return ()
    about, known = ref(ingress, "Ingress"), {each["metadata"]["name"]: each for each in around.services}
    found: dict[str, Verdict] = {}
    for backend in backends(ingress):
        service = known.get(backend.service)
        if service is None:
            found.setdefault(backend.service, _no_service(about, backend, list(known)))
        elif backend.port and not serviceports.has(_ports(service), backend.port):
            found.setdefault(backend.service, _no_port(about, backend, service))
    return tuple(found.values())


def _ports(service: Object) -> Sequence[Mapping[str, Any]]:
    return service.get("spec", {}).get("ports") or ()


def _where(backend: Backend) -> str:
    return f"{backend.host}{backend.path}" if backend.host or backend.path else "its default backend"


def _no_service(about: Ref, backend: Backend, names: Sequence[str]) -> Verdict:
    return fault(
        Ref("Service", backend.service, about.namespace),
        "backend-service-missing",
        f"{about} sends {_where(backend)} to Service {backend.service}, which does not exist in {about.namespace}"
        f"{near_hint(backend.service, names)}.",
        "Correct the backend of the Ingress, or create the Service.",
        seen=f"backend.service.name: {backend.service}",
        command=f"kubectl get services -n {about.namespace}",
        holds=((about, "it routes to it"),),
    )


def _no_port(about: Ref, backend: Backend, service: Object) -> Verdict:
    have = serviceports.printed(_ports(service))
    return fault(
        about,
        "backend-port-missing",
        f"{about} sends {_where(backend)} to port {backend.port} of Service {backend.service}, which has only {have}.",
        "Correct the port in the Ingress's backend; it is the Service's port that counts, not the container's.",
        seen=f"backend port: {backend.port}, Service ports: {have}",
        facts={"service": backend.service},
    )


def _certificates(ingress: Object, around: Around) -> tuple[Verdict, ...]:
    about = ref(ingress, "Ingress")
    found: dict[str, Verdict] = {}
    told: dict[str, str] = {}
    for event in around.events:
        missing = _NO_SECRET.search(str(event.get("message", ""))) if event.get("type") == "Warning" else None
        if missing:
            told.setdefault(missing["name"], str(event.get("message", "")))
    for each in ingress.get("spec", {}).get("tls") or ():
        name = each.get("secretName", "")
        if name and (name in told or (around.secrets is not None and name not in around.secrets)):
            found[name] = _no_secret(about, name, each.get("hosts") or (), told.get(name, ""), around.secrets or ())
    return tuple(found.values())


def _no_secret(about: Ref, name: str, served: Sequence[str], told: str, names: Iterable[str]) -> Verdict:
    return fault(
        Ref("Secret", name, about.namespace),
        "tls-secret-missing",
        f"{about} takes its certificate for {', '.join(served) or 'its hosts'} from Secret {name}, which does not "
        f"exist in {about.namespace}{near_hint(name, names)}.",
        "Create the TLS Secret (or look why cert-manager did not), or correct spec.tls[].secretName.",
        seen=told or f"spec.tls[].secretName: {name}",
        command=f"kubectl describe ingress {about.name} -n {about.namespace}",
        holds=((about, "it serves this certificate"),),
    )
