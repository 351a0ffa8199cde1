"""The only door to Jira: the `jira` package, Cloud and Data Center, with its traps closed.

- The package itself never retries here: its retries sleep up to a minute and fail on an HTTP-date in `Retry-After`.
  Whoever calls (the outbox, the poll) tries again, and is told when.
- Its errors print headers and body, so they end here; what leaves is one line made of the status alone.
- A comment is always internal. There is no method for a public one.
- `assign`, `add_watcher`, `transition(comment=)` and `create_issue_link(comment=)` of the package are never used: the
  first two fall back to somebody else, the last two can only comment in public.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from bot.model.errors import AccessDenied, NotFound, OutsideError, RateLimited, SettingsError, Unavailable
from bot.settings import JiraSettings

if TYPE_CHECKING:
    from jira import JIRA, JIRAError

Plain = Mapping[str, Any]

INTERNAL = "sd.public.comment"
COMMENTS_A_PAGE = 100
COMMENT_PAGES_AT_MOST = 20
RETRY_AT_MOST_S = 3600.0
_FALLBACK_RETRY_S = 30.0


class Refused(OutsideError):
    """Jira cannot do what was asked, and asking again will not help."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a search: issues as plain JSON, and the token of the next page, empty on the last."""

    issues: tuple[Plain, ...]
    next: str = ""


