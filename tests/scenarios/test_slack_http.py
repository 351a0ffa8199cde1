"""The whole bot where Slack comes to it: signed HTTP requests in, and what is not Slack's is turned away."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from bot.engine import history
from bot.sandbox.slack import SIGNING_SECRET
from bot.sandbox.slack_socket import http_body
from tests.scenarios.world import TRIAGE, World, the_case
from tests.unit.engine.conftest import until

PULL = the_case("kubernetes/image-pull/tag-not-found")


class Called(World):
    """A world whose Slack calls the bot, at the address that it was given."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, slack={"mode": "http", "signing_secret": SIGNING_SECRET, "app_token": None})

    def start(self) -> None:
        super().start()
        assert self.bot is not None
        self.slack.deliver_to(f"http://127.0.0.1:{self.bot.server.port}/slack/events")

    def traces(self) -> tuple[int, int, int]:
        """Count what a request could have left: tickets, what was written to Slack, and rows of any table."""
        assert self.bot is not None
        with self.bot.stores.database.engine.connect() as connection:
            rows = sum(
                connection.exec_driver_sql(f"select count(*) from {name}").scalar() or 0
                for name in ("tickets", "seen", "feedback", "audit", "outbox")
            )
        written = [call for call in self.slack.http.calls if call.startswith(("chat.", "views.", "files."))]
        return len(self.bot.front_desk.status(limit=500)), len(written), rows


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Called]:
    with Called(tmp_path_factory.mktemp("http")) as found:
        found.show(PULL)
        yield found


def card_in(world: Called, stamp: str) -> Mapping[str, Any]:
    def found() -> list[Mapping[str, Any]]:
        return [one for one in world.cards() if one.get("thread_ts") == stamp]

    (card,) = world.wait(found)
    until(history.idle)
    return card


def test_message_is_answered_in_its_thread_and_a_repeated_request_changes_nothing(world: Called) -> None:
    stamp = world.slack.say(TRIAGE, "U0ADA", f"{PULL.summary}\n{PULL.body}")
    asked = world.slack.carrier.sent[-1]
    assert "2.14.1" in str(card_in(world, stamp)["blocks"])
    said, tickets = len(world.slack.thread(TRIAGE, stamp)), len(world.bot.front_desk.status(limit=500))
    world.slack.redeliver(next(one for one in world.slack.carrier.sent if one is asked)).wait(10)
    until(history.idle)
    assert len(world.slack.thread(TRIAGE, stamp)) == said
    assert len(world.bot.front_desk.status(limit=500)) == tickets


def test_command_runs_a_runbook(world: Called) -> None:
    before = {one["ts"] for one in world.cards()}
    answer = world.slack.command("run kubernetes/image-pull namespace=shop", TRIAGE)
    assert "Looking into" in str(answer)
    (card,) = world.wait(lambda: [one for one in world.cards() if one["ts"] not in before])
    assert "2.14.1" in str(card["blocks"])
    until(history.idle)


def test_button_and_form_fill_in_what_was_missing(world: Called) -> None:
    stamp = world.slack.say(TRIAGE, "U0ADA", "everything is in ImagePullBackOff")
    card = card_in(world, stamp)
    world.slack.click(card["ts"], "secondline_parameters")
    view = world.wait(lambda: world.slack.views())[-1]
    refused = world.slack.submit_view(view["id"], {"parameter:namespace": "../../secrets"})
    assert refused["response_action"] == "errors"
    world.slack.submit_view(view["id"], {"parameter:namespace": "shop"})
    world.wait(lambda: "2.14.1" in str(card_in(world, stamp)["blocks"]))


def test_vote_by_button_is_kept(world: Called) -> None:
    card = card_in(world, world.slack.say(TRIAGE, "U0ADA", f"{PULL.summary} once more\n{PULL.body}"))
    world.slack.click(card["ts"], "secondline_useful")
    ticket = card["metadata"]["event_payload"]["ticket"]
    assert world.bot.stores.journal.votes(ticket) == (1, 0)
    world.wait(lambda: "noted as useful" in str(world.slack.ephemerals()))


STALE = str(int(time.time()) - 301)
FORGED = {
    "another secret": {"secret": "not-the-signing-secret"},
    "replayed after five minutes": {"timestamp": STALE},
    "from the future": {"timestamp": str(int(time.time()) + 3600)},
    "time in words": {"timestamp": "soon"},
    "not a number": {"timestamp": "nan"},
    "beyond every number": {"timestamp": "1e999"},
    "negative": {"timestamp": "-1"},
    "digits of another script": {"headers": {"x-slack-request-timestamp": "١٢٣".encode().decode("latin-1")}},
    "no signature": {"headers": {"x-slack-signature": ""}},
    "signature that is no ASCII": {"headers": {"x-slack-signature": "v0=\xe9"}},
}


def requests(world: Called) -> Iterator[tuple[str, str]]:
    """An event, a command and a click as Slack once sent them."""
    for kind in ("events_api", "slash_commands", "interactive"):
        envelope = next(one for one in world.slack.carrier.sent if one.kind == kind)
        body, content_type = http_body(envelope)
        yield body.replace(PULL.summary, "forged words"), content_type


@pytest.mark.parametrize("forged", FORGED.values(), ids=list(FORGED))
def test_request_that_slack_did_not_sign_just_now_leaves_a_log_line_and_nothing_else(
    world: Called, caplog: pytest.LogCaptureFixture, forged: Mapping[str, Any]
) -> None:
    until(history.idle)
    sent, before = list(requests(world)), world.traces()
    assert len(sent) == 3
    with caplog.at_level(logging.INFO):
        for body, content_type in sent:
            if "headers" in forged:
                status = post_raw(world, body, content_type, forged["headers"])
            else:
                status = world.slack.carrier.post(body, content_type, **forged)[0]
            assert status == 401
    until(history.idle)
    assert world.traces() == before
    ours = [record for record in caplog.records if record.name.startswith("bot.integrations.slack")]
    assert [record.levelname for record in ours] == ["WARNING"] * 3
    assert "forged words" not in caplog.text
    assert "Traceback" not in caplog.text


def post_raw(world: Called, body: str, content_type: str, headers: Mapping[str, str]) -> int:
    """Send a request with headers that no client library would send, byte for byte."""
    import http.client

    assert world.bot is not None
    connection = http.client.HTTPConnection("127.0.0.1", world.bot.server.port, timeout=10)
    signed = {
        "content-type": content_type,
        "x-slack-request-timestamp": str(int(time.time())),
        "x-slack-signature": "v0=",
    }
    try:
        connection.request("POST", "/slack/events", body.encode(), {**signed, **headers})
        return connection.getresponse().status
    finally:
        connection.close()


def test_same_requests_are_taken_when_they_are_signed(world: Called) -> None:
    for body, content_type in requests(world):
        assert world.slack.carrier.post(body, content_type)[0] == 200
    challenge = json.dumps({"type": "url_verification", "challenge": "abc"})
    assert "abc" in str(world.slack.carrier.post(challenge, "application/json")[1])
