"""Slack as a destination: a card in a thread or channel, its evidence below it, a hand-over in a team's channel.

Every message carries its delivery's key in its metadata, a file carries it in its title, so that a delivery whose
answer was lost is found again instead of being posted twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from bot.integrations.slack.blocks import (
    card_blocks,
    card_text,
    escalation_blocks,
    escalation_text,
    evidence_blocks,
)
from bot.integrations.slack.client import SlackClient
from bot.integrations.slack.escaping import line, plain
from bot.kit.text import clean
from bot.model.delivery import Delivery, Purpose
from bot.model.errors import InputError, NotFound, Unavailable
from bot.settings import SlackSettings

EVENT_TYPE = "secondline_delivery"
PAGE = 200
MAX_PAGES = 10
LOOK_BACK_S = 600
INLINE_EVIDENCE = 2000
_POSTED = {Purpose.CARD, Purpose.EVIDENCE, Purpose.ESCALATION}

Message = Mapping[str, Any]


class SlackDestination:
    """Posts and edits. Receipts are `channel/ts` for a message and `channel/file id` for a file."""

    name = "slack"

    def __init__(self, settings: SlackSettings, client: SlackClient | None = None) -> None:
        """Take the settings; `client` only to share one. Nothing is called yet."""
        self._client = client or SlackClient(settings)

    def find(self, delivery: Delivery) -> str | None:
        """Look for the delivery's key in its thread or channel, back to when the ticket came in.

        Reads at most 10 pages of 200 messages (conversations.history, conversations.replies). Raises OutsideError.
        """
        self._check(delivery)
        channel = delivery.address.target
        for message in self._conversation(delivery, self._thread(delivery)):
            if _key_of(message) == delivery.key:
                return f"{channel}/{message['ts']}"
            file = _file_with(message, delivery.key)
            if file:
                return f"{channel}/{file}"
        return None

    def publish(self, delivery: Delivery) -> str:
        """Post it (chat.postMessage, or a file upload for long evidence) and give the receipt.

        Raises OutsideError; InputError when Slack can never take it.
        """
        self._check(delivery)
        if delivery.purpose is Purpose.EVIDENCE and len(_evidence(delivery)) > INLINE_EVIDENCE:
            return self._upload(delivery)
        thread = self._thread(delivery)
        answer = self._client.call(
            "chat_postMessage",
            channel=delivery.address.target,
            **({"thread_ts": thread} if thread else {}),
            **_content(delivery),
            unfurl_links=False,
            unfurl_media=False,
            parse="none",
            link_names=False,
        )
        return f"{answer['channel']}/{answer['ts']}"

    def revise(self, delivery: Delivery) -> None:
        """Edit the message in place (chat.update). A file cannot be edited: a changed one is put below it, once.

        Raises OutsideError; NotFound when somebody deleted the message.
        """
        self._check(delivery)
        channel, _, stamp = delivery.receipt.rpartition("/")
        if not channel:
            raise InputError(f"{delivery.receipt!r} is no receipt of Slack's (expected channel/ts)")
        if stamp.startswith("F"):
            self._replace_file(delivery)
            return
        self._client.call(
            "chat_update", channel=channel, ts=stamp, **_content(delivery), parse="none", link_names=False
        )

    def _check(self, delivery: Delivery) -> None:
        if delivery.purpose not in _POSTED:
            raise InputError(f"Slack takes no {delivery.purpose}: it takes cards, evidence and escalations")

    def _thread(self, delivery: Delivery) -> str:
        """Give the thread to post in. Evidence without one goes below its ticket's card, and waits until that is there.

        Raises Unavailable while it is not: evidence at another place would be looked for in vain later.
        """
        if delivery.address.thread or delivery.purpose is not Purpose.EVIDENCE:
            return delivery.address.thread
        cards = (
            message for message in self._conversation(delivery, "")
            if _payload(message).get("ticket") == delivery.ticket and _payload(message).get("purpose") == Purpose.CARD
        )  # fmt: skip
        card = next(cards, None)
        if card is None:
            raise Unavailable("the ticket's card is not in Slack yet: its evidence waits for it", system="slack")
        return str(card["ts"])

    def _conversation(self, delivery: Delivery, thread: str) -> Iterator[Message]:
        method = "conversations_replies" if thread else "conversations_history"
        where = {"channel": delivery.address.target} | ({"ts": thread} if thread else {})
        oldest = delivery.content.ticket.received_at.timestamp() - LOOK_BACK_S
        cursor = ""
        for _ in range(MAX_PAGES):
            try:
                page = self._client.call(
                    method, **where, oldest=f"{oldest:.6f}", limit=PAGE, include_all_metadata=True,
                    **({"cursor": cursor} if cursor else {}),
                )  # fmt: skip
            except (NotFound, InputError) as error:
                # nothing can be there: no such thread, or a server that keeps no history
                if "thread_not_found" in error.message or "unknown_method" in error.message:
                    return
                raise
            yield from page.get("messages") or ()
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return

    def _upload(self, delivery: Delivery) -> str:
        thread = self._thread(delivery)
        answer = self._client.call(
            "files_upload_v2",
            channel=delivery.address.target,
            **({"thread_ts": thread} if thread else {}),
            filename=_filename(delivery),
            title=f"{plain(f'Evidence for {delivery.content.ticket.reference}', 100)} [{delivery.key}]",
            content=clean(_evidence(delivery)),
            snippet_type="text",
        )
        return f"{delivery.address.target}/{answer['files'][0]['id']}"

    def _replace_file(self, delivery: Delivery) -> None:
        names = {
            file.get("name")
            for message in self._conversation(delivery, self._thread(delivery))
            for file in message.get("files") or ()
        }
        if _evidence(delivery) and _filename(delivery) not in names:
            self._upload(delivery)


def _content(delivery: Delivery) -> dict[str, Any]:
    card = delivery.content
    if delivery.purpose is Purpose.ESCALATION:
        blocks, text = escalation_blocks(card), escalation_text(card)
    elif delivery.purpose is Purpose.EVIDENCE:
        blocks, text = evidence_blocks(card), f"Evidence for {line(card.ticket.reference, 100)}"
    else:
        blocks, text = card_blocks(card), card_text(card)
    payload = {
        "key": delivery.key,
        "ticket": delivery.ticket,
        "purpose": str(delivery.purpose),
        "stage": card.stage,
    }
    return {"text": text, "blocks": blocks, "metadata": {"event_type": EVENT_TYPE, "event_payload": payload}}


def _payload(message: Message) -> Mapping[str, Any]:
    metadata = message.get("metadata") or {}
    return (metadata.get("event_payload") or {}) if metadata.get("event_type") == EVENT_TYPE else {}


def _key_of(message: Message) -> str:
    return str(_payload(message).get("key", ""))


def _file_with(message: Message, key: str) -> str:
    files = message.get("files") or ()
    return next((str(file["id"]) for file in files if str(file.get("title", "")).endswith(f"[{key}]")), "")


def _evidence(delivery: Delivery) -> str:
    return delivery.content.report.evidence if delivery.content.report else ""


def _filename(delivery: Delivery) -> str:
    """Name the file by its content, so that the same evidence is recognised and never uploaded twice."""
    digest = hashlib.sha256(_evidence(delivery).encode("utf-8", "replace")).hexdigest()[:10]
    key = "".join(char if char.isascii() and char.isalnum() else "-" for char in delivery.content.ticket.reference)[:60]
    return f"evidence-{key}-{digest}.txt"
