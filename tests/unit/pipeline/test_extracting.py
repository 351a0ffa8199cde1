"""Parameters from the ways in which people and machines write them."""

import pytest

from bot.model import Invocation, Parameter, ParameterType
from bot.model.errors import InputError
from bot.model.ports import Whereabouts
from bot.pipeline.extracting import MAX_ORDINARY, candidate_words, extract, find_all, ordinary_words, parse
from bot.pipeline.words import ORDINARY
from tests.builders import a_runbook, a_ticket
from tests.directories import MemoryDirectory

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


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (T.NAMESPACE, "pods are Pending (namespace reports)", "reports"),
        (T.NAMESPACE, "everything in namespace production is slow", "production"),
        (T.NAMESPACE, "kubectl get pods -n web", "web"),
        (T.NAMESPACE, "kubectl get pods -n check", "check"),
        (T.NAMESPACE, "kubectl --namespace=storage get pods", "storage"),
        (T.NAMESPACE, "Namespace: storage", "storage"),
        (T.NAMESPACE, '{\\"namespace\\": \\"reports\\"}', "reports"),
        (T.NAMESPACE, "in the namespace `status` since noon", "status"),
        (T.WORKLOAD, "deployment/api hangs", "api"),
        (T.WORKLOAD, "deploy api does not come up", "api"),
        (T.WORKLOAD, "KubePodCrashLooping{deployment='check'}", "check"),
        (T.WORKLOAD, 'statefulset named "database" is down', "database"),
        (T.SERVICE, "svc/api refuses", "api"),
        (T.JOB, "cronjob: reports", "reports"),
    ],
)
def test_an_ordinary_word_is_a_name_where_it_is_called_one(kind, text, value):
    assert find_all(kind, text) == (value,)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (T.NAMESPACE, "namespace quota is used up"),
        (T.NAMESPACE, "namespace: none"),
        (T.NAMESPACE, "reports in production are late"),
        (T.WORKLOAD, "the deployment failed"),
        (T.WORKLOAD, "service: down"),
        (T.WORKLOAD, "deployment reports errors"),
        (T.WORKLOAD, "deployment status is unknown to me"),
        (T.WORKLOAD, "the pod/container is gone"),
        (T.WORKLOAD, "api calls fail and the database is slow"),
        (T.JOB, "the job status is bad"),
    ],
)
def test_an_ordinary_word_is_no_name_where_it_only_stands_near_a_kind(kind, text):
    assert find_all(kind, text) == ()


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("reports pods are Pending since an hour (namespace batch)", "batch/reports"),
        ("api in shop restarts every minute", "shop/api"),
        ("API is down in production", "production/api"),
        ("the storage keeps crashing\nnamespace: edge", "edge/storage"),
    ],
)
def test_an_ordinary_word_that_a_workload_is_called_by_is_that_workload(text, place):
    namespace, _, workload = place.partition("/")
    bound = extract(a_runbook(), a_ticket(text), MemoryDirectory(place, f"{namespace}/unrelated"))
    assert bound.values == {"namespace": namespace, "workload": workload}
    assert bound.note == f"took {workload} for a name: {namespace} has a workload that is called so"


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("the service is down in shop", ("shop/checkout",)),
        ("the service is down in shop", ("shop/service",)),
        ("the api is down in shop", ("shop/apis", "shop/checkout")),
        ("the api cannot reach the database in shop", ("shop/api", "shop/database")),
        ("the api is down in shop", ("shop/checkout", "edge/api")),
    ],
)
def test_without_one_workload_of_exactly_that_name_an_ordinary_word_binds_none(text, places):
    bound = extract(a_runbook(), a_ticket(text), MemoryDirectory(*places))
    assert bound.values == {"namespace": "shop"}
    assert bound.note == ""


def test_an_ordinary_word_is_not_looked_for_in_namespaces_that_nobody_named():
    assert extract(a_runbook(), a_ticket("the api is down"), MemoryDirectory("shop/api")).values == {}
    assert extract(a_runbook(), a_ticket("api is down in production"), MemoryDirectory("shop/api")).values == {}


class Guessing:
    """Takes what is nearest, as a cluster's directory does with sure words."""

    def resolve(self, words, known):
        if "api" not in words:
            return Whereabouts({"namespace": known["namespace"]})
        return Whereabouts({"namespace": known["namespace"], "workload": "api-gateway"}, (), "took api-gateway for api")


def test_a_workload_whose_name_is_only_near_an_ordinary_word_is_not_taken():
    bound = extract(a_runbook(), a_ticket("api is down, namespace shop"), Guessing())
    assert (bound.values, bound.note) == ({"namespace": "shop"}, "")


def test_a_sure_name_goes_before_an_ordinary_word():
    bound = extract(
        a_runbook(), a_ticket("checkout in shop cannot reach the api"), MemoryDirectory("shop/checkout", "shop/api")
    )
    assert bound.values["workload"] == "checkout"


def test_a_workload_that_the_text_names_is_not_replaced_by_an_ordinary_word():
    bound = extract(a_runbook(), a_ticket("deployment/relay: api errors, namespace shop"), MemoryDirectory("shop/api"))
    assert bound.values == {"namespace": "shop", "workload": "relay"}


def test_the_title_is_asked_before_what_the_body_quotes():
    directory = MemoryDirectory("shop/api", "shop/storage", "shop/logs")
    bound = extract(a_runbook(), a_ticket("api in shop hangs", "it logs that storage is away"), directory)
    assert bound.values["workload"] == "api"


def test_ordinary_words_are_given_once_in_their_order_and_not_without_end():
    assert ordinary_words("Reports of the API: the api's database/x is not in storage") == ("reports", "api", "storage")
    assert len(ordinary_words(" ".join(sorted(ORDINARY)))) == MAX_ORDINARY


def test_a_runbook_that_requires_nothing_still_needs_something_to_look_at():
    balancer = Parameter("load_balancer", ParameterType.LOAD_BALANCER, "Which one")
    group, region = (
        Parameter("target_group", ParameterType.TARGET_GROUP, "Or its group"),
        Parameter("region", ParameterType.REGION, "Where"),
    )
    runbook = a_runbook(parameters=(balancer, group, region))
    assert extract(runbook, a_ticket("unhealthy targets in eu-west-2")).missing == ("load_balancer",)
    assert extract(runbook, a_ticket("target group web-tg is unhealthy")).missing == ()
