"""Tickets from Jira by asking: what changed since the last poll, page by page, without loss and without loops.

The window is relative (`updated >= "-12m"`), counted on Jira's own clock, so that neither the account's time zone,
in which Jira reads absolute times, nor a wrong clock of ours can open a gap. JQL knows minutes only and the index lags:
every poll looks back by the overlap; the ticket's revision tells what is new from what was seen.
"""

from __future__ import annotations

import logging
import math
import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.integrations.jira import fields
from bot.integrations.jira.client import JiraClient, Plain, read_time
from bot.model.errors import NotFound, SettingsError
from bot.model.ticket import RawMessage
from bot.settings import JiraSettings

PAGE_SIZE = 50
KEY = re.compile(r"[A-Z][A-Z0-9_]{0,40}-[1-9][0-9]{0,12}")
_ORDER_BY = re.compile(r"\border\s+by\b", re.IGNORECASE)
_log = logging.getLogger(__name__)


class JiraSource:
    """Gives the tickets of the configured JQL (fulfils `Source`), and single ones by key."""

    name = "jira"

    def __init__(self, client: JiraClient, settings: JiraSettings) -> None:
        """Take the JQL from `settings`. Raises SettingsError when it sorts, since the poll must."""
        if _ORDER_BY.search(settings.jql):
            raise SettingsError("setting jira.jql: leave ORDER BY out; the poll reads oldest change first")
        self._client, self._settings = client, settings

    def poll(self, cursor: str) -> tuple[Sequence[RawMessage], str]:
        """Give what changed since `cursor`, oldest first, and the next cursor.

        The cursor is the newest `updated` seen, in UTC; empty at first, when the window is the overlap alone.
        Raises OutsideError; the cursor then stays.
        """
        now = self._client.server_time()
        since = read_time(cursor.removesuffix(" cut")) if cursor else None
        overlap = timedelta(0 if cursor.endswith(" cut") else self._settings.overlap_s / 86400)
        window = _minutes(max(now - (since or now), timedelta(0)) + overlap)
        clause = f'updated >= "-{window}m" ORDER BY updated ASC, key ASC'
        issues, cut = self._pages(f"({self._settings.jql}) AND {clause}" if self._settings.jql.strip() else clause)
        newest = max((moment for moment in map(fields.updated, issues) if moment), default=since)
        messages = [self._message(issue) for issue in issues]
        return messages, _next_cursor(since, newest, cut)

    def fetch(self, key: str) -> RawMessage | None:
        """Give one ticket by its key, whatever the configured JQL; None when there is none that we may see.

        Raises OutsideError.
        """
        if not KEY.fullmatch(key):
            return None
        try:
            return self._message(self._client.issue(key, fields.FIELDS))
        except NotFound:
            return None

    def wanted(self, key: str, number: int = 0) -> RawMessage | None:
        """Give one ticket when the configured JQL selects it, else None. Raises OutsideError.

        Cloud's index lags behind: with the issue's `number` (its id) Jira looks at the ticket itself.
        """
        if not KEY.fullmatch(key):
            return None
        clause = f'key = "{key}"'
        jql = f"({self._settings.jql}) AND {clause}" if self._settings.jql.strip() else clause
        found = self._client.search(jql, fields.FIELDS, size=1, reconcile=(number,) if number else ()).issues
        return self._message(found[0]) if found else None

    def _message(self, issue: Plain) -> RawMessage:
        return fields.raw_message(issue, self._client.site, self._client.url)

    def _pages(self, jql: str) -> tuple[list[Plain], bool]:
        """Read up to the cap of pages; say whether the cap cut it short. A page that brings nothing new ends it."""
        found: dict[str, Plain] = {}
        seen_pages: set[str] = set()
        page = ""
        for _ in range(self._settings.max_pages):
            answer = self._client.search(jql, fields.FIELDS, page, size=PAGE_SIZE)
            before = len(found)
            found.update({str(issue.get("key", "")): issue for issue in answer.issues})
            seen_pages.add(page)
            page = answer.next
            if not page:
                return list(found.values()), False
            if page in seen_pages or len(found) == before:
                _log.warning("jira: the search gives the same page again; stopped after %d tickets", len(found))
                return list(found.values()), False
        _log.warning("jira: more than %d pages changed; the rest follows at the next poll", self._settings.max_pages)
        return list(found.values()), True


def _minutes(window: timedelta) -> int:
    return max(1, math.ceil(window.total_seconds() / 60))


def _next_cursor(since: datetime | None, newest: datetime | None, cut: bool) -> str:
    """Write the cursor. ` cut` says that the next poll must go on from it rather than look back again.

    When a whole capped poll brought nothing newer than the minute it began in, the next begins a minute later, else it
    would read the same pages for ever.
    """
    if newest is None:
        return ""
    if since is not None and newest <= since:
        newest = since
        if cut:
            _log.warning("jira: too many tickets changed in the minute of %s; raise jira.max_pages", since.isoformat())
            newest += timedelta(minutes=1)
    return newest.isoformat() + (" cut" if cut else "")
