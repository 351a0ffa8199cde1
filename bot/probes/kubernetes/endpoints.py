"""Which pods a Service reaches, and what stands between the two: judged from its selector, its ports and the pods."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.probes.kubernetes import podstates, serviceports
from bot.probes.kubernetes.answers import Object
from bot.probes.kubernetes.labels import carries, differing, labels_of, printed, takes, template_of
from bot.probes.kubernetes.nearness import near
from bot.probes.kubernetes.pullerrors import parse_image
from bot.probes.kubernetes.rollouts import images_of, scaled_to_zero
from bot.probes.kubernetes.verdicts import Ref, Verdict, caution, count, fault, ref, sound, symptom


@dataclass(frozen=True, slots=True)
class Behind:
    """A Service, and what its namespace holds.

    `workloads` are (kind, object); `slices` the Service's EndpointSlices, None when they could not be read; `hint`
    the kubelet's newest warning about a pod of the Service. `named` says that the ticket is about this very Service,
    `complete` that all workloads could be read.
    """

    service: Object
    pods: Sequence[Object] = ()
    workloads: Sequence[tuple[str, Object]] = ()
    slices: Sequence[Object] | None = None
    hint: str = ""
    named: bool = True
    complete: bool = True

    @property
    def about(self) -> Ref:
        """Name the Service."""
        return ref(self.service, "Service")

    @property
    def selector(self) -> Mapping[str, str]:
        """Give the selector, empty when there is none."""
        return self.service.get("spec", {}).get("selector") or {}

    @property
    def ports(self) -> tuple[Mapping[str, Any], ...]:
        """Give the Service's ports."""
        return tuple(self.service.get("spec", {}).get("ports") or ())

    @property
    def chosen(self) -> tuple[Object, ...]:
        """Give the live pods that the selector selects."""
        return selected(self.service, self.pods)


def selected(service: Object, pods: Iterable[Object]) -> tuple[Object, ...]:
    """Give the live pods that a Service selects, by name."""
    chosen = (pod for pod in pods if takes(service, pod) and not podstates.is_over(pod))
    return tuple(sorted(chosen, key=lambda pod: str(pod["metadata"]["name"])))


def judge(behind: Behind) -> tuple[Verdict, ...]:
    """Say the one deepest thing about the way from a Service to its pods; never empty."""
    if behind.service.get("spec", {}).get("type") == "ExternalName":
        return ()
    if not behind.selector:
        return (_by_hand(behind),)
    for step in _STEPS:
        found = step(behind)
        if found:
            return found
    ready = [pod for pod in behind.chosen if podstates.is_ready(pod)]
    summary = f"{behind.about}: {len(ready)} of {count(len(behind.chosen), 'pod')} ready behind it."
    return (sound(behind.about, summary),)


def _by_hand(behind: Behind) -> Verdict:
    addresses = sum(len(each.get("endpoints") or ()) for each in behind.slices or ())
    if addresses or behind.slices is None:
        return sound(behind.about, f"{behind.about} has no selector; addresses set by hand: {addresses}.")
    return fault(
        behind.about,
        "endpoints-missing",
        f"{behind.about} has no selector and nobody has set an address for it, so it leads nowhere.",
        "Give the Service a selector, or create an EndpointSlice with its addresses.",
        seen="spec.selector: none, EndpointSlices: none",
    )


def _nothing_selected(behind: Behind) -> tuple[Verdict, ...]:
    if behind.chosen:
        return ()
    about = behind.about
    for kind, workload in behind.workloads:
        if takes(behind.service, template_of(workload)):
            return _nothing_running(about, ref(workload, kind), workload, behind.named)
    if not behind.complete:
        summary = f"{about} selects no pod: it asks for {printed(behind.selector)}."
        return (
            symptom(about, "endpoints-missing", summary, "Look which workload it is meant for, and at its labels."),
        )
    name, labels = _closest(behind)
    pairs = differing(behind.selector, labels) if labels else ()
    if pairs:
        said = "; ".join(_difference(key, wanted, found) for key, wanted, found in pairs)
        why = f"{name} would fit but for its labels: {said}"
    else:
        why = f"nothing in {about.namespace} carries such labels"
    return (
        fault(
            about,
            "selector-matches-nothing",
            f"{about} selects no pod: it asks for {printed(behind.selector)}, and {why}.",
            "Make the Service's selector and the labels of the pod template the same.",
            seen=f"selector: {printed(behind.selector)}\nlabels of {name or 'the nearest'}: {printed(labels)}",
            command=f"kubectl get pods -n {about.namespace} --show-labels",
            facts={"label": pairs[0][0] if pairs else "", "wanted": pairs[0][1] if pairs else ""},
        ),
    )


def _difference(key: str, wanted: str, found: str) -> str:
    return f"{key} is {found}, not {wanted}" if found else f"it has no label {key} (wanted {wanted})"


def _nothing_running(about: Ref, workload: Ref, obj: Object, named: bool) -> tuple[Verdict, ...]:
    held = ((about, "it selects the pods of this workload"),)
    if obj.get("spec", {}).get("replicas") == 0:
        zero = scaled_to_zero(workload)
        if not named:
            return (caution(about, zero.cause, f"{about} leads nowhere: {zero.summary}", zero.remedy),)
        return (fault(workload, zero.cause, zero.summary, zero.remedy, seen=zero.seen, holds=held),)
    return (
        symptom(
            about,
            "endpoints-missing",
            f"{about} selects the pods of {workload}, of which none exists.",
            f"Look why {workload} has no pod.",
            needs=((workload, "it selects the pods of this workload"),),
            facts={"workload": workload.name},
        ),
    )


