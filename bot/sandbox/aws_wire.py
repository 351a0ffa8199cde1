"""Reads real AWS requests and writes real AWS responses, by the SDK's own service models.

Which operation a request asks for is read off what the SDK put on the wire: the service from the signature's scope,
the operation from `Action`, `X-Amz-Target` or the REST path. Nothing here knows a single service.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from werkzeug import Request

REQUEST_ID = "5ec0d11e-0000-4000-8000-000000000001"
_LABEL = re.compile(r"\\\{(\w+)(\\\+)?\\\}")


@dataclass(frozen=True, slots=True)
class Asked:
    """One operation that a request asks for, and its parameters as boto3 would spell them."""

    service: str
    operation: str
    parameters: Mapping[str, Any]
    protocol: str

    @property
    def name(self) -> str:
        """Name it as a recorded answer does: `rds:DescribeDBInstances`."""
        return f"{self.service}:{self.operation}"


@dataclass(frozen=True, slots=True)
class WireAnswer:
    """A response as it goes over the wire."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def model_of(service: str) -> Any:
    """Give the SDK's model of a service, by boto3's name for it. Raises ValueError for a service it does not know."""
    from botocore.exceptions import UnknownServiceError
    from moto.core.utils import get_service_model

    try:
        return get_service_model(service)
    except UnknownServiceError as error:
        raise ValueError(f"no AWS service is named {service!r} (use boto3's name, such as elbv2)") from error


def read(request: Request, services: Iterable[str]) -> Asked | None:
    """Say which operation of `services` the request asks for; None when it is another service's, or none's."""
    scope = _signing_scope(request.headers.get("Authorization", ""))
    for service in services:
        model = model_of(service)
        if model.signing_name != scope:
            continue
        found = _operation(request, model)
        if found is not None:
            return found
    return None


def _signing_scope(authorization: str) -> str:
    # AWS4-HMAC-SHA256 Credential=AKID/20260101/eu-west-2/rds/aws4_request, SignedHeaders=...
    found = re.search(r"Credential=[^/]+/\d+/[^/]*/([^/]+)/aws4_request", authorization)
    return found.group(1) if found else ""


def _operation(request: Request, model: Any) -> Asked | None:
    target = request.headers.get("X-Amz-Target", "")
    action = request.values.get("Action", "")
    if target:
        prefix, _, name = target.rpartition(".")
        if prefix != model.metadata.get("targetPrefix") or name not in model.operation_names:
            return None
        return _asked(request, model, name, "json", {})
    if action:
        if request.values.get("Version") != model.api_version or action not in model.operation_names:
            return None
        return _asked(request, model, action, "ec2" if model.protocol == "ec2" else "query", {})
    return _rest_operation(request, model) if model.protocol.startswith("rest") else None


def _rest_operation(request: Request, model: Any) -> Asked | None:
    for name, method, pattern, literals in _routes(model.service_name):
        found = pattern.fullmatch(request.path)
        if method != request.method or found is None:
            continue
        if all(key in request.args and (not value or request.args[key] == value) for key, value in literals):
            return _asked(request, model, name, model.protocol, found.groupdict())
    return None


@cache
def _routes(service: str) -> tuple[tuple[str, str, re.Pattern[str], tuple[tuple[str, str], ...]], ...]:
    """Give (operation, method, path, fixed query) of a REST service, the most particular first."""
    model = model_of(service)
    found = []
    for name in model.operation_names:
        trait = model.operation_model(name).http_trait
        pattern = re.compile(_LABEL.sub(_group, re.escape(trait.path.rstrip("/") or "/")) + "/?")
        found.append((name, trait.method, pattern, tuple(trait.query_args.items())))
    return tuple(sorted(found, key=lambda route: (-len(route[3]), route[2].pattern.count("(?P<"), route[0])))


def _group(label: re.Match[str]) -> str:
    return f"(?P<{label.group(1)}>{'.+' if label.group(2) else '[^/]+'})"


def _asked(request: Request, model: Any, name: str, protocol: str, labels: Mapping[str, str]) -> Asked:
    from moto.core.parse import PROTOCOL_PARSERS

    parser = PROTOCOL_PARSERS[protocol](model.operation_model(name), map_type=dict)
    parsed = parser.parse(
        {
            "method": request.method,
            "values": request.values,
            "headers": request.headers,
            "body": request.get_data(),
            "url_path": request.path,
            "url_params": dict(labels),
        }
    )
    return Asked(model.service_name, name, parsed, protocol)


def write_answer(asked: Asked, answer: Mapping[str, Any]) -> WireAnswer:
    """Write a recorded answer, given in the shape of boto3's response, as the service would."""
    from moto.core.serialize import get_serializer_class

    operation = model_of(asked.service).operation_model(asked.operation)
    written = get_serializer_class(asked.service, asked.protocol)(operation).serialize(answer)
    body = written["body"]
    return WireAnswer(
        written["status_code"],
        {"x-amzn-RequestId": REQUEST_ID, **written["headers"]},
        body.encode() if isinstance(body, str) else body,
    )


def write_error(asked: Asked, code: str, message: str, status: int) -> WireAnswer:
    """Write a refusal as the service would: XML or JSON by its protocol."""
    if asked.protocol in ("json", "rest-json"):
        headers = {"Content-Type": "application/x-amz-json-1.1", "x-amzn-ErrorType": code}
        return WireAnswer(status, headers, json.dumps({"__type": code, "message": message}).encode())
    inner = f"<Code>{escape(code)}</Code><Message>{escape(message)}</Message>"
    if asked.protocol == "ec2":
        text = f"<Response><Errors><Error>{inner}</Error></Errors><RequestID>{REQUEST_ID}</RequestID></Response>"
    elif asked.service == "s3":
        text = f"<Error>{inner}<RequestId>{REQUEST_ID}</RequestId></Error>"
    else:
        kind = "Receiver" if status >= 500 else "Sender"
        error = f"<Error><Type>{kind}</Type>{inner}</Error>"
        text = f"<ErrorResponse>{error}<RequestId>{REQUEST_ID}</RequestId></ErrorResponse>"
    return WireAnswer(status, {"Content-Type": "text/xml"}, text.encode())
