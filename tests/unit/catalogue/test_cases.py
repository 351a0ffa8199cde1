from datetime import UTC, datetime

import pytest

from bot.catalogue.cases import (
    Diagnosis,
    ExpectedCause,
    judge,
    judge_match,
    load_cases,
    run_cases,
    scan_cases,
)
from bot.model import (
    Candidate,
    Decision,
    Disposition,
    Explanation,
    Match,
    NotChecked,
    Report,
    RootCause,
    Unknown,
)
from bot.model.errors import CatalogueError, InputError, Unavailable
from tests.builders import a_finding, a_resource
from tests.catalogues import CASE, NAME, OTHER_NAME, a_catalogue_folder, put

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.fixture
def root(tmp_path):
    return a_catalogue_folder(tmp_path)


@pytest.fixture
def case(root):
    return load_cases(root, [f"{NAME}/wrong-tag"], clock=lambda: NOON)[0]


def a_diagnosis(*causes, disposition=Disposition.ADVISE, runbook=NAME, decision=Decision.RUN, gaps=()):
    findings = [a_finding(a_resource(name=name), cause=cause) for cause, name in causes]
    candidates = (Candidate(runbook, "title", 0.9),) if runbook else ()
    return Diagnosis(
        Match("t-1", decision, candidates, {"namespace": "shop"}, because="it says so"),
        None,
        Explanation(
            tuple(RootCause(finding) for finding in findings),
            not_checked=tuple(NotChecked(what, Unknown.DENIED) for what in gaps),
        ),
        Report("t-1", "r-1", runbook or "", "headline", disposition, "", ""),
    )


def test_a_case_is_read_with_its_times_resolved(case):
    assert case.id == f"{NAME}/wrong-tag"
    assert case.runbook == NAME
    assert case.body == "hangs with ErrImagePull in shop since 2026-11-24T11:55:00Z\n"
    assert case.kubernetes.objects[0]["metadata"]["creationTimestamp"] == "2026-11-24T10:00:00Z"
    assert case.expect.root_causes == (ExpectedCause("image-tag-not-found", "Pod/checkout-1"),)
    assert case.expect.decision is Decision.RUN


def test_all_files_share_one_clock(root):
    ticks = iter([NOON])
    assert len(load_cases(root, clock=lambda: next(ticks))) == 3


def test_cases_are_chosen_by_runbook_or_by_case(root):
    assert len(load_cases(root, [NAME])) == 3
    assert [case.id for case in load_cases(root, [f"{NAME}/healthy"])] == [f"{NAME}/healthy"]
    with pytest.raises(InputError, match="no case of 'kubernetes/imagepull'; did you mean kubernetes/image-pull"):
        load_cases(root, ["kubernetes/imagepull"])


def test_broken_cases_are_said_all_together(root):
    put(root, f"{NAME}/cases/a.yaml", "title: x\n")
    put(root, f"{NAME}/cases/b.yaml", "title: [\n")
    put(root, "kubernetes/orphan/cases/c.yaml", CASE)
    with pytest.raises(CatalogueError) as caught:
        load_cases(root)
    assert "a.yaml:1: ticket: is missing" in caught.value.message
    assert "b.yaml:2: not valid YAML" in caught.value.message
    assert "c.yaml: lies beside no runbook.yaml" in caught.value.message
    assert len(scan_cases(root)[0]) == 4


def test_what_is_unset_is_left_out_of_the_world(root):
    text = CASE.replace("kubernetes:\n", "kubernetes:\n  faults: [{verb: list, resource: events, status: 403}]\n")
    put(root, f"{NAME}/cases/denied.yaml", text)
    (case,) = load_cases(root, [f"{NAME}/denied"])
    assert case.kubernetes.faults == ({"verb": "list", "resource": "events", "status": 403},)


def test_a_case_that_came_out_as_expected_has_no_differences(case):
    assert judge(case, a_diagnosis(("image-tag-not-found", "checkout-1"))) == ()


def test_another_runbook_is_a_difference(case):
    diagnosis = a_diagnosis(("image-tag-not-found", "checkout-1"), runbook=OTHER_NAME)
    assert judge(case, diagnosis) == (f"runbook: expected {NAME}, got {OTHER_NAME} (first: {OTHER_NAME} at 90%)",)


