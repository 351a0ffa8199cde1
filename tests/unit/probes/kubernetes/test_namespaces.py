import pytest

from bot.model.finding import Status
from bot.probes.kubernetes.namespaces import judge, judge_quota

SHOP = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}, "status": {"phase": "Active"}}


def test_namespace_that_is_going_says_what_remains():
    condition = {"type": "NamespaceContentRemaining", "status": "True", "message": "certificates remain"}
    going = {**SHOP, "status": {"phase": "Terminating", "conditions": [condition]}}
    verdict = judge(going)
    assert (verdict.cause, "certificates remain" in verdict.summary) == ("namespace-terminating", True)
    assert judge(SHOP).status is Status.OK


@pytest.mark.parametrize(
    ("used", "cause"), [("3500m", None), ("3700m", "quota-nearly-used"), ("4", "quota-nearly-used"), ("0", None)]
)
def test_quota_is_nearly_used_from_nine_tenths_on(used, cause):
    quota = {"metadata": {"name": "q", "namespace": "shop"}, "status": {"hard": {"cpu": "4"}, "used": {"cpu": used}}}
    verdict = judge_quota(quota)
    assert (verdict.cause if verdict else None) == cause


def test_quota_of_nothing_is_not_used_up():
    quota = {"metadata": {"name": "q"}, "status": {"hard": {"services.loadbalancers": "0"}, "used": {}}}
    assert judge_quota(quota) is None


def test_missing_namespace_names_near_ones(ask):
    (finding,) = ask([SHOP], "kubernetes.namespace.state", namespace="shpo")
    assert finding.cause == "namespace-missing"
    assert "shop" in finding.summary
