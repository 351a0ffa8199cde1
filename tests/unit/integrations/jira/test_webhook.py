from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from starlette.applications import Starlette

from bot.integrations.jira.client import JiraClient
from bot.integrations.jira.source import JiraSource
from bot.integrations.jira.webhook import MAX_BODY, PATH, webhook_routes
from bot.model.errors import Unavailable
from bot.model.ports import Submission
from bot.model.ticket import RawMessage
from bot.sandbox.hosting import host

SECRET = "webhook-secret"


class Desk:
    """A front desk that remembers in memory, once for each identity as the real one."""

    def __init__(self) -> None:
        self.taken: list[RawMessage] = []
        self.events: list[str] = []
        self.down = False

    def submit(self, raw: RawMessage) -> Submission:
        if self.down:
            raise Unavailable("the database is away")
        fresh = raw.origin not in [one.origin for one in self.taken]
        if fresh:
            self.taken.append(raw)
        return Submission("t-1", fresh)

    def first_time(self, event_id: str) -> bool:
        fresh = event_id not in self.events
        self.events.append(event_id)
        return fresh


@pytest.fixture
def desk():
    return Desk()


class Door:
    """A server that stays up while the application behind it changes from test to test."""

    def __init__(self) -> None:
        self.app: Starlette | None = None

    async def __call__(self, scope, receive, send):
        assert self.app is not None
        await self.app(scope, receive, send)


@pytest.fixture(scope="module")
def door():
    door = Door()
    hosted = host(door)
    yield door, hosted.url + PATH
    hosted.stop()


@pytest.fixture
def url(jira, desk, settings_of, door):
    settings = settings_of(jira, webhook_secret=SecretStr(SECRET))
    source = JiraSource(JiraClient(settings), settings)
    door[0].app = Starlette(routes=list(webhook_routes(settings, source, desk)))
    yield door[1]
    jira.webhooks.flush()


def sign(body: bytes, secret: str = SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def post(url: str, hint: Any, signature: str | None = None, **headers: str) -> httpx.Response:
    body = hint if isinstance(hint, bytes) else json.dumps(hint).encode()
    given = {"x-hub-signature": sign(body) if signature is None else signature, **headers}
    return httpx.post(url, content=body, headers=given)


def created(key: str = "OPS-1") -> dict[str, Any]:
    return {"webhookEvent": "jira:issue_created", "issue": {"key": key, "id": "1", "fields": {"summary": "forged"}}}


def test_jira_s_own_webhook_brings_the_ticket(jira, desk, url):
    jira.webhooks.register(url, SECRET)
    jira.create("checkout is down", "since noon")
    jira.webhooks.flush()
    (raw,) = desk.taken
    assert (raw.origin.key, raw.summary, raw.body) == ("OPS-1", "checkout is down", "since noon")
    assert jira.webhooks.sent[0].statuses == [202]


def test_a_redelivery_does_nothing(jira, desk, url):
    jira.webhooks.register(url, SECRET)
    jira.create("x")
    assert jira.webhooks.redeliver() == 200
    assert len(desk.taken) == 1


def test_a_webhook_that_met_a_failing_jira_is_taken_when_sent_again(jira, desk, url):
    jira.fail("/rest/api/2/search", 503, times=1)
    jira.webhooks.register(url, SECRET)
    jira.create("x")
    jira.webhooks.flush()
    assert jira.webhooks.sent[0].statuses == [503, 202]
    assert len(desk.taken) == 1


def test_the_payload_is_a_hint_and_its_text_is_not_believed(jira, desk, url):
    jira.create("the real text")
    assert post(url, created()).status_code == 202
    assert desk.taken[0].summary == "the real text"


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "sha256=",
        "sha256=" + "0" * 64,
        "sha1=abc",
        sign(b"other"),
        sign(json.dumps(created()).encode(), "wrong"),
        "é",
    ],
)
def test_a_forged_webhook_gets_401_and_leaves_one_log_line(jira, desk, url, caplog, signature):
    jira.create("x")
    jira.fail("/", 500, times=1)
    body = json.dumps(created()).encode()
    given = [(b"x-hub-signature", signature.encode())]
    response = httpx.post(url, content=body, headers=given)
    assert response.status_code == 401
    assert desk.taken == []
    assert desk.events == []
    ours = [record for record in caplog.records if record.name.startswith("bot.")]
    assert [record.getMessage() for record in ours] == ["jira webhook: absent or wrong signature refused"]


