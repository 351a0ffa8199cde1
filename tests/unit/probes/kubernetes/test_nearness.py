import pytest

from bot.probes.kubernetes.nearness import exact, meant, near, near_hint, stems


@pytest.mark.parametrize(
    ("word", "stem"),
    [
        ("checkout-7d9f8b6c5d-x2x1x", "checkout"),
        ("checkout-api-7d9f8b6c5d-x2x1x", "checkout-api"),
        ("nightly-28976543-abcde", "nightly"),
        ("orders-db-0", "orders-db"),
        ("agent-x2x1x", "agent"),
    ],
)
def test_name_of_a_pod_stands_for_its_workload(word, stem):
    assert stem in stems(word)
    assert stems(word)[0] == word


@pytest.mark.parametrize("word", ["checkout", "checkout-api", "orders-database", "-x2x1x", "a"])
def test_plain_name_stands_for_itself(word):
    assert stems(word) == (word,)


def test_exact_names_come_in_the_order_of_the_words_once():
    names = ["web", "api", "db"]
    assert exact(["api", "web-7d9f8b6c5d-x2x1x", "api", "cart"], names) == ("api", "web")


@pytest.mark.parametrize(
    ("word", "names", "found"),
    [
        ("payment", ["payments-api", "ledger"], ("payments-api",)),
        ("paymnets", ["payments", "ledger"], ("payments",)),
        ("checkout", ["shop-checkout", "cart"], ("shop-checkout",)),
        ("orders-db", ["prod-orders-db-main", "orders"], ("prod-orders-db-main",)),
        ("payment", ["payments", "payments-api"], ("payments", "payments-api")),
        ("card", ["cart", "ledger"], ()),
        ("ship", ["shipping", "shop"], ()),
        ("service", ["payments-service"], ()),
        ("api", ["payments-api"], ()),
        ("", ["payments"], ()),
    ],
)
def test_near_names(word, names, found):
    assert meant(word, names) == found


def test_near_names_are_slips_and_longer_forms_but_not_strangers():
    assert near("chekout", ["checkout", "billing", "chekout"]) == ("checkout",)
    assert near("fast", ["fast-ssd", "gp3"]) == ("fast-ssd",)
    assert near_hint("fast", ["gp3"]) == ""
