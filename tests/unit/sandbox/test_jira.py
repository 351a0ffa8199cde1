from __future__ import annotations

import threading

import httpx
import pytest

from bot.sandbox.jira import JiraSandbox


@pytest.fixture
def jira():
    sandbox = JiraSandbox()
    sandbox.start()
    yield sandbox
    sandbox.close()


def ask(jira, path: str) -> httpx.Response:
    return httpx.get(jira.url + path, headers={"authorization": f"Bearer {jira.token}"})


def test_what_a_person_files_can_be_read_over_http(jira):
    key = jira.create("down", "since noon", priority="High", labels=["vip"], security="Internal", reporter="bob")
    fields = ask(jira, f"/rest/api/2/issue/{key}").json()["fields"]
    assert (fields["summary"], fields["description"], fields["labels"]) == ("down", "since noon", ["vip"])
    assert (fields["priority"]["name"], fields["security"]["name"]) == ("High", "Internal")
    assert fields["reporter"]["displayName"] == "Bob Burns"


def test_empty_fields_are_null(jira):
    fields = ask(jira, f"/rest/api/2/issue/{jira.create('x', priority=None)}").json()["fields"]
    assert fields["priority"] is fields["description"] is fields["assignee"] is fields["security"] is None


def test_people_comment_edit_and_close(jira):
    key = jira.create("x")
    jira.comment(key, "any news?")
    jira.edit(key, summary="y", status="Done")
    jira.set_property(key, "a", 1)
    (comment,) = jira.comments(key)
    assert (comment.body, comment.author, comment.internal) == ("any news?", "alice", False)
    assert ask(jira, f"/rest/api/2/issue/{key}").json()["fields"]["status"]["name"] == "Done"
    assert ask(jira, f"/rest/api/2/issue/{key}/properties/a").json()["value"] == 1


def test_a_late_fault_does_the_work_and_loses_the_answer(jira):
    key = jira.create("x")
    jira.fail("/rest/api/2/issue", 503, late=True)
    answer = httpx.post(
        f"{jira.url}/rest/api/2/issue/{key}/comment",
        json={"body": "hello"},
        headers={"authorization": f"Bearer {jira.token}"},
    )
    assert answer.status_code == 503
    assert [comment.body for comment in jira.comments(key)] == ["hello"]


def test_a_refusal_says_when_to_come_back(jira):
    jira.fail("/rest/api/2/myself", 429, retry_after=9)
    answer = ask(jira, "/rest/api/2/myself")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "9")
    assert ask(jira, "/rest/api/2/myself").status_code == 200


def test_stopping_and_starting_keeps_the_tickets(jira):
    key = jira.create("x")
    port = int(jira.url.rpartition(":")[2])
    jira.stop()
    with pytest.raises(httpx.ConnectError):
        ask(jira, "/rest/api/2/myself")
    jira.start(port)
    assert ask(jira, f"/rest/api/2/issue/{key}").status_code == 200


def test_many_hands_at_once_lose_nothing(jira):
    made: list[str] = []

    def work() -> None:
        for number in range(20):
            made.append(jira.create(f"t{number}"))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 80
