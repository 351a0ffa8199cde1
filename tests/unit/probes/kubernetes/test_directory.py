from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.model.ports import Whereabouts
from bot.probes.kubernetes.directory import KubernetesDirectory
from bot.sandbox.kubernetes import KubernetesSandbox
from bot.settings import KubernetesSettings


@pytest.fixture(scope="module")
def sandbox() -> Iterator[KubernetesSandbox]:
    server = KubernetesSandbox()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def directory(sandbox: KubernetesSandbox, tmp_path: Path) -> KubernetesDirectory:
    return KubernetesDirectory(KubernetesSettings(kubeconfig=str(sandbox.kubeconfig(tmp_path / "kubeconfig"))))


def workload(place: str, kind: str = "Deployment", api_version: str = "apps/v1"):
    namespace, name = place.split("/")
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": name, "namespace": namespace}}


def test_words_that_exist_become_namespace_and_workload(sandbox, directory):
    sandbox.load([workload("shop/checkout"), workload("shop/cart"), workload("blog/web")])
    found = directory.resolve(["checkout", "broken", "shop"], {})
    assert found.found == {"namespace": "shop", "workload": "checkout"}


@pytest.mark.parametrize(
    "word",
    ["checkout-7d9f8b6c5d-x2x1x", "checkout-7d9f8b6c5d", "checkout-x2x1x", "checkout-0", "checkout-28976543-abcde"],
)
def test_name_of_a_pod_stands_for_its_workload(sandbox, directory, word):
    sandbox.load([workload("shop/checkout"), workload("shop/cart")])
    assert directory.resolve([word], {"namespace": "shop"}).found["workload"] == "checkout"


def owned_pod(place: str, kind: str, owner: str) -> dict:
    pod = workload(place, "Pod", "v1")
    pod["metadata"]["ownerReferences"] = [{"kind": kind, "name": owner, "controller": True}]
    return pod


def test_pod_without_namespace_leads_to_its_workload(sandbox, directory):
    sandbox.load(
        [
            workload("shop/checkout"),
            owned_pod("shop/checkout-7d9f8b6c5d-x2x1x", "ReplicaSet", "checkout-7d9f8b6c5d"),
            workload("data/orders-db", "StatefulSet"),
            owned_pod("data/orders-db-0", "StatefulSet", "orders-db"),
        ]
    )
    for pod, namespace, name in (
        ("checkout-7d9f8b6c5d-x2x1x", "shop", "checkout"),
        ("checkout-7d9f8b6c5d-gone1", "shop", "checkout"),
        ("orders-db-0", "data", "orders-db"),
    ):
        assert directory.resolve([pod], {}).found == {"namespace": namespace, "workload": name}


def test_job_of_a_schedule_stays_the_job_that_was_named(sandbox, directory):
    sandbox.load(
        [workload("shop/nightly", "CronJob", "batch/v1"), workload("shop/nightly-28976543", "Job", "batch/v1")]
    )
    assert directory.resolve(["nightly-28976543"], {}).found["workload"] == "nightly-28976543"
    assert directory.resolve(["nightly-28970000"], {}).found["workload"] == "nightly"


def test_workload_of_a_kind_that_is_not_looked_up_is_known_by_its_pods(sandbox, directory):
    sandbox.load([owned_pod("shop/canary-abc-x2x1x", "Rollout", "canary"), workload("shop/cart")])
    found = directory.resolve([], {"namespace": "shop", "workload": "canary"})
    assert found == Whereabouts({"namespace": "shop", "workload": "canary"})


def test_every_kind_of_workload_is_found(sandbox, directory):
    kinds = [("StatefulSet", "apps/v1"), ("DaemonSet", "apps/v1"), ("CronJob", "batch/v1"), ("Job", "batch/v1")]
    sandbox.load([workload(f"shop/a-{kind.lower()}", kind, version) for kind, version in kinds])
    for kind, _ in kinds:
        assert directory.resolve([f"a-{kind.lower()}"], {"namespace": "shop"}).found["workload"] == f"a-{kind.lower()}"


def test_workload_without_namespace_is_looked_up_in_all(sandbox, directory):
    sandbox.load([workload("shop/checkout"), workload("blog/web")])
    found = directory.resolve(["checkout", "fails"], {})
    assert found.found == {"namespace": "shop", "workload": "checkout"}
    assert found.note == "found checkout in shop"


def test_workload_in_several_namespaces_is_offered_not_guessed(sandbox, directory):
    sandbox.load([workload("shop/checkout"), workload("staging/checkout")])
    assert directory.resolve(["checkout"], {}) == Whereabouts({}, ("shop/checkout", "staging/checkout"))


def test_two_workloads_that_are_both_named_are_offered_not_guessed(sandbox, directory):
    sandbox.load([workload("shop/checkout"), workload("shop/orders-db")])
    found = directory.resolve(["orders-db", "checkout"], {"namespace": "shop"})
    assert found == Whereabouts({"namespace": "shop"}, ("shop/orders-db", "shop/checkout"))


