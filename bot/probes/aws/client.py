"""The only place that touches the AWS SDK: sends one read, and turns its exceptions into ours.

Clients are made when first used and shared by all runs: they are safe to share between threads, and costly to make.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping
from typing import Any

from bot.kit.iam import iam_action
from bot.model.errors import AccessDenied, NotFound, OutsideError, RateLimited, Unavailable
from bot.settings import AwsSettings

_POINTERS = ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_PROFILE")
_CREDENTIALS = frozenset(
    {
        "ExpiredToken",
        "ExpiredTokenException",
        "RequestExpired",
        "InvalidClientTokenId",
        "UnrecognizedClientException",
        "InvalidAccessKeyId",
        "AuthFailure",
        "SignatureDoesNotMatch",
        "InvalidSignatureException",
        "MissingAuthenticationToken",
        "OptInRequired",
    }
)
_DENIED = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "UnauthorizedOperation",
        "UnauthorizedException",
        "AuthorizationError",
        "AuthorizationErrorException",
        "NotAuthorized",
        "Forbidden",
        "403",
    }
)
_THROTTLED = frozenset(
    {
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "RequestLimitExceeded",
        "TooManyRequestsException",
        "RequestThrottled",
        "SlowDown",
        "PriorRequestNotComplete",
    }
)


class Refused(OutsideError):
    """AWS refused the request for a reason of its own; `code` is AWS's word for it."""

    def __init__(self, message: str, *, code: str, operation: str) -> None:
        """Carry AWS's error `code`."""
        self.code = code
        super().__init__(message, system="aws", operation=operation)


class TimedOut(Unavailable):
    """AWS did not answer in time."""


