"""Parameters from the ways in which people and machines write them."""

import pytest

from bot.model import Invocation, Parameter, ParameterType
from bot.model.errors import InputError
from bot.model.ports import Whereabouts
from bot.pipeline.extracting import candidate_words, extract, find_all, parse
from tests.builders import a_runbook, a_ticket

T = ParameterType


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (T.NAMESPACE, "orders-worker in shop-prod restarts", "shop-prod"),
        (T.NAMESPACE, "kubectl -n payments get pods", "payments"),
        (T.NAMESPACE, "namespace: kyc", "kyc"),
        (T.NAMESPACE, '{"labels": {"namespace": "edge"}}', "edge"),
        (T.NAMESPACE, "it is the portal ns", "portal"),
        (T.NAMESPACE, 'for pod "login-db-0_identity-dev(77c1e0aa)"', "identity-dev"),
        (T.NAMESPACE, "couldn't find key X in Secret mail/relay-creds", "mail"),
        (T.NAMESPACE, "calls db.orders.svc.cluster.local", "orders"),
        (T.POD, "ledger-5d7c9b6f48-qm2zx is at 37 restarts", "ledger-5d7c9b6f48-qm2zx"),
        (T.POD, "pod bert-tune-0 waits", "bert-tune-0"),
        (T.WORKLOAD, "ledger-5d7c9b6f48-qm2zx is at 37 restarts", "ledger"),
        (T.WORKLOAD, "deployment/checkout is stuck", "checkout"),
        (T.WORKLOAD, "the geo-agent deployment", "geo-agent"),
        (T.NODE, "ip-10-2-71-8.eu-west-2.compute.internal is NotReady", "ip-10-2-71-8.eu-west-2.compute.internal"),
        (T.NODE, "mostly on worker-17", "worker-17"),
        (T.HOST, "https://shop.example.com/cart gives 502", "shop.example.com"),
        (T.PORT, "orders-db.example.com:5432 refused", "5432"),
        (T.URL, "see https://shop.example.com/cart?x=1 now", "https://shop.example.com/cart?x=1"),
        (T.REGION, "all our London machines", "eu-west-2"),
        (T.REGION, "in eu-central-1b", "eu-central-1"),
        (T.INSTANCE, "i-0abc12345678def90 is gone", "i-0abc12345678def90"),
        (T.BUCKET, "GetObject on s3://invoices-prod/2026/a.pdf", "invoices-prod"),
        (T.OBJECT_KEY, "GetObject on s3://invoices-prod/2026/a.pdf", "2026/a.pdf"),
        (T.FUNCTION, "/aws/lambda/resize-images shows errors", "resize-images"),
        (T.FUNCTION, "arn:aws:lambda:eu-west-2:123456789012:function:resize", "resize"),
        (T.DATABASE, "orders.abc123.eu-west-2.rds.amazonaws.com timed out", "orders"),
        (T.TARGET_GROUP, "targetgroup/web-tg/0123456789abcdef unhealthy", "web-tg"),
        (T.ACCOUNT, "arn:aws:iam::123456789012:role/x", "123456789012"),
        (T.CLAIM, "pvc data-orders-0 is pending", "data-orders-0"),
        (T.JOB, "the nightly-report cronjob", "nightly-report"),
        (T.NAMESPACE, "Namespace: edge", "edge"),
        (T.NAMESPACE, "calls to svc/cart in shop time out", "shop"),
        (T.NAMESPACE, "nothing resolves any more in unit-9", "unit-9"),
        (T.NAMESPACE, '{\\"namespace\\": \\"edge\\"}', "edge"),
        (T.NAMESPACE, "NAMESPACE NAME READY STATUS\nedge  relay-0  0/1  Error  4  9m", "edge"),
        (T.NAMESPACE, "system:serviceaccount:edge:relay is refused", "edge"),
        (T.POD, "NAME READY STATUS RESTARTS AGE\nrelay-0  1/1 Running 0 1d\nrelay-1  0/1 Error 4 9m", "relay-1"),
        (T.POD, "pod/relay hangs", "relay"),
        (T.POD, "pod 'relay' hangs", "relay"),
        (T.WORKLOAD, "deployment.apps/relay is not available", "relay"),
        (T.WORKLOAD, '{"labels": {"deployment": "relay", "severity": "page"}}', "relay"),
        (T.WORKLOAD, "KubePodCrashLooping{deployment='relay',namespace='edge'}", "relay"),
        (T.WORKLOAD, "mail-relay keeps dying since noon", "mail-relay"),
        (T.WORKLOAD, "many errors on mail-relay, since noon", "mail-relay"),
        (T.WORKLOAD, "rollout of `relay` hangs", "relay"),
        (T.WORKLOAD, "{{mail-relay}} was released", "mail-relay"),
        (T.WORKLOAD, "errors on relay in namespace edge", "relay"),
        (T.SERVICE, "http://relay:8080 refuses", "relay"),
        (T.SERVICE, "wget http://relay.edge.svc.cluster.local:8080", "relay"),
        (T.HOST, "<https://shop.example.com/a|shop.example.com/a> hangs", "shop.example.com"),
        (T.URL, "<https://shop.example.com/a|shop> hangs", "https://shop.example.com/a"),
        (T.URL, "[the shop|https://shop.example.com/a] hangs", "https://shop.example.com/a"),
        (T.HOST, "app.py says that db.example.com:5432 refuses", "db.example.com"),
        (T.HOST, "dial tcp 10.20.30.40:6379: refused", "10.20.30.40"),
        (T.CLAIM, "NAME STATUS VOLUME\ndata-relay-0   Pending", "data-relay-0"),
        (T.DATABASE, "writes fail on ledger-db since noon", "ledger-db"),
        (T.LOAD_BALANCER, "504 from alb-shop-prod", "alb-shop-prod"),
        (T.TARGET_GROUP, "tg-shop has no targets", "tg-shop"),
        (T.FUNCTION, "fn mail-sender hangs", "mail-sender"),
    ],
)
def test_values_are_found_as_written(kind, text, value):
    assert find_all(kind, text)[:1] == (value,)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (T.NAMESPACE, "the namespace is stuck"),
        (T.WORKLOAD, "our service is down"),
        (T.REGION, "eu-weird-2"),
        (T.PORT, "port 99999999"),
        (T.WORKLOAD, "read-only mode is on since the roll-back"),
        (T.WORKLOAD, "out-of-memory is what the on-call said"),
        (T.NAMESPACE, "svc/cart in production"),
        (T.NAMESPACE, "everything in eu-west-2 is slow"),
        (T.HOST, "raised in main.go and handler.py"),
    ],
)
def test_words_that_are_no_names_are_not_taken(kind, text):
    assert find_all(kind, text) == ()


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (T.NAMESPACE, "shop; rm -rf /"),
        (T.NAMESPACE, "../../etc"),
        (T.PORT, "70000"),
        (T.WORKLOAD, "a,b=c"),
        (T.URL, "file:///etc/passwd"),
        (T.HOST, "a b"),
    ],
)
def test_a_given_value_that_does_not_fit_its_type_is_refused_with_what_it_takes(kind, value):
    with pytest.raises(InputError, match="what it is for"):
        parse(Parameter("it", kind, "what it is for"), value)