@pytest.mark.parametrize(
    ("kind", "version"), [("Service", "v1"), ("Ingress", "networking.k8s.io/v1"), ("PersistentVolumeClaim", "v1")]
)
def test_object_that_is_named_tells_the_namespace(sandbox, directory, kind, version):
    sandbox.load([workload("stock/inventory", kind, version), workload("shop/cart")])
    found = directory.resolve(["inventory", "unreachable"], {})
    assert found == Whereabouts({"namespace": "stock"}, (), "found inventory in stock")


def test_object_in_two_namespaces_tells_none(sandbox, directory):
    sandbox.load([workload("stock/inventory", "Service", "v1"), workload("uat/inventory", "Service", "v1")])
    assert directory.resolve(["inventory"], {}) == Whereabouts()


def test_single_near_name_is_taken_and_said(sandbox, directory):
    sandbox.load([workload("prod-payments/payments-api"), workload("prod-payments/ledger"), workload("shop/cart")])
    found = directory.resolve(["payment"], {})
    assert found.found == {"namespace": "prod-payments", "workload": "payments-api"}
    assert found.note == "took payments-api in prod-payments for payment"


def test_several_near_names_are_offered(sandbox, directory):
    sandbox.load([workload("shop/payments-api"), workload("shop/payments-worker")])
    found = directory.resolve([], {"namespace": "shop", "workload": "payment"})
    assert found == Whereabouts({"namespace": "shop"}, ("shop/payments-api", "shop/payments-worker"))


def test_words_that_say_nothing_are_near_to_nothing(sandbox, directory):
    sandbox.load([workload("shop/payments-service"), workload("shop/ledger-worker")])
    assert directory.resolve(["service", "workers", "database"], {"namespace": "shop"}).found == {"namespace": "shop"}


def test_workload_in_another_namespace_than_named_is_found_and_said(sandbox, directory):
    sandbox.load([workload("shop-eu/checkout"), workload("shop/cart")])
    found = directory.resolve([], {"namespace": "shop", "workload": "checkout"})
    assert found.found == {"namespace": "shop-eu", "workload": "checkout"}
    assert found.note == "checkout is not in shop but in shop-eu: looked there"


def test_bare_pod_in_the_named_namespace_stays_there(sandbox, directory):
    sandbox.load([workload("shop/debug-me", "Pod", "v1"), workload("blog/web")])
    found = directory.resolve([], {"namespace": "shop", "workload": "debug-me"})
    assert found.found == {"namespace": "shop", "workload": "debug-me"}
    assert found.note == ""


def test_misspelt_namespace_is_corrected_and_said(sandbox, directory):
    sandbox.load([workload("payments/ledger"), workload("shop/cart")])
    found = directory.resolve([], {"namespace": "paymnets", "workload": "ledger"})
    assert found.found == {"namespace": "payments", "workload": "ledger"}
    assert found.note == "there is no namespace paymnets: took payments"


def test_namespace_that_does_not_exist_gives_way_to_where_the_workload_is(sandbox, directory):
    sandbox.load([workload("shop/checkout")])
    found = directory.resolve([], {"namespace": "production", "workload": "checkout"})
    assert found.found == {"namespace": "shop", "workload": "checkout"}


def test_word_default_alone_does_not_pick_the_default_namespace(sandbox, directory):
    sandbox.load([workload("shop/checkout"), workload("default/toolbox")])
    assert directory.resolve(["default", "checkout"], {}).found == {"namespace": "shop", "workload": "checkout"}


def test_denied_namespaces_leave_the_named_one_as_it_is(sandbox, directory):
    sandbox.load([workload("shop/checkout")], {}, [{"verb": "list", "resource": "namespaces", "status": 403}])
    found = directory.resolve([], {"namespace": "shop", "workload": "checkout"})
    assert found.found == {"namespace": "shop", "workload": "checkout"}


def test_everything_denied_is_an_empty_answer(sandbox, directory):
    sandbox.load([workload("shop/checkout")], {}, [{"verb": "*", "resource": "*", "status": 403}])
    assert directory.resolve(["checkout"], {}) == Whereabouts()


def test_no_cluster_is_an_empty_answer(tmp_path):
    directory = KubernetesDirectory(KubernetesSettings(kubeconfig=str(tmp_path / "none")))
    assert directory.resolve(["checkout"], {"namespace": "shop"}) == Whereabouts()


def test_hostile_words_are_only_names(sandbox, directory):
    sandbox.load([workload("shop/checkout")])
    found = directory.resolve(["../../secrets", "a,metadata.namespace=shop", "x?watch=1", "{{7*7}}"], {})
    assert found.found == {}


def test_a_word_that_names_another_namespace_may_name_a_workload_where_the_namespace_is_known(sandbox, directory):
    sandbox.load([workload("shop/api"), workload("api/web")])
    assert directory.resolve(["api"], {"namespace": "shop"}).found == {"namespace": "shop", "workload": "api"}


def test_what_runs_to_an_end_is_said_to_be_a_job(sandbox, directory):
    sandbox.load([workload("batch/report", "CronJob", "batch/v1"), workload("batch/web")])
    assert directory.resolve(["report"], {"namespace": "batch"}).found["job"] == "report"
    assert "job" not in directory.resolve(["web"], {"namespace": "batch"}).found
