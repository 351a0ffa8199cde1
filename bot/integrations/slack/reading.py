"""From what Slack sends to what we work with: readable text, and the raw message of a ticket.

Slack writes mentions, links and dates as `<...>` and escapes `&`, `<` and `>`; people mean the words behind them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from bot.kit.text import one_line
from bot.model.ticket import Address, Invocation, Origin, RawMessage

SOURCE = "slack"
SUMMARY = 150
MAX_TEXT = 40_000
MAX_DEPTH = 6
_TOKEN = re.compile(r"<([^<>\n]{1,2000})>")
_KEY = re.compile(r"[A-Z][A-Z0-9_]{1,20}-[0-9]{1,9}")
_BROWSE = re.compile(r"https?://[^\s/]{1,255}/browse/([A-Z][A-Z0-9_]{1,20}-[0-9]{1,9})(?:[?#/]\S{0,500})?")

Json = Mapping[str, Any]


def readable(text: str) -> str:
    """Give the words that a person sees: `<@U1|ada>` is `@ada`, `<https://a.b|here>` is `here (https://a.b)`."""
    words = _TOKEN.sub(_shown, text[:MAX_TEXT])
    return words.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _shown(token: re.Match[str]) -> str:
    target, _, label = token.group(1).partition("|")
    if target.startswith(("@", "#")):
        return target[0] + (label or target[1:])
    if target.startswith("!"):
        return label or "@" + target[1:].split("^")[0]
    address = target.removeprefix("mailto:").removeprefix("tel:")
    if label and address.rstrip("/") in (label, f"http://{label}", f"https://{label}"):
        return label  # what the person typed, and Slack made a link of
    return address if not label or label in address else f"{label} ({address})"


def without_mention(text: str, bot_user: str) -> str:
    """Take the mention of the bot off the front; any mention there when Slack did not say who the bot is."""
    who = re.escape(bot_user) if bot_user else "[A-Z0-9]{1,30}"
    return re.sub(rf"^\s*<@{who}(?:\|[^>]*)?>[\s:,]*", "", text)


def mentions(text: str, bot_user: str) -> bool:
    """Say whether the bot is mentioned anywhere."""
    return bool(bot_user) and bool(re.search(rf"<@{re.escape(bot_user)}(?:\||>)", text))


def ticket_key(text: str) -> str:
    """Give the ticket key when the text is nothing but one, or a link to one; empty otherwise."""
    word = readable(text).strip()
    linked = _BROWSE.fullmatch(word.split(" ")[0].strip("()")) if "/browse/" in word else None
    if linked:
        return linked.group(1)
    return word if _KEY.fullmatch(word) else ""


def message_text(message: Json) -> str:
    """Give a message's text. An alert of another tool often has none, only attachments or blocks: then theirs."""
    if message.get("text"):
        return readable(str(message["text"]))
    parts = [*_texts(message.get("attachments"), 0), *_texts(message.get("blocks"), 0)]
    return readable("\n".join(dict.fromkeys(parts)))


def _texts(part: Any, depth: int) -> Iterator[str]:
    if depth > MAX_DEPTH:
        return
    if isinstance(part, list):
        for one in part:
            yield from _texts(one, depth + 1)
    elif isinstance(part, dict):
        for name in ("title", "text", "value", "fields", "elements", "fallback"):
            value = part.get(name)
            if isinstance(value, str):
                # the value of a field is text; that of a button is not
                yield from [value] if name != "value" or "title" in part else []
            else:
                yield from _texts(value, depth + 1)


def chat_ticket(message: Json, channel: str, team: str, text: str = "") -> RawMessage:
    """Make the raw message of a chat message; the answer goes in the thread below it."""
    stamp = str(message["ts"])
    said = text or message_text(message)
    summary, body = _split(said)
    return RawMessage(
        origin=Origin(SOURCE, team, f"{channel}/{stamp}"),
        summary=summary,
        body=body,
        reporter=str(message.get("user") or message.get("username") or ""),
        fields={"channel": channel},
        reply_to=(Address(SOURCE, channel, str(message.get("thread_ts") or stamp)),),
        received_at=datetime.fromtimestamp(float(stamp), UTC),
    )


def typed_ticket(
    text: str, channel: str, team: str, user: str, occasion: str, thread: str = "", invocation: Invocation | None = None
) -> RawMessage:
    """Make the raw message of a command. `occasion` is the id of this one use of it: a trigger or message id."""
    summary, body = _split(text)
    return RawMessage(
        origin=Origin(SOURCE, team, f"{channel}/{occasion}"),
        summary=summary,
        body=body,
        reporter=user,
        fields={"channel": channel},
        reply_to=(Address(SOURCE, channel, thread),),
        invocation=invocation,
        received_at=datetime.now(UTC),
    )


def _split(text: str) -> tuple[str, str]:
    """Take the first line as the summary, the rest as the body; all of it as the body when that line is long."""
    first, _, rest = text.strip().partition("\n")
    return (first, rest.strip()) if len(first) <= SUMMARY else (one_line(first, SUMMARY), text.strip())