def test_an_unsigned_webhook_gets_401(jira, desk, url):
    jira.create("x")
    assert httpx.post(url, json=created()).status_code == 401
    assert desk.taken == []


def test_a_signature_covers_the_raw_bytes(jira, desk, url):
    jira.create("x")
    body = json.dumps(created()).encode()
    assert post(url, body + b" ", sign(body)).status_code == 401


def test_a_body_over_the_cap_is_refused_unread(jira, desk, url):
    def flood():
        for _ in range(MAX_BODY // 100_000 + 2):
            yield b"x" * 100_000

    response = httpx.post(url, content=flood(), headers={"x-hub-signature": "sha256=x"})
    assert response.status_code == 413


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[" * 100_000])
def test_signed_nonsense_is_a_bad_request(url, body):
    assert post(url, body).status_code == 400


@pytest.mark.parametrize(
    "hint",
    [
        [], "x", 5, None, {}, {"webhookEvent": "jira:issue_created"}, {**created(), "issue": "OPS-1"},
        {**created(), "webhookEvent": "comment_created"}, {**created(), "webhookEvent": "jira:issue_deleted"},
        created("../secret"), created('OPS-1" OR project = "HR'), {**created(), "issue": {"key": ["OPS-1"]}},
        {**created(), "webhookEvent": ["x"]},
    ],
)  # fmt: skip
def test_other_events_and_odd_keys_do_nothing(jira, desk, url, hint):
    jira.create("x")
    assert post(url, hint).status_code == 200
    assert desk.taken == []


def test_a_ticket_outside_the_configured_jql_is_left_alone(jira, desk, url):
    jira.create("x")
    jira.edit("OPS-1", status="Done")
    assert post(url, created()).status_code == 200
    assert desk.taken == []


def test_our_own_label_does_not_start_the_ticket_again(jira, desk, url, client):
    jira.webhooks.register(url, SECRET)
    jira.create("x")
    client.change_labels("OPS-1", ["l2bot-triaged"], [])
    client.add_internal_comment("OPS-1", "note", {})
    jira.webhooks.flush()
    assert [sent.event for sent in jira.webhooks.sent] == [
        "jira:issue_created",
        "jira:issue_updated",
        "comment_created",
    ]
    assert len(desk.taken) == 1


def test_a_ticket_that_cloud_s_index_does_not_know_yet_is_found(cloud, desk, settings_of, door):
    settings = settings_of(cloud, webhook_secret=SecretStr(SECRET))
    source = JiraSource(JiraClient(settings), settings)
    door[0].app = Starlette(routes=list(webhook_routes(settings, source, desk)))
    cloud.lag("OPS-1")
    cloud.webhooks.register(door[1], SECRET)
    cloud.create("just now")
    cloud.webhooks.flush()
    assert source.poll("")[0] == []
    assert [raw.summary for raw in desk.taken] == ["just now"]


def test_a_desk_that_cannot_take_it_is_not_hidden(jira, desk, url):
    jira.create("x")
    desk.down = True
    assert post(url, created()).status_code == 503


def test_without_a_secret_there_is_no_webhook(jira, desk, client, settings_of):
    for secret in (None, SecretStr("")):
        settings = settings_of(jira, webhook_secret=secret)
        assert webhook_routes(settings, JiraSource(client, settings), desk) == []
