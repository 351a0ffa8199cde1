"""Slack as a source: the Bolt app, listening by Socket Mode (no inbound traffic) or over HTTP on request.

Slack may be away when the bot starts: nothing is verified at the start, and the connection is tried again with
growing pauses until it stands; from then on the SDK keeps it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from http.client import HTTPException
from typing import TYPE_CHECKING, Any

from bot.integrations.slack.actions import Actions
from bot.integrations.slack.answers import Answers, Fetch
from bot.integrations.slack.client import SlackClient
from bot.integrations.slack.listeners import Listeners
from bot.integrations.slack.people import is_own_person
from bot.integrations.slack.signing import is_signed
from bot.integrations.slack.speaking import Speaker
from bot.kit.bodies import capped
from bot.model.errors import SettingsError
from bot.model.ports import FrontDesk
from bot.settings import SlackSettings

if TYPE_CHECKING:
    from slack_bolt import App, BoltResponse
    from slack_bolt.adapter.socket_mode import SocketModeHandler
    from slack_bolt.authorization import AuthorizeResult
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

PING_S = 5.0
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
MAX_BODY = 1_000_000

_log = logging.getLogger(__name__)


class SlackApp:
    """The bot in Slack. `fetch` gets a ticket from the ticket system by its key, None when there is none."""

    def __init__(
        self, settings: SlackSettings, desk: FrontDesk, fetch: Fetch, client: SlackClient | None = None
    ) -> None:
        """Take what it works with; nothing is called or started yet."""
        self._settings = settings
        self._client = client or SlackClient(settings)
        self._speaker = Speaker(self._client)
        answers = Answers(desk, fetch)
        self._listeners = Listeners(settings, desk, answers, self._speaker, self._client)
        self._actions = Actions(desk, answers, self._speaker)
        self._stopping = threading.Event()
        self._connecting: threading.Thread | None = None
        self._socket: SocketModeHandler | None = None
        self._bolt: App | None = None

    def start(self) -> None:
        """Listen. Returns at once; in HTTP mode there is nothing to start. Raises SettingsError for a missing token."""
        if self._settings.mode == "http":
            self._secret()
            return
        if self._settings.app_token is None:
            raise SettingsError("setting slack.app_token is missing: Socket Mode needs SLACK_APP_TOKEN (xapp-...)")
        self._connecting = threading.Thread(target=self._connect, name="slack-connect", daemon=True)
        self._connecting.start()

    def stop(self) -> None:
        """Stop listening; what was acknowledged is with the desk."""
        self._stopping.set()
        if self._connecting:
            self._connecting.join(self._settings.timeout_s + 1)
        if self._socket:
            self._socket.close()  # type: ignore[no-untyped-call]
        self._speaker.stop()

    @property
    def connected(self) -> bool:
        """Say whether a Socket Mode connection stands; True in HTTP mode, where Slack comes to us."""
        if self._settings.mode == "http":
            return True
        return self._socket is not None and bool(self._socket.client.is_connected())

    def asgi(self) -> Starlette:
        """Give the ASGI app that takes Slack's requests (POST, at any path): mount it at `/slack`."""
        from starlette.applications import Starlette
        from starlette.routing import Route

        self._secret()
        return Starlette(routes=[Route("/{path:path}", self._take, methods=["POST"])])

    async def _take(self, request: Request) -> Response:
        from slack_bolt.adapter.starlette.handler import to_bolt_request, to_starlette_response
        from starlette.concurrency import run_in_threadpool
        from starlette.responses import JSONResponse

        body = await capped(request.stream(), MAX_BODY)
        if body is None:
            return JSONResponse({"error": "too large"}, status_code=413)
        headers = request.headers
        stamp, signature = headers.get("x-slack-request-timestamp", ""), headers.get("x-slack-signature", "")
        if not is_signed(self._secret(), stamp, signature, body, time.time()):
            _log.warning("a request to the Slack endpoint was not signed by Slack: refused")
            return JSONResponse({"error": "invalid request"}, status_code=401)
        return to_starlette_response(await run_in_threadpool(self.bolt.dispatch, to_bolt_request(request, body)))

    def _secret(self) -> str:
        secret = self._settings.signing_secret.get_secret_value() if self._settings.signing_secret else ""
        if not secret:
            raise SettingsError("setting slack.signing_secret is missing: HTTP mode needs SLACK_SIGNING_SECRET")
        return secret

    @property
    def bolt(self) -> App:
        """Give the Bolt app with its listeners."""
        if self._bolt is None:
            self._bolt = self._build()
        return self._bolt

    def _build(self) -> App:
        from slack_bolt import App

        secret = self._settings.signing_secret
        app = App(
            name="secondline",
            logger=_bolt_logger(),
            client=self._client.web,
            authorize=_authorizer(self._settings),
            signing_secret=secret.get_secret_value() if secret else "",
            token_verification_enabled=False,
            # a listener ends before Slack is told: only what is durable counts as taken
            process_before_response=True,
            ssl_check_enabled=False,
            ignoring_self_events_enabled=False,
        )
        app.middleware(_only_own_people)
        self._listeners.register(app)
        self._actions.register(app)
        return app

    def _connect(self) -> None:
        from slack_bolt.adapter.socket_mode import SocketModeHandler
        from slack_sdk.errors import SlackClientError

        token = self._settings.app_token.get_secret_value() if self._settings.app_token else ""
        self._socket = SocketModeHandler(
            self.bolt, token, logger=_bolt_logger(), web_client=self._client.web, ping_interval=PING_S
        )
        pause = FIRST_PAUSE_S
        while not self._stopping.is_set():
            try:
                # a new address each time: one that failed once is used up
                self._socket.client.connect_to_new_endpoint(force=True)
            except (SlackClientError, OSError, HTTPException, ValueError) as error:
                _log.warning("Slack cannot be reached (%s): again in %.1f s", type(error).__name__, pause)
            if self.connected:
                _log.info("connected to Slack by Socket Mode")
                return
            self._stopping.wait(pause)
            pause = min(pause * 2, LONGEST_PAUSE_S)


def _authorizer(settings: SlackSettings) -> Callable[..., AuthorizeResult]:
    """Act with the one token there is, without asking Slack whether it is valid: it may be away just now."""
    from slack_bolt.authorization import AuthorizeResult

    token = settings.bot_token.get_secret_value() if settings.bot_token else None

    def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token=token)

    return authorize


def _only_own_people(body: Mapping[str, Any], next: Callable[[], BoltResponse]) -> BoltResponse:
    """Let only people of this workspace through; all else is acknowledged, so that Slack does not repeat it."""
    from slack_bolt import BoltResponse

    return next() if is_own_person(body) else BoltResponse(status=200, body="")


def _bolt_logger() -> logging.Logger:
    """Keep Bolt and the SDK to errors: below that they log whole payloads, which are people's words."""
    logger = logging.getLogger(f"{__name__}.bolt")
    logger.setLevel(logging.ERROR)
    return logger
