"""Carries what happens in the workspace to the app: over its WebSockets (Socket Mode), or as signed HTTP requests.

What was not acknowledged can be sent again, as Slack does; what nobody was there to receive waits for a connection.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import json
import threading
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

if TYPE_CHECKING:
    from starlette.websockets import WebSocket

ACK_WITHIN_S = 3.0
SEND_WITHIN_S = 5.0
RETRIES = 3


@dataclass
class Envelope:
    """Something on its way to the app. `answer` is what the app said with its acknowledgement."""

    kind: str
    payload: Mapping[str, Any]
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    attempt: int = 0
    acked: threading.Event = field(default_factory=threading.Event)
    answer: Mapping[str, Any] = field(default_factory=dict)
    status: int = 0

    def wait(self, timeout: float = ACK_WITHIN_S) -> Mapping[str, Any]:
        """Wait for the acknowledgement and give its payload; raise TimeoutError as Slack shows a time-out."""
        if not self.acked.wait(timeout):
            raise TimeoutError(f"the app did not acknowledge {self.kind} within {timeout:.1f} s")
        return self.answer

    def wire(self) -> str:
        """Give the envelope as Socket Mode sends it."""
        again = {"retry_attempt": self.attempt, "retry_reason": "timeout" if self.attempt else ""}
        return json.dumps({
            "envelope_id": self.id, "type": self.kind, "payload": self.payload,
            "accepts_response_payload": self.kind != "events_api", **(again if self.kind == "events_api" else {}),
        })  # fmt: skip


@dataclass(eq=False)
class Link:
    """One WebSocket that the app holds, and the events that went over it."""

    socket: WebSocket
    loop: asyncio.AbstractEventLoop
    sent: list[Envelope] = field(default_factory=list)


class Carrier:
    """Delivers envelopes. With `request_url` set they go by HTTP, signed with `signing_secret`."""

    def __init__(self, signing_secret: str) -> None:
        """Take the secret; Socket Mode until `request_url` is set."""
        self.signing_secret = signing_secret
        self.request_url = ""
        self.sent: list[Envelope] = []
        self.connections = threading.Condition()
        self._links: list[Link] = []
        self._waiting: list[Envelope] = []
        self._by_id: dict[str, Envelope] = {}

    def send(self, kind: str, payload: Mapping[str, Any]) -> Envelope:
        """Send something to the app, `kind` being `events_api`, `slash_commands` or `interactive`."""
        envelope = Envelope(kind, payload)
        self.sent.append(envelope)
        self._carry(envelope)
        return envelope

    def again(self, envelope: Envelope | None = None) -> Envelope:
        """Deliver `envelope` (the last one when None) once more, as a retry with the same event id."""
        first = envelope or self.sent[-1]
        copy = Envelope(first.kind, first.payload, attempt=first.attempt + 1)
        self._carry(copy)
        return copy

    def connected(self, timeout: float) -> bool:
        """Wait until the app has a WebSocket open."""
        with self.connections:
            return self.connections.wait_for(lambda: bool(self._links), timeout)

    def disconnect(self, reason: str = "refresh_requested") -> None:
        """Ask the app to take a new connection, as Slack does every few hours."""
        with self.connections:
            links = list(self._links)
        for link in links:
            self._push(link, json.dumps({"type": "disconnect", "reason": reason, "debug_info": {"host": "sandbox"}}))

    async def serve(self, socket: WebSocket) -> None:
        """Keep one WebSocket: say hello, send what waits, take acknowledgements until it closes."""
        from starlette.websockets import WebSocketDisconnect

        await socket.accept()
        await socket.send_text(json.dumps({"type": "hello", "num_connections": len(self._links) + 1, "debug_info": {}}))
        mine = Link(socket, asyncio.get_running_loop())
        with self.connections:
            self._links.append(mine)
            waiting, self._waiting = self._waiting, []
            self.connections.notify_all()
        try:
            for envelope in waiting:
                mine.sent.append(envelope)
                await socket.send_text(envelope.wire())
            while True:
                self._acknowledge(json.loads(await socket.receive_text()))
        except (WebSocketDisconnect, RuntimeError):
            return
        finally:
            with self.connections:
                self._links.remove(mine)
            await self._send_again(mine.sent)

    async def _send_again(self, sent: list[Envelope]) -> None:
        """Send events that a closed connection left without acknowledgement once more, three times at the most."""
        for envelope in [one for one in sent if one.kind == "events_api" and not one.acked.is_set()]:
            envelope.attempt += 1
            with self.connections:
                link = self._links[-1] if self._links else None
                if link is None and envelope.attempt <= RETRIES:
                    self._waiting.append(envelope)
            if link is not None and envelope.attempt <= RETRIES:
                link.sent.append(envelope)
                await link.socket.send_text(envelope.wire())

    def _carry(self, envelope: Envelope) -> None:
        self._by_id[envelope.id] = envelope
        if self.request_url:
            threading.Thread(target=self._request, args=(envelope,), daemon=True).start()
            return
        with self.connections:
            link = self._links[-1] if self._links else None
            (link.sent if link else self._waiting).append(envelope)
        if link is not None:
            self._push(link, envelope.wire())

    @staticmethod
    def _push(link: Link, text: str) -> None:
        from starlette.websockets import WebSocketDisconnect

        # a connection that closes just now hands on what it was given, see _send_again
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            asyncio.run_coroutine_threadsafe(link.socket.send_text(text), link.loop).result(SEND_WITHIN_S)

    def _acknowledge(self, said: Mapping[str, Any]) -> None:
        envelope = self._by_id.get(str(said.get("envelope_id")))
        if envelope:
            envelope.answer = said.get("payload") or {}
            envelope.status = 200
            envelope.acked.set()

    def _request(self, envelope: Envelope) -> None:
        import httpx

        body, content_type = http_body(envelope)
        retry = {"x-slack-retry-num": str(envelope.attempt), "x-slack-retry-reason": "http_timeout"}
        try:
            envelope.status, envelope.answer = self.post(body, content_type, headers=retry if envelope.attempt else {})
        except httpx.HTTPError:
            return  # nobody is there: it stays without an acknowledgement, and can be sent again
        if envelope.status == 200:
            envelope.acked.set()

    def post(
        self,
        body: str,
        content_type: str,
        *,
        timestamp: str = "",
        secret: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> tuple[int, Mapping[str, Any]]:
        """Send one signed request; `timestamp` and `secret` to forge it. Gives the HTTP status and the answer."""
        import httpx

        stamp = timestamp or str(int(time.time()))
        signed = signature(secret or self.signing_secret, stamp, body)
        sent = {"content-type": content_type, "x-slack-request-timestamp": stamp, "x-slack-signature": signed}
        response = httpx.post(self.request_url, content=body, headers=sent | dict(headers or {}), timeout=10)
        is_json = response.headers.get("content-type", "").startswith("application/json")
        return response.status_code, response.json() if is_json else {"text": response.text} if response.text else {}


def signature(secret: str, timestamp: str, body: str) -> str:
    """Sign as Slack does: `v0=` and the HMAC-SHA256 of `v0:timestamp:body`."""
    return "v0=" + hmac.new(secret.encode(), f"v0:{timestamp}:{body}".encode(), hashlib.sha256).hexdigest()


def http_body(envelope: Envelope) -> tuple[str, str]:
    """Give the body and content type that Slack's HTTP request would have."""
    if envelope.kind == "events_api":
        return json.dumps(envelope.payload), "application/json"
    form = "application/x-www-form-urlencoded"
    if envelope.kind == "slash_commands":
        return urlencode(dict(envelope.payload)), form
    return urlencode({"payload": json.dumps(envelope.payload)}), form
