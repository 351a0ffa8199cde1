import pytest

from bot.catalogue.checking import check_shape
from bot.catalogue.problems import BrokenFiles
from bot.catalogue.schema import RunbookShape
from bot.catalogue.yamlfile import parse_yaml
from tests.catalogues import RUNBOOK


def problems_of(text):
    with pytest.raises(BrokenFiles) as caught:
        check_shape(parse_yaml(text, "r.yaml"), RunbookShape)
    return [str(problem) for problem in caught.value.problems]


def test_a_good_file_passes():
    assert check_shape(parse_yaml(RUNBOOK, "r.yaml"), RunbookShape).title == "Image cannot be pulled"


def test_all_problems_are_said_each_with_its_line():
    text = """\
purpose: x
title: 3
ownr: me
reviewed: 24.11.2026
triggers: {phrases: []}
parameters:
  Namespace: {type: nmespace, description: d, requird: true}
steps:
  - id: a
    probe: k.p.i
    arguments: {x: [1]}
    why: w
conclusions:
  - say: hm
otherwise: {}
escalation: {team: t, priority: P9}
"""
    found = "\n".join(problems_of(text))
    for expected in (
        "r.yaml:1: owner: is missing; add it",
        "r.yaml:2: title: must be text; put it in quotes if it looks like a number",
        "r.yaml:2: title: stands after purpose; the order is title, purpose,",
        "r.yaml:3: ownr: is not a key here; did you mean owner?",
        "r.yaml:4: reviewed: write a date as 2026-11-24",
        "r.yaml:5: triggers.phrases: must not be empty",
        "r.yaml:7: parameters.Namespace: 'Namespace' must be small letters, digits and _",
        "r.yaml:7: parameters.Namespace.type: 'nmespace' is not one of 'string', 'integer'",
        "r.yaml:7: parameters.Namespace.requird: is not a key here; did you mean required?",
        "r.yaml:11: steps[0].arguments.x: must be text, a number, or true or false",
        "r.yaml:14: conclusions[0]: say what it is about",
        "r.yaml:15: otherwise.say: is missing; add it",
        "r.yaml:16: escalation.priority: 'P9' is not one of 'P1', 'P2', 'P3' or 'P4'",
    ):
        assert expected in found
    assert len(found.splitlines()) == 13


def test_a_file_that_holds_a_list_says_what_it_must_hold():
    assert problems_of("- a\n") == [
        "r.yaml:1: must hold title, purpose, not_for, owner, reviewed, triggers, parameters, steps, conclusions, "
        "otherwise, escalation, each with its value"
    ]


def test_a_list_where_a_mapping_belongs_is_said():
    wrong = RUNBOOK.replace("escalation: {team: platform, priority: P3}", "escalation: [platform]")
    assert problems_of(wrong) == ["r.yaml:45: escalation: must be a mapping: 'name: value' lines, indented"]


def test_text_too_long_is_said():
    wrong = RUNBOOK.replace("title: Image cannot be pulled", f"title: {'x' * 301}")
    assert problems_of(wrong) == ["r.yaml:1: title: is longer than 300 characters; cut it"]
