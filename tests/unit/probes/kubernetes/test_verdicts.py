from datetime import UTC, datetime, timedelta

from bot.model.finding import Severity, Status
from bot.model.resource import Resource
from bot.probes.kubernetes.verdicts import (
    MAX_RELATIONS,
    NAME,
    Ref,
    age_of,
    caution,
    count,
    fault,
    moment,
    see,
    sound,
    symptom,
    to_finding,
)

SERVICE = Ref("Service", "orders", "shop")


class View:
    def resource(self, kind: str, name: str, namespace: str = "") -> Resource:
        return Resource("kubernetes", "blue", "" if kind == "Node" else namespace, kind, name)


def test_what_it_needs_and_what_needs_it_become_relations():
    node = Ref("Node", "a", "shop")
    verdict = fault(
        SERVICE, "x", "It is broken.", "Repair it.", needs=((node, "runs there"),), holds=((node, "uses it"),)
    )
    finding = to_finding(View(), "kubernetes.test.one", verdict)
    service, there = View().resource("Service", "orders", "shop"), View().resource("Node", "a")
    assert [(each.source, each.target) for each in finding.relations] == [(service, there), (there, service)]


def test_relations_are_capped():
    needs = tuple((Ref("Pod", f"p-{number}", "shop"), "") for number in range(100))
    finding = to_finding(View(), "kubernetes.test.one", fault(SERVICE, "x", "s", "r", needs=needs))
    assert len(finding.relations) == MAX_RELATIONS


def test_host_name_is_a_resource_of_the_network():
    verdict = sound(SERVICE, "It leads out.", needs=((Ref(NAME, "a.example"), "another name"),))
    finding = to_finding(View(), "kubernetes.test.one", verdict)
    assert finding.relations[0].target == Resource("network", "", "", "Name", "a.example")


def test_cause_outranks_symptom_and_caution_is_no_fault():
    given = [say(SERVICE, "x", "s", "r") for say in (fault, symptom, caution)]
    assert [(each.status, each.severity) for each in given] == [
        (Status.CRITICAL, Severity.HIGH),
        (Status.CRITICAL, Severity.MEDIUM),
        (Status.WARNING, Severity.LOW),
    ]


def test_evidence_carries_a_command_to_see_it():
    finding = to_finding(View(), "kubernetes.test.one", fault(SERVICE, "x", "s", "r", seen="port: 80"))
    assert (finding.evidence[0].text, finding.evidence[0].command) == (
        "port: 80",
        "kubectl describe service orders -n shop",
    )
    assert see(Ref("Node", "a", "shop")) == "kubectl describe node a"


def test_moments_are_aware_and_nonsense_is_none():
    assert moment("2026-11-24T10:00:00Z") == datetime(2026, 11, 24, 10, tzinfo=UTC)
    assert moment("2026-11-24T10:00:00").tzinfo is UTC
    assert moment("yesterday") is None
    assert moment(None) is None
    now = datetime(2026, 11, 24, 10, tzinfo=UTC)
    assert age_of({"metadata": {"creationTimestamp": "2026-11-24T09:00:00Z"}}, now) == timedelta(hours=1)
    assert age_of({"metadata": {}}, now) == timedelta(0)


def test_counting_knows_its_plurals():
    assert [count(1, "pod"), count(2, "pod"), count(2, "policy")] == ["1 pod", "2 pods", "2 policies"]
