"""The probe over images that do not arrive: what the registry said, and whose fault that is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.kit.text import listed, one_line
from bot.model.finding import Evidence
from bot.probes.kubernetes import faults, podstates, pullsecrets
from bot.probes.kubernetes.answers import Event, Pod
from bot.probes.kubernetes.containers import Container, containers
from bot.probes.kubernetes.faults import Fault, FaultyPod
from bot.probes.kubernetes.owners import owner
from bot.probes.kubernetes.pullerrors import Answer, Image, classify, parse_image
from bot.probes.kubernetes.selection import choose
from bot.probes.kubernetes.verdicts import count, ref, see
from bot.probes.registry import probe

if TYPE_CHECKING:
    from bot.model.finding import Finding
    from bot.probes.kubernetes.view import KubernetesView


IMAGE = "kubernetes.pod.image"
PULL_REASONS = frozenset(
    {
        "ErrImagePull",
        "ImagePullBackOff",
        "InvalidImageName",
        "ErrImageNeverPull",
        "ImageInspectError",
        "RegistryUnavailable",
    }
)


@probe(
    IMAGE,
    permissions=("list pods", "list events", "list secrets", "get nodes"),
    facts=("container", "image", "registry", "repository", "tag", "account", "region", "secret"),
)
def image(view: KubernetesView, *, namespace: str, workload: str = "", pod: str = "") -> Iterator[Finding]:
    """Why an image does not arrive: tag, repository, right to pull, registry, or its name."""
    chosen = choose(view, namespace, workload, pod)
    yield from faults.told(view, IMAGE, chosen, lambda pods: image_faults(view, pods), _well)


def _well(name: str, pods: Sequence[Pod]) -> str:
    return f"Every image of {name} has arrived ({count(len(pods), 'pod')} looked at)"


def image_faults(view: KubernetesView, pods: Iterable[Pod]) -> Iterator[FaultyPod]:
    """Give the faults of those pods that wait for an image."""
    for pod in pods:
        container = waiting_for_image(pod)
        if not container:
            continue
        about = ref(pod, "Pod")
        events = view.events(about.namespace, "Pod", about.name)
        others = view.list("Pod", about.namespace)
        found = judge(pod, container, events, tuple(others))
        if found.cause in pullsecrets.REFUSALS:
            found = pullsecrets.sharpen(found, pod, pullsecrets.look(view, pod, events))
        yield FaultyPod(pod, _with_architecture(view, pod, found))


def waiting_for_image(pod: Pod) -> Container | None:
    """Give the first container that waits for its image in vain."""
    if podstates.is_going(pod):
        return None
    return next((each for each in containers(pod) if each.waiting in PULL_REASONS), None)


def judge(pod: Pod, container: Container, events: Sequence[Event], others: Iterable[Pod] = ()) -> Fault:
    """Say why the image of `container` does not arrive. `others` are the namespace's pods, whose images do work."""
    text = answer_text(container, events)
    answer = classify(text)
    parts = parse_image(container.image)
    known = working_tags(parts, others) if answer.cause == "image-tag-not-found" else ()
    hint = f"; other pods run {listed(known)}" if known else ""
    what = f"{answer.what}{_which(answer, parts)}{hint}"
    return Fault(
        answer.cause,
        f"{container.label.capitalize()} of {owner(pod).name} does not start, its image {container.image} cannot be "
        f"pulled: {what}.",
        answer.remedy,
        f"{container.name}/{container.image}",
        _evidence(pod, container, text),
        _facts(container, parts),
    )


def answer_text(container: Container, events: Sequence[Event]) -> str:
    """Give the fullest text about the failed pull: the waiting message, else the newest event that names the image."""
    said = container.waiting_message
    if "Back-off pulling image" in said and ": " not in said.partition('"')[2].partition('"')[2]:
        said = ""
    failed = [
        str(event.get("message", ""))
        for event in events
        if event.get("reason") in ("Failed", "InspectFailed", "ErrImageNeverPull") and _about(event, container)
    ]
    pulls = [message for message in failed if not message.startswith("Error: ")]
    return "\n".join(dict.fromkeys(filter(None, [said, *pulls[:1], *([] if said or pulls else failed[:1])]))) or (
        container.waiting
    )


def _about(event: Event, container: Container) -> bool:
    message = str(event.get("message", ""))
    field = str(event.get("involvedObject", {}).get("fieldPath", ""))
    return (
        container.image in message
        or field in ("", f"spec.containers{{{container.name}}}")
        or (field == f"spec.initContainers{{{container.name}}}")
    )


def _which(answer: Answer, parts: Image) -> str:
    if answer.cause == "image-tag-not-found":
        return f" (repository {parts.repository} on {parts.registry}, tag {parts.version})"
    if answer.cause == "image-name-invalid":
        return ""
    if answer.cause == "image-repository-not-found":
        return f" ({parts.repository} on {parts.registry})"
    return f" ({parts.registry})"


def working_tags(parts: Image, pods: Iterable[Pod]) -> tuple[str, ...]:
    """Give the versions of the same repository that run, or ran, in these pods."""
    found = []
    for pod in pods:
        for container in containers(pod):
            other = parse_image(container.image)
            same = (other.registry, other.repository) == (parts.registry, parts.repository)
            if same and other.version != parts.version and container.status.get("imageID"):
                found.append(other.version)
    return tuple(sorted(dict.fromkeys(found)))


def _facts(container: Container, parts: Image) -> Mapping[str, str]:
    facts = {"container": container.name, "image": container.image, "registry": parts.registry}
    facts |= {"repository": parts.repository, "tag": parts.version}
    return {**facts, "account": parts.ecr[0], "region": parts.ecr[1]} if parts.ecr else facts


def _evidence(pod: Pod, container: Container, text: str) -> tuple[Evidence, ...]:
    command = see(ref(pod, "Pod"))
    return (Evidence(f"{container.label}, {container.waiting}", one_line(text, 1000), command),)


def _with_architecture(view: KubernetesView, pod: Pod, found: Fault) -> Fault:
    node = str(pod.get("spec", {}).get("nodeName", ""))
    if found.cause != "image-wrong-architecture" or not node:
        return found
    labels = ((view.get("Node", node).object or {}).get("metadata", {}).get("labels")) or {}
    architecture = labels.get("kubernetes.io/arch")
    if not architecture:
        return found
    return replace(found, summary=f"{found.summary[:-1]}; node {node} is {architecture}.")
