"""One request to the Kubernetes API and what may come back instead of an answer. Knows nothing of the SDK."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from bot.kit.text import clean, one_line
from bot.model.errors import (
    AccessDenied,
    DeadlineExceeded,
    NotFound,
    OutsideError,
    RateLimited,
    Unavailable,
)

METADATA_ONLY = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"
METADATA_RATHER = f"{METADATA_ONLY},application/json"


class TimedOut(Unavailable):
    """The Kubernetes API did not answer in time."""


class Passing(Unavailable):
    """The Kubernetes API failed in a way that may be over in a moment."""


class NotServed(NotFound):
    """The Kubernetes API does not serve this kind of object."""


class BadRequest(OutsideError):
    """The Kubernetes API cannot do this: give a log of a container that has not run, say."""


class ListExpired(OutsideError):
    """The Kubernetes API no longer holds the rest of this list."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: where to, what right it needs (`list pods`) for errors, and in which form the answer is wanted."""

    path: str
    query: Mapping[str, str | int] = field(default_factory=dict)
    permission: str = ""
    accept: str = "application/json"

    @property
    def target(self) -> str:
        """Give the path with its query."""
        return f"{self.path}?{urlencode(self.query)}" if self.query else self.path

    @property
    def shown(self) -> str:
        """Give the target as an engineer would type it: no page token, nothing quoted that need not be."""
        query = {key: value for key, value in self.query.items() if key != "continue"}
        return f"{self.path}?{urlencode(query, safe='/=,!() ')}" if query else self.path


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how much: seconds for a request, the run's end, objects a page and a list."""

    timeout_s: float = 10
    deadline: datetime | None = None
    page_size: int = 500
    max_objects: int = 5000

    def next_timeout_s(self) -> float:
        """Give the seconds that the next request may take; raise DeadlineExceeded when none are left."""
        left = self.left_s()
        if left <= 0:
            raise DeadlineExceeded
        return min(self.timeout_s, left)

    def left_s(self) -> float:
        """Give the seconds until the run's end."""
        return float("inf") if self.deadline is None else (self.deadline - datetime.now(UTC)).total_seconds()


def refusal(status: int, headers: Mapping[str, str], content: bytes, asked: Asked) -> OutsideError:
    """Turn an answer that is none into the error that it means."""
    said = _said(content)
    if status == 401:
        return AccessDenied(
            "the Kubernetes API does not accept the credential (401): it has expired or is wrong; renew it",
            permission="a valid credential",
        )
    if status == 403:
        return AccessDenied(said or f"the Kubernetes API refuses to {asked.permission}", permission=asked.permission)
    if status == 404:
        # What lacks is an object when the API names it, else the whole kind, or this is no Kubernetes API.
        return NotFound(said) if _names_an_object(content) else NotServed(f"{asked.path} is not served (404)")
    if status == 410:
        return ListExpired(said)
    if status == 429:
        return RateLimited(
            f"the Kubernetes API asks to slow down (429): {said}", retry_after_s=_seconds(headers.get("Retry-After"))
        )
    if status >= 500:
        return Passing(f"the Kubernetes API failed ({status}): {said}")
    return BadRequest(said or f"the Kubernetes API answered {status}")


def decoded(content: bytes, asked: Asked) -> Mapping[str, Any]:
    """Read a JSON object; raise Unavailable when it is none (a proxy's login page, say)."""
    try:
        answer = json.loads(content)
    except ValueError as error:
        raise Unavailable(f"the answer to {asked.path} is not JSON; is this a Kubernetes API?") from error
    if not isinstance(answer, dict):
        raise Unavailable(f"the answer to {asked.path} is not a JSON object; is this a Kubernetes API?")
    return answer


def outcome(error: OutsideError | DeadlineExceeded) -> str:
    """Give the word under which a failed call is recorded."""
    if isinstance(error, AccessDenied):
        return "denied"
    if isinstance(error, NotFound):
        return "not found"
    if isinstance(error, TimedOut | DeadlineExceeded):
        return "timed out"
    if isinstance(error, RateLimited):
        return "rate limited"
    return "refused" if isinstance(error, BadRequest) else "failed"


def _said(content: bytes) -> str:
    text = content[:4096].decode("utf-8", errors="replace")
    try:
        status = json.loads(content)
    except ValueError:
        return one_line(clean(text))
    return one_line(clean(str(status.get("message", "")))) if isinstance(status, dict) else ""


def _names_an_object(content: bytes) -> bool:
    try:
        status = json.loads(content)
    except ValueError:
        return False
    return isinstance(status, dict) and bool((status.get("details") or {}).get("name"))


def _seconds(text: str | None) -> float:
    try:
        return max(0.0, float(text or 0))
    except ValueError:
        return 0.0
