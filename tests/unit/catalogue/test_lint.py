from datetime import date

import pytest

from bot.catalogue.cases import load_cases
from bot.catalogue.lint import causes_in, lint
from bot.catalogue.loader import load_catalogue
from tests.catalogues import NAME, OTHER_NAME, RUNBOOK, SPECS, a_catalogue_folder, put

TODAY = date(2026, 11, 24)
KNOWN = frozenset({"registry-unresolved"})


def said(root, runbook=RUNBOOK, today=TODAY):
    a_catalogue_folder(root, runbook)
    problems = lint(load_catalogue(root), load_cases(root), SPECS, today=today, probe_causes=KNOWN)
    return [f"{one.line}: {one.key}: {one.message}" for one in problems if NAME in one.file and one.level == "error"]


def test_a_good_runbook_with_its_cases_is_clean(tmp_path):
    assert said(tmp_path) == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            "probe: kubernetes.pod.image",
            "probe: kubernetes.pod.images",
            "26: steps[0].probe: there is no probe 'kubernetes.pod.images'; did you mean kubernetes.pod.image?",
        ),
        (
            'workload: "{{',
            'workloads: "{{',
            "29: steps[0].arguments.workloads: kubernetes.pod.image takes no 'workloads'; did you mean workload?",
        ),
        (
            '      namespace: "{{ parameters.namespace }}"\n',
            "",
            "27: steps[0].arguments: kubernetes.pod.image needs namespace (str); add it",
        ),
        (
            "port: 443}",
            'port: "443"}',
            "33: steps[1].arguments.port: must be int, not '443'; write it without quotes",
        ),
        (
            '"{{ parameters.workload }}"',
            "7",
            "29: steps[0].arguments.workload: must be str, not 7; put it in quotes",
        ),
        ("port: 443}", "port: true}", "33: steps[1].arguments.port: must be int, not True; write it without quotes"),
        (
            "parameters.workload }}",
            "parameters.worklod }}",
            "29: steps[0].arguments.workload: reads parameters.worklod, which is not declared; did you mean workload?",
        ),
        (
            "steps.waiting.facts.registry",
            "steps.waiting.facts.host",
            "33: steps[1].arguments.host: reads the fact 'host', which kubernetes.pod.image does not give; "
            "there are registry",
        ),
        (
            "'registry-unresolved' in",
            "'registry-unresolvd' in",
            "34: steps[1].when: no probe and no case knows the cause 'registry-unresolvd'; "
            "did you mean registry-unresolved?",
        ),
        (
            "status == 'unknown'",
            "status == 'unkown'",
            "40: conclusions[1].when: compares a status with 'unkown'; "
            "there are critical, unknown, warning, ok, skipped",
        ),
        (
            "causes: [image-tag-not-found]",
            "causes: [image-tag-not-foun]",
            "37: conclusions[0].causes[0]: no probe and no case knows 'image-tag-not-foun'; "
            "did you mean image-tag-not-found?",
        ),
        (
            "say: No image problem was found.",
            'say: "{{ finding.summary }}"',
            "44: otherwise.say: reads finding, which is known only in a conclusion with causes",
        ),
        (
            "reviewed: 2026-11-24",
            "reviewed: 2026-11-25",
            "7: reviewed: 2026-11-25 is in the future; give the day it was last read through",
        ),
        (
            "stops: kubernetes/pod-crashloop",
            "stops: kubernetes/pod-crashlop",
            "5: not_for[0]: must end with ': area/name' of another runbook, and 'kubernetes/pod-crashlop' is none; "
            "did you mean kubernetes/pod-crashloop?",
        ),
        (
            "signals: [ErrImagePull]",
            'signals: [" "]',
            "20: triggers.signals[0]: is blank; write one or leave the entry out",
        ),
        (
            "- cannot pull the image",
            "- Pod  keeps restarting",
            None,
        ),
        (
            "- cannot pull the image",
            "- Pods stuck in  imagepullbackoff",
            "11: triggers.phrases[1]: 'Pods stuck in  imagepullbackoff' is a phrase of this runbook already; "
            "say it in one place",
        ),
        ("title: Image", "title: FILL IN Image", "1: title: still says FILL IN; fill it in"),
        (
            "required: true,",
            "required: true, default: shop,",
            "22: parameters.namespace: is required and has a default; keep one of the two",
        ),
    ],
)
def test_each_mistake_is_said_with_its_line(tmp_path, old, new, problem):
    assert old in RUNBOOK
    assert said(tmp_path, RUNBOOK.replace(old, new)) == ([problem] if problem else [])


def test_a_phrase_of_two_runbooks_is_said_at_the_second(tmp_path):
    a_catalogue_folder(tmp_path, RUNBOOK.replace("- cannot pull the image", "- Pod  keeps restarting"))
    problems = lint(load_catalogue(tmp_path), load_cases(tmp_path), SPECS, today=TODAY, probe_causes=KNOWN)
    assert [one.message for one in problems if "phrase" in one.key and one.level == "error"] == [
        f"'pod keeps restarting' is a phrase of {NAME} already; say it in one place"
    ]


def test_a_conclusion_that_is_never_reached_is_said(tmp_path):
    twice = RUNBOOK.replace("  - when:", "  - causes: [image-tag-not-found]\n  - when:")
    assert said(tmp_path, twice) == [
        "40: conclusions[1].causes[0]: image-tag-not-found is concluded on above already; this is never reached"
    ]


def test_stale_review_few_phrases_and_unused_parameters_only_warn(tmp_path):
    a_catalogue_folder(tmp_path, RUNBOOK.replace('      workload: "{{ parameters.workload }}"\n', ""))
    put(tmp_path, f"{NAME}/cases/more.yaml", "title: t\nticket: {summary: s}\nexpect: {runbook: null}\n")
    problems = lint(load_catalogue(tmp_path), load_cases(tmp_path), SPECS, today=date(2027, 12, 1), probe_causes=KNOWN)
    warned = {(one.key, one.message) for one in problems if one.level == "warning"}
    assert ("reviewed", "was 372 days ago; read it through and set the date") in warned
    assert ("parameters.workload", "is read by no step; use it or leave it out") in warned
    assert ("triggers.phrases", "only 1; write ten to twenty, in people's words") in warned
    assert {one.file.split("/")[-2] for one in problems if one.level == "error"} == {OTHER_NAME.split("/")[1]}


def test_slugs_are_found_where_probes_spell_them_and_where_they_make_them(tmp_path):
    put(
        tmp_path,
        "deep/probe.py",
        """cause = 'image-tag-not-found'\nother = "killed"\nmade = f"{kind}-probe-kills"\n"""
        """late = f"database-{one.name}"\n"""
        """text = f"{name} is a sentence"\nlone = f"{name}"\nany = f"{a}-{b}"\n""",
    )
    assert causes_in(tmp_path) == {"image-tag-not-found", "killed", "*-probe-kills", "database-*"}


def test_a_cause_with_a_part_that_a_probe_fills_in_is_known(tmp_path):
    made = RUNBOOK.replace("causes: [image-tag-not-found]", "causes: [image-tag-not-found, startup-probe-kills]")
    a_catalogue_folder(tmp_path, made)
    problems = lint(
        load_catalogue(tmp_path), load_cases(tmp_path), SPECS, today=TODAY, probe_causes=KNOWN | {"*-probe-kills"}
    )
    assert [one.message for one in problems if one.key == "conclusions[0].causes[1]"] == [
        "no case of this runbook shows startup-probe-kills; add one"
    ]