def test_what_a_person_gave_goes_before_the_text_and_unknown_names_are_refused():
    ticket = a_ticket(body="namespace shop, deployment checkout", invocation=Invocation("x", {"namespace": "other"}))
    assert extract(a_runbook(), ticket).values == {"namespace": "other", "workload": "checkout"}
    with pytest.raises(InputError, match="it takes: namespace, workload"):
        extract(a_runbook(), a_ticket(invocation=Invocation("x", {"nmespace": "a"})))


def test_fields_go_before_the_text():
    assert (
        extract(a_runbook(), a_ticket(body="namespace shop", fields={"Namespace": "kyc"})).values["namespace"] == "kyc"
    )


def test_what_is_required_and_not_found_is_missing():
    assert extract(a_runbook(), a_ticket("everything crashes")).missing == ("namespace",)


class Known:
    def __init__(self) -> None:
        self.asked = ()

    def resolve(self, words, known):
        self.asked = words
        return Whereabouts(
            {"namespace": "prod-payments", "workload": "payments-api", "cluster": "evil"},
            (),
            "took payments-api for payments",
        )


def test_names_that_exist_fill_in_what_the_text_left_out_but_never_what_is_no_name():
    directory = Known()
    bound = extract(a_runbook(), a_ticket("payments api crashes since noon"), directory)
    assert bound.values == {"namespace": "prod-payments", "workload": "payments-api"}
    assert "payments" in directory.asked
    assert bound.note


def test_names_that_a_person_gave_are_not_corrected():
    given = a_ticket("x", invocation=Invocation("x", {"namespace": "shop", "workload": "payment"}))
    assert extract(a_runbook(), given, Known()).values == {"namespace": "shop", "workload": "payment"}


def test_candidate_words_leave_out_ordinary_words_and_addresses():
    assert candidate_words("The orders-worker at shop.example.com is crashing for Kim") == ("orders-worker", "kim")


def test_a_name_that_was_read_as_something_else_is_not_guessed_again():
    runbook = a_runbook(
        parameters=(
            Parameter("namespace", T.NAMESPACE, "where"),
            Parameter("claim", T.CLAIM, "which"),
            Parameter("workload", T.WORKLOAD, "whose"),
        )
    )
    assert extract(runbook, a_ticket("pvc data-relay-0 in edge-prod is Pending")).values == {
        "namespace": "edge-prod",
        "claim": "data-relay-0",
    }
