"""The law that every destination obeys. To join, give a fixture that yields a `Case`, and name it in `CASES`."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
from pydantic import SecretStr

from bot.integrations.jira.client import JiraClient
from bot.integrations.jira.destination import JiraDestination
from bot.integrations.slack.destination import SlackDestination
from bot.model import Address, Card, Delivery, Purpose
from bot.model.ports import Destination
from bot.sandbox.jira import JiraSandbox
from bot.sandbox.slack import SlackSandbox
from bot.settings import JiraSettings
from tests.cards import make_card, make_delivery, make_escalation, make_report, settings_of


@dataclass(frozen=True)
class Case:
    """A destination, deliveries for it (keys are made unique by the law), and a count of what people see there."""

    destination: Destination
    deliveries: tuple[Delivery, ...]
    shown: Callable[[], int]


@pytest.fixture
def slack():
    sandbox = SlackSandbox()
    sandbox.start()
    root = sandbox.say("C0TRIAGE", "U0ADA", "checkout is down")
    full = make_card(report=make_report(evidence="x\n" * 3000), escalation=make_escalation())
    brief = make_card(report=make_report(evidence="exit code 137"))

    def shown() -> int:
        return sum(len(channel.messages) for channel in sandbox.workspace.channels.values())

    yield Case(
        SlackDestination(settings_of(sandbox)),
        (
            make_delivery("card-in-thread", Purpose.CARD, full, thread=root),
            make_delivery("card-in-channel", Purpose.CARD, full),
            make_delivery("evidence-file", Purpose.EVIDENCE, full, thread=root),
            make_delivery("evidence-message", Purpose.EVIDENCE, brief, thread=root),
            make_delivery("escalation", Purpose.ESCALATION, full, channel="C0ONCALL"),
        ),
        shown,
    )
    sandbox.stop()


def jira(flavour):
    sandbox = JiraSandbox(flavour)
    sandbox.start()
    key = sandbox.create("checkout is down")
    full = make_card(report=make_report(evidence="x\n" * 3000), escalation=make_escalation())
    settings = JiraSettings(url=sandbox.url, user=sandbox.user, token=SecretStr(sandbox.token))

    def note(name: str, card: Card) -> Delivery:
        return replace(make_delivery(name, Purpose.NOTE, card), address=Address("jira", key))

    yield Case(
        JiraDestination(JiraClient(settings)),
        (note("note", full), note("note-without-report", make_card())),
        lambda: len(sandbox.comments(key)),
    )
    sandbox.close()


@pytest.fixture
def jira_cloud():
    yield from jira("cloud")


@pytest.fixture
def jira_datacenter():
    yield from jira("datacenter")


CASES = ["slack", "jira_cloud", "jira_datacenter"]


@pytest.fixture(params=CASES)
def case(request) -> Case:
    return request.getfixturevalue(request.param)


def find_before_publish_is_none(case: Case, delivery: Delivery) -> None:
    before = case.shown()
    assert case.destination.find(delivery) is None
    assert case.shown() == before


def publish_then_find_gives_the_receipt(case: Case, delivery: Delivery) -> str:
    receipt = case.destination.publish(delivery)
    assert receipt
    assert case.destination.find(delivery) == receipt
    assert case.destination.find(replace(delivery, key=delivery.key + "-other")) is None
    return receipt


def revise_is_idempotent_and_keeps_the_receipt(case: Case, delivery: Delivery) -> None:
    case.destination.revise(delivery)
    after_one = case.shown()
    case.destination.revise(delivery)
    assert case.shown() == after_one
    assert case.destination.find(delivery) == delivery.receipt


def test_every_delivery_is_found_by_its_key_and_by_no_other(case: Case):
    for delivery in case.deliveries:
        find_before_publish_is_none(case, delivery)
        receipt = publish_then_find_gives_the_receipt(case, delivery)
        revise_is_idempotent_and_keeps_the_receipt(case, replace(delivery, receipt=receipt))


def test_publishing_shows_one_thing(case: Case):
    for delivery in case.deliveries:
        before = case.shown()
        case.destination.publish(delivery)
        assert case.shown() == before + 1
