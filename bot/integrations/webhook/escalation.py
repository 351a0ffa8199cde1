"""Escalation to anything that takes a signed JSON POST: a paging system, an automation, a chat of another vendor."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from bot.kit.codec import to_plain
from bot.model.errors import AccessDenied, NotFound, OutsideError, RateLimited, SettingsError, Unavailable
from bot.model.report import Escalation

if TYPE_CHECKING:
    import httpx

RETRY_AT_MOST_S = 3600.0
MAX_RECEIPT = 200


class WebhookTarget:
    """One URL that pages a team (fulfils `EscalationTarget`).

    The receiver gets `{"key", "escalation": {ticket, reason, team, target, priority, respond_by, hand_over}}` with
    `Idempotency-Key` (the same for every try) and `X-Secondline-Signature: sha256=` HMAC-SHA256 of the raw body.
    """

    def __init__(self, name: str, url: str, secret: str = "", timeout_s: float = 10) -> None:
        """Take where and how to post. Unsigned without a `secret`. Raises SettingsError when the URL is none."""
        where = urlsplit(url)
        if where.scheme not in ("http", "https") or not where.hostname:
            raise SettingsError(f"webhook {name}: give its URL in full, https://host/path")
        self.name = name
        self._url, self._host, self._secret, self._timeout_s = url, where.hostname, secret.encode(), timeout_s

    def page(self, escalation: Escalation, key: str) -> str:
        """Post once for `key`; give the receiver's own id, or `key` when it gives none. Raises OutsideError.

        Redirects are not followed: a signed hand-over goes to the configured host or nowhere.
        """
        import httpx

        content = {"key": key, "escalation": to_plain(escalation)}
        body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
        headers = {"content-type": "application/json", "idempotency-key": key, "user-agent": "secondline"}
        if self._secret:
            headers["x-secondline-signature"] = "sha256=" + hmac.new(self._secret, body, hashlib.sha256).hexdigest()
        try:
            answer = httpx.post(self._url, content=body, headers=headers, timeout=self._timeout_s)
        except httpx.TimeoutException:
            raise self._unavailable(f"gave no answer in {self._timeout_s:g} s") from None
        except httpx.HTTPError:
            raise self._unavailable("cannot be reached") from None  # its text can hold the URL, which may be a secret
        return self._receipt(answer, key)

    def _receipt(self, answer: httpx.Response, key: str) -> str:
        if not answer.is_success:
            raise self._refusal(answer)
        try:
            said = answer.json()
        except ValueError:
            return key
        found = said.get("id") if isinstance(said, Mapping) else None
        return str(found)[:MAX_RECEIPT] if isinstance(found, str | int) and str(found) else key

    def _refusal(self, answer: httpx.Response) -> OutsideError:
        status = answer.status_code
        where: dict[str, Any] = {"system": self._host, "operation": "escalate"}
        if status in (401, 403):
            message = f"webhook {self.name} at {self._host} refused us (HTTP {status}); check its URL and secret"
            return AccessDenied(message, permission="post the hand-over", **where)
        if status in (404, 410):
            return NotFound(f"webhook {self.name}: {self._host} has no such address; check its URL", **where)
        if status == 429:
            wait = _retry_after(answer.headers.get("retry-after", ""))
            return RateLimited(f"webhook {self.name} at {self._host} asks to wait", retry_after_s=wait, **where)
        if status >= 500:
            return self._unavailable(f"failed (HTTP {status})")
        return OutsideError(f"webhook {self.name} at {self._host} did not take it (HTTP {status})", **where)

    def _unavailable(self, what: str) -> Unavailable:
        return Unavailable(f"webhook {self.name} at {self._host} {what}", system=self._host, operation="escalate")


def _retry_after(said: str) -> float:
    """Read seconds or an HTTP-date; 30 when neither is there."""
    try:
        wait = float(said) if said.strip().isdigit() else _until(said)
    except (TypeError, ValueError):
        return 30.0
    return min(max(wait, 0.0), RETRY_AT_MOST_S)


def _until(http_date: str) -> float:
    moment = parsedate_to_datetime(http_date)
    return ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - datetime.now(UTC)).total_seconds()
