import pytest

from bot.probes.kubernetes.owners import belongs, owner, owns, top_owner
from bot.probes.kubernetes.verdicts import Ref
from tests.podworlds import pod


def owned(kind: str, name: str) -> dict:
    one = pod("some-pod")
    one["metadata"]["ownerReferences"] = [{"kind": kind, "name": name}]
    return one


@pytest.mark.parametrize(
    ("one", "workload"),
    [
        (pod(), "checkout"),
        (owned("StatefulSet", "db"), "db"),
        (owned("Job", "report-29391840"), "report"),
        (owned("Job", "report-29391840"), "report-29391840"),
        (owned("ReplicaSet", "checkout-abc"), "checkout-abc"),
        (pod("lone", owner=""), "lone"),
    ],
)
def test_pod_belongs_to_what_controls_it(one, workload):
    assert belongs(one, workload)


def test_label_does_not_outweigh_the_controller():
    one = owned("StatefulSet", "db")
    one["metadata"]["labels"] = {"app": "checkout"}
    assert not belongs(one, "checkout")


def test_job_with_a_name_that_merely_begins_alike_is_another():
    assert not belongs(owned("Job", "report-weekly"), "report")


def test_owner_is_the_deployment_over_the_replica_set():
    assert owner(pod()) == Ref("Deployment", "checkout", "shop")
    assert owner(pod("lone", owner="")) == Ref("Pod", "lone", "shop")


def test_controller_goes_before_other_owners():
    one = owned("StatefulSet", "db")
    one["metadata"]["ownerReferences"].insert(0, {"kind": "Backup", "name": "nightly"})
    one["metadata"]["ownerReferences"][1]["controller"] = True
    assert owner(one).name == "db"
    assert owns(Ref("Backup", "nightly"), one)
    assert not owns(Ref("Job", "nightly"), one)


@pytest.mark.parametrize(
    ("kind", "name", "top"),
    [
        ("ReplicaSet", "web-7d9f8b6c5d", ("Deployment", "web")),
        ("ReplicaSet", "frontend", ("ReplicaSet", "frontend")),
        ("StatefulSet", "db", ("StatefulSet", "db")),
        ("DaemonSet", "agent", ("DaemonSet", "agent")),
        ("Job", "nightly-28976543", ("CronJob", "nightly")),
        ("Job", "migrate", ("Job", "migrate")),
    ],
)
def test_top_workload_is_read_off_names(kind, name, top):
    found = top_owner(owned(kind, name))
    assert (found.kind, found.name, found.namespace) == (*top, "shop")


def test_scheduled_job_is_the_owner_of_its_own_pods():
    assert owner(owned("Job", "nightly-28976543")) == Ref("Job", "nightly-28976543", "shop")
