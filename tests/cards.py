"""Cards in every stage, with harmless or hostile texts, and the settings of a Slack that runs in the sandbox."""

from datetime import UTC, datetime, timedelta

from pydantic import SecretStr

from bot.model import (
    Address,
    Candidate,
    Card,
    Cause,
    Decision,
    Delivery,
    Disposition,
    Escalation,
    Link,
    Match,
    NotChecked,
    Origin,
    Priority,
    Purpose,
    Report,
    Resource,
    StepProgress,
    Ticket,
    TicketKind,
    Unknown,
)
from bot.sandbox.slack import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, SlackSandbox
from bot.settings import SlackSettings

POD = Resource("kubernetes", "blue", "shop", "Pod", "checkout-7d9f-x2x1x")
SERVICE = Resource("kubernetes", "blue", "shop", "Service", "checkout")


def make_ticket(text: str = "checkout will not deploy", **more) -> Ticket:
    given = {
        "id": "t-1",
        "key": "OPS-12",
        "kind": TicketKind.INCIDENT,
        "origin": Origin("jira", "example", "OPS-12", url="https://jira.example.com/browse/OPS-12"),
        "summary": text,
        "body": text,
        "reporter": "ada",
        "priority": Priority.P2,
        "received_at": datetime.now(UTC),
    }
    return Ticket(**(given | more))


def make_match(text: str = "", decision: Decision = Decision.RUN, missing: tuple[str, ...] = ()) -> Match:
    return Match(
        ticket="t-1",
        decision=decision,
        candidates=(
            Candidate(
                "kubernetes/image-pull", text or "Image cannot be pulled", 0.82, (text or "says ImagePullBackOff",)
            ),
            Candidate("kubernetes/pod-crashloop", text or "Pod crash loop", 0.41, ()),
        ),
        parameters={"namespace": "shop"},
        missing=missing,
        because=text or "It says ImagePullBackOff.",
    )


def make_report(text: str = "", many: int = 1, evidence: str = "") -> Report:
    return Report(
        ticket="t-1",
        run="r-1",
        runbook="kubernetes/image-pull",
        headline=text or "checkout cannot start: its image tag does not exist",
        disposition=Disposition.ADVISE,
        engineer=text or "The tag **v42** is not in the registry.",
        service_desk=text or "A wrong version was asked for.",
        root_causes=tuple(
            Cause(
                "image-tag-not-found",
                Resource("kubernetes", "blue", "shop", "Pod", text or "checkout-7d9f-x2x1x"),
                text or "Container app of checkout asks for shop/checkout:v42, which the registry does not have",
                text or "Correct the tag, or push v42",
            )
            for _ in range(many)
        ),
        chain=tuple(
            link
            for _ in range(many)
            for link in (Link(SERVICE, text or "has no ready pod"), Link(POD, text or "image tag not found", "x"))
        ),
        next_steps=(text or "Push the image v42",) * many,
        not_checked=(NotChecked(text or "events in shop", Unknown.DENIED, text or "list events"),) * many,
        evidence=evidence,
    )


def make_card(text: str = "", many: int = 1, **more) -> Card:
    given = {
        "ticket": make_ticket(text or "checkout will not deploy"),
        "stage": "reported",
        "match": make_match(text),
        "progress": (
            StepProgress(text or "waiting", text or "why", "done", text or "1 pod waits for its image"),
            StepProgress(text or "registry", text or "why", "skipped", ""),
        )
        * many,
        "report": make_report(text, many),
        "note": text,
    }
    return Card(**(given | more))


def make_escalation(text: str = "") -> Escalation:
    return Escalation(
        "t-1",
        text or "no root cause was found",
        text or "platform",
        "C0ONCALL",
        Priority.P2,
        datetime.now(UTC) + timedelta(minutes=30),
        text or "Checked the pods and the registry.",
    )


def make_delivery(
    key: str = "t-1/card", purpose: Purpose = Purpose.CARD, card: Card | None = None, thread: str = "", **more
) -> Delivery:
    address = Address("slack", more.pop("channel", "C0TRIAGE"), thread)
    return Delivery(key, "t-1", address, purpose, card or make_card(), **more)


def settings_of(sandbox: SlackSandbox, **more) -> SlackSettings:
    given = {
        "bot_token": SecretStr(BOT_TOKEN),
        "app_token": SecretStr(APP_TOKEN),
        "signing_secret": SecretStr(SIGNING_SECRET),
        "api_url": sandbox.api_url,
        "triage_channels": ("C0TRIAGE",),
        "timeout_s": 2,
    }
    return SlackSettings(**(given | more))
