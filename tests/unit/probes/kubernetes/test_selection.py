from bot.probes.kubernetes.selection import runners
from tests.podworlds import crashed, critical, pod, prober


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