class JiraClient:
    """One Jira site and one account. Connects at the first call; thread-safe."""

    def __init__(self, settings: JiraSettings) -> None:
        """Take the settings as they are; nothing is asked of Jira yet.

        Raises SettingsError when the URL or the token lacks.
        """
        if not settings.url.startswith(("http://", "https://")):
            raise SettingsError("setting jira.url: give the base URL of the site, https://example.atlassian.net")
        if settings.token is None:
            raise SettingsError("setting jira.token: give an API token (Cloud) or a personal access token")
        self._settings = settings
        self._lock = threading.Lock()
        self._jira: JIRA | None = None
        self._me: Plain | None = None
        parts = urlsplit(settings.url)
        self.site = parts.netloc.rpartition("@")[2]
        self.url = f"{parts.scheme}://{self.site}{parts.path.rstrip('/')}"  # no password in a link that is posted

    # --- the site ---------------------------------------------------------------------------------------------

    @property
    def cloud(self) -> bool:
        """Say whether the site is Jira Cloud, as it says itself (GET serverInfo). Raises OutsideError."""
        return self._connected().deploymentType == "Cloud"

    def server_time(self) -> datetime:
        """Give the site's clock, aware and in UTC (GET serverInfo), ours when it does not say. Raises OutsideError."""
        with self._speaking("serverInfo"):
            said = self._connected().server_info().get("serverTime", "")
        return read_time(said) or datetime.now(UTC)

    def myself(self) -> Plain:
        """Give the account that the token belongs to (GET myself), asked once. Raises OutsideError."""
        if self._me is None:
            with self._speaking("myself"):
                self._me = self._connected().myself()
        return self._me

    def permissions(self, names: Sequence[str]) -> Mapping[str, bool]:
        """Say which of the named permissions the account has (GET mypermissions). Raises OutsideError."""
        with self._speaking("mypermissions"):
            answer = self._connected()._get_json("mypermissions", {"permissions": ",".join(names)})
        held = answer.get("permissions", {})
        return {name: bool(held.get(name, {}).get("havePermission")) for name in names}

    # --- reading ----------------------------------------------------------------------------------------------

    def search(
        self, jql: str, fields: Sequence[str], page: str = "", *, size: int = 50, reconcile: Sequence[int] = ()
    ) -> Page:
        """Give one page of a search. `page` is empty for the first, then what the page before said.

        `reconcile` are ids of issues that Cloud must look at itself, since its index lags behind.

        Cloud: POST search/jql with nextPageToken. Data Center: GET search with startAt, where `page` is a number.
        Raises Refused for bad JQL, and other OutsideErrors.
        """
        with self._speaking("search"):
            if self.cloud:
                return self._enhanced_search(jql, fields, page, size, reconcile)
            asked = {"jql": jql, "startAt": int(page or 0), "maxResults": size, "fields": ",".join(fields)}
            answer = self._connected()._get_json("search", asked)
            issues = tuple(answer.get("issues", ()))
            after = int(answer.get("startAt", 0)) + len(issues)
            more = bool(issues) and after < int(answer.get("total", 0))
            return Page(issues, str(after) if more else "")

    def _enhanced_search(self, jql: str, fields: Sequence[str], page: str, size: int, reconcile: Sequence[int]) -> Page:
        answer = self._connected().enhanced_search_issues(
            jql,
            nextPageToken=page or None,
            maxResults=size,
            fields=list(fields),
            reconcileIssues=list(reconcile),
            json_result=True,
            use_post=True,
        )
        plain: Plain = answer if isinstance(answer, Mapping) else {}
        return Page(tuple(plain.get("issues", ())), str(plain.get("nextPageToken") or ""))

    def issue(self, key: str, fields: Sequence[str]) -> Plain:
        """Give one issue (GET issue/KEY). Raises NotFound when it is not there or not ours to see."""
        with self._speaking("get issue", key):
            found = self._connected().issue(quote(key, safe=""), fields=",".join(fields))
        return dict(found.raw or {})

    def comments(self, key: str) -> Iterator[Plain]:
        """Give the comments newest first, with their properties, 2000 at the most. Raises OutsideError."""
        for number in range(COMMENT_PAGES_AT_MOST):
            with self._speaking("list comments", key):
                found = self._connected().comments(
                    quote(key, safe=""),
                    expand="properties",
                    start_at=number * COMMENTS_A_PAGE,
                    max_results=COMMENTS_A_PAGE,
                    order_by="-created",
                )
            yield from (dict(comment.raw) for comment in found)
            if len(found) < COMMENTS_A_PAGE:
                return

    def comment(self, key: str, comment: str) -> Plain:
        """Give one comment with its properties. Raises OutsideError."""
        return self._call("get comment", "GET", key, f"/comment/{quote(comment, safe='')}?expand=properties")

    # --- writing ----------------------------------------------------------------------------------------------

    def add_internal_comment(self, key: str, body: str, properties: Mapping[str, Any]) -> Plain:
        """Add a comment that only agents see, its `properties` in the same request; give it as Jira answers.

        The package's `add_comment` has no room for other properties, so its session is used. Raises OutsideError.
        """
        return self._call("add comment", "POST", key, "/comment", _comment_body(body, properties))

    def update_internal_comment(self, key: str, comment: str, body: str, properties: Mapping[str, Any]) -> None:
        """Replace a comment's text in place, saying again that it is internal. Raises OutsideError."""
        path = f"/comment/{quote(comment, safe='')}"
        self._call("update comment", "PUT", key, path, _comment_body(body, properties))

    def delete_comment(self, key: str, comment: str) -> None:
        """Take a comment away. Raises OutsideError."""
        self._call("delete comment", "DELETE", key, f"/comment/{quote(comment, safe='')}")

    def change_labels(self, key: str, add: Sequence[str], remove: Sequence[str]) -> None:
        """Add and remove labels by update verbs, so that other people's stay. Raises OutsideError."""
        verbs = [{"add": label} for label in add] + [{"remove": label} for label in remove]
        if verbs:
            self._call("update labels", "PUT", key, "", {"update": {"labels": verbs}})

    # --- the wire ---------------------------------------------------------------------------------------------

    def _call(self, operation: str, method: str, key: str, path: str, body: Plain | None = None) -> Plain:
        with self._speaking(operation, key):
            jira = self._connected()
            url = jira._get_url(f"issue/{quote(key, safe='')}{path}")
            answer = jira._session.request(method, url, data=json.dumps(body) if body is not None else None)
            return dict(answer.json()) if answer.content else {}

    def _connected(self) -> JIRA:
        with self._lock:
            if self._jira is None:
                with self._speaking("serverInfo"):
                    self._jira = self._connect()
            return self._jira

    def _connect(self) -> JIRA:
        from jira import JIRA

        token = self._settings.token.get_secret_value() if self._settings.token else ""
        who: dict[str, Any] = {"token_auth": token}
        if self._settings.user:
            who = {"basic_auth": (self._settings.user, token)}
        return JIRA(
            server=self.url,
            get_server_info=True,  # else the package asks Cloud for the removed search and gets 410
            timeout=self._settings.timeout_s,
            max_retries=0,
            logging=False,
            **who,
        )

    @contextmanager
    def _speaking(self, operation: str, key: str = "") -> Iterator[None]:
        """Let no exception of the package or of its HTTP library out."""
        import requests
        from jira import JIRAError

        try:
            yield
        except JIRAError as error:
            raise self._translated(error, operation, key) from None  # its text holds headers and body
        except requests.Timeout:
            message = f"Jira at {self.site} gave no answer to {operation} in {self._settings.timeout_s:g} s"
            raise Unavailable(message, system="jira", operation=operation) from None
        except requests.JSONDecodeError:
            message = f"{self.site} answered {operation} with something that is not Jira's; check jira.url"
            raise Unavailable(message, system="jira", operation=operation) from None
        except requests.RequestException:
            message = f"Jira at {self.site} cannot be reached; check jira.url and the network"
            raise Unavailable(message, system="jira", operation=operation) from None
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            message = f"{self.site} answered {operation} in a form that is not Jira's; check jira.url"
            raise Unavailable(message, system="jira", operation=operation) from error

    def _translated(self, error: JIRAError, operation: str, key: str) -> OutsideError:
        status = error.status_code or 0
        about = f" {key}" if key else ""
        where: dict[str, str] = {"system": "jira", "operation": operation}
        if status == 401:
            return AccessDenied("Jira refused the token; check jira.user and jira.token", permission="log in", **where)
        if status == 403:
            return AccessDenied(
                f"Jira lets this account not {operation}{about}; grant it in the project's permissions",
                permission=operation,
                **where,
            )
        if status in (404, 410):
            return NotFound(f"Jira has no{about or ' such endpoint'}, or this account may not see it", **where)
        if status == 429 or (status == 503 and _retry_after(error) is not None):
            wait = _retry_after(error)
            return RateLimited(
                f"Jira asks to wait before {operation}{about}",
                retry_after_s=_FALLBACK_RETRY_S if wait is None else wait,
                **where,
            )
        if 400 <= status < 500:
            return Refused(f"Jira refused to {operation}{about} (HTTP {status})", **where)
        return Unavailable(f"Jira failed to {operation}{about} (HTTP {status or 'none'})", **where)


def _comment_body(body: str, properties: Mapping[str, Any]) -> Plain:
    everything = {**properties, INTERNAL: {"internal": True}}
    return {"body": body, "properties": [{"key": name, "value": value} for name, value in everything.items()]}


def _retry_after(error: JIRAError) -> float | None:
    """Read `Retry-After`: seconds or an HTTP-date; None when it is not there or cannot be read."""
    headers = getattr(error.response, "headers", None) or {}
    said = str(headers.get("Retry-After", "")).strip()
    if not said:
        return None
    try:
        wait = float(said) if said.replace(".", "", 1).isdigit() else _until(said)
    except (TypeError, ValueError):
        return None
    return min(max(wait, 0.0), RETRY_AT_MOST_S)


def _until(http_date: str) -> float:
    moment = parsedate_to_datetime(http_date)
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (aware - datetime.now(UTC)).total_seconds()


def read_time(text: object) -> datetime | None:
    """Read one of Jira's stamps (`2026-11-24T11:30:12.123+0000`) into UTC; None when it is no stamp."""
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
