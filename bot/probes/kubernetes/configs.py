"""The probe over pods that cannot start for want of their configuration."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from bot.kit.text import one_line
from bot.model.finding import Evidence
from bot.probes.kubernetes import configerrors, faults, podstates
from bot.probes.kubernetes.answers import Event, Pod
from bot.probes.kubernetes.configerrors import Complaint
from bot.probes.kubernetes.configobjects import blame
from bot.probes.kubernetes.configrefs import Reference, references
from bot.probes.kubernetes.containers import Container, containers, volume
from bot.probes.kubernetes.faults import Fault, FaultyPod
from bot.probes.kubernetes.mountedfiles import keys
from bot.probes.kubernetes.owners import owner
from bot.probes.kubernetes.selection import choose
from bot.probes.kubernetes.verdicts import Ref, Verdict, count, fault, ref, see
from bot.probes.registry import probe

if TYPE_CHECKING:
    from bot.model.finding import Finding
    from bot.probes.kubernetes.view import KubernetesView


CONFIG = "kubernetes.pod.config"
PERMISSIONS = ("list pods", "list events", "list configmaps", "list secrets")
_REFUSED = ("CreateContainerConfigError", "CreateContainerError", "RunContainerError")
_NOT_YET = ("ContainerCreating", "PodInitializing")
_TOLD_BY = ("FailedMount", "Failed", "FailedAttachVolume", "FailedCreatePodSandBox")


class Heard(NamedTuple):
    """A complaint as it was heard: from the container's own state, or (container None) from an event of the pod."""

    complaint: Complaint
    container: Container | None
    text: str


@probe(CONFIG, permissions=PERMISSIONS, facts=("kind", "name", "key", "volume", "container"))
def config(view: KubernetesView, *, namespace: str, workload: str = "", pod: str = "") -> Iterator[Finding]:
    """Which ConfigMap, Secret, key, field, mount or secret provider keeps a pod from starting."""
    chosen = choose(view, namespace, workload, pod)
    yield from faults.told(view, CONFIG, chosen, lambda pods: config_faults(view, pods), _well)


def _well(name: str, pods: Sequence[Pod]) -> str:
    return f"No pod of {name} waits for a ConfigMap, a Secret or a mount ({count(len(pods), 'pod')} looked at)"


def config_faults(view: KubernetesView, pods: Iterable[Pod]) -> Iterator[FaultyPod]:
    """Give the faults of those pods that the kubelet cannot start for want of their configuration."""
    for pod in pods:
        about = ref(pod, "Pod")
        if not _held_up(pod):
            continue
        heard = hear(pod, view.events(about.namespace, "Pod", about.name))
        if heard:
            yield FaultyPod(pod, judge(view, pod, heard))


def _held_up(pod: Pod) -> bool:
    return not podstates.is_going(pod) and any(
        each.waiting in (*_REFUSED, *_NOT_YET, "CrashLoopBackOff") for each in containers(pod)
    )


def hear(pod: Pod, events: Sequence[Event]) -> Heard | None:
    """Give the complaint about configuration that holds the pod up: a container's own, else the newest event's."""
    for container in containers(pod):
        end = container.last
        texts = [container.waiting_message] if container.waiting in _REFUSED else []
        texts += [end.message] if end and end.reason in ("StartError", "ContainerCannotRun") else []
        for text in texts:
            complaint = configerrors.read(text)
            if complaint:
                return Heard(complaint, container, text)
    if not any(each.waiting in (*_REFUSED, *_NOT_YET) for each in containers(pod)):
        return None
    for event in events:
        complaint = configerrors.read(str(event.get("message", ""))) if event.get("reason") in _TOLD_BY else None
        if complaint:
            return Heard(complaint, None, str(event.get("message", "")))
    return None


def judge(view: KubernetesView, pod: Pod, heard: Heard) -> Fault:
    """Say what the complaint means, with the object to blame beneath; other missing references are named as well."""
    complaint = heard.complaint
    about = _about(pod, complaint)
    said = "does not start" if not heard.container else f"cannot start {heard.container.label}"
    who = f"Pod of {owner(pod).name} {said}"
    if about and complaint.cause in ("object-missing", "key-missing"):
        where = _where(pod, about, complaint.key)
        main = blame(view, about, complaint.key, where)
        others = tuple(each for each in _others_missing(view, pod) if each.about != main.about)
        what = f"key {complaint.key} of {about}" if complaint.key else str(about)
        return _fault(pod, heard, main.cause, f"{who}: {what} is missing.", main.remedy, (main, *others))
    cause, what, remedy, below = _direct(pod, complaint)
    return _fault(pod, heard, cause, f"{who}: {what}.", remedy, below)


def _about(pod: Pod, complaint: Complaint) -> Ref | None:
    namespace = complaint.namespace or ref(pod).namespace
    if complaint.name and complaint.kind:
        return Ref(complaint.kind, complaint.name, namespace)
    for reference in references(pod):
        if complaint.key and reference.key == complaint.key and reference.kind == complaint.kind:
            return Ref(reference.kind, reference.name, namespace)
    return None


