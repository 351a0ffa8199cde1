import pytest

from bot.probes.kubernetes.labels import differing, printed, selects

LABELS = {"app": "checkout", "tier": "web"}


@pytest.mark.parametrize(
    ("expression", "holds"),
    [
        ({"key": "tier", "operator": "In", "values": ["web", "api"]}, True),
        ({"key": "tier", "operator": "NotIn", "values": ["web"]}, False),
        ({"key": "zone", "operator": "NotIn", "values": ["a"]}, True),
        ({"key": "tier", "operator": "Exists"}, True),
        ({"key": "tier", "operator": "DoesNotExist"}, False),
        ({"key": "zone", "operator": "DoesNotExist"}, True),
    ],
)
def test_expressions_are_read_as_the_api_reads_them(expression, holds):
    assert selects({"matchExpressions": [expression]}, LABELS) is holds


def test_empty_selector_selects_all_and_none_selects_nothing():
    assert selects({}, LABELS)
    assert not selects(None, LABELS)


def test_every_pair_and_every_expression_must_hold():
    selector = {"matchLabels": {"app": "checkout"}, "matchExpressions": [{"key": "zone", "operator": "Exists"}]}
    assert not selects(selector, LABELS)


def test_differing_names_key_wanted_and_found():
    pairs = {"app": "checkout-api", "tier": "web", "zone": "a"}
    assert differing(pairs, LABELS) == (("app", "checkout-api", "checkout"), ("zone", "a", ""))


def test_pairs_are_printed_as_kubectl_takes_them():
    assert printed(LABELS) == "app=checkout,tier=web"
