from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from bot.integrations.webhook.escalation import WebhookTarget
from bot.model import Escalation, Priority
from bot.model.errors import AccessDenied, NotFound, OutsideError, RateLimited, SettingsError, Unavailable
from bot.sandbox.hosting import host

DUE = datetime(2026, 11, 24, 12, 15, tzinfo=UTC)
HANDED = Escalation("t-1", "all pods down", "platform", "webhook:platform", Priority.P1, DUE, "see <b>OPS-1</b> é")


class Receiver:
    """Takes pages, once for each idempotency key, and answers as it is told."""

    def __init__(self) -> None:
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self.answer = Response('{"id": "PAGE-7"}', media_type="application/json")
        self.hosted = host(Starlette(routes=[Route("/page/token-in-path", self.take, methods=["POST", "GET"])]))
        self.url = f"{self.hosted.url}/page/token-in-path"

    async def take(self, request):
        self.requests.append((dict(request.headers), await request.body()))
        return self.answer


@pytest.fixture
def receiver():
    receiver = Receiver()
    yield receiver
    receiver.hosted.stop()


def test_the_hand_over_arrives_whole_and_signed(receiver):
    receipt = WebhookTarget("platform", receiver.url, "secret").page(HANDED, "d-1")
    ((headers, body),) = receiver.requests
    assert receipt == "PAGE-7"
    assert headers["idempotency-key"] == "d-1"
    assert headers["x-secondline-signature"] == "sha256=" + hmac.new(b"secret", body, hashlib.sha256).hexdigest()
    content = json.loads(body)
    assert content["key"] == "d-1"
    assert content["escalation"] == {
        "ticket": "t-1", "reason": "all pods down", "team": "platform", "target": "webhook:platform", "priority": "P1",
        "respond_by": DUE.isoformat(), "hand_over": "see <b>OPS-1</b> é",
    }  # fmt: skip


def test_a_second_try_carries_the_same_key(receiver):
    target = WebhookTarget("platform", receiver.url)
    target.page(HANDED, "d-1")
    target.page(HANDED, "d-1")
    assert [headers["idempotency-key"] for headers, _ in receiver.requests] == ["d-1", "d-1"]
    assert receiver.requests[0][1] == receiver.requests[1][1]
    assert "x-secondline-signature" not in receiver.requests[0][0]


@pytest.mark.parametrize("body", ["", "ok", "[]", "{}", '{"id": null}', '{"id": {"a": 1}}', '{"id": ""}'])
def test_a_receiver_without_an_id_gives_the_key_as_receipt(receiver, body):
    receiver.answer = Response(body)
    assert WebhookTarget("platform", receiver.url).page(HANDED, "d-1") == "d-1"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, OutsideError), (401, AccessDenied), (403, AccessDenied), (404, NotFound), (410, NotFound),
        (422, OutsideError), (429, RateLimited), (500, Unavailable), (503, Unavailable), (301, OutsideError),
        (302, OutsideError),
    ],
)  # fmt: skip
def test_refusals_are_told_apart_and_do_not_give_the_url_away(receiver, status, kind):
    receiver.answer = Response("stack trace", status, headers={"location": "http://127.0.0.1:9/elsewhere"})
    with pytest.raises(OutsideError) as caught:
        WebhookTarget("platform", receiver.url).page(HANDED, "d-1")
    assert type(caught.value) is kind
    assert "webhook platform" in str(caught.value)
    assert "token-in-path" not in str(caught.value)
    assert "stack trace" not in str(caught.value)
    assert len(receiver.requests) == 1


@pytest.mark.parametrize(
    ("said", "low", "high"),
    [("7", 7, 7), ("nonsense", 30, 30), ("", 30, 30), ("999999", 3600, 3600), ("in five minutes", 200, 300)],
)
def test_the_wait_is_what_the_receiver_says(receiver, said, low, high):
    if said == "in five minutes":
        said = format_datetime(datetime.now(UTC) + timedelta(minutes=5), True)
    receiver.answer = Response("", 429, headers={"retry-after": said})
    with pytest.raises(RateLimited) as caught:
        WebhookTarget("platform", receiver.url).page(HANDED, "d-1")
    assert low <= caught.value.retry_after_s <= high


def test_an_unreachable_receiver_is_one_clear_line():
    with pytest.raises(Unavailable, match=r"webhook platform at 127\.0\.0\.1 cannot be reached") as caught:
        WebhookTarget("platform", "http://127.0.0.1:9/page/token-in-path").page(HANDED, "d-1")
    assert caught.value.__suppress_context__


def test_a_silent_receiver_is_given_up():
    import asyncio

    async def sleepy(request):
        await asyncio.sleep(1)
        return Response("late")

    hosted = host(Starlette(routes=[Route("/", sleepy, methods=["POST"])]))
    try:
        with pytest.raises(Unavailable, match=r"gave no answer in 0\.2 s"):
            WebhookTarget("platform", hosted.url, timeout_s=0.2).page(HANDED, "d-1")
    finally:
        hosted.stop()


@pytest.mark.parametrize("url", ["", "pager.example.com", "ftp://pager.example.com", "https://"])
def test_a_url_that_is_none_stops_at_start(url):
    with pytest.raises(SettingsError, match="webhook platform"):
        WebhookTarget("platform", url)
