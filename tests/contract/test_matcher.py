"""The law of a matcher: whatever a ticket holds it decides, names only what exists, and decides the same again."""

from __future__ import annotations

import time
from typing import Any

import pytest

from bot.model import Decision, Invocation, Ticket, TicketKind
from bot.model.ports import Matcher
from bot.parts import Parts
from bot.pipeline.entering import EntryMatcher
from bot.pipeline.matching import CatalogueMatcher
from bot.settings import load_settings
from tests.builders import a_ticket
from tests.directories import MemoryDirectory

PARTS = Parts(load_settings(environment={}))
RUNBOOKS = PARTS.catalogue.runbooks
DIRECTORY = MemoryDirectory("shop/checkout", "shop/cart", "blog/cart")
INNER = CatalogueMatcher(RUNBOOKS, directory=DIRECTORY)
MATCHERS = {
    "catalogue": CatalogueMatcher(RUNBOOKS),
    "catalogue with a directory": INNER,
    "entry": EntryMatcher(INNER, RUNBOOKS, DIRECTORY, "kubernetes/workload-unavailable", 0.6),
}
HOSTILE = {
    "empty": a_ticket("", ""),
    "template": a_ticket("{{ ''.__class__ }} crashes in shop", "{% for x in range(10**9) %}{{ x }}{% endfor %}"),
    "selector": a_ticket("checkout crashes", "namespace=../../secrets workload=a,b=c pod=x;rm -rf /"),
    "script": a_ticket("<script>alert(1)</script> pod crashes", "'; DROP TABLE tickets; --"),
    "mention": a_ticket("<!channel> checkout is down", "<https://evil|click> [~accountid:x] {html} !img!"),
    "controls": a_ticket("\x1b[31mpod\u202e crash\x00\ud800", "\u200b" * 1000),
    "other scripts": a_ticket("結帳服務無法啟動", "Под не стартует, CrashLoopBackOff в shop ٣"),
    "brackets": a_ticket("(" * 5000, "[" * 20000),
    "one long word": a_ticket("a" * 300, "a" * 50_000),
    "a-a-a": a_ticket("pod " + "a-" * 10_000, "1." * 10_000 + "-" * 10_000),
    "spaces": a_ticket("pod" + " " * 20_000 + "crash", "\n" * 20_000),
    "every signal": a_ticket("down", " ".join(sign for one in RUNBOOKS.values() for sign in one.triggers.signals)),
    "no such runbook": a_ticket("x", invocation=Invocation("../../etc/passwd", {"a": "b"}, "Ada")),
    "no such parameter": a_ticket("x", invocation=Invocation("kubernetes/image-pull", {"evil": "1"}, "Ada")),
    "no such value": a_ticket("x", invocation=Invocation("kubernetes/image-pull", {"namespace": "../x"}, "Ada")),
    "empty wish": a_ticket("checkout crashes", invocation=Invocation("", {}, "")),
    "fields": a_ticket("checkout is down", fields={"namespace": "../secrets", "": "", "workload": "a,b=c", "x": "\0"}),
    "change": a_ticket("planned maintenance of checkout", kind=TicketKind.CHANGE),
}  # fmt: skip
USUAL = a_ticket("checkout pods in ImagePullBackOff", "namespace shop, deployment checkout, ErrImagePull since noon")
PATIENCE_S = 5.0


@pytest.fixture(params=list(MATCHERS))
def matcher(request: pytest.FixtureRequest) -> Matcher:
    return MATCHERS[request.param]


def values(match: Any) -> str:
    return "\n".join(match.parameters.values())


@pytest.mark.parametrize("ticket", HOSTILE.values(), ids=list(HOSTILE))
def test_whatever_a_ticket_holds_is_decided_in_time_and_names_only_what_exists(
    matcher: Matcher, ticket: Ticket
) -> None:
    began = time.monotonic()
    match = matcher(ticket)
    assert time.monotonic() - began < PATIENCE_S
    assert match.ticket == ticket.id
    assert match.decision in Decision
    assert all(candidate.runbook in RUNBOOKS for candidate in match.candidates)
    assert all(0 <= candidate.confidence <= 1 for candidate in match.candidates)
    assert not any(bad in values(match) for bad in ("..", ",", "=", "{", "<", "\x00", ";", "\n/"))
    if match.decision is Decision.RUN:
        assert match.runbook in RUNBOOKS
        assert not match.missing


def test_what_cannot_be_carried_out_is_said_and_runs_nothing(matcher: Matcher) -> None:
    for name in ("no such runbook", "no such parameter", "no such value"):
        match = matcher(HOSTILE[name])
        assert (match.decision, bool(match.because)) == (Decision.NONE, True), name


@pytest.mark.parametrize("ticket", [*HOSTILE.values(), USUAL], ids=[*HOSTILE, "usual"])
def test_same_ticket_gives_the_same_match(matcher: Matcher, ticket: Ticket) -> None:
    assert matcher(ticket) == matcher(ticket)


def test_usual_ticket_runs_with_the_names_that_it_gives(matcher: Matcher) -> None:
    match = matcher(USUAL)
    assert (match.decision, match.runbook) == (Decision.RUN, "kubernetes/image-pull")
    assert match.parameters["namespace"] == "shop"
    assert match.because


def test_wish_of_a_person_goes_before_the_words(matcher: Matcher) -> None:
    wish = Invocation(
        "kubernetes/oom-killed" if "kubernetes/oom-killed" in RUNBOOKS else sorted(RUNBOOKS)[0], {}, "Ada"
    )
    match = matcher(a_ticket(USUAL.summary, USUAL.body, invocation=wish))
    assert match.runbook == wish.runbook
