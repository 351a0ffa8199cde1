from __future__ import annotations

import json

import httpx
import pytest

from bot.sandbox.hosting import host
from bot.sandbox.jira_door import FrontDoor, json_answer, nothing, refusal
from bot.sandbox.jira_faults import Faults


@pytest.fixture
def faults():
    return Faults()


@pytest.fixture
def url(faults):
    hosted = host(FrontDoor(json_answer({"in": True}), faults, "Bearer right"))
    yield hosted.url
    hosted.stop()


def ask(url: str, authorization: str, path: str = "/rest/api/2/myself") -> httpx.Response:
    return httpx.get(url + path, headers={"authorization": authorization})


def test_only_the_right_account_comes_in(url):
    assert ask(url, "Bearer right").json() == {"in": True}
    for wrong in ("", "Bearer wrong", "Bearer RIGHT", "Basic right"):
        assert ask(url, wrong).status_code == 401


def test_server_info_is_open_to_all(url):
    assert ask(url, "", "/rest/api/2/serverInfo").status_code == 200


def test_a_fault_comes_before_everything_else(url, faults):
    faults.add("/rest", 503, 1)
    assert ask(url, "Bearer wrong").status_code == 503
    assert ask(url, "Bearer wrong").status_code == 401


def test_answers_have_jira_s_shapes():
    assert json.loads(bytes(json_answer([1], 201).body)) == [1]
    assert nothing().status_code == 204
    said = refusal(400, "no")
    assert (said.status_code, json.loads(bytes(said.body))) == (400, {"errorMessages": ["no"], "errors": {}})