def _closest(behind: Behind) -> tuple[str, Mapping[str, str]]:
    """Give the workload or pod whose labels come nearest to the selector: most pairs held, then the likest name."""
    candidates = [(str(ref(obj, kind)), labels_of(template_of(obj))) for kind, obj in behind.workloads]
    candidates += [(str(ref(pod, "Pod")), labels_of(pod)) for pod in behind.pods]
    names = near(behind.about.name, (name.partition(" ")[2] for name, _ in candidates), limit=10)
    ranked = []
    for name, labels in candidates:
        bare = name.partition(" ")[2]
        held = len(behind.selector) - len(differing(behind.selector, labels))
        like = 20 if bare == behind.about.name else 10 - names.index(bare) if bare in names else 0
        if held or like:
            ranked.append((held, like, name, labels))
    ranked.sort(key=lambda each: (-each[0], -each[1]))
    return (ranked[0][2], ranked[0][3]) if ranked else ("", {})


def _foreign(behind: Behind) -> tuple[Verdict, ...]:
    """Pods of another workload with other images: a canary of the same image is on purpose."""
    groups = [
        (ref(obj, kind), obj)
        for kind, obj in behind.workloads
        if takes(behind.service, template_of(obj))
        and any(carries(labels_of(pod), _match_labels(obj)) for pod in behind.chosen)
    ]
    if len(groups) < 2:
        return ()
    like = near(behind.about.name, (each.name for each, _ in groups), limit=len(groups))
    order = {behind.about.name: -1, **{name: index for index, name in enumerate(like)}}
    groups.sort(key=lambda group: (order.get(group[0].name, len(like)), group[0]))
    (own, own_obj), *others = groups
    strangers = [each for each, obj in others if not (_repositories(obj) & _repositories(own_obj))]
    if not strangers:
        return ()
    names = ", ".join(str(each) for each in strangers)
    return (
        fault(
            behind.about,
            "selector-catches-foreign-pods",
            f"{behind.about} also sends requests to the pods of {names}: its selector {printed(behind.selector)} "
            f"is not particular to {own}.",
            f"Add a label to the selector that only the pods of {own} carry.",
            seen=f"selector: {printed(behind.selector)} selects pods of {own}, {names}",
            command=f"kubectl get pods -n {behind.about.namespace} -l {printed(behind.selector)} --show-labels",
            facts={"foreign": strangers[0].name},
        ),
    )


def _match_labels(workload: Object) -> Mapping[str, str]:
    return (workload.get("spec", {}).get("selector") or {}).get("matchLabels") or {}


def _repositories(workload: Object) -> set[tuple[str, str]]:
    return {parse_image(image)[:2] for image in images_of(workload)[:1]}


def _not_ready(behind: Behind) -> tuple[Verdict, ...]:
    unready = [pod for pod in behind.chosen if not podstates.is_ready(pod)]
    if not unready:
        return ()
    about, first = behind.about, unready[0]
    why = f"pod {first['metadata']['name']}: {podstates.trouble(first)}"
    owners = tuple(
        (ref(obj, kind), "its pods belong to this workload")
        for kind, obj in behind.workloads
        if takes(behind.service, template_of(obj))
    )
    waiting = (*owners, *podstates.needs(unready, "it selects this pod"))
    facts = {"workload": owners[0][0].name} if owners else {}
    if len(unready) < len(behind.chosen):
        ready = len(behind.chosen) - len(unready)
        summary = f"{about}: {ready} of {count(len(behind.chosen), 'pod')} ready behind it; {why}."
        remedy = "Look at the pods that are not ready."
        return (caution(about, "endpoints-partly-ready", summary, remedy, needs=waiting, facts=facts),)
    if behind.service.get("spec", {}).get("publishNotReadyAddresses"):
        return ()
    matching = f"{count(len(unready), 'pod')} match{'es' if len(unready) == 1 else ''}"
    return (
        symptom(
            about,
            "endpoints-not-ready",
            f"{about} has no endpoint: {matching}, none is ready; {why}.",
            "Repair what keeps the pods from becoming ready; the Service itself is in order.",
            seen="\n".join(filter(None, (why, behind.hint))),
            command=f"kubectl get pods -n {about.namespace} -l {printed(behind.selector)}",
            needs=waiting,
            facts=facts,
        ),
    )


def _not_published(behind: Behind) -> tuple[Verdict, ...]:
    """Pods are ready, but the control plane has not written them down as endpoints."""
    if not behind.slices or any(each.get("endpoints") for each in behind.slices):
        return ()
    return (
        fault(
            behind.about,
            "endpoints-not-published",
            f"{behind.about} has {count(len(behind.chosen), 'pod')} behind it, but no EndpointSlice lists them.",
            "Look at the kube-controller-manager: its endpoint slice controller does not keep up.",
            command=f"kubectl get endpointslices -n {behind.about.namespace}",
        ),
    )


def _ports(behind: Behind) -> tuple[Verdict, ...]:
    return serviceports.judge(behind.about, behind.ports, behind.chosen)


_STEPS: tuple[Callable[[Behind], tuple[Verdict, ...]], ...] = (
    _nothing_selected,
    _foreign,
    _ports,
    _not_ready,
    _not_published,
)
