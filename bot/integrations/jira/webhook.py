"""Jira's signed webhook: a hint that a ticket changed. The ticket itself is read from Jira again.

The signature (`X-Hub-Signature`, HMAC-SHA256 over the raw body) is checked before anything is parsed; what fails it
gets 401 and one log line. Polling goes on beside it, so that a webhook that is lost costs time and no ticket.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from bot.integrations.jira.source import KEY, JiraSource
from bot.kit.bodies import capped
from bot.model.errors import OutsideError, SecondlineError
from bot.model.ports import FrontDesk
from bot.settings import JiraSettings

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

PATH = "/webhooks/jira"
MAX_BODY = 2_000_000
MAX_IDENTIFIER = 200
EVENTS = frozenset({"jira:issue_created", "jira:issue_updated"})
_log = logging.getLogger(__name__)


def webhook_routes(settings: JiraSettings, source: JiraSource, desk: FrontDesk) -> Sequence[Route]:
    """Give the route that takes Jira's webhook; none when no secret is set, since unsigned hints are not believed."""
    from starlette.routing import Route

    if settings.webhook_secret is None or not settings.webhook_secret.get_secret_value():
        return []
    webhook = JiraWebhook(settings.webhook_secret.get_secret_value(), source, desk)
    return [Route(PATH, webhook.endpoint, methods=["POST"])]


class JiraWebhook:
    """Takes webhooks of one site."""

    def __init__(self, secret: str, source: JiraSource, desk: FrontDesk) -> None:
        """Believe what is signed with `secret`; read tickets from `source`, hand them in at `desk`."""
        self._secret, self._source, self._desk = secret.encode(), source, desk

    async def endpoint(self, request: Request) -> Response:
        """Answer one request: 202 taken, 200 nothing to do, 401 not signed, 413 too long, 400 no JSON, 503 later."""
        from starlette.concurrency import run_in_threadpool

        body = await capped(request.stream(), MAX_BODY)
        if body is None:
            _log.warning("jira webhook: body longer than %d bytes refused", MAX_BODY)
            return _answer(413, "too long")
        if not self.signed(body, request.headers.get("x-hub-signature", "")):
            _log.warning("jira webhook: absent or wrong signature refused")
            return _answer(401, "not signed")
        try:
            hint = json.loads(body)
        except (ValueError, RecursionError):
            return _answer(400, "not JSON")
        identifier = request.headers.get("x-atlassian-webhook-identifier", "")
        return await run_in_threadpool(self._take, hint, identifier[:MAX_IDENTIFIER])

    def signed(self, body: bytes, header: str) -> bool:
        """Say whether `header` is `sha256=` and the HMAC of the raw `body`, in constant time."""
        expected = "sha256=" + hmac.new(self._secret, body, hashlib.sha256).hexdigest()
        return hmac.compare_digest(expected.encode(), header.encode("utf-8", "replace"))

    def _take(self, hint: Any, identifier: str) -> Response:
        """Read the ticket first: when that fails Jira must send again, so the delivery is not yet marked as seen."""
        key = _key_of(hint)
        if not key:
            return _answer(200, "nothing to do")
        number = str(hint["issue"].get("id", ""))
        try:
            raw = self._source.wanted(key, int(number) if number.isdecimal() else 0)
        except OutsideError as error:
            _log.warning("jira webhook: %s could not be read, Jira is asked to send again: %s", key, error.message)
            return _answer(503, "send again")
        if raw is None:
            return _answer(200, "not for us")
        if identifier and not self._desk.first_time(f"jira:{identifier}"):
            return _answer(200, "seen before")
        try:
            submission = self._desk.submit(raw)
        except SecondlineError as error:
            _log.warning("jira webhook: %s could not be taken in; the next poll brings it: %s", key, error.message)
            return _answer(503, "the next poll brings it")
        return _answer(202, "taken" if submission.fresh else "seen before")


def _key_of(hint: Any) -> str:
    """Give the key of the ticket that was created or edited; empty for every other event, our own comments included."""
    if not isinstance(hint, dict) or str(hint.get("webhookEvent")) not in EVENTS:
        return ""
    issue = hint.get("issue")
    key = issue.get("key") if isinstance(issue, dict) else None
    return key if isinstance(key, str) and KEY.fullmatch(key) else ""


def _answer(status: int, text: str) -> Response:
    from starlette.responses import PlainTextResponse

    return PlainTextResponse(f"{text}\n", status_code=status)
