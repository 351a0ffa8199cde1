"""The law of a paging system: one page for a key, a receipt that stays, errors that say what to do next."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.integrations.webhook.escalation import WebhookTarget
from bot.model import Escalation, Priority
from bot.model.errors import AccessDenied, NotFound, OutsideError, RateLimited, Unavailable
from bot.model.ports import EscalationTarget
from bot.sandbox.hosting import host
from tests.builders import NOON

HANDED = Escalation("t-1", "all pods down", "platform", "webhook:platform", Priority.P1, NOON, "see OPS-1")


@dataclass(frozen=True)
class Case:
    """A target; the pages that the team got, by key; how its system answers with an HTTP status from now on."""

    target: EscalationTarget
    pages: Callable[[], dict[str, dict[str, object]]]
    answer: Callable[[int], None]


@pytest.fixture
def webhook() -> Iterator[Case]:
    """A receiver as vendors build them: a key that it knows is answered with the page that it made."""
    pages: dict[str, dict[str, object]] = {}
    status = [200]

    async def take(request: Request) -> Response:
        if status[0] != 200:
            return Response("no", status[0], headers={"retry-after": "7"})
        key = request.headers["idempotency-key"]
        pages.setdefault(key, json.loads(await request.body())["escalation"])
        return JSONResponse({"id": f"PAGE-{list(pages).index(key) + 1}"})

    def answer(with_status: int) -> None:
        status[0] = with_status

    hosted = host(Starlette(routes=[Route("/page", take, methods=["POST"])]))
    yield Case(WebhookTarget("platform", f"{hosted.url}/page", "secret"), lambda: dict(pages), answer)
    hosted.stop()


@pytest.fixture(params=["webhook"])
def case(request: pytest.FixtureRequest) -> Case:
    return request.getfixturevalue(request.param)


def test_team_is_paged_once_for_a_key_and_the_receipt_stays(case: Case) -> None:
    first, again = (case.target.page(HANDED, "d-1") for _ in range(2))
    assert first
    assert first == again
    assert list(case.pages()) == ["d-1"]


def test_another_key_is_another_page(case: Case) -> None:
    receipts = {case.target.page(HANDED, key) for key in ("d-1", "d-2")}
    assert len(receipts) == 2
    assert set(case.pages()) == {"d-1", "d-2"}


def test_page_says_who_must_act_on_what_and_by_when(case: Case) -> None:
    case.target.page(replace(HANDED, reason="<!channel> {{ 7*7 }}"), "d-1")
    page = case.pages()["d-1"]
    assert (page["team"], page["ticket"], page["priority"]) == ("platform", "t-1", "P1")
    assert page["respond_by"] == NOON.isoformat()
    assert page["reason"] == "<!channel> {{ 7*7 }}", "what the receiver makes of text is its own affair: it is JSON"


@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, AccessDenied), (403, AccessDenied), (404, NotFound), (429, RateLimited), (500, Unavailable),
     (503, Unavailable), (400, OutsideError)],
)  # fmt: skip
def test_refusal_is_an_error_of_its_kind_and_leaves_the_key_for_the_next_try(
    case: Case, status: int, kind: type[OutsideError]
) -> None:
    case.answer(status)
    with pytest.raises(OutsideError) as caught:
        case.target.page(HANDED, "d-1")
    assert type(caught.value) is kind
    assert case.target.name in caught.value.message
    assert "\n" not in caught.value.message
    case.answer(200)
    assert case.target.page(HANDED, "d-1")
    assert list(case.pages()) == ["d-1"]


def test_request_to_wait_says_how_long(case: Case) -> None:
    case.answer(429)
    with pytest.raises(RateLimited) as caught:
        case.target.page(HANDED, "d-1")
    assert caught.value.retry_after_s == 7
