import pytest

from bot.probes.kubernetes.provisioning import driver_of, refused, said, silent
from bot.probes.kubernetes.verdicts import Ref

ABOUT = Ref("PersistentVolumeClaim", "data", "shop")
CLASS = {"kind": "StorageClass", "metadata": {"name": "gp3"}, "provisioner": "ebs.csi.aws.com"}


@pytest.mark.parametrize(
    ("message", "roots"),
    [
        ("api error UnauthorizedOperation", ["csi-driver-denied", "claim-unbound"]),
        ("Only AccessModes[ReadWriteOnce] supported", ["access-mode-refused"]),
        ("code = OutOfRange desc = too large", ["size-refused"]),
        ("throttled", ["provisioner-failing", "claim-unbound"]),
    ],
)
def test_impossible_wish_is_the_claims_fault_and_a_failure_the_provisioners(message, roots):
    assert [each.cause for each in refused(ABOUT, CLASS, message)] == roots


def test_claim_depends_on_whatever_fails():
    failing, unbound = refused(ABOUT, CLASS, "throttled")
    assert failing.about == Ref("StorageClass", "gp3")
    assert unbound.needs[0][0] == failing.about


def test_driver_is_only_missing_among_drivers_that_could_be_read():
    assert silent(ABOUT, CLASS, [], "waiting")[0].cause == "csi-driver-missing"
    assert silent(ABOUT, CLASS, None, "waiting")[0].cause == "provisioner-silent"


def test_provisioners_once_built_in_are_served_by_a_driver():
    assert driver_of("kubernetes.io/aws-ebs") == "ebs.csi.aws.com"
    assert driver_of("nfs.example/ganesha") == "nfs.example/ganesha"


def test_newest_event_with_the_reason_speaks():
    events = [{"reason": "A", "message": "new"}, {"reason": "A", "message": "old"}, {"reason": "B", "message": "other"}]
    assert (said(events, "A"), said(events, "B", "C"), said(events, "D")) == ("new", "other", "")
