"""JQL for the local Jira: the part that a polling bot sends, strict about syntax and exact to the second.

`jira820` evaluates JQL by days and skips what it does not know; a bot that polls by minutes needs the opposite, so that
a wrong query fails here as it fails at Atlassian. Works on jira820's own issue dicts, whose times are ISO stamps.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta, tzinfo
from typing import Any

Issue = Mapping[str, Any]
Test = Callable[[Issue], bool]

_TOKEN = re.compile(r"""\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|!=|!~|>=|<=|[()=<>~,]|[^\s()=<>!~,"']+)""")
_RELATIVE = re.compile(r"-?(\d+)([mhdw])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_CATEGORIES = {"to do": "todo", "new": "todo", "in progress": "inprogress", "indeterminate": "inprogress"}
_WORDS = {"and", "or", "not", "in", "is", "order", "by", "asc", "desc", ","}


class JqlError(ValueError):
    """The query cannot be parsed; the message is what Jira's 400 says."""


_PLACES = {
    "project": "project", "key": "key", "issuekey": "key", "id": "key", "status": "statusName",
    "statuscategory": "statusCategory", "issuetype": "type", "type": "type", "priority": "priority",
    "assignee": "assignee", "reporter": "reporter", "component": "component", "resolution": "resolution",
    "summary": "summary", "description": "description", "created": "created", "createddate": "created",
    "updated": "updated", "updateddate": "updated",
}  # fmt: skip
_FIELDS = {*_PLACES, "labels", "text", "comment"}
"""Where jira820's issue dict keeps a field, and the fields that there are."""


def select(jql: str, issues: Iterable[Issue], now: datetime, zone: tzinfo) -> list[Issue]:
    """Give the issues that `jql` selects, in its order.

    `now` is what relative times count from, `zone` the user's time zone, in which absolute times are read.
    Raises JqlError for bad syntax, an unknown field or a value of the wrong form.
    """
    query = _Query(_tokens(jql), now, zone)
    test, order = query.parse()
    chosen = [issue for issue in issues if test(issue)]
    for field, descending in reversed(order):
        chosen.sort(key=lambda issue, name=field: _sort_key(issue, name), reverse=descending)  # type: ignore[misc]
    return chosen


def stamp(moment: datetime) -> str:
    """Write a moment as Jira does: `2026-11-24T11:30:12.123+0000`."""
    text = moment.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]
    return text + moment.strftime("%z")


def moment(stamped: str) -> datetime:
    """Read what `stamp` wrote."""
    return datetime.strptime(stamped, "%Y-%m-%dT%H:%M:%S.%f%z")


def _tokens(jql: str) -> list[str]:
    found, at = [], 0
    text = jql.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise JqlError(f"Error in the JQL Query: unexpected character at position {at + 1}.")
        found.append(match.group(1))
        at = match.end()
    return found


def _plain(token: str) -> str:
    return re.sub(r"\\(.)", r"\1", token[1:-1]) if token[:1] in "\"'" else token


def _sort_key(issue: Issue, field: str) -> Any:
    if field in ("key", "issuekey"):
        project, _, number = issue["key"].rpartition("-")
        return project, int(number)
    if field in ("updated", "created"):
        return moment(issue[field])
    return str(issue.get({"status": "statusName"}.get(field, field)) or "")


