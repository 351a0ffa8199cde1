from tests.podworlds import crashed, critical, pod, prober, runs


def test_pods_with_one_fault_are_folded_into_the_first(cluster, tmp_path):
    pods = [pod(f"checkout-7d9f4b6c5-{letter}", crashed()) for letter in "cab"]
    found = prober(cluster, tmp_path)(pods, "kubernetes.pod.crashing")
    assert critical(found) == {"Pod/checkout-7d9f4b6c5-a": "application-exits-nonzero"}
    assert "The same in 2 more pods of Deployment checkout." in found[0].summary
    assert [str(each.source.name) for each in found[0].relations] == ["checkout"]


def test_absent_pods_are_neither_healthy_nor_a_fault(cluster, tmp_path):
    found = prober(cluster, tmp_path)([pod("p", runs())], "kubernetes.pod.crashing", workload="nobody")
    assert [(each.status, each.unknown_because) for each in found] == [("unknown", "absent")]
