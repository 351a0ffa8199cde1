import pytest

from bot.probes.kubernetes.attaching import judge, zone_of
from bot.probes.kubernetes.verdicts import Ref

CLAIM = {"metadata": {"name": "data", "namespace": "shop"}, "spec": {"volumeName": "pvc-1"}}
TERM = {"matchExpressions": [{"key": "topology.kubernetes.io/zone", "operator": "In", "values": ["eu-west-2a"]}]}
VOLUME = {
    "kind": "PersistentVolume",
    "metadata": {"name": "pvc-1"},
    "spec": {"csi": {"driver": "ebs.csi.aws.com"}, "nodeAffinity": {"required": {"nodeSelectorTerms": [TERM]}}},
}


def pod(name: str = "db-0", node: str = "node-a", lost: str = "") -> dict:
    conditions = [{"type": "PodScheduled", "reason": "Unschedulable", "message": lost}] if lost else []
    spec = {"nodeName": node} if node else {}
    return {"metadata": {"name": name, "namespace": "shop"}, "spec": spec, "status": {"conditions": conditions}}


def said(reason: str, message: str, user: dict | None = None, others: tuple = ()):
    user = user or pod()
    return judge(CLAIM, VOLUME, user, [{"reason": reason, "message": message}], (user, *others))


@pytest.mark.parametrize(
    ("reason", "message", "cause", "about"),
    [
        ("FailedAttachVolume", "Multi-Attach error for volume", "multi-attach", "PersistentVolumeClaim data"),
        ("FailedAttachVolume", "attachment limit exceeded", "attach-limit", "Node node-a"),
        ("FailedAttachVolume", "api error UnauthorizedOperation", "csi-driver-denied", "CSIDriver ebs.csi.aws.com"),
        (
            "FailedMount",
            "driver name efs.csi.aws.com not found in the list of registered CSI drivers",
            "csi-driver-missing",
            "CSIDriver efs.csi.aws.com",
        ),
        ("FailedMount", 'MountDevice failed for volume "pvc-1": fsck', "mount-failing", "PersistentVolumeClaim data"),
    ],
)
def test_message_is_sorted_and_the_object_at_fault_named(reason, message, cause, about):
    verdict = said(reason, message)
    assert (verdict.cause, str(verdict.about)) == (cause, about)


def test_multi_attach_names_the_pod_that_holds_it():
    assert (
        "pod old-1 on node-z"
        in said("FailedAttachVolume", "Multi-Attach error", others=(pod("old-1", "node-z"),)).summary
    )


def test_mount_failure_of_another_volume_is_not_this_claims():
    assert said("FailedMount", 'secret "token" not found') is None
    assert said("Pulled", "image pulled") is None


def test_zone_of_the_volume_stands_in_the_way():
    verdict = judge(CLAIM, VOLUME, pod(node="", lost="3 node(s) had volume node affinity conflict"), (), ())
    assert (verdict.cause, verdict.about) == ("zone-conflict", Ref("PersistentVolume", "pvc-1"))
    assert verdict.facts == {"zone": "eu-west-2a"}


def test_scheduler_that_counts_volumes_blames_the_pod_for_want_of_a_node():
    verdict = judge(CLAIM, VOLUME, pod(node="", lost="3 node(s) exceed max volume count"), (), ())
    assert (verdict.cause, verdict.about) == ("attach-limit", Ref("Pod", "db-0", "shop"))


def test_zone_is_read_from_affinity_or_label():
    assert zone_of(VOLUME) == "eu-west-2a"
    assert zone_of({"metadata": {"labels": {"topology.kubernetes.io/zone": "b"}}, "spec": {}}) == "b"
