import pytest

from bot.sandbox.kubernetes_answers import Refused, forbidden, listing, metadata_listing, not_found
from bot.sandbox.kubernetes_kinds import Served

POD = Served("", "v1", "Pod", "pods", True)
GADGET = Served("example.com", "v1", "Gadget", "gadgets", True)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (403, "Forbidden"),
        (404, "NotFound"),
        (405, "MethodNotAllowed"),
        (410, "Expired"),
        (429, "TooManyRequests"),
        (500, "InternalError"),
        (503, "ServiceUnavailable"),
        (418, "Unknown"),
    ],
)
def test_status_object_carries_its_reason(code, reason):
    body = Refused(code).body()
    assert (body["kind"], body["status"], body["code"], body["reason"]) == ("Status", "Failure", code, reason)


def test_wait_is_told_to_machines():
    assert Refused(429, retry_after=3).body()["details"] == {"retryAfterSeconds": 3}


def test_absent_object_is_named_with_its_group():
    assert not_found(GADGET, "x").message == 'gadgets.example.com "x" not found'
    assert not_found(GADGET, "x").details == {"name": "x", "group": "example.com", "kind": "gadgets"}


def test_denial_at_the_cluster_scope():
    assert forbidden("list", "nodes", "", "", "").message.endswith(
        'cannot list resource "nodes" in API group "" at the cluster scope'
    )


def test_items_of_built_in_lists_are_bare_and_custom_ones_are_not():
    item = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}}
    assert listing(POD, [item], 7, {})["items"] == [{"metadata": {"name": "a"}}]
    own = {"apiVersion": "example.com/v1", "kind": "Gadget", "metadata": {"name": "a"}}
    page = listing(GADGET, [own], 7, {"continue": "t"})
    assert page["items"] == [own]
    assert page["metadata"] == {"resourceVersion": "7", "continue": "t"}
    assert metadata_listing(page)["items"] == [
        {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": {"name": "a"}}
    ]
