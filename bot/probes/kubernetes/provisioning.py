"""What a provisioner answers, or that it does not: whether claim, class or driver is at fault for a missing volume."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.kit.text import one_line
from bot.probes.kubernetes.answers import Object
from bot.probes.kubernetes.verdicts import Ref, Verdict, fault, ref, symptom

_MIGRATED = {"kubernetes.io/aws-ebs": "ebs.csi.aws.com", "kubernetes.io/gce-pd": "pd.csi.storage.gke.io"}
DENIED = re.compile(r"UnauthorizedOperation|AccessDenied|not authorized to perform|AuthFailure|PermissionDenied", re.I)
_MODE = re.compile(r"access ?mode|MULTI_NODE|ReadWriteMany|only support ReadWriteOnce", re.I)
_SIZE = re.compile(
    r"OutOfRange|volume size|InvalidParameterValue.*size|size.*(?:minimum|maximum|exceed)|capacity", re.I
)
_TOPOLOGY = re.compile(r"topology|availability zone|no available topology", re.I)

READ_IT = "Read the driver's message; it retries by itself once the reason is gone."


def said(events: Sequence[Object], *reasons: str) -> str:
    """Give the message of the newest event with one of these reasons, else nothing."""
    return next((str(each.get("message", "")) for each in events if each.get("reason") in reasons), "")


def unbound(about: Ref, why: str, needs: tuple[tuple[Ref, str], ...]) -> Verdict:
    """Say that a claim waits for its volume, for a reason that lies in another object."""
    remedy = "Repair what it waits for; the claim is then bound by itself."
    return symptom(about, "claim-unbound", f"{about} has no volume: {why}.", remedy, needs=needs)


def refused(about: Ref, found: Object, message: str) -> tuple[Verdict, ...]:
    """Sort the provisioner's refusal: the claim asks for the impossible, or the provisioner itself is at fault."""
    made_by, provisioner = ref(found, "StorageClass"), str(found.get("provisioner", ""))
    way = ((made_by, "its volume is made by this class"),)
    if DENIED.search(message):
        driver = Ref("CSIDriver", driver_of(provisioner))
        return (denied(driver, about, message), unbound(about, f"{driver} lacks a permission", ((driver, "makes it"),)))
    for pattern, cause, what, remedy in _IMPOSSIBLE:
        if pattern.search(message):
            return (fault(about, cause, f"{about} {what}: {one_line(message, 300)}", remedy, seen=message, needs=way),)
    return (
        fault(
            made_by,
            "provisioner-failing",
            f"Provisioner {provisioner} of storage class {made_by.name} cannot make the volume of {about}: "
            f"{one_line(message, 300)}",
            READ_IT,
            seen=message,
            command=f"kubectl describe storageclass {made_by.name}",
            holds=((about, "its volume is made by this class"),),
            facts={"provisioner": provisioner},
        ),
        unbound(about, f"provisioner {provisioner} fails", way),
    )


_IMPOSSIBLE = (
    (
        _MODE,
        "access-mode-refused",
        "asks for an access mode that the provisioner does not have",
        "Make a new claim with ReadWriteOnce, or use a class for shared volumes (NFS, EFS).",
    ),
    (
        _SIZE,
        "size-refused",
        "asks for a size that the provisioner refuses",
        "Make a new claim of a size within the limits that the message names.",
    ),
    (
        _TOPOLOGY,
        "zone-conflict",
        "cannot get a volume where it is needed",
        "Allow the zone in the storage class, or let the pod run where the class makes volumes.",
    ),
)


def driver_of(provisioner: str) -> str:
    """Give the CSI driver behind a provisioner, for those that were once built in as well."""
    return _MIGRATED.get(provisioner, provisioner)


def denied(driver: Ref, about: Ref, message: str) -> Verdict:
    """Say that the cloud refuses the driver a permission."""
    return fault(
        driver,
        "csi-driver-denied",
        f"CSI driver {driver.name} is not allowed by the cloud to serve {about}: {one_line(message, 300)}",
        "Give the role of the driver's service account the action that the message names (for EBS: the managed policy "
        "AmazonEBSCSIDriverPolicy).",
        seen=message,
        command="kubectl get serviceaccounts -n kube-system -o yaml | grep role-arn",
        holds=((about, "its volume is served by this driver"),),
        facts={"driver": driver.name},
    )


def no_driver(driver: Ref, about: Ref, seen: str) -> Verdict:
    """Say that a CSI driver is not installed."""
    return fault(
        driver,
        "csi-driver-missing",
        f"CSI driver {driver.name} is not installed, so nobody serves the volume of {about}.",
        f"Install the driver {driver.name} (its controller and its DaemonSet), or use another storage class.",
        seen=seen,
        command="kubectl get csidrivers",
        holds=((about, "its volume is served by this driver"),),
        facts={"driver": driver.name},
    )


def silent(about: Ref, found: Object, drivers: Sequence[Object] | None, told: str) -> tuple[Verdict, ...]:
    """Say who ought to make the volume and does not; `drivers` None means that they could not be read."""
    provisioner = str(found.get("provisioner", ""))
    driver = Ref("CSIDriver", driver_of(provisioner))
    seen = told or f"provisioner: {provisioner}"
    known = [each["metadata"]["name"] for each in drivers or ()]
    if drivers is not None and driver.name not in known and "csi" in driver.name:
        why = f"CSI driver {driver.name} is not installed"
        return (no_driver(driver, about, seen), unbound(about, why, ((driver, "it makes the volume"),)))
    made_by = ref(found, "StorageClass")
    summary = f"Provisioner {provisioner} of storage class {made_by.name} does not answer for {about}."
    remedy = f"Look at the log of the controller of {provisioner}."
    way = ((made_by, "its volume is made by this class"),)
    return (
        fault(made_by, "provisioner-silent", summary, remedy, seen=seen, holds=((about, "its volume is made by it"),)),
        unbound(about, f"provisioner {provisioner} does not answer", way),
    )
