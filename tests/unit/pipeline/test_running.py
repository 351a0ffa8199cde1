"""Waves, conditions, deadlines and what becomes of a probe that misbehaves."""

import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from bot.kit.templating import TemplateError
from bot.model import Evidence, RunState, Status, StepState, Unknown
from bot.model.errors import ReadOnlyViolation
from bot.model.probe import ProbeParameter
from bot.pipeline.running import Conditions, bind, run_wave, settle, step_context, waves
from tests.builders import ScriptedProbes, a_finding, a_runbook, a_spec, a_step

A, B, C = "kubernetes.pod.a", "kubernetes.pod.b", "kubernetes.pod.c"


def conditions(runbook, probes, *, left_s=10.0, parameters=None):
    now = lambda: datetime.now(UTC)  # noqa: E731
    parameters = {"namespace": "shop"} if parameters is None else parameters
    return Conditions(runbook, parameters, probes.specs(), probes, now() + timedelta(seconds=left_s), now)


def run_all(runbook, probes, **more):
    shared, results = conditions(runbook, probes, **more), []
    for wave in waves(runbook):
        results += run_wave(wave, results, shared)
    return results


def test_independent_steps_share_a_wave_and_dependent_ones_wait():
    runbook = a_runbook(
        steps=(a_step("a", A), a_step("b", B, after=("a",)), a_step("c", C), a_step("d", A, after=("b", "c")))
    )
    assert [[step.id for step in wave] for wave in waves(runbook)] == [["a", "c"], ["b"], ["d"]]


def test_the_steps_of_a_wave_run_side_by_side():
    all_here = threading.Barrier(4, timeout=5)
    runbook = a_runbook(steps=tuple(a_step(f"s{n}", A) for n in range(4)))
    results = run_all(runbook, ScriptedProbes({A: lambda **_: (all_here.wait(), ())[1]}))
    assert {result.state for result in results} == {StepState.DONE}


def test_a_later_step_reads_the_facts_and_causes_of_an_earlier_one():
    steps = (
        a_step("first", A),
        a_step(
            "second",
            B,
            after=("first",),
            when="'broken' in steps.first.causes",
            arguments={"namespace": "{{ steps.first.facts.host }}"},
        ),
    )
    probes = ScriptedProbes(
        {A: [a_finding(facts={"host": "orders-db"})], B: []}, {A: a_spec(A, facts=("host",)), B: a_spec(B)}
    )
    run_all(a_runbook(steps=steps), probes)
    assert probes.asked[1] == (B, {"namespace": "orders-db"})


def test_a_step_whose_condition_does_not_hold_is_skipped_and_says_so():
    steps = (a_step("first", A), a_step("second", B, after=("first",), when="steps.first.status == 'critical'"))
    first, second = run_all(a_runbook(steps=steps), ScriptedProbes({A: [a_finding(status=Status.OK)], B: []}))
    assert (first.state, second.state) == (StepState.DONE, StepState.SKIPPED)
    assert "not needed" in second.note


def test_a_probe_that_breaks_becomes_not_checked_and_the_others_go_on(caplog):
    runbook = a_runbook(steps=(a_step("bad", A), a_step("good", B)))
    bad, good = run_all(runbook, ScriptedProbes({A: ZeroDivisionError("oops"), B: [a_finding(status=Status.OK)]}))
    assert bad.state is StepState.FAILED
    assert bad.findings[0].status is Status.UNKNOWN
    assert good.state is StepState.DONE
    assert "oops" not in bad.note
    assert "ZeroDivisionError" in caplog.text


def test_a_probe_that_hangs_is_given_up_at_the_deadline():
    runbook = a_runbook(steps=(a_step("slow", A), a_step("fast", B)))
    slow = lambda **_: (time.sleep(1.0), ())[1]  # noqa: E731
    late, fast = run_all(runbook, ScriptedProbes({A: slow, B: []}), left_s=0.2)
    assert late.findings[0].unknown_because is Unknown.TIMED_OUT
    assert fast.state is StepState.DONE


def test_a_probe_that_oversteps_stops_the_run():
    runbook = a_runbook(steps=(a_step("a", A),))
    with pytest.raises(ReadOnlyViolation):
        run_all(runbook, ScriptedProbes({A: ReadOnlyViolation("delete pods")}))


def test_secrets_in_evidence_are_masked_and_long_evidence_is_cut():
    leaky = a_finding(
        evidence=(Evidence("log", "password=hunter2secret " + "x" * 9000),), summary="token: 'abcdef123456'"
    )
    (result,) = run_all(a_runbook(steps=(a_step("a", A),)), ScriptedProbes({A: [leaky]}))
    (finding,) = result.findings
    assert "hunter2" not in finding.evidence[0].text
    assert len(finding.evidence[0].text) <= 4000
    assert "abcdef123456" not in finding.summary


def test_arguments_take_the_type_that_the_probe_declares():
    spec = a_spec(A, parameters=(ProbeParameter("port", "int", True), ProbeParameter("deep", "bool", False, False)))
    step = a_step("a", A, arguments={"port": "{{ parameters.workload }}", "deep": ""})
    context = step_context(a_runbook(), {"workload": "5432"}, (), {A: spec})
    assert bind(step, context, spec) == {"port": 5432}
    with pytest.raises(TemplateError, match="port must be int"):
        bind(step, step_context(a_runbook(), {"workload": "many"}, (), {A: spec}), spec)


def test_a_parameter_value_is_never_a_template():
    context = step_context(a_runbook(), {"workload": "{{ 7 * 7 }}"}, (), {})
    step = a_step("a", A, arguments={"namespace": "{{ parameters.workload }}"})
    assert bind(step, context, a_spec(A)) == {"namespace": "{{ 7 * 7 }}"}


def test_a_run_with_anything_unknown_is_partial():
    from tests.builders import noon

    runbook = a_runbook(steps=(a_step("a", A),))
    from bot.model import Run

    run = Run("r", "t", runbook.id, {}, RunState.RUNNING, noon())
    whole = run_all(runbook, ScriptedProbes({A: [a_finding(status=Status.OK)]}))
    gaps = run_all(runbook, ScriptedProbes({A: [a_finding(status=Status.UNKNOWN)]}))
    assert settle(run, whole, noon).state is RunState.COMPLETE
    assert settle(run, gaps, noon).state is RunState.PARTIAL
    assert settle(run, whole, noon, aborted="x").state is RunState.FAILED
