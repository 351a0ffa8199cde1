"""The shape of a case file: a ticket, a small world, and what must come out. `docs/runbooks.md` is the contract."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from bot.catalogue.schema import (
    CAUSE_PATTERN,
    LOG_PATTERN,
    NAME_PATTERN,
    OPERATION_PATTERN,
    RESOURCE_PATTERN,
    RUNBOOK_ID_PATTERN,
    Line,
    Shape,
)

Scalar = str | int | float | bool


class TicketShape(Shape):
    """The ticket as it comes in."""

    summary: Line
    body: str = Field("", max_length=50_000)
    fields: dict[str, Scalar] = Field({}, description="The source's own fields (labels, components, ...)")


def _object(value: dict[str, Any]) -> dict[str, Any]:
    metadata = value.get("metadata")
    if not (value.get("apiVersion") and value.get("kind") and isinstance(metadata, dict) and metadata.get("name")):
        raise ValueError("must have apiVersion, kind and metadata.name, as kubectl get -o yaml prints them")
    return value


class FaultShape(Shape):
    """What the Kubernetes API refuses."""

    verb: Literal["get", "list", "watch", "create", "*"]
    resource: Line = Field(description="As in RBAC: pods, pods/log, deployments.apps, or *")
    namespace: str = ""
    status: Annotated[int, Field(ge=400, le=599)] | Literal[0] = Field(
        0, description="HTTP status; 0 for an answer that only comes late"
    )
    times: int | None = Field(None, ge=1, description="How often; always when left out")
    retry_after: int | float | None = Field(None, ge=0, description="Seconds, for 429")
    delay_s: int | float = Field(0, ge=0, description="Seconds before it answers")


class KubernetesShape(Shape):
    """The cluster."""

    objects: list[Annotated[dict[str, Any], AfterValidator(_object)]] = Field([])
    logs: dict[Annotated[str, Field(pattern=LOG_PATTERN)], str] = Field({})
    faults: list[FaultShape] = Field([])

    @model_validator(mode="after")
    def _each_once(self) -> KubernetesShape:
        seen: set[tuple[str, str, str]] = set()
        for one in self.objects:
            metadata = one["metadata"]
            name = (str(one["kind"]), str(metadata.get("namespace", "")), str(metadata["name"]))
            if name in seen:
                raise ValueError(f"holds {name[0]} {name[2]} twice; keep one")
            seen.add(name)
        return self


class AwsErrorShape(Shape):
    """An error that an AWS service answers with."""

    code: Line
    message: str = ""
    status: int = Field(400, ge=400, le=599)


class AwsShape(Shape):
    """One recorded answer of AWS."""

    operation: str = Field(pattern=OPERATION_PATTERN, description="service:Operation")
    when: dict[str, Any] = Field({}, description="Answer only to requests with these parameters")
    answer: dict[str, Any] | None = None
    error: AwsErrorShape | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> AwsShape:
        if (self.answer is None) == (self.error is None):
            raise ValueError("give one of the two: answer: {...} or error: {code: ...}")
        return self


class NetworkShape(Shape):
    """What one host says. The network sandbox knows what may stand within `tls` and `http`."""

    model_config = ConfigDict(extra="allow", strict=True, frozen=True)

    host: Line


class CauseShape(Shape):
    """A root cause that must be found."""

    cause: str = Field(pattern=CAUSE_PATTERN)
    resource: str = Field(pattern=RESOURCE_PATTERN, description="Kind/name")


class ExpectShape(Shape):
    """What must come out."""

    runbook: Annotated[str, Field(pattern=RUNBOOK_ID_PATTERN)] | None = Field(description="null: nothing must run")
    decision: Literal["run", "ask", "none"] | None = Field(None, description="run when left out, none without runbook")
    parameters: dict[Annotated[str, Field(pattern=NAME_PATTERN)], Scalar] = Field({})
    root_causes: list[CauseShape] | None = Field(None, description="Every one, in order; [] when nothing is wrong")
    disposition: Literal["advise", "ask", "escalate", "healthy", "none"] | None = None
    not_checked: list[Line] = Field([], description="Substrings that must be among what was not checked")


class CaseShape(Shape):
    """A case. The order of these keys is the order in the file."""

    title: Line
    ticket: TicketShape
    kubernetes: KubernetesShape = KubernetesShape()
    aws: list[AwsShape] = Field([])
    network: list[NetworkShape] = Field([])
    expect: ExpectShape


def case_schema() -> dict[str, Any]:
    """Give the JSON schema of a case file, for editors."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **CaseShape.model_json_schema()}
