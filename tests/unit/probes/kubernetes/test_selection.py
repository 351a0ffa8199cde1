import pytest

from bot.probes.kubernetes.selection import belongs, runners
from tests.podworlds import crashed, critical, pod, prober


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


def test_workload_is_guessed_from_the_name_of_a_pod():
    assert runners("checkout-7d9f4b6c5-x2x1x") == ("checkout", "checkout-7d9f4b6c5")
    assert runners("orders-db-0") == ("orders-db",)
    assert runners("lone") == ()


def test_pods_of_the_workload_stand_in_for_a_pod_that_was_replaced(cluster, tmp_path):
    world = [pod("checkout-7d9f4b6c5-aaaaa", crashed())]
    found = prober(cluster, tmp_path)(world, "kubernetes.pod.crashing", pod="checkout-6c5d4f3b2-zzzzz")
    assert critical(found) == {"Pod/checkout-7d9f4b6c5-aaaaa": "application-exits-nonzero"}
    assert found[0].summary.startswith("Pod checkout-6c5d4f3b2-zzzzz no longer exists; the pods of checkout")


def test_near_names_are_offered_for_a_workload_that_is_not_there(cluster, tmp_path):
    found = prober(cluster, tmp_path)([pod("p", crashed())], "kubernetes.pod.crashing", workload="chekout")
    assert "near names: checkout" in found[0].summary
