import pytest

from bot.catalogue.caseschema import CaseShape, case_schema
from bot.catalogue.checking import check_shape
from bot.catalogue.problems import BrokenFiles
from bot.catalogue.yamlfile import parse_yaml
from tests.catalogues import CASE


def problems_of(text):
    with pytest.raises(BrokenFiles) as caught:
        check_shape(parse_yaml(text, "c.yaml"), CaseShape)
    return [str(problem) for problem in caught.value.problems]


def with_world(lines):
    return CASE.replace("expect:\n", f"{lines}expect:\n")


def test_a_good_case_passes():
    shape = check_shape(parse_yaml(CASE, "c.yaml"), CaseShape)
    assert shape.kubernetes.objects[0]["kind"] == "Pod"


def test_an_object_without_a_name_is_refused():
    assert problems_of(CASE.replace("name: checkout-1, ", "")) == [
        "c.yaml:8: kubernetes.objects[0]: must have apiVersion, kind and metadata.name, as kubectl get -o yaml "
        "prints them"
    ]


def test_the_same_object_twice_is_refused():
    twice = CASE.replace(
        "expect:", "    - {apiVersion: v1, kind: Pod, metadata: {name: checkout-1, namespace: shop}}\nexpect:"
    )
    assert problems_of(twice) == ["c.yaml:6: kubernetes: holds Pod checkout-1 twice; keep one"]


def test_a_log_is_named_by_namespace_pod_and_container():
    wrong = CASE.replace("kubernetes:\n", "kubernetes:\n  logs: {checkout: hello}\n")
    assert len(problems_of(wrong)) == 1
    assert "c.yaml:7: kubernetes.logs.checkout: 'checkout' must read namespace/pod/container" in problems_of(wrong)[0]


@pytest.mark.parametrize(
    ("fault", "key"),
    [("{verb: delete, resource: pods}", "verb"), ("{verb: get, resource: pods, status: 200}", "status")],
)
def test_a_fault_is_an_error_on_a_read(fault, key):
    wrong = CASE.replace("kubernetes:\n", f"kubernetes:\n  faults: [{fault}]\n")
    assert all(f"kubernetes.faults[0].{key}" in problem for problem in problems_of(wrong))


def test_an_aws_entry_answers_or_refuses_but_not_both():
    entry = "aws:\n  - {operation: 'rds:DescribeDBInstances'}\n"
    assert problems_of(with_world(entry)) == [
        "c.yaml:10: aws[0]: give one of the two: answer: {...} or error: {code: ...}"
    ]


def test_runbook_must_be_named_or_null():
    assert problems_of(CASE.replace("  runbook: kubernetes/image-pull\n", "")) == [
        "c.yaml:9: expect.runbook: is missing; add it"
    ]


def test_a_root_cause_names_kind_and_name():
    wrong = CASE.replace("Pod/checkout-1", "checkout-1")
    assert "expect.root_causes[0].resource" in problems_of(wrong)[0]


def test_the_schema_is_for_editors():
    assert set(case_schema()["required"]) == {"title", "ticket", "expect"}