def _where(pod: Pod, about: Ref, key: str) -> str:
    fitting = [each for each in references(pod) if (each.kind, each.name) == (about.kind, about.name)]
    return next((each.where for each in fitting if each.key == key), fitting[0].where if fitting else "")


def _others_missing(view: KubernetesView, pod: Pod) -> Iterator[Verdict]:
    """The kubelet names one missing thing at a time; ConfigMaps can be looked up, so that all are named at once."""
    namespace = ref(pod).namespace
    maps = view.list("ConfigMap", namespace)
    if not maps.complete:
        return
    known = {str(each["metadata"]["name"]): each for each in maps}
    for each in references(pod):
        if each.kind == "ConfigMap" and _unmet(each, known.get(each.name)):
            key = each.key if each.name in known else ""
            yield blame(view, Ref("ConfigMap", each.name, namespace), key, each.where)


def _unmet(reference: Reference, found: Mapping[str, Any] | None) -> bool:
    return found is None or bool(reference.key and reference.key not in keys(found))


def _direct(pod: Pod, complaint: Complaint) -> tuple[str, str, str, tuple[Verdict, ...]]:
    """Complaints that lie in the pod template itself, or in an object of another kind."""
    namespace = ref(pod).namespace
    if complaint.cause == "provider-class-missing":
        verdict = _absent("SecretProviderClass", complaint.name, complaint.namespace or namespace, complaint.cause)
        return "secret-provider-class-missing", f"{verdict.about} does not exist", verdict.remedy, (verdict,)
    if complaint.cause == "service-account-missing":
        verdict = _absent("ServiceAccount", complaint.name, namespace, complaint.cause)
        return complaint.cause, f"{verdict.about} does not exist", verdict.remedy, (verdict,)
    words, remedy = _WORDS[complaint.cause]
    source = _source(volume(pod, complaint.volume))
    said = {"volume": complaint.volume or "", "key": complaint.key, "source": source}
    return (
        complaint.cause,
        words.format(detail=one_line(complaint.detail, 240) or "no detail given", **said),
        remedy,
        (),
    )


def _absent(kind: str, name: str, namespace: str, cause: str) -> Verdict:
    slug = "secret-provider-class-missing" if kind == "SecretProviderClass" else cause
    return fault(
        Ref(kind, name, namespace),
        slug,
        f"There is no {kind} {name} in {namespace}.",
        f"Create {kind} {name} in {namespace}, or correct its name in the pod template.",
        command=f"kubectl get {kind.lower()} -n {namespace}",
    )


def _source(found: Mapping[str, Any]) -> str:
    kinds = [
        f"{key} {value.get('name') or value.get('secretName') or value.get('claimName') or ''}".strip()
        for key, value in found.items()
        if isinstance(value, Mapping)
    ]
    return f" ({kinds[0]})" if kinds else ""


_WORDS = {
    "secret-provider-failed": (
        "the secret provider cannot bring the secrets of volume {volume} ({detail})",
        "Look at the provider's own answer: the name of the secret, the region, and the role of the service account.",
    ),
    "projected-volume-failed": (
        "the token for volume {volume} cannot be had ({detail})",
        "Look at the service account of the pod and at the API server's token request.",
    ),
    "sub-path-wrong": (
        "the subPath in the mount of volume {volume}{source} cannot be prepared",
        "Correct subPath: it must name a file or folder within the volume, without .. and not through a file.",
    ),
    "mount-path-wrong": (
        "the mount at {volume} does not fit: a folder is mounted on a file, or the other way round ({detail})",
        "Give the mount a subPath that names the key (a file), or mount the volume on a folder of its own.",
    ),
    "field-ref-invalid": (
        "the environment refers to {key}, which a pod does not have",
        "Correct fieldPath or resourceFieldRef: the downward API knows metadata, spec.nodeName, status.podIP.",
    ),
    "run-as-root-refused": (
        "the pod must not run as root, but the image does ({detail})",
        "Set runAsUser to the number of a user other than root, or build the image with a numeric USER.",
    ),
}


def _fault(pod: Pod, heard: Heard, cause: str, summary: str, remedy: str, beneath: tuple[Verdict, ...]) -> Fault:
    complaint = heard.complaint
    label = f"{heard.container.label}, {heard.container.waiting}" if heard.container else "event of the pod"
    command = see(ref(pod, "Pod"))
    facts = {"kind": complaint.kind, "name": complaint.name, "key": complaint.key, "volume": complaint.volume}
    facts["container"] = heard.container.name if heard.container else ""
    return Fault(
        cause,
        summary,
        remedy,
        f"{complaint.kind}/{complaint.name}/{complaint.key}/{complaint.volume}",
        (Evidence(label, one_line(heard.text, 1000), command),),
        {name: value for name, value in facts.items() if value},
        beneath,
    )