class _Query:
    """One query being read, from left to right."""

    def __init__(self, tokens: list[str], now: datetime, zone: tzinfo) -> None:
        self._tokens, self._at, self._now, self._zone = tokens, 0, now, zone

    def parse(self) -> tuple[Test, list[tuple[str, bool]]]:
        test: Test = (lambda issue: True) if self._next_is("order") or not self._tokens else self._either()
        order = self._order() if self._take("order") else []
        if self._at < len(self._tokens):
            raise JqlError(f"Error in the JQL Query: Expecting operator but got '{self._tokens[self._at]}'.")
        return test, order

    def _next_is(self, word: str) -> bool:
        return self._at < len(self._tokens) and self._tokens[self._at].lower() == word

    def _take(self, word: str) -> bool:
        if self._next_is(word):
            self._at += 1
            return True
        return False

    def _token(self, what: str) -> str:
        if self._at >= len(self._tokens):
            raise JqlError(f"Error in the JQL Query: Expecting {what} before the end of the query.")
        self._at += 1
        return self._tokens[self._at - 1]

    def _either(self) -> Test:
        tests = [self._all()]
        while self._take("or"):
            tests.append(self._all())
        return lambda issue: any(test(issue) for test in tests)

    def _all(self) -> Test:
        tests = [self._one()]
        while self._take("and"):
            tests.append(self._one())
        return lambda issue: all(test(issue) for test in tests)

    def _one(self) -> Test:
        if self._take("not"):
            inner = self._one()
            return lambda issue: not inner(issue)
        if self._take("("):
            inner = self._either()
            if not self._take(")"):
                raise JqlError("Error in the JQL Query: Expecting ')' before the end of the query.")
            return inner
        return self._clause()

    def _clause(self) -> Test:
        field = _plain(self._token("a field")).lower()
        if field not in _FIELDS:
            raise JqlError(f"Field '{field}' does not exist or you do not have permission to view it.")
        operator = self._token("an operator").lower()
        if operator == "is":
            negative = self._take("not")
            if self._token("EMPTY").lower() not in ("empty", "null"):
                raise JqlError("Error in the JQL Query: IS is only followed by EMPTY.")
            return lambda issue: bool(_values(issue, field)) == negative
        negative = operator in ("!=", "!~") or (operator == "not" and self._take("in"))
        wanted = self._list() if operator in ("in", "not") else [self._value()]
        test = self._comparison(field, operator, wanted)
        return (lambda issue: not test(issue)) if negative else test

    def _value(self) -> str:
        token = self._token("a value")
        if token.lower() in _WORDS | {"(", ")"}:
            raise JqlError(f"Error in the JQL Query: Expecting a value but got '{token}'.")
        return _plain(token)

    def _list(self) -> list[str]:
        if not self._take("("):
            raise JqlError("Error in the JQL Query: Expecting '(' after IN.")
        values = [self._value()]
        while self._take(","):
            values.append(self._value())
        if not self._take(")"):
            raise JqlError("Error in the JQL Query: Expecting ')' after the list.")
        return values

    def _comparison(self, field: str, operator: str, wanted: list[str]) -> Test:
        if field in ("updated", "created", "updateddate", "createddate"):
            return self._time_test(field[:7], operator, wanted[0])
        if operator in ("~", "!~"):
            needle = wanted[0].lower()
            return lambda issue: needle in " ".join(_values(issue, field)).lower()
        if operator not in ("=", "!=", "in", "not"):
            raise JqlError(f"The operator '{operator}' is not supported by the '{field}' field.")
        low = {_CATEGORIES.get(one.lower(), one.lower()) for one in wanted}
        return lambda issue: any(value.lower() in low for value in _values(issue, field))

    def _time_test(self, field: str, operator: str, wanted: str) -> Test:
        limit = self._moment(wanted)
        compare: dict[str, Callable[[datetime], bool]] = {
            ">=": lambda when: when >= limit,
            "<=": lambda when: when <= limit,
            ">": lambda when: when > limit,
            "<": lambda when: when < limit,
        }
        if operator not in compare:
            raise JqlError(f"The operator '{operator}' is not supported by the '{field}' field.")
        return lambda issue: compare[operator](moment(issue[field]))

    def _moment(self, text: str) -> datetime:
        relative = _RELATIVE.fullmatch(text)
        if relative:
            return self._now - timedelta(**{_UNITS[relative.group(2)]: int(relative.group(1))})
        for form in ("%Y/%m/%d %H:%M", "%Y-%m-%d %H:%M", "%Y/%m/%d", "%Y-%m-%d"):
            try:
                return datetime.strptime(text, form).replace(tzinfo=self._zone)
            except ValueError:
                continue
        raise JqlError(
            f"Date value '{text}' is invalid. Valid formats include: 'yyyy/MM/dd HH:mm', 'yyyy-MM-dd HH:mm', "
            "'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'."
        )

    def _order(self) -> list[tuple[str, bool]]:
        if not self._take("by"):
            raise JqlError("Error in the JQL Query: Expecting BY after ORDER.")
        order: list[tuple[str, bool]] = []
        while not order or self._take(","):
            field = _plain(self._token("a field")).lower()
            descending = self._take("desc")
            if not descending:
                self._take("asc")
            order.append((field, descending))
        return order


def _values(issue: Issue, field: str) -> list[str]:
    """Give the values of a known field as texts, none when it is empty."""
    if field == "labels":
        return list(issue.get("labels", ()))
    if field in ("text", "comment"):
        comments = [comment.get("body") or "" for comment in issue.get("comments", ())]
        return comments if field == "comment" else [issue["summary"], issue.get("description") or "", *comments]
    value = issue.get(_PLACES[field])
    return [str(value)] if value else []
