"""The sandbox's HTTP side: Web API, file upload, response URLs, the WebSocket, and faults on demand."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from bot.sandbox.slack_socket import Carrier
from bot.sandbox.slack_web import WebApi
from bot.sandbox.slack_workspace import Refused, Workspace

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute


SCOPES = (
    "app_mentions:read", "channels:history", "channels:read", "chat:write", "commands", "files:write",
    "groups:history", "groups:read", "im:history",
)  # fmt: skip


@dataclass
class Fault:
    """A fault to show: Slack's `error` word, or an HTTP `status`. `done`: the call is carried out, its answer lost."""

    method: str
    error: str = ""
    status: int = 0
    retry_after: int = 1
    times: int = 1
    done: bool = False


class Faults:
    """The faults that are still to be shown. Thread-safe."""

    def __init__(self) -> None:
        """Begin without any."""
        self._lock = threading.Lock()
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Show `fault` for the next `fault.times` calls of its method (`*` for any)."""
        with self._lock:
            self._faults.append(fault)

    def clear(self) -> None:
        """Work again."""
        with self._lock:
            self._faults.clear()

    def take(self, method: str) -> Fault | None:
        """Give the fault that this call has to show."""
        with self._lock:
            for fault in self._faults:
                if fault.times > 0 and fault.method in ("*", method):
                    fault.times -= 1
                    return fault
        return None


@dataclass(frozen=True)
class Tokens:
    """What the sandbox takes for valid."""

    bot: str = "xoxb-sandbox-token"
    app: str = "xapp-sandbox-token"


class HttpSide:
    """Builds the ASGI application around a workspace."""

    def __init__(self, workspace: Workspace, api: WebApi, carrier: Carrier, tokens: Tokens) -> None:
        """Take the parts."""
        self._workspace = workspace
        self._api = api
        self._carrier = carrier
        self._tokens = tokens
        self.faults = Faults()
        self.scopes: tuple[str, ...] = SCOPES
        self.calls: list[str] = []

    def app(self, more: list[BaseRoute]) -> Starlette:
        """Build the application; `more` are routes beside Slack's own."""
        from starlette.applications import Starlette
        from starlette.routing import Route, WebSocketRoute

        return Starlette(routes=[
            Route("/api/{method}", self._method, methods=["GET", "POST"]),
            Route("/upload/{file}", self._upload, methods=["POST"]),
            Route("/response/{channel}/{user}", self._response_url, methods=["POST"]),
            WebSocketRoute("/link/", self._carrier.serve),
            *more,
        ])  # fmt: skip

    async def _method(self, request: Request) -> Response:
        from starlette.concurrency import run_in_threadpool
        from starlette.responses import JSONResponse

        method = request.path_params["method"]
        arguments = await _arguments(request)
        self.calls.append(method)
        fault = self.faults.take(method)
        if fault and not fault.done:
            return _shown(fault)
        # in a thread: the answer may send events out by this same loop's WebSockets, and waits for them
        answer = await run_in_threadpool(self._answer, method, arguments, request.headers.get("authorization", ""))
        return _shown(fault) if fault else JSONResponse(answer, headers={"x-oauth-scopes": ",".join(self.scopes)})

    def _answer(self, method: str, arguments: Mapping[str, Any], authorization: str) -> dict[str, Any]:
        token = authorization.removeprefix("Bearer ") or str(arguments.get("token", ""))
        wanted = self._tokens.app if method == "apps.connections.open" else self._tokens.bot
        if token != wanted:
            return {"ok": False, "error": "invalid_auth" if token else "not_authed"}
        try:
            return self._api.call(method, arguments)
        except Refused as refusal:
            return {"ok": False, "error": refusal.error, **refusal.more}
        except (ValueError, KeyError, TypeError) as error:
            return {"ok": False, "error": "invalid_arguments", "response_metadata": {"messages": [str(error)]}}

    async def _upload(self, request: Request) -> Response:
        from starlette.responses import PlainTextResponse

        file = request.path_params["file"]
        if file not in self._workspace.files:
            return PlainTextResponse("no such upload", status_code=404)
        self._workspace.uploads[file] = await request.body()
        return PlainTextResponse("OK")

    async def _response_url(self, request: Request) -> Response:
        from starlette.responses import PlainTextResponse

        said = json.loads(await request.body())
        channel, user = request.path_params["channel"], request.path_params["user"]
        keep_answer(self._workspace, channel, user, said)
        return PlainTextResponse("ok")


def keep_answer(workspace: Workspace, channel: str, user: str, said: Mapping[str, Any]) -> None:
    """Show an answer that came with an acknowledgement or by a response URL, to one person or the channel."""
    if not said.get("text") and not said.get("blocks"):
        return
    message = {"text": said.get("text", ""), "blocks": said.get("blocks") or [], "channel": channel}
    if said.get("response_type") == "in_channel":
        workspace.post(channel, message)
        return
    shown = message | {"user": user, "ts": workspace.stamp(), "thread_ts": said.get("thread_ts", "")}
    workspace.note(lambda: workspace.ephemerals.append(shown))


async def _arguments(request: Request) -> dict[str, Any]:
    given: dict[str, Any] = dict(request.query_params)
    kind = request.headers.get("content-type", "")
    if kind.startswith("application/json"):
        given.update(json.loads(await request.body() or b"{}"))
    elif request.method == "POST":
        given.update(parse_qsl((await request.body()).decode("utf-8"), keep_blank_values=True))
    return given


def _shown(fault: Fault) -> Response:
    from starlette.responses import HTMLResponse, JSONResponse

    if fault.error == "ratelimited" or fault.status == 429:
        headers = {"Retry-After": str(fault.retry_after)}
        return JSONResponse({"ok": False, "error": "ratelimited"}, status_code=429, headers=headers)
    if fault.error:
        return JSONResponse({"ok": False, "error": fault.error})
    return HTMLResponse("<html><body>Server Error</body></html>", status_code=fault.status or 503)


def control_routes(verbs: Mapping[str, Callable[..., Any]]) -> list[BaseRoute]:
    """Give `/sandbox/<verb>` for each of `verbs`: arguments as JSON or query, the outcome as JSON."""
    from starlette.concurrency import run_in_threadpool
    from starlette.responses import JSONResponse
    from starlette.routing import Route

    async def act(request: Request) -> Response:
        verb = verbs.get(request.path_params["verb"])
        if verb is None:
            return JSONResponse({"error": f"no such verb; there are {', '.join(sorted(verbs))}"}, status_code=404)
        try:
            arguments = await _arguments(request)
            return JSONResponse({"result": await run_in_threadpool(verb, **arguments)})
        except (Refused, LookupError, TimeoutError, TypeError, ValueError) as error:
            return JSONResponse({"error": f"{type(error).__name__}: {error}"}, status_code=400)

    return [Route("/sandbox/{verb}", act, methods=["GET", "POST"])]
