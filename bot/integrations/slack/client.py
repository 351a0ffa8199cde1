"""The one door to Slack's Web API: time-outs, base URL, and Slack's refusals turned into our own errors.

No automatic retry: a message whose answer was lost may have arrived, so only the outbox, which asks first, may repeat.
"""

from __future__ import annotations

import logging
import math
import re
import time
from collections.abc import Mapping
from http.client import HTTPException
from typing import TYPE_CHECKING, Any, cast

from bot.model.errors import AccessDenied, InputError, NotFound, OutsideError, RateLimited, SecondlineError, Unavailable
from bot.settings import SlackSettings

if TYPE_CHECKING:
    from slack_sdk import WebClient
    from slack_sdk.errors import SlackApiError
    from slack_sdk.web import SlackResponse

SYSTEM = "slack"
_BUSY = {"ratelimited", "rate_limited", "message_limit_exceeded"}
_AWAY = {
    "internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org", "accesslimited",
    "external_channel_migrating",
}  # fmt: skip
_DENIED = {
    "not_authed", "invalid_auth", "account_inactive", "token_revoked", "token_expired", "no_permission",
    "missing_scope", "not_allowed_token_type", "access_denied", "ekm_access_denied", "enterprise_is_restricted",
    "not_in_channel", "restricted_action", "org_login_required", "cant_update_message",
}  # fmt: skip
_ABSENT = {
    "channel_not_found", "message_not_found", "thread_not_found", "user_not_found", "users_not_found", "file_not_found",
    "file_deleted", "user_not_in_channel",
}  # fmt: skip
_ADVICE = {
    "not_in_channel": "invite the bot to the channel (/invite)",
    "channel_not_found": "check the channel id, and invite the bot if the channel is private",
    "missing_scope": "reinstall the app from config/slack-manifest.yaml",
    "invalid_auth": "check SLACK_BOT_TOKEN",
    "not_authed": "set SLACK_BOT_TOKEN",
    "token_revoked": "install the app again and set the new SLACK_BOT_TOKEN",
    "token_expired": "set a new SLACK_BOT_TOKEN",
    "account_inactive": "install the app again and set the new SLACK_BOT_TOKEN",
}


class SlackClient:
    """Calls Web API methods. Thread-safe: the SDK's client holds no state between calls.

    A method that Slack limited is not called again before the time that Slack named: asking on would only prolong it.
    """

    def __init__(self, settings: SlackSettings) -> None:
        """Take the token, base URL and time-out of `settings`; nothing is called yet."""
        self._settings = settings
        self._web: WebClient | None = None
        self._limited_until: dict[str, float] = {}

    @property
    def web(self) -> WebClient:
        """Give the SDK's own client, for what wraps it (Bolt, Socket Mode)."""
        if self._web is None:
            self._web = self._new()
        return self._web

    def _new(self) -> WebClient:
        from slack_sdk import WebClient

        token = self._settings.bot_token.get_secret_value() if self._settings.bot_token else None
        quiet = logging.getLogger(f"{__name__}.sdk")
        quiet.setLevel(logging.CRITICAL)  # the SDK logs bodies of failed answers; we log our own line
        return WebClient(
            token=token,
            base_url=self._settings.api_url,
            timeout=max(1, math.ceil(self._settings.timeout_s)),
            retry_handlers=[],
            logger=quiet,
        )

    def call(self, method: str, **arguments: Any) -> Mapping[str, Any]:
        """Call the SDK's `method` (`chat_postMessage`) and give the answer.

        Raises RateLimited, AccessDenied, NotFound or Unavailable; InputError for what can never be accepted.
        """
        data = self._answer(method, arguments).data
        return data if isinstance(data, dict) else {}

    def _answer(self, method: str, arguments: Mapping[str, Any]) -> SlackResponse:
        from slack_sdk.errors import SlackApiError, SlackClientError

        self._wait_is_over(method)
        try:
            return cast("SlackResponse", getattr(self.web, method)(**arguments))
        except SlackApiError as error:
            refusal = _refusal(error, method)
            if isinstance(refusal, RateLimited):
                self._limited_until[method] = time.monotonic() + refusal.retry_after_s
            raise refusal from error
        except (SlackClientError, OSError, HTTPException, ValueError) as error:
            raise Unavailable(
                f"Slack did not answer {method} ({type(error).__name__}): it is tried again later",
                system=SYSTEM, operation=method,
            ) from error  # fmt: skip

    def _wait_is_over(self, method: str) -> None:
        left = self._limited_until.get(method, 0.0) - time.monotonic()
        if left > 0:
            raise _limited(method, left)

    def identity(self) -> tuple[Mapping[str, Any], frozenset[str] | None]:
        """Say who the bot is (auth.test), and its token's scopes, None when Slack does not tell them."""
        answer = self._answer("auth_test", {})
        listed = next((str(answer.headers[name]) for name in answer.headers if name.lower() == "x-oauth-scopes"), None)
        who = answer.data if isinstance(answer.data, dict) else {}
        return who, frozenset(filter(None, re.split(r"[,\s]+", listed))) if listed is not None else None

    def respond(self, response_url: str, text: str, blocks: list[dict[str, Any]]) -> None:
        """Answer one person by the response URL that came with their command (5 times within 30 minutes).

        Raises Unavailable, or InputError when Slack takes no answer there any more.
        """
        from slack_sdk.webhook import WebhookClient

        hook = WebhookClient(response_url, timeout=max(1, math.ceil(self._settings.timeout_s)), retry_handlers=[])
        try:
            answer = hook.send(text=text, blocks=blocks, response_type="ephemeral", replace_original=False)
        except (OSError, HTTPException, ValueError) as error:
            raise Unavailable("Slack's response URL did not answer", system=SYSTEM, operation="response_url") from error
        if answer.status_code != 200:
            raise InputError(f"Slack took no answer at its response URL (HTTP {answer.status_code})")


def _refusal(error: SlackApiError, method: str) -> SecondlineError:
    """Tell what Slack's error word means for us. Its own text may hold a page of HTML, so it is not passed on."""
    response = error.response
    status = getattr(response, "status_code", 200)
    word = str(response.get("error") or "")
    if status == 429 or word in _BUSY:
        seconds = _retry_after(getattr(response, "headers", {}) or {})
        return _limited(method, seconds)
    if status >= 500 or word in _AWAY or not word.replace("_", "").isalnum():
        return Unavailable(f"Slack failed at {method} (HTTP {status})", system=SYSTEM, operation=method)
    advice = f": {_ADVICE[word]}" if word in _ADVICE else ""
    said = f"Slack refused {method} ({word}){advice}"
    if word in _DENIED:
        return AccessDenied(said, system=SYSTEM, operation=method, permission=str(response.get("needed") or word))
    kind: type[OutsideError] | None = NotFound if word in _ABSENT else None
    return kind(said, system=SYSTEM, operation=method) if kind else InputError(said)


def _limited(method: str, seconds: float) -> RateLimited:
    said = f"Slack limits {method}: again in {math.ceil(seconds)} s"
    return RateLimited(said, system=SYSTEM, operation=method, retry_after_s=seconds)


def _retry_after(headers: Mapping[str, Any]) -> float:
    value = next((headers[name] for name in headers if name.lower() == "retry-after"), "1")
    try:
        return max(1.0, float(value))
    except (TypeError, ValueError):
        return 1.0
