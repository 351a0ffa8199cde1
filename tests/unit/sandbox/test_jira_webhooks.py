from __future__ import annotations

import hashlib
import hmac

import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from bot.sandbox.hosting import host
from bot.sandbox.jira_webhooks import Webhooks

ISSUE = {"key": "OPS-1", "id": "1"}


class Receiver:
    def __init__(self) -> None:
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self.statuses: list[int] = []
        self.hosted = host(Starlette(routes=[Route("/", self.take, methods=["POST"])]))

    async def take(self, request):
        self.requests.append((dict(request.headers), await request.body()))
        return Response(status_code=self.statuses.pop(0) if self.statuses else 200)


@pytest.fixture
def receiver():
    receiver = Receiver()
    yield receiver
    receiver.hosted.stop()


@pytest.fixture
def webhooks():
    webhooks = Webhooks()
    yield webhooks
    webhooks.close()


def test_a_webhook_is_signed_over_its_raw_body(receiver, webhooks):
    webhooks.register(receiver.hosted.url, "secret")
    webhooks.emit("jira:issue_created", ISSUE)
    webhooks.flush()
    ((headers, body),) = receiver.requests
    assert headers["x-hub-signature"] == "sha256=" + hmac.new(b"secret", body, hashlib.sha256).hexdigest()


def test_a_failed_webhook_is_sent_again_with_the_same_identifier(receiver, webhooks):
    receiver.statuses = [503, 500]
    webhooks.register(receiver.hosted.url, "secret")
    webhooks.emit("jira:issue_created", ISSUE)
    webhooks.flush()
    assert webhooks.sent[0].statuses == [503, 500, 200]
    assert len({headers["x-atlassian-webhook-identifier"] for headers, _ in receiver.requests}) == 1
    assert receiver.requests[2][0]["x-atlassian-webhook-retry"] == "2"


def test_redelivery_on_demand_repeats_body_and_identifier(receiver, webhooks):
    webhooks.register(receiver.hosted.url, "")
    webhooks.emit("jira:issue_created", ISSUE)
    assert webhooks.redeliver() == 200
    (first, body), (second, again) = receiver.requests
    assert body == again
    assert first["x-atlassian-webhook-identifier"] == second["x-atlassian-webhook-identifier"]
    assert "x-hub-signature" not in first


def test_a_receiver_that_is_away_is_noted(webhooks):
    webhooks.register("http://127.0.0.1:9", "secret")
    webhooks.emit("jira:issue_created", ISSUE)
    webhooks.flush()
    assert webhooks.sent[0].statuses == [0, 0, 0]


def test_nobody_registered_nothing_sent(webhooks):
    webhooks.emit("jira:issue_created", ISSUE)
    assert webhooks.sent == []
