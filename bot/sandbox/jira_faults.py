"""What the local Jira is told to do wrong: refuse, stall, or do the work and lose the answer."""

from __future__ import annotations

import asyncio
import json
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send


@dataclass
class Fault:
    """One ordered failure of requests whose path begins with `path_prefix`; `times` counts down."""

    path_prefix: str
    status: int
    times: int
    retry_after: str
    method: str
    body: str
    delay_s: float
    late: bool

    async def play(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the failure; `late` does the work first, and only the answer is lost."""
        if self.late:

            async def nowhere(message: Message) -> None:
                pass

            await app(scope, receive, nowhere)
        await asyncio.sleep(self.delay_s)
        headers = [(b"content-type", b"application/json"), (b"set-cookie", b"atlassian.xsrf.token=secret-cookie")]
        if self.retry_after:
            headers.append((b"retry-after", self.retry_after.encode()))
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body.encode()})


class Faults:
    """The failures that are due. Thread-safe."""

    def __init__(self) -> None:
        """Start with none."""
        self._lock = threading.Lock()
        self._due: list[Fault] = []

    def add(self, path_prefix: str, status: int, times: int, **how: Any) -> None:
        """Order the next `times` matching requests to fail."""
        body = json.dumps({"errorMessages": [f"sandbox fault {status}"], "errors": {}})
        defaults = {"retry_after": "", "method": "", "body": body, "delay_s": 0.0, "late": False}
        with self._lock:
            self._due.append(Fault(path_prefix, status, times, **{**defaults, **how}))

    def reset(self) -> None:
        """Order nothing any more."""
        with self._lock:
            self._due.clear()

    def take(self, method: str, path: str) -> Fault | None:
        """Use up and give the first failure due for this request, or None."""
        with self._lock:
            for fault in self._due:
                if path.startswith(fault.path_prefix) and fault.method in ("", method):
                    fault.times -= 1
                    if fault.times <= 0:
                        self._due.remove(fault)
                    return fault
        return None
