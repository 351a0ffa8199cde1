from datetime import date

import pytest

from bot.catalogue.checking import check_shape
from bot.catalogue.problems import BrokenFiles
from bot.catalogue.schema import RunbookShape, runbook_schema
from bot.catalogue.yamlfile import parse_yaml
from bot.model.runbook import Conclusion, Disposition, EscalationRule, Parameter, ParameterType
from bot.model.ticket import Priority
from tests.catalogues import OTHER, RUNBOOK


def runbook_of(text):
    return check_shape(parse_yaml(text, "r.yaml"), RunbookShape).to_model("area/name")


def test_a_runbook_becomes_the_frozen_type():
    runbook = runbook_of(RUNBOOK)
    assert runbook.id == "area/name"
    assert runbook.reviewed == date(2026, 11, 24)
    assert runbook.parameters[0] == Parameter("namespace", ParameterType.NAMESPACE, "Where the workload lives", True)
    assert runbook.steps[1].arguments == {"host": "{{ steps.waiting.facts.registry }}", "port": 443}
    assert runbook.conclusions[1] == Conclusion(
        when="steps.waiting.status == 'unknown'",
        say="The pods could not be looked at.",
        disposition=Disposition.ESCALATE,
    )
    assert runbook.otherwise.disposition is Disposition.HEALTHY
    assert runbook.escalation == EscalationRule("platform", Priority.P3)


def test_look_alike_written_with_a_colon_is_one_line_of_text():
    assert runbook_of(RUNBOOK).not_for == ("a container that starts and then stops: kubernetes/pod-crashloop",)


def test_what_may_be_left_out_is_empty():
    runbook = runbook_of(OTHER)
    assert (runbook.not_for, runbook.parameters, runbook.conclusions, runbook.triggers.signals) == ((), (), (), ())
    assert runbook.escalation.priority is None


@pytest.mark.parametrize(("written", "kept"), [("443", "443"), ("true", "true"), ("blue", "blue")])
def test_defaults_are_kept_as_text(written, kept):
    text = RUNBOOK.replace("{type: workload, description", f"{{type: string, default: {written}, description")
    assert runbook_of(text).parameter("workload").default == kept


def test_nothing_is_converted_behind_the_authors_back():
    with pytest.raises(BrokenFiles, match="must be true or false"):
        runbook_of(RUNBOOK.replace("required: true", "required: 1"))


@pytest.mark.parametrize(
    "key", ["title", "purpose", "owner", "reviewed", "triggers", "steps", "otherwise", "escalation"]
)
def test_compulsory_keys(key):
    assert key in runbook_schema()["required"]


def test_the_schema_forbids_unknown_keys():
    assert runbook_schema()["additionalProperties"] is False
