from bot.model.run import ApiCall, Run, RunState, StepResult, StepState
from tests.builders import NOON, a_finding, a_resource


def test_a_run_gives_findings_and_calls_in_the_order_of_its_steps():
    first, second = a_finding(a_resource(name="a")), a_finding(a_resource(name="b"))
    calls = [ApiCall("kubernetes", f"GET /{name}") for name in "abc"]
    steps = (
        StepResult("one", "p.one", StepState.DONE, "why", (first,), (calls[0], calls[1])),
        StepResult("two", "p.two", StepState.SKIPPED, "why", note="not needed"),
        StepResult("three", "p.three", StepState.DONE, "why", (second,), (calls[2],)),
    )
    run = Run("r-1", "t-1", "kubernetes/image-pull", {}, RunState.COMPLETE, NOON, NOON, steps)
    assert run.findings == (first, second)
    assert run.api_calls == tuple(calls)


def test_a_run_that_has_done_nothing_yet_has_neither():
    run = Run("r-1", "t-1", "kubernetes/image-pull", {}, RunState.RUNNING, NOON)
    assert (run.findings, run.api_calls, run.finished_at) == ((), (), None)
