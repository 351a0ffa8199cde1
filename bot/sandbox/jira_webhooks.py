"""Signed webhooks of the local Jira, as an administrator registers them: sent after each change, again on demand."""

from __future__ import annotations

import hashlib
import hmac
import json
import uuid
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from concurrent.futures import Future

TRIES = 3
TIMEOUT_S = 10.0


@dataclass
class Sent:
    """One webhook: its stable `identifier`, and the status of each try (0: no answer)."""

    event: str
    key: str
    identifier: str
    body: bytes
    statuses: list[int] = field(default_factory=list)


class Webhooks:
    """Sends to every registered URL, in order and off the caller's thread."""

    def __init__(self) -> None:
        """Start with nobody registered."""
        self._registered: list[tuple[str, str]] = []
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="jira-webhooks")
        self._lock = Lock()
        self._pending: list[Future[None]] = []
        self.sent: list[Sent] = []

    def register(self, url: str, secret: str) -> None:
        """Send all events to `url` from now on, signed with `secret` (unsigned when it is empty)."""
        self._registered.append((url, secret))

    def emit(self, event: str, issue: Mapping[str, Any]) -> None:
        """Tell everyone about `event` of `issue`, given as REST shows it."""
        if not self._registered:
            return
        body = json.dumps({"timestamp": 1, "webhookEvent": event, "issue": issue}, default=str).encode()
        sent = Sent(event, str(issue["key"]), str(uuid.uuid4()), body)
        with self._lock:
            self.sent.append(sent)
            self._pending.append(self._pool.submit(self._deliver, sent))

    def redeliver(self, index: int = -1) -> int:
        """Send an earlier webhook once more, with the same identifier; give the status."""
        self.flush()
        sent = self.sent[index]
        self._try(sent)
        return sent.statuses[-1]

    def flush(self) -> None:
        """Wait until everything has been sent."""
        with self._lock:
            pending, self._pending = self._pending, []
        wait(pending, timeout=TIMEOUT_S * TRIES)

    def reset(self) -> None:
        """Forget who registered and what was sent."""
        self.flush()
        self._registered.clear()
        self.sent.clear()

    def close(self) -> None:
        """Send no more."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _deliver(self, sent: Sent) -> None:
        for _ in range(TRIES):
            self._try(sent)
            if 200 <= sent.statuses[-1] < 300:
                return

    def _try(self, sent: Sent) -> None:
        import httpx

        for url, secret in list(self._registered):
            headers = {"content-type": "application/json", "x-atlassian-webhook-identifier": sent.identifier}
            if sent.statuses:
                headers["x-atlassian-webhook-retry"] = str(len(sent.statuses))
            if secret:
                signature = hmac.new(secret.encode(), sent.body, hashlib.sha256).hexdigest()
                headers["x-hub-signature"] = f"sha256={signature}"
            try:
                answer = httpx.post(url, content=sent.body, headers=headers, timeout=TIMEOUT_S, trust_env=False)
                sent.statuses.append(answer.status_code)
            except httpx.HTTPError:
                sent.statuses.append(0)
