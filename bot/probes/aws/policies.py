"""Policy documents: which statement denies or allows a request. A part of AWS's logic that can be told from outside.

A condition on what is not known of the request (its network, its session) makes a statement neither hold nor fail:
such a verdict is `conditional`, and says on which keys.
"""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Statement = Mapping[str, Any]
_ACCOUNT = re.compile(r"arn:aws[a-z-]*:(?:iam|sts)::(\d{12}):")
_SESSION = re.compile(r"arn:(aws[a-z-]*):sts::(\d{12}):assumed-role/([^/]+)/.*")


@dataclass(frozen=True, slots=True)
class Request:
    """Who asks for what. `principal` is an ARN, or `*` for anybody; `context` holds known condition keys."""

    principal: str
    action: str
    resource: str
    context: Mapping[str, str] = field(default_factory=dict)

    @property
    def account(self) -> str:
        """The principal's account; empty for anybody."""
        found = _ACCOUNT.match(self.principal)
        return found.group(1) if found else ""

    @property
    def identities(self) -> frozenset[str]:
        """All ARNs under which a policy may name the principal: a session goes by its role as well."""
        session = _SESSION.fullmatch(self.principal)
        role = {f"arn:{session[1]}:iam::{session[2]}:role/{session[3]}"} if session else set()
        root = {f"arn:aws:iam::{self.account}:root", self.account} if self.account else set()
        return frozenset({self.principal} | role | root)

    def known(self) -> dict[str, str]:
        """Give the condition keys (in lower case) that can be told: the given ones and the principal's own."""
        session = _SESSION.fullmatch(self.principal)
        arn = f"arn:{session[1]}:iam::{session[2]}:role/{session[3]}" if session else self.principal
        own = {"aws:securetransport": "true"}
        if self.account:
            own |= {"aws:principalarn": arn, "aws:principalaccount": self.account}
        return own | {key.lower(): value for key, value in self.context.items()}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a policy says: `deny`, `allow` or `nothing`, and the statement that says so.

    `conditional`: it would, if what `conditions` names (condition keys) holds, which is not known.
    """

    effect: str
    statement: str = ""
    conditional: bool = False
    conditions: tuple[str, ...] = ()


NOTHING = Verdict("nothing")


def evaluate(document: str | Mapping[str, Any], request: Request) -> Verdict:
    """Evaluate one policy: a sure deny, then a sure allow, then a conditional deny, then a conditional allow.

    Raises ValueError for a document that is no JSON policy.
    """
    found = [verdict for verdict in map(_Judge(request).statement, _statements(document)) if verdict is not NOTHING]
    for effect, conditional in (("deny", False), ("deny", True), ("allow", False), ("allow", True)):
        for verdict in found:
            if (verdict.effect, verdict.conditional) == (effect, conditional):
                return verdict
    return NOTHING


def allows(document: str | Mapping[str, Any], request: Request) -> bool:
    """Say whether some statement allows, whatever others deny; a conditional allow counts."""
    judge = _Judge(request)
    return any(judge.statement(one).effect == "allow" for one in _statements(document))


def _statements(document: str | Mapping[str, Any]) -> list[tuple[int, Statement]]:
    policy = json.loads(document) if isinstance(document, str) else document
    if not isinstance(policy, Mapping) or "Statement" not in policy:
        raise ValueError("not a policy document")
    statements = policy["Statement"]
    return list(enumerate([statements] if isinstance(statements, Mapping) else statements, 1))


@dataclass(frozen=True, slots=True)
class _Judge:
    request: Request

    def statement(self, numbered: tuple[int, Statement]) -> Verdict:
        number, statement = numbered
        if not (self._principal(statement) and self._action(statement) and self._resource(statement)):
            return NOTHING
        holds, unknown = conditions(statement.get("Condition") or {}, self.request.known())
        if holds is False:
            return NOTHING
        name = str(statement.get("Sid") or f"statement {number}")
        return Verdict(str(statement["Effect"]).lower(), name, holds is None, unknown)

    def _principal(self, statement: Statement) -> bool:
        if "NotPrincipal" in statement:
            return not self._named(statement["NotPrincipal"])
        return self._named(statement["Principal"]) if "Principal" in statement else True

    def _named(self, principal: Any) -> bool:
        if principal == "*":
            return True
        if not isinstance(principal, Mapping):
            return False
        return any(one == "*" or one in self.request.identities for one in _many(principal.get("AWS")))

    def _action(self, statement: Statement) -> bool:
        if "NotAction" in statement:
            return not _any_like(_many(statement["NotAction"]), self.request.action, fold=True)
        return _any_like(_many(statement.get("Action")), self.request.action, fold=True)

    def _resource(self, statement: Statement) -> bool:
        if "NotResource" in statement:
            return not _any_like(_many(statement["NotResource"]), self.request.resource)
        # The policy of a key or a role names no resource but `*`, or none at all.
        return _any_like(_many(statement.get("Resource", "*")), self.request.resource)


def conditions(block: Mapping[str, Any], known: Mapping[str, str]) -> tuple[bool | None, tuple[str, ...]]:
    """Say whether a condition block holds: True, False, or None with the keys that are not known."""
    unknown: list[str] = []
    for operator, tests in block.items():
        for key, wanted in tests.items():
            held = _holds(operator, known.get(key.lower()), [str(one) for one in _many(wanted)], key.lower() in known)
            if held is False:
                return False, ()
            if held is None:
                unknown.append(key)
    return (None, tuple(unknown)) if unknown else (True, ())


def _holds(operator: str, value: str | None, wanted: Sequence[str], is_known: bool) -> bool | None:
    plain = operator.removesuffix("IfExists").rpartition(":")[2]
    test = _OPERATORS.get(plain)
    if test is None or value is None or not is_known:
        return None
    try:
        return test(value, wanted)
    except ValueError:
        return None


def _equals(value: str, wanted: Sequence[str]) -> bool:
    return value in wanted


def _like(value: str, wanted: Sequence[str]) -> bool:
    return _any_like(wanted, value)


def _folded(value: str, wanted: Sequence[str]) -> bool:
    return value.lower() in [one.lower() for one in wanted]


def _in_range(value: str, wanted: Sequence[str]) -> bool:
    address = ipaddress.ip_address(value)
    return any(address in ipaddress.ip_network(one, strict=False) for one in wanted)


def _negated(test: Callable[[str, Sequence[str]], bool]) -> Callable[[str, Sequence[str]], bool]:
    return lambda value, wanted: not test(value, wanted)


_OPERATORS: Mapping[str, Callable[[str, Sequence[str]], bool]] = {
    "StringEquals": _equals,
    "StringNotEquals": _negated(_equals),
    "StringEqualsIgnoreCase": _folded,
    "StringNotEqualsIgnoreCase": _negated(_folded),
    "StringLike": _like,
    "StringNotLike": _negated(_like),
    "ArnEquals": _like,
    "ArnLike": _like,
    "ArnNotEquals": _negated(_like),
    "ArnNotLike": _negated(_like),
    "Bool": _folded,
    "IpAddress": _in_range,
    "NotIpAddress": _negated(_in_range),
}


def _many(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _any_like(patterns: Iterable[Any], text: str, *, fold: bool = False) -> bool:
    if fold:
        return any(_like_one(str(one).lower(), text.lower()) for one in patterns)
    return any(_like_one(str(one), text) for one in patterns)


def _like_one(pattern: str, text: str) -> bool:
    """Match `*` and `?` without backtracking over more than the last star: a policy may be anybody's."""
    at, here, star, mark = 0, 0, -1, 0
    while here < len(text):
        if at < len(pattern) and pattern[at] == "*":
            star, mark = at, here
            at += 1
        elif at < len(pattern) and pattern[at] in ("?", text[here]):
            at, here = at + 1, here + 1
        elif star >= 0:
            mark += 1
            at, here = star + 1, mark
        else:
            return False
    return pattern[at:].strip("*") == ""
