import time

import pytest

from bot.model.runbook import ParameterType
from bot.pipeline.patterns import FORMS, REGION_NAMES, SEARCHES, WORD
from bot.pipeline.words import NOT_NAMES

T = ParameterType


def first(kind: ParameterType, text: str) -> str | None:
    found = (one.group(1) for pattern in SEARCHES[kind] for one in pattern.finditer(text))
    return next((value for value in found if value not in NOT_NAMES), None)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (T.NAMESPACE, "kubectl get pods -n shop", "shop"),
        (T.NAMESPACE, "namespace: shop-prod", "shop-prod"),
        (T.NAMESPACE, "nothing works in the shop namespace", "shop"),
        (T.NAMESPACE, "http://cart.shop.svc:8080 refuses", "shop"),
        (T.NAMESPACE, "since noon in shop-staging", "shop-staging"),
        (T.POD, "checkout-7d9f8b6c5d-x2x4x restarts", "checkout-7d9f8b6c5d-x2x4x"),
        (T.WORKLOAD, "checkout-7d9f8b6c5d-x2x4x restarts", "checkout"),
        (T.WORKLOAD, "deploy/checkout is stuck", "checkout"),
        (T.SERVICE, "calls to svc/inventory time out", "inventory"),
        (T.NODE, "ip-10-0-1-17.eu-west-2.compute.internal is gone", "ip-10-0-1-17.eu-west-2.compute.internal"),
        (T.CLAIM, "pvc data-0 is Pending", "data-0"),
        (T.JOB, "the nightly-report job failed", "nightly-report"),
        (T.HOST, "https://shop.example.com/cart gives 502", "shop.example.com"),
        (T.PORT, "db.example.com:5432 times out", "5432"),
        (T.ACCOUNT, "arn:aws:lambda:eu-west-2:123456789012:function:pay", "123456789012"),
        (T.REGION, "in eu-west-2a since noon", "eu-west-2"),
        (T.INSTANCE, "EC2 i-0ab1c2d3e4f506172 times out", "i-0ab1c2d3e4f506172"),
        (T.BUCKET, "GET s3://invoices-prod/2026/a.pdf", "invoices-prod"),
        (T.OBJECT_KEY, "GET s3://invoices-prod/2026/a.pdf", "2026/a.pdf"),
        (T.FUNCTION, "see /aws/lambda/charge-card", "charge-card"),
        (T.DATABASE, "orders-db.abc123.eu-west-2.rds.amazonaws.com", "orders-db"),
        (T.LOAD_BALANCER, "loadbalancer/app/shop-front/50dc6c495c0c9188", "shop-front"),
        (T.TARGET_GROUP, "targetgroup/shop-web/73e2d6bc24d8a067", "shop-web"),
    ],
)
def test_a_value_is_found_as_people_and_machines_write_it(kind, text, value):
    assert first(kind, text) == value
    assert FORMS[kind].match(value)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (T.NAMESPACE, "Not/Valid"),
        (T.NAMESPACE, "a" * 64),
        (T.NAMESPACE, "shop\n"),
        (T.SERVICE, "8080"),
        (T.INSTANCE, "i-xyz"),
        (T.REGION, "mars-north-1"),
        (T.URL, "file:///etc/passwd"),
        (T.ACCOUNT, "123"),
        (T.HOST, "shop.example.com; rm"),
        (T.PORT, "http"),
    ],
)
def test_what_is_not_of_the_form_is_refused(kind, value):
    assert FORMS[kind].match(value) is None


def test_every_type_has_a_form():
    assert set(FORMS) == set(ParameterType)


@pytest.mark.parametrize("town", ["london", "frankfurt", "sao paulo"])
def test_towns_lead_to_regions_of_the_strict_form(town):
    assert FORMS[T.REGION].match(REGION_NAMES[town])


def test_everyday_words_are_no_names_and_names_are_no_everyday_words():
    assert {"pod", "namespace", "yesterday", "restarting"} <= NOT_NAMES
    assert not NOT_NAMES & {"checkout", "payments", "inventory"}


def test_words_of_a_text_are_told_apart_from_paths_and_addresses():
    assert WORD.findall("ask checkout, not kim@example.com nor a/b.") == ["ask", "checkout", "not", "nor"]


@pytest.mark.parametrize("hostile", ["a-" * 4000, "a." * 4000, "namespace " * 800, "s3://" + "a" * 8000, "1" * 8000])
def test_hostile_text_costs_no_time(hostile):
    began = time.process_time()
    for patterns in SEARCHES.values():
        for pattern in patterns:
            pattern.search(hostile)
    assert time.process_time() - began < 1.5
