import pytest

from bot.catalogue.expressions import Scope, comparisons, misuses
from tests.builders import a_step
from tests.catalogues import SPECS

STEPS = (a_step("waiting", "kubernetes.pod.image"), a_step("odd", "no.such.probe"))
BEFORE = Scope(["namespace", "workload"], STEPS, SPECS, later=["registry"])
AFTER = Scope(["namespace", "workload"], STEPS, SPECS, causes=True, finding=True)


def wrongs(text, scope=BEFORE, *, expression=False):
    return list(misuses(text, scope, expression=expression))


@pytest.mark.parametrize(
    "text",
    [
        "plain",
        "{{ parameters.namespace }}",
        "{{ steps.waiting.facts.registry }}:{{ parameters.workload | default('x') }}",
        "{{ steps.waiting.causes | first }}",
        "{{ steps.odd.facts.whatever }}",
    ],
)
def test_what_is_declared_may_be_read(text):
    assert wrongs(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "steps.waiting.status == 'critical' and steps.waiting.ran",
        "'image-tag-not-found' in steps.waiting.causes",
        "steps.waiting.status in ['ok', 'skipped']",
        "'registry' in steps.waiting.facts",
    ],
)
def test_conditions_over_declared_names_hold(text):
    assert wrongs(text, expression=True) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{{ parameters.namspace }}", "reads parameters.namspace, which is not declared; did you mean namespace?"),
        ("{{ parameters }}", "reads parameters as a whole; write parameters.<name>"),
        ("{{ steps.wating.ran }}", "reads steps.wating, but there is no such step; did you mean waiting?"),
        ("{{ steps.registry.ran }}", "reads steps.registry, which does not come before it; move that step up"),
        ("{{ steps.waiting.fact }}", "reads steps.waiting.fact; a step has status, causes, facts, ran"),
        ("{{ steps.waiting }}", "reads steps.waiting; a step has status, causes, facts, ran"),
        ("{{ steps }}", "reads steps as a whole; write steps.<id>.status"),
        (
            "{{ steps.waiting.facts.regstry }}",
            "reads the fact 'regstry', which kubernetes.pod.image does not give; did you mean registry?",
        ),
        ("{{ namespace }}", "reads 'namespace', which does not exist here; there are parameters, steps"),
        ("{{ causes }}", "reads 'causes', which does not exist here; there are parameters, steps"),
        ("{{ finding.summary }}", "reads finding, which is known only in a conclusion with causes"),
        ("{{ parameters.namespace ", "cannot be read: unexpected end of template, expected 'end of print statement'."),
    ],
)
def test_what_is_not_declared_is_said(text, said):
    assert wrongs(text) == [said]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{{ steps.waiting.ran }}", "is an expression already; write it without {{ }}"),
        (
            "steps.waiting.status == 'criticl'",
            "compares a status with 'criticl'; there are critical, unknown, warning, ok, skipped",
        ),
        ("steps.waiting.causes.index('x')", "cannot be read: calls are not allowed; use a filter or a new probe"),
    ],
)
def test_wrong_conditions_are_said(text, said):
    assert wrongs(text, expression=True) == [said]


def test_conclusions_see_the_finding_and_the_causes():
    assert wrongs("{{ finding.summary }} {{ finding.facts.registry }} {{ causes | join(', ') }}", AFTER) == []
    assert wrongs("{{ finding.summry }}", AFTER) == [
        "reads finding.summry; a finding has summary, remedy, cause, resource, facts"
    ]
    assert wrongs("{{ finding.facts.host }}", AFTER) == [
        "reads finding.facts.host, which no probe of this runbook gives; there are registry"
    ]


def test_comparisons_give_the_name_and_the_literals():
    text = "steps.a.status != 'ok' and 'x' in steps.a.causes and finding.cause in ['y', 'z']"
    assert set(comparisons(text, expression=True)) == {
        ("steps.a.status", "ok"),
        ("steps.a.causes", "x"),
        ("finding.cause", "y"),
        ("finding.cause", "z"),
    }
