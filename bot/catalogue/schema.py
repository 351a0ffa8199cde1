"""The shape of `runbook.yaml`: strict models, and their making into the frozen types of `bot/model/runbook.py`.

`docs/runbooks.md` is the contract; the JSON schema for editors is generated from these models.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from bot.model.runbook import (
    Conclusion,
    Disposition,
    EscalationRule,
    Parameter,
    ParameterType,
    Runbook,
    Step,
    Triggers,
)
from bot.model.ticket import Priority

NAME_PATTERN = r"^[a-z][a-z0-9_]*$"
CAUSE_PATTERN = r"^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$"
RUNBOOK_ID_PATTERN = r"^[a-z][a-z0-9-]*/[a-z][a-z0-9-]*$"
LOG_PATTERN = r"^[^/]+/[^/]+/[^/:]+(?::previous)?$"
OPERATION_PATTERN = r"^[a-z0-9-]+:[A-Z][A-Za-z0-9]+$"
RESOURCE_PATTERN = r"^[A-Za-z0-9.]+/.+$"
PATTERN_HINTS = {
    NAME_PATTERN: "must be small letters, digits and _, beginning with a letter",
    CAUSE_PATTERN: "must be small letters, digits and single -, beginning with a letter",
    RUNBOOK_ID_PATTERN: "must read area/name, in small letters, digits and -",
    LOG_PATTERN: "must read namespace/pod/container, or namespace/pod/container:previous",
    OPERATION_PATTERN: "must read service:Operation, as rds:DescribeDBInstances",
    RESOURCE_PATTERN: "must read Kind/name, as Pod/checkout-1",
}

Line = Annotated[str, Field(min_length=1, max_length=300)]
Paragraph = Annotated[str, Field(min_length=1, max_length=2_000)]
Cause = Annotated[str, Field(pattern=CAUSE_PATTERN)]


class Shape(BaseModel):
    """A mapping of a file: unknown keys are errors, nothing is converted behind the author's back."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def _date(value: Any) -> Any:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError as error:
        raise ValueError("write a date as 2026-11-24") from error


def _not_for(value: Any) -> Any:
    """`a container that stops: area/name` is a one-key mapping to YAML; authors mean one line of text."""
    if isinstance(value, dict) and len(value) == 1:
        ((what, where),) = value.items()
        return f"{what}: {where}"
    return value


Day = Annotated[date, BeforeValidator(_date)]
NotFor = Annotated[
    Line,
    BeforeValidator(_not_for),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "object", "maxProperties": 1}]}),
]


class TriggersShape(Shape):
    """What in a ticket suggests the runbook."""

    phrases: list[Line] = Field(min_length=1, description="How people say it; ten to twenty, in their words")
    signals: list[Line] = Field([], description="Exact strings that machines say; matched whole, case kept")


class ParameterShape(Shape):
    """A typed value that the runbook needs."""

    type: Annotated[ParameterType, Field(strict=False)] = Field(description="What kind of value it is")
    description: Line = Field(description="What to give, for people")
    required: bool = Field(False, description="Whether a run must have it: it is asked for when the ticket lacks it")
    default: str | int | bool | None = Field(None, description="Its value when the ticket names none")


class StepShape(Shape):
    """One probe call."""

    id: str = Field(pattern=NAME_PATTERN, description="A word by which later steps read this one")
    probe: Line = Field(description="<system>.<object>.<question>")
    arguments: dict[str, str | int | float | bool] = Field({}, description="The probe's parameters; may hold {{ }}")
    when: Line | None = Field(None, description="An expression without braces; the step is skipped when it is false")
    why: Line = Field(description="Why this step is taken, for whoever wants to learn")


class ConclusionShape(Shape):
    """What a cause, or a condition over the findings, means."""

    causes: list[Cause] = Field([], description="Slugs of the causes that it is about")
    when: Line | None = Field(None, description="An expression without braces")
    say: Paragraph | None = Field(None, description="The sentence said; the finding's own summary when left out")
    advise: list[Paragraph] = Field([], description="What to do next, one sentence each")
    disposition: Literal["advise", "escalate"] = Field("advise", description="What happens next")

    @model_validator(mode="after")
    def _about_something(self) -> ConclusionShape:
        if not self.causes and self.when is None:
            raise ValueError("say what it is about: causes: [a-cause], or when: an expression")
        return self


class OtherwiseShape(Shape):
    """What is said when no root cause was found and everything could be looked at."""

    say: Paragraph
    advise: list[Paragraph] = Field([])
    disposition: Literal["advise", "ask", "escalate", "healthy", "none"] = "healthy"


class EscalationShape(Shape):
    """Which team takes over when this runbook cannot help, and how urgent that is at least."""

    team: Line
    priority: Annotated[Priority, Field(strict=False)] | None = None


class RunbookShape(Shape):
    """A runbook.yaml. The order of these keys is the order in the file."""

    title: Line = Field(description="What is wrong, in a few words")
    purpose: Paragraph = Field(description="What this runbook finds out")
    not_for: list[NotFor] = Field([], description="Look-alikes, each `what it is: area/name`")
    owner: Line = Field(description="The team that keeps it true")
    reviewed: Day = Field(description="When someone last read it through, as 2026-11-24")
    triggers: TriggersShape
    parameters: dict[Annotated[str, Field(pattern=NAME_PATTERN)], ParameterShape] = Field({})
    steps: list[StepShape] = Field(min_length=1)
    conclusions: list[ConclusionShape] = Field(default_factory=list)
    otherwise: OtherwiseShape
    escalation: EscalationShape

    def to_model(self, runbook_id: str) -> Runbook:
        """Make the frozen type; `after` of the steps is still empty, the loader derives it."""
        return Runbook(
            id=runbook_id,
            title=self.title,
            purpose=self.purpose.strip(),
            not_for=tuple(self.not_for),
            owner=self.owner,
            reviewed=self.reviewed,
            triggers=Triggers(tuple(self.triggers.phrases), tuple(self.triggers.signals)),
            parameters=tuple(_parameter(name, shape) for name, shape in self.parameters.items()),
            steps=tuple(Step(one.id, one.probe, one.why, dict(one.arguments), one.when) for one in self.steps),
            conclusions=tuple(_conclusion(shape) for shape in self.conclusions),
            otherwise=Conclusion(
                say=self.otherwise.say,
                advise=tuple(self.otherwise.advise),
                disposition=Disposition(self.otherwise.disposition),
            ),
            escalation=EscalationRule(self.escalation.team, self.escalation.priority),
        )


def _parameter(name: str, shape: ParameterShape) -> Parameter:
    default = shape.default
    text = None if default is None else str(default).lower() if isinstance(default, bool) else str(default)
    return Parameter(name, shape.type, shape.description, shape.required, text)


def _conclusion(shape: ConclusionShape) -> Conclusion:
    return Conclusion(
        tuple(shape.causes), shape.when, shape.say or "", tuple(shape.advise), Disposition(shape.disposition)
    )


def runbook_schema() -> dict[str, Any]:
    """Give the JSON schema of a runbook.yaml, for editors."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **RunbookShape.model_json_schema()}