class Clients:
    """SDK clients by service and region."""

    def __init__(self, settings: AwsSettings, environment: Mapping[str, str] | None = None) -> None:
        """Take the settings; `environment` in place of the process's own: endpoint, keys, region."""
        self._settings = settings
        self._environment = environment
        self._clients: dict[tuple[str, ...], Any] = {}
        self._sessions: dict[tuple[str, ...], Any] = {}
        self._lock = threading.Lock()

    def region(self, wanted: str = "") -> str:
        """Give the region: what the ticket wants, the settings', the environment's. Raises Unavailable for none."""
        found = wanted or self._settings.region or self._own_region()
        if not found:
            raise Unavailable("no AWS region is set: set aws.region or AWS_DEFAULT_REGION", system="aws")
        return str(found)

    def _own_region(self) -> str | None:
        from botocore.exceptions import BotoCoreError

        try:
            with self._lock:
                region: str | None = self._session().region_name
                return region
        except BotoCoreError as error:
            raise _trouble(error, "opening a session") from error

    def send(self, operation: str, region: str, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        """Send one operation (`rds:DescribeDBInstances`) and give its answer.

        Raises NotFound, AccessDenied, RateLimited, Unavailable or Refused.
        """
        for page in self._send(operation, region, parameters, most=None):
            return page
        return {}

    def pages(
        self, operation: str, region: str, parameters: Mapping[str, Any], most: int
    ) -> Iterator[Mapping[str, Any]]:
        """Send one operation page by page, at most `most` items in all; errors as `send`."""
        return self._send(operation, region, parameters, most)

    def _send(
        self, operation: str, region: str, parameters: Mapping[str, Any], most: int | None
    ) -> Iterator[Mapping[str, Any]]:
        from botocore.exceptions import BotoCoreError, ClientError

        service, _, name = operation.partition(":")
        try:
            client = self._client(service, region)
            method = _method(client, name)
            if most is not None and client.can_paginate(method):
                yield from client.get_paginator(method).paginate(**parameters, PaginationConfig={"MaxItems": most})
            else:
                yield getattr(client, method)(**parameters)
        except ClientError as error:
            raise refusal(error.response, operation) from error
        except BotoCoreError as error:
            raise _trouble(error, operation) from error

    def _client(self, service: str, region: str) -> Any:
        key = (service, region, *self._pointers())
        with self._lock:
            if key not in self._clients:
                self._clients[key] = self._session().client(
                    service, region_name=region, endpoint_url=self._endpoint(), config=self._config()
                )
            return self._clients[key]

    def _session(self) -> Any:
        import boto3

        key = self._pointers()
        if key not in self._sessions:
            own = self._environment
            self._sessions[key] = (
                boto3.Session()
                if own is None
                else boto3.Session(
                    aws_access_key_id=own.get("AWS_ACCESS_KEY_ID"),
                    aws_secret_access_key=own.get("AWS_SECRET_ACCESS_KEY"),
                    region_name=own.get("AWS_DEFAULT_REGION"),
                )
            )
        return self._sessions[key]

    def _pointers(self) -> tuple[str, ...]:
        environment = os.environ if self._environment is None else self._environment
        return tuple(environment.get(name, "") for name in _POINTERS)

    def _endpoint(self) -> str | None:
        # With the process's own environment the SDK reads AWS_ENDPOINT_URL[_SERVICE] by itself.
        return None if self._environment is None else self._environment.get("AWS_ENDPOINT_URL")

    def _config(self) -> Any:
        from botocore.config import Config

        return Config(
            connect_timeout=self._settings.timeout_s,
            read_timeout=self._settings.timeout_s,
            retries={"total_max_attempts": self._settings.retries + 1, "mode": "adaptive"},
            max_pool_connections=20,
        )


def _method(client: Any, operation: str) -> str:
    from botocore import xform_name

    method = str(xform_name(operation))
    if not hasattr(client, method):
        raise TypeError(f"AWS has no operation {operation}")
    return method


def refusal(response: Mapping[str, Any], operation: str) -> OutsideError:
    """Turn AWS's own refusal into one of our errors; the message is one line for a person."""
    code = str(response.get("Error", {}).get("Code", ""))
    message = str(response.get("Error", {}).get("Message", "")) or code
    status = int(response.get("ResponseMetadata", {}).get("HTTPStatusCode", 400))
    if code in _CREDENTIALS:
        return AccessDenied(f"the AWS credentials are not accepted ({code})", system="aws", operation=operation)
    if code in _DENIED or code.endswith("AccessDenied"):
        action = iam_action(operation)
        return AccessDenied(f"AWS denied {operation}", system="aws", operation=operation, permission=action)
    if code in _THROTTLED:
        return RateLimited(f"AWS throttled {operation}", system="aws", operation=operation)
    if is_absence(code):
        return NotFound(f"{code}: {message}", system="aws", operation=operation)
    if status >= 500:
        return Unavailable(f"AWS failed to answer {operation} ({code})", system="aws", operation=operation)
    return Refused(f"AWS refused {operation}: {code}", code=code, operation=operation)


def is_absence(code: str) -> bool:
    """Say whether an error code means that the thing asked for does not exist."""
    return "NotFound" in code or code.startswith("NoSuch") or code == "404"


def _trouble(error: Exception, operation: str) -> OutsideError:
    from botocore import exceptions

    if isinstance(error, (exceptions.NoCredentialsError, exceptions.PartialCredentialsError)):
        return AccessDenied("no AWS credentials were found", system="aws", operation=operation)
    if isinstance(
        error, (exceptions.ProfileNotFound, exceptions.CredentialRetrievalError, exceptions.TokenRetrievalError)
    ):
        return AccessDenied(f"the AWS credentials cannot be used: {error}", system="aws", operation=operation)
    if isinstance(error, (exceptions.ConnectTimeoutError, exceptions.ReadTimeoutError)):
        return TimedOut(f"AWS did not answer {operation} in time", system="aws", operation=operation)
    if isinstance(error, exceptions.ParamValidationError):
        return Refused(f"{operation}: a parameter is not valid", code="ParamValidation", operation=operation)
    return Unavailable(f"AWS cannot be reached for {operation}", system="aws", operation=operation)
