"""The sandbox's Kubernetes API server: an ASGI app that unmodified clients take for a cluster. It only reads."""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.sandbox import kubernetes_answers as answers
from bot.sandbox.kubernetes_answers import Refused
from bot.sandbox.kubernetes_discovery import REVIEW_GROUP, discovery
from bot.sandbox.kubernetes_kinds import Served
from bot.sandbox.kubernetes_logs import log_text
from bot.sandbox.kubernetes_reviews import review
from bot.sandbox.kubernetes_selectors import SelectorError, Test, field_test, label_test
from bot.sandbox.kubernetes_state import State
from bot.sandbox.kubernetes_tables import table
from bot.sandbox.kubernetes_watch import watch

_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
_HEALTH = ("healthz", "livez", "readyz")
_YES = ("true", "1")


@dataclass(frozen=True, slots=True)
class Target:
    """What a path means: a kind, and perhaps a namespace, a name and a subresource."""

    served: Served
    namespace: str = ""
    name: str = ""
    sub: str = ""

    @property
    def resource(self) -> str:
        """Give `pods` or `pods/log`."""
        return f"{self.served.plural}/{self.sub}" if self.sub else self.served.plural


def build(state: State) -> Starlette:
    """Give the ASGI app that answers from `state`."""

    async def endpoint(request: Request) -> Response:
        try:
            return await _answer(state, request)
        except Refused as refused:
            headers = {"Retry-After": f"{refused.retry_after:g}"} if refused.retry_after is not None else {}
            return JSONResponse(refused.body(), refused.code, headers)

    return Starlette(routes=[Route("/{path:path}", endpoint, methods=_METHODS)])


async def _answer(state: State, request: Request) -> Response:
    path = request.url.path.strip("/")
    if path in _HEALTH:
        return PlainTextResponse("ok")
    if path.startswith(f"apis/{REVIEW_GROUP}/v1/") and request.method == "POST":
        return JSONResponse(review(state, path.rpartition("/")[2], await request.body()), 201)
    found = discovery(path, tuple(state.kinds.values()))
    if found is not None:
        return JSONResponse(found)
    target = parse(state, path)
    if target is None:
        return PlainTextResponse("404 page not found\n", 404)
    if request.method not in ("GET", "HEAD"):
        raise Refused(405)
    return await _read(state, target, request)


def parse(state: State, path: str) -> Target | None:
    """Read `api/v1/namespaces/shop/pods/x/log` and the like; None when nothing is served there."""
    parts = path.split("/")
    if parts[:2] == ["api", "v1"]:
        group, version, rest = "", "v1", parts[2:]
    elif parts[0] == "apis" and len(parts) > 3:
        group, version, rest = parts[1], parts[2], parts[3:]
    else:
        return None
    namespace = ""
    if rest[:1] == ["namespaces"] and len(rest) > 2 and rest[2] not in ("status", "finalize"):
        namespace, rest = rest[1], rest[2:]
    served = state.served(group, version, rest[0]) if rest else None
    if served is None or len(rest) > 3 or (namespace and not served.namespaced):
        return None
    if served.namespaced and not namespace and len(rest) > 1:
        return None
    return Target(served, namespace, *rest[1:])


async def _read(state: State, target: Target, request: Request) -> Response:
    query = dict(request.query_params)
    watching = not target.name and query.get("watch") in _YES
    verb = "watch" if watching else "get" if target.name else "list"
    await _strike(state, verb, target, query)
    if watching:
        return StreamingResponse(_stream(state, target, query, _tests(query)), media_type="application/json")
    if target.sub == "log" and target.served.kind == "Pod":
        pod = _object(state, target)
        return PlainTextResponse(log_text(pod, state.logs, query))
    if target.sub not in ("", "status"):
        return PlainTextResponse("404 page not found\n", 404)
    form = _form(request.headers.get("accept", ""))
    if target.name:
        return JSONResponse(_single(target, _object(state, target), form))
    page = _page(state, target, query)
    if form == "Table":
        return JSONResponse(table(target.served.kind, page["items"], page["metadata"]))
    return JSONResponse(answers.metadata_listing(page) if form == "PartialObjectMetadata" else page)


def _form(accept: str) -> str:
    """Give the form of the answer that the client likes best: `Table`, `PartialObjectMetadata`, or as it is."""
    first = accept.partition(",")[0]
    return next((form for form in ("Table", "PartialObjectMetadata") if f"as={form}" in first), "")


def _single(target: Target, obj: Mapping[str, Any], form: str) -> Mapping[str, Any]:
    if form == "Table":
        return table(target.served.kind, [obj], {"resourceVersion": obj["metadata"]["resourceVersion"]})
    return answers.metadata_only(obj) if form == "PartialObjectMetadata" else obj


async def _strike(state: State, verb: str, target: Target, query: Mapping[str, str]) -> None:
    continuing = "continue" in query or verb == "watch"
    fault = state.strike(verb, target.resource, target.served.group, target.namespace, continuing=continuing)
    if fault is None:
        return
    if fault.delay_s:
        await asyncio.sleep(fault.delay_s)
    if fault.status == 403:
        raise answers.forbidden(verb, target.resource, target.served.group, target.namespace, target.name)
    if fault.status:
        raise Refused(fault.status, retry_after=fault.retry_after)


def _object(state: State, target: Target) -> Mapping[str, Any]:
    obj = state.get(target.served, target.namespace, target.name)
    if obj is None:
        raise answers.not_found(target.served, target.name)
    return obj


def _tests(query: Mapping[str, str]) -> tuple[Test, ...]:
    try:
        return (label_test(query.get("labelSelector", "")), field_test(query.get("fieldSelector", "")))
    except SelectorError as error:
        raise Refused(400, str(error)) from error


def _page(state: State, target: Target, query: Mapping[str, str]) -> dict[str, Any]:
    tests = _tests(query)
    every, version = state.listed(target.served, target.namespace)
    chosen = [obj for obj in every if all(test(obj) for test in tests)]
    start = 0
    if token := query.get("continue"):
        start, version = _opened(token, state)
    limit = int(query["limit"]) if query.get("limit", "").isdigit() else 0
    end = start + limit if limit else len(chosen)
    more: dict[str, Any] = {}
    if end < len(chosen):
        more["continue"] = _token(end, version)
        if not query.get("labelSelector") and not query.get("fieldSelector"):
            more["remainingItemCount"] = len(chosen) - end
    return answers.listing(target.served, chosen[start:end], version, more)


def _token(start: int, version: int) -> str:
    plain = json.dumps({"v": "meta.k8s.io/v1", "rv": version, "start": start}).encode()
    return base64.urlsafe_b64encode(plain).decode().rstrip("=")


def _opened(token: str, state: State) -> tuple[int, int]:
    try:
        plain = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        start, version = int(plain["start"]), int(plain["rv"])
    except (ValueError, KeyError, TypeError, binascii.Error) as error:
        raise Refused(400, "continue key is not valid") from error
    if version < state.compacted:
        raise Refused(410)
    return start, version


async def _stream(
    state: State, target: Target, query: Mapping[str, str], tests: tuple[Test, ...]
) -> AsyncIterator[bytes]:
    async for event in watch(state, target.served, target.namespace, query, tests):
        yield json.dumps(event).encode() + b"\n"
