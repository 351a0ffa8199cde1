"""Root cause against symptom, on graphs small enough to draw."""

from datetime import timedelta
from itertools import permutations

import pytest

from bot.model import Severity, Status, Unknown
from bot.pipeline.explaining import explain
from tests.builders import NOON, a_finding, a_resource, depends

SERVICE, WORKLOAD = a_resource("Service", "web"), a_resource("Deployment", "checkout")
POD, CONFIG = a_resource("Pod", "checkout-1"), a_resource("ConfigMap", "settings")
OTHER = a_resource("Pod", "mailer-1")


def roots(*findings, **parameters):
    return [root.finding.resource for root in explain(findings, parameters).root_causes]


def test_the_deepest_critical_finding_is_the_root_and_the_rest_are_its_symptoms():
    found = explain(
        [
            a_finding(WORKLOAD, relations=depends(WORKLOAD, POD)),
            a_finding(POD, relations=depends(POD, CONFIG)),
            a_finding(CONFIG, cause="config-map-missing"),
        ],
        {},
    )
    (root,) = found.root_causes
    assert root.finding.cause == "config-map-missing"
    assert {finding.resource for finding in root.symptoms} == {WORKLOAD, POD}


def test_a_healthy_link_between_symptom_and_cause_does_not_break_the_chain():
    found = explain(
        [
            a_finding(SERVICE, relations=depends(SERVICE, POD)),
            a_finding(CONFIG),
            a_finding(POD, Status.OK, relations=depends(POD, CONFIG)),
        ],
        {"service": "web"},
    )
    assert [root.finding.resource for root in found.root_causes] == [CONFIG]
    assert [link.resource for link in found.chain] == [SERVICE, POD, CONFIG]


def test_what_the_ticket_names_leads_although_another_fault_is_worse():
    mine = a_finding(POD, severity=Severity.MEDIUM)
    worse = a_finding(OTHER, severity=Severity.CRITICAL)
    assert roots(worse, mine, pod="checkout-1") == [POD, OTHER]
    assert roots(worse, mine) == [OTHER, POD]


def test_the_workload_named_reaches_its_cause_through_relations():
    found = explain(
        [a_finding(OTHER), a_finding(WORKLOAD, relations=depends(WORKLOAD, POD)), a_finding(POD)],
        {"workload": "checkout"},
    )
    assert [root.finding.resource for root in found.root_causes] == [POD, OTHER]
    assert [root.leads for root in found.root_causes] == [True, False]


def test_of_equal_faults_the_one_with_more_symptoms_comes_first_then_the_newest():
    wide = [a_finding(WORKLOAD, relations=depends(WORKLOAD, POD)), a_finding(POD)]
    assert roots(a_finding(OTHER), *wide) == [POD, OTHER]
    old, new = a_finding(POD, since=NOON - timedelta(hours=2)), a_finding(OTHER, since=NOON)
    assert roots(old, new) == [OTHER, POD]


def test_a_circle_of_faults_has_one_root_and_does_not_loop():
    assert roots(a_finding(POD, relations=depends(POD, CONFIG)), a_finding(CONFIG, relations=depends(CONFIG, POD))) == [
        CONFIG
    ]


def test_two_faults_of_one_resource_are_one_root_led_by_the_more_severe():
    mild = a_finding(POD, cause="restarts", severity=Severity.LOW)
    severe = a_finding(POD, cause="oom-killed", severity=Severity.HIGH)
    (root,) = explain([mild, severe], {}).root_causes
    assert root.finding is severe
    assert root.symptoms == (mild,)


def test_unknown_is_never_ruled_out_and_is_listed_once_with_its_permission():
    denied = a_finding(
        CONFIG, Status.UNKNOWN, summary="config maps", unknown_because=Unknown.DENIED, permission="list configmaps"
    )
    found = explain([denied, denied, a_finding(POD, Status.OK, summary="3 of 3 pods ready")], {})
    assert found.root_causes == ()
    assert found.ruled_out == ("3 of 3 pods ready",)
    assert [(gap.what, gap.permission) for gap in found.not_checked] == [("config maps", "list configmaps")]


def test_a_warning_is_no_root_cause():
    found = explain([a_finding(POD, Status.WARNING, cause="restarts")], {})
    assert found.root_causes == ()
    assert len(found.warnings) == 1


@pytest.mark.parametrize("order", range(6))
def test_the_order_of_findings_does_not_change_the_answer(order):
    findings = [
        a_finding(WORKLOAD, relations=depends(WORKLOAD, POD)),
        a_finding(POD, relations=depends(POD, CONFIG)),
        a_finding(CONFIG),
    ]
    shuffled = list(permutations(findings))[order]
    found = explain(shuffled, {"workload": "checkout"})
    assert [root.finding.resource for root in found.root_causes] == [CONFIG]
    assert [link.resource for link in found.chain] == [WORKLOAD, POD, CONFIG]
