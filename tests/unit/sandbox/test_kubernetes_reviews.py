import json

import pytest

from bot.sandbox.kubernetes_answers import Refused
from bot.sandbox.kubernetes_reviews import review
from bot.sandbox.kubernetes_state import State

ACCESS, RULES = "selfsubjectaccessreviews", "selfsubjectrulesreviews"


@pytest.fixture
def state() -> State:
    state = State()
    faults = [
        {"verb": "list", "resource": "secrets", "status": 403},
        {"verb": "get", "resource": "pods/log", "namespace": "shop", "status": 403},
        {"verb": "list", "resource": "pods", "status": 403, "times": 1},
    ]
    state.replace([], {}, faults)
    return state


def may(state: State, **attributes: str) -> bool:
    answer = review(state, ACCESS, json.dumps({"spec": {"resourceAttributes": attributes}}).encode())
    assert answer["kind"] == "SelfSubjectAccessReview"
    return bool(answer["status"]["allowed"])


def test_reads_are_allowed_unless_a_standing_fault_denies_them(state):
    assert may(state, verb="list", resource="pods", namespace="shop")
    assert not may(state, verb="list", resource="secrets", namespace="shop")
    assert may(state, verb="get", resource="secrets", namespace="shop")
    assert not may(state, verb="get", resource="pods", subresource="log", namespace="shop")
    assert may(state, verb="get", resource="pods", subresource="log", namespace="blog")


@pytest.mark.parametrize("verb", ["create", "delete", "update", "patch", "*"])
def test_writes_are_never_allowed(state, verb):
    assert not may(state, verb=verb, resource="pods")


def test_rules_leave_out_what_is_denied(state):
    answer = review(state, RULES, b'{"spec": {"namespace": "shop"}}')
    rules = {(rule["apiGroups"][0], rule["resources"][0]): rule["verbs"] for rule in answer["status"]["resourceRules"]}
    assert rules[("", "secrets")] == ["get", "watch"]
    assert rules[("apps", "deployments")] == ["get", "list", "watch"]
    assert ("", "pods/log") not in rules


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"k8s\x00\x12\xff"])
def test_unreadable_review_is_a_bad_request(state, body):
    with pytest.raises(Refused) as caught:
        review(state, ACCESS, body)
    assert caught.value.code == 400


def test_other_reviews_are_not_allowed(state):
    with pytest.raises(Refused) as caught:
        review(state, "subjectaccessreviews", b"{}")
    assert caught.value.code == 405
