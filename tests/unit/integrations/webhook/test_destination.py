from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from bot.integrations.webhook.destination import WebhookDestination
from bot.integrations.webhook.escalation import WebhookTarget
from bot.model import Address, Card, Delivery, Escalation, Priority, Purpose
from bot.model.errors import InputError
from bot.sandbox.hosting import host
from tests.builders import a_ticket

HANDED = Escalation("t-1", "down", "platform", "webhook:platform", Priority.P1, datetime.now(UTC), "text")
CARD = Card(a_ticket(), stage="reported", escalation=HANDED)
DELIVERY = Delivery("d-1", "t-1", Address("webhook", "platform"), Purpose.ESCALATION, CARD)


@pytest.fixture
def keys():
    return []


@pytest.fixture
def destination(keys):
    async def take(request):
        keys.append(request.headers["idempotency-key"])
        return JSONResponse({"id": 7})

    hosted = host(Starlette(routes=[Route("/", take, methods=["POST"])]))
    yield WebhookDestination({"platform": WebhookTarget("platform", hosted.url)})
    hosted.stop()


def test_a_hand_over_pages_the_named_target_with_the_delivery_s_key(destination, keys):
    assert destination.publish(DELIVERY) == "7"
    assert keys == ["d-1"]


def test_revising_does_not_page_again(destination, keys):
    destination.revise(replace(DELIVERY, receipt="7"))
    assert keys == []


def test_only_a_known_receipt_is_found(destination):
    assert destination.find(DELIVERY) is None
    assert destination.find(replace(DELIVERY, receipt="7")) == "7"


def test_an_unknown_name_lists_those_there_are(destination):
    with pytest.raises(InputError, match="'nobody'; there are: platform"):
        destination.publish(replace(DELIVERY, address=Address("webhook", "nobody")))


@pytest.mark.parametrize(
    "delivery", [replace(DELIVERY, purpose=Purpose.NOTE), replace(DELIVERY, content=Card(a_ticket()))]
)
def test_anything_but_a_hand_over_is_refused(destination, keys, delivery):
    with pytest.raises(InputError, match="takes hand-overs"):
        destination.publish(delivery)
    assert keys == []
