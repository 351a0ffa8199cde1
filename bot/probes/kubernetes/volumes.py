"""Why a claim has no volume, or its volume does not reach the pod: judged from the claim, what it names, and events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.kit.text import one_line
from bot.probes.kubernetes.answers import Object
from bot.probes.kubernetes.labels import labels_of, selects
from bot.probes.kubernetes.nearness import near_hint
from bot.probes.kubernetes.provisioning import READ_IT, refused, said, silent, unbound
from bot.probes.kubernetes.quantities import number
from bot.probes.kubernetes.verdicts import Ref, Verdict, age_of, caution, fault, ref, sound

DEFAULT = "storageclass.kubernetes.io/is-default-class"
NO_PROVISIONER = "kubernetes.io/no-provisioner"


@dataclass(frozen=True, slots=True)
class Storage:
    """What a claim is judged against. None means that it could not be read, so nothing is concluded from absence.

    `events` are the claim's own, newest first, `heard` whether they could be read; `pods` are those that mount it;
    `named` says that the ticket is about it.
    """

    classes: Sequence[Object] | None = ()
    volumes: Sequence[Object] | None = ()
    drivers: Sequence[Object] | None = ()
    pods: Sequence[Object] = ()
    events: Sequence[Object] = ()
    named: bool = True
    heard: bool = True


def judge(claim: Object, storage: Storage, now: datetime, patience: timedelta) -> tuple[Verdict, ...]:
    """Say what is wrong with a claim, the object at fault first; never empty."""
    about, phase = ref(claim, "PersistentVolumeClaim"), claim.get("status", {}).get("phase", "Pending")
    if "deletionTimestamp" in claim["metadata"]:
        return (_held(claim, about, storage.pods),)
    if phase == "Lost":
        return (_lost(claim, about),)
    if phase == "Bound":
        resize = _resize(about, storage.events)
        return (resize or sound(about, f"{about} is bound to volume {claim.get('spec', {}).get('volumeName', '')}."),)
    return _pending(claim, about, storage, now, patience)


def _held(claim: Object, about: Ref, pods: Sequence[Object]) -> Verdict:
    finalizers = ", ".join(claim["metadata"].get("finalizers") or ()) or "none"
    users = ", ".join(sorted(pod["metadata"]["name"] for pod in pods))
    why = f"pod {users} still mounts it" if users else f"finalizer {finalizers} is not removed"
    return fault(
        about,
        "claim-held-by-finalizer",
        f"{about} is being deleted, but stays: {why}.",
        f"Stop the pod that mounts it ({users}); the volume then goes by itself." if users else
        "Find out which controller owns the finalizer, and why it does not do its work.",
        seen=f"finalizers: {finalizers}, mounted by: {users or 'nobody'}",
    )  # fmt: skip


def _lost(claim: Object, about: Ref) -> Verdict:
    volume = claim.get("spec", {}).get("volumeName", "")
    return fault(
        about,
        "claim-lost",
        f"{about} has lost its volume: PersistentVolume {volume} no longer exists.",
        "Restore the volume from a snapshot and bind it to a new claim; a Lost claim never recovers by itself.",
        seen=f"status.phase: Lost, spec.volumeName: {volume}",
        command=f"kubectl get persistentvolume {volume}",
    )


def _resize(about: Ref, events: Sequence[Object]) -> Verdict | None:
    message = said(events, "VolumeResizeFailed")
    if not message:
        return None
    return fault(
        about, "resize-failing", f"{about} cannot be made larger: {one_line(message, 300)}", READ_IT, seen=message
    )


def _pending(claim: Object, about: Ref, storage: Storage, now: datetime, patience: timedelta) -> tuple[Verdict, ...]:
    name = class_of(claim, storage.classes)
    if storage.classes is None and not name:
        return ()
    if name is None:
        return (_no_default(about, storage),)
    found = next((each for each in storage.classes or () if each["metadata"]["name"] == name), None)
    if not name or (found and found.get("provisioner") == NO_PROVISIONER) or claim.get("spec", {}).get("volumeName"):
        return (_no_volume(claim, about, name, storage),)
    if found is None:
        return _no_class(about, name, storage) if storage.classes is not None else ()
    if not storage.heard:
        return ()
    message = said(storage.events, "ProvisioningFailed")
    if message:
        return refused(about, found, message)
    if found.get("volumeBindingMode") == "WaitForFirstConsumer" and not said(storage.events, "ExternalProvisioning"):
        return (_first_consumer(about, name, storage),)
    if age_of(claim, now) < patience:
        return (sound(about, f"{about} has only just been made; its volume is on its way."),)
    return silent(about, found, storage.drivers, said(storage.events, "ExternalProvisioning"))


def class_of(claim: Object, classes: Sequence[Object] | None) -> str | None:
    """Give the class that a claim asks for: its own, else the default; empty for none wanted, None for no default."""
    asked = claim.get("spec", {}).get("storageClassName")
    if asked is not None:
        return str(asked)
    for each in classes or ():
        if (each["metadata"].get("annotations") or {}).get(DEFAULT) == "true":
            return str(each["metadata"]["name"])
    return None if classes is not None else ""


def _names(classes: Sequence[Object] | None) -> list[str]:
    return sorted(each["metadata"]["name"] for each in classes or ())


def _no_default(about: Ref, storage: Storage) -> Verdict:
    names = ", ".join(_names(storage.classes)) or "none"
    return fault(
        about,
        "no-default-storage-class",
        f"{about} names no storage class, and none of the cluster's is the default (there are: {names}).",
        f"Set spec.storageClassName of a new claim, or mark a class with {DEFAULT}: true.",
        seen=said(storage.events, "FailedBinding") or f"storage classes: {names}",
        command="kubectl get storageclasses",
    )


def _no_class(about: Ref, name: str, storage: Storage) -> tuple[Verdict, ...]:
    names = _names(storage.classes)
    missing = Ref("StorageClass", name)
    return (
        fault(
            missing,
            "storage-class-missing",
            f"Storage class {name}, which {about} asks for, does not exist{near_hint(name, names)}; "
            f"there are: {', '.join(names) or 'none'}.",
            "Make a new claim with a class that exists (a claim's class cannot be changed), or create the class.",
            seen=said(storage.events, "ProvisioningFailed") or f"spec.storageClassName: {name}",
            command="kubectl get storageclasses",
            holds=((about, "its volume is made by this class"),),
        ),
        unbound(about, f"its storage class {name} does not exist", ((missing, "its volume is made by this class"),)),
    )


def _first_consumer(about: Ref, name: str, storage: Storage) -> Verdict:
    cause, users = "waiting-for-first-consumer", [pod["metadata"]["name"] for pod in storage.pods]
    if users:
        summary = f"{about} gets its volume when pod {users[0]} finds a node: class {name} waits for it."
        return caution(about, cause, summary, f"Look why pod {users[0]} finds no node.")
    say = fault if storage.named else caution
    return say(
        about,
        cause,
        f"{about} is Pending by design: class {name} makes the volume when a pod mounts the claim, and none does.",
        "Start the pod that mounts it, or delete the claim if nobody needs it.",
        seen=said(storage.events, "WaitForFirstConsumer") or f"volumeBindingMode of {name}: WaitForFirstConsumer",
    )


def _no_volume(claim: Object, about: Ref, name: str, storage: Storage) -> Verdict:
    reasons = [f"{each['metadata']['name']}: {misfit(claim, each, name)}" for each in storage.volumes or ()]
    why = "; ".join(reasons[:3]) or "there is no PersistentVolume at all"
    requests = (claim.get("spec", {}).get("resources") or {}).get("requests") or {}
    asked = requests.get("storage", "")
    return fault(
        about,
        "no-matching-volume",
        f"No PersistentVolume fits {about} ({asked}, {', '.join(claim.get('spec', {}).get('accessModes') or ())}"
        f"{', class ' + name if name else ', no class'}): {why}.",
        "Create a volume that fits, or make a new claim with a storage class that provisions one.",
        seen=said(storage.events, "FailedBinding", "VolumeMismatch") or why,
        command="kubectl get persistentvolumes",
    )


def misfit(claim: Object, volume: Object, name: str) -> str:
    """Say why a volume does not fit a claim of class `name`; empty when it does."""
    spec, wanted = volume.get("spec", {}), claim.get("spec", {})
    taken = spec.get("claimRef") or {}
    own = (taken.get("namespace"), taken.get("name")) == (claim["metadata"].get("namespace"), claim["metadata"]["name"])
    if taken and not own:
        phase = volume.get("status", {}).get("phase", "Bound")
        return f"{phase}, it belongs to claim {taken.get('namespace')}/{taken.get('name')}"
    if (spec.get("storageClassName") or "") != name:
        return f"its class is {spec.get('storageClassName') or 'none'}"
    has, asked = spec.get("capacity", {}).get("storage", "0"), wanted.get("resources", {}).get("requests", {})
    if (number(has) or 0) < (number(asked.get("storage", "0")) or 0):
        return f"only {has}"
    modes = set(wanted.get("accessModes") or ()) - set(spec.get("accessModes") or ())
    if modes:
        return f"it has no {', '.join(sorted(modes))}"
    if wanted.get("selector") and not selects(wanted["selector"], labels_of(volume)):
        return "its labels do not match the claim's selector"
    return ""