def test_asking_instead_of_running_is_a_difference(case):
    diagnosis = a_diagnosis(("image-tag-not-found", "checkout-1"), decision=Decision.ASK)
    assert "decision: expected run, got ask: it says so" in judge(case, diagnosis)


def test_wrong_parameters_are_differences(case):
    match = Match("t-1", Decision.RUN, (Candidate(NAME, "t", 0.9),), {"namespace": "prod"})
    assert judge_match(case, match) == ("parameter namespace: expected 'shop', got 'prod'",)


def test_missing_and_unexpected_causes_are_both_said(case):
    assert judge(case, a_diagnosis(("image-name-invalid", "checkout-1"))) == (
        "root cause: expected image-tag-not-found at Pod/checkout-1, which was not found",
        "root cause: found image-name-invalid at Pod/checkout-1, which was not expected: checkout-1 is critical",
    )


def test_the_order_of_causes_counts(root):
    text = CASE.replace("  disposition", "    - {cause: config-map-missing, resource: Pod/b}\n  disposition")
    put(root, f"{NAME}/cases/two.yaml", text)
    (case,) = load_cases(root, [f"{NAME}/two"])
    right = (("image-tag-not-found", "checkout-1"), ("config-map-missing", "b"))
    assert judge(case, a_diagnosis(*right)) == ()
    assert judge(case, a_diagnosis(*reversed(right)))[0].startswith(
        "root causes: expected exactly, in this order: image-tag"
    )


def test_one_cause_found_twice_is_a_difference(case):
    twice = (("image-tag-not-found", "checkout-1"), ("image-tag-not-found", "checkout-1"))
    assert judge(case, a_diagnosis(*twice)) != ()


def test_another_disposition_is_a_difference(case):
    diagnosis = a_diagnosis(("image-tag-not-found", "checkout-1"), disposition=Disposition.ESCALATE)
    assert judge(case, diagnosis) == ("disposition: expected advise, got escalate",)


def test_what_was_not_checked_must_hold_the_words(root):
    text = CASE + "  not_checked: [list events]\n"
    put(root, f"{NAME}/cases/denied.yaml", text)
    (case,) = load_cases(root, [f"{NAME}/denied"])
    cause = ("image-tag-not-found", "checkout-1")
    assert judge(case, a_diagnosis(cause, gaps=("may not list events in shop",))) == ()
    assert judge(case, a_diagnosis(cause)) == ("not_checked: expected 'list events' among []",)


def test_nothing_run_where_a_cause_is_expected_says_so(case):
    found = judge(case, Diagnosis(Match("t-1", Decision.NONE)))
    assert f"runbook: expected {NAME}, got none" in found
    assert "disposition: expected advise, got no report" in found


def test_null_runbook_means_that_nothing_may_run(root):
    text = "title: t\nticket: {summary: lunch}\nexpect: {runbook: null}\n"
    put(root, f"{NAME}/cases/looks-like-lunch.yaml", text)
    (case,) = load_cases(root, [f"{NAME}/looks-like-lunch"])
    assert judge(case, Diagnosis(Match("t-1", Decision.NONE))) == ()
    assert judge(case, a_diagnosis()) != ()


def test_a_tie_that_is_asked_about_passes_when_the_runbook_is_among_those_offered(root):
    text = f"title: t\nticket: {{summary: s}}\nexpect: {{runbook: {NAME}, decision: ask}}\n"
    put(root, f"{NAME}/cases/tie.yaml", text)
    (case,) = load_cases(root, [f"{NAME}/tie"])
    tie = Match("t-1", Decision.ASK, (Candidate(OTHER_NAME, "o", 0.5), Candidate(NAME, "t", 0.5)))
    assert judge(case, Diagnosis(tie)) == ()


def test_cases_run_one_by_one_and_a_broken_world_fails_its_case_alone(root):
    cases = load_cases(root, [NAME])

    def diagnose(case):
        if case.id.endswith("healthy"):
            raise Unavailable("the sandbox is away")
        return a_diagnosis(("image-tag-not-found", "checkout-1"))

    results = {result.case.id: result for result in run_cases(cases, diagnose)}
    assert results[f"{NAME}/wrong-tag"].passed
    assert results[f"{NAME}/healthy"].differences == ("could not be run: the sandbox is away",)
    assert all(result.elapsed_ms >= 0 for result in results.values())
