"""What every request to the local Jira meets first, and the shapes in which it is answered."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from bot.sandbox.jira_faults import Faults

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import ASGIApp, Receive, Scope, Send


class FrontDoor:
    """What every request meets first: ordered faults, then who is asking."""

    def __init__(self, app: ASGIApp, faults: Faults, authorization: str) -> None:
        """Let requests with this `Authorization` header in; serverInfo is open to all, as at Atlassian."""
        self._app, self._faults, self._authorization = app, faults, authorization

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or pass on."""
        if scope["type"] != "http":
            return
        fault = self._faults.take(scope["method"], scope["path"])
        if fault is not None:
            await fault.play(self._app, scope, receive, send)
            return
        given = dict(scope["headers"]).get(b"authorization", b"").decode("latin-1")
        if not scope["path"].endswith("/serverInfo") and given != self._authorization:
            answer = refusal(401, "You are not authenticated. Authentication required to perform this operation.")
            await answer(scope, receive, send)
            return
        await self._app(scope, receive, send)


def json_answer(content: Any, status: int = 200) -> Response:
    """Answer with plain JSON."""
    from starlette.responses import Response

    return Response(json.dumps(content, default=str), status, media_type="application/json")


def nothing(status: int = 204) -> Response:
    """Answer without a body."""
    from starlette.responses import Response

    return Response(status_code=status)


def refusal(status: int, message: str) -> Response:
    """Answer as Jira refuses: one line in `errorMessages`."""
    return json_answer({"errorMessages": [message], "errors": {}}, status)
