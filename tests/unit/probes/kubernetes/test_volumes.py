from datetime import UTC, datetime, timedelta

import pytest

from bot.model.finding import Status
from bot.probes.kubernetes.verdicts import Ref
from bot.probes.kubernetes.volumes import DEFAULT, Storage, class_of, judge, misfit

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ABOUT = Ref("PersistentVolumeClaim", "data", "shop")
DRIVER = {"metadata": {"name": "ebs.csi.aws.com"}}


def claim(phase: str = "Pending", created: str = "2026-11-24T10:00:00Z", **spec) -> dict:
    asked = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "20Gi"}}, **spec}
    metadata = {"name": "data", "namespace": "shop", "creationTimestamp": created}
    return {"metadata": metadata, "spec": asked, "status": {"phase": phase}}


def storage_class(
    name: str = "gp3", mode: str = "Immediate", default: bool = False, by: str = "ebs.csi.aws.com"
) -> dict:
    annotations = {DEFAULT: "true"} if default else {}
    return {
        "kind": "StorageClass",
        "metadata": {"name": name, "annotations": annotations},
        "provisioner": by,
        "volumeBindingMode": mode,
    }


def event(reason: str, message: str = "") -> dict:
    return {"reason": reason, "message": message}


def said(obj: dict, storage: Storage) -> list[tuple[str, str]]:
    return [(each.cause, str(each.about)) for each in judge(obj, storage, NOW, timedelta(minutes=5))]


PVC = "PersistentVolumeClaim data"


def test_bound_is_in_order():
    assert judge(claim("Bound"), Storage(), NOW, timedelta())[0].status is Status.OK


def test_missing_class_is_below_the_claim():
    found = said(claim(storageClassName="fast"), Storage([storage_class("fast-ssd")]))
    assert found == [("storage-class-missing", "StorageClass fast"), ("claim-unbound", PVC)]


def test_class_is_not_missing_when_classes_could_not_be_read():
    assert said(claim(storageClassName="fast"), Storage(None)) == []


def test_no_class_named_and_none_default():
    assert said(claim(), Storage([storage_class()])) == [("no-default-storage-class", PVC)]


def test_class_of_a_claim():
    classes = [storage_class("a"), storage_class("b", default=True)]
    assert class_of(claim(), classes) == "b"
    assert class_of(claim(storageClassName=""), classes) == ""
    assert class_of(claim(), []) is None


@pytest.mark.parametrize(
    ("message", "first"),
    [
        ("api error UnauthorizedOperation: You are not authorized", ("csi-driver-denied", "CSIDriver ebs.csi.aws.com")),
        ("Volume capabilities MULTI_NODE_MULTI_WRITER not supported", ("access-mode-refused", PVC)),
        ("rpc error: code = OutOfRange desc = Volume size 100 TiB", ("size-refused", PVC)),
        ("no available topology found", ("zone-conflict", PVC)),
        ('invalid AWS VolumeType "gp9"', ("provisioner-failing", "StorageClass gp3")),
    ],
)
def test_provisioners_refusal_is_sorted(message, first):
    events = [event("ExternalProvisioning"), event("ProvisioningFailed", message)]
    assert said(claim(storageClassName="gp3"), Storage([storage_class()], events=events))[0] == first


def test_nobody_answers():
    asked, waits = claim(storageClassName="gp3"), [event("ExternalProvisioning", "waiting")]
    absent = said(asked, Storage([storage_class()], drivers=[], events=waits))
    silent = said(asked, Storage([storage_class()], drivers=[DRIVER], events=waits))
    assert absent[0] == ("csi-driver-missing", "CSIDriver ebs.csi.aws.com")
    assert silent[0] == ("provisioner-silent", "StorageClass gp3")


def test_provisioner_that_is_no_csi_driver_is_not_missed_among_the_drivers():
    local = storage_class("local", by="rancher.io/local-path")
    assert said(claim(storageClassName="local"), Storage([local], drivers=[]))[0][0] == "provisioner-silent"


def test_young_claim_is_on_its_way():
    young = claim(created="2026-11-24T11:58:00Z", storageClassName="gp3")
    assert judge(young, Storage([storage_class()]), NOW, timedelta(minutes=5))[0].status is Status.OK


def test_first_consumer_is_a_fault_only_where_the_claim_is_asked_about_and_nobody_mounts_it():
    waits = storage_class(mode="WaitForFirstConsumer")
    asked = claim(storageClassName="gp3")
    statuses = [
        judge(asked, Storage([waits], pods=pods, named=named), NOW, timedelta())[0].status
        for pods, named in (((), True), ((), False), (({"metadata": {"name": "db-0"}},), True))
    ]
    assert statuses == [Status.CRITICAL, Status.WARNING, Status.WARNING]


def volume(size: str = "50Gi", **spec) -> dict:
    given = {"capacity": {"storage": size}, "accessModes": ["ReadWriteOnce"], "storageClassName": "local", **spec}
    return {"metadata": {"name": "v", "labels": {"disk": "ssd"}}, "spec": given, "status": {"phase": "Bound"}}


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (volume(), ""),
        (volume("10Gi"), "only 10Gi"),
        (volume(storageClassName="other"), "its class is other"),
        (volume(accessModes=["ReadOnlyMany"]), "it has no ReadWriteOnce"),
        (volume(claimRef={"namespace": "x", "name": "y"}), "Bound, it belongs to claim x/y"),
        (volume(claimRef={"namespace": "shop", "name": "data"}), ""),
    ],
)
def test_why_a_volume_does_not_fit(given, why):
    assert misfit(claim(), given, "local") == why


def test_selector_of_a_claim_is_heeded():
    assert "selector" in misfit(claim(selector={"matchLabels": {"disk": "hdd"}}), volume(), "local")


def test_static_class_without_a_fitting_volume():
    static = storage_class("local", by="kubernetes.io/no-provisioner")
    (verdict,) = judge(claim(storageClassName="local"), Storage([static], [volume("10Gi")]), NOW, timedelta())
    assert verdict.cause == "no-matching-volume"
    assert "v: only 10Gi" in verdict.summary


def test_claim_that_cannot_go_names_who_mounts_it():
    going = claim("Bound")
    going["metadata"] |= {"deletionTimestamp": "2026-11-24T11:00:00Z", "finalizers": ["kubernetes.io/pvc-protection"]}
    (verdict,) = judge(going, Storage(pods=[{"metadata": {"name": "db-0"}}]), NOW, timedelta())
    assert (verdict.cause, "pod db-0 still mounts it" in verdict.summary) == ("claim-held-by-finalizer", True)


def test_lost_and_resize():
    assert said(claim("Lost"), Storage()) == [("claim-lost", PVC)]
    assert said(claim("Bound"), Storage(events=[event("VolumeResizeFailed", "quota")])) == [("resize-failing", PVC)]


def test_claim_without_a_class_is_not_judged_while_classes_could_not_be_read():
    assert said(claim(), Storage(None)) == []
