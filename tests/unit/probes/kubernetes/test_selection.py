import pytest

from bot.probes.kubernetes.selection import belongs
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
