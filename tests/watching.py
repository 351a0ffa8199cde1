"""A sandbox cluster that remembers what it was asked, method and path, so that a test can say what never arrived."""

from __future__ import annotations

from typing import Any

from bot.sandbox.hosting import host
from bot.sandbox.kubernetes import KubernetesSandbox

REVIEWS = "/apis/authorization.k8s.io/"
"""Asking what one may do is a POST by the API's own design; it changes nothing."""


class WatchedCluster(KubernetesSandbox):
    """Serves like any sandbox cluster; `requests` holds `(method, path with query)` in the order of arrival."""

    def __init__(self) -> None:
        super().__init__()
        self.requests: list[tuple[str, str]] = []

    def start(self, port: int = 0) -> str:
        from bot.sandbox.kubernetes_api import build

        served = build(self._state)

        async def watched(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] == "http":
                query = scope["query_string"].decode("latin-1")
                path = scope["raw_path"].decode("latin-1")
                self.requests.append((scope["method"], f"{path}?{query}" if query else path))
            await served(scope, receive, send)

        self._state.closed = False
        self._hosted = host(watched, port)
        return self._hosted.url

    def writes(self) -> list[tuple[str, str]]:
        """Give the requests that could have changed something."""
        return [one for one in self.requests if one[0] not in ("GET", "HEAD") and not one[1].startswith(REVIEWS)]
