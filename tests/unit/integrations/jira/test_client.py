from __future__ import annotations

import ast
import inspect
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.integrations.jira.client import JiraClient, Refused
from bot.model.errors import AccessDenied, NotFound, OutsideError, RateLimited, SettingsError, Unavailable
from bot.settings import JiraSettings


def test_flavour_is_what_the_site_says(jira, client):
    assert client.cloud is (jira.flavour == "cloud")


def test_site_is_the_host_without_credentials(jira, settings_of):
    url = jira.url.replace("http://", "http://someone:secret@")
    client = JiraClient(settings_of(jira, url=f"{url}/jira/"))
    assert client.site == jira.url.removeprefix("http://")
    assert client.url == f"{jira.url}/jira"


def test_the_package_s_public_and_guessing_calls_are_never_used():
    folder = Path(inspect.getfile(JiraClient)).parent
    code = "\n".join(ast.unparse(ast.parse(file.read_text("utf-8"))) for file in folder.glob("*.py"))
    called = {node.func.attr for node in ast.walk(ast.parse(code)) if _is_method_call(node)}
    assert called >= {"enhanced_search_issues", "comments"}
    assert not called & {
        "add_comment", "transition_issue", "create_issue_link", "add_simple_link", "assign_issue", "add_watcher",
        "search_issues", "service_desks", "issue_link_types",
    }  # fmt: skip


def _is_method_call(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)


@pytest.mark.parametrize("values", [{"url": "jira.example.com", "token": SecretStr("t")}, {"url": "https://jira"}])
def test_missing_settings_stop_at_start_and_name_the_key(values):
    with pytest.raises(SettingsError, match=r"setting jira\.(url|token)"):
        JiraClient(JiraSettings(**values))


def test_pages_are_followed_one_at_a_time(jira, client):
    for number in range(7):
        jira.create(f"ticket {number}")
    first = client.search('project = "OPS" ORDER BY key ASC', ["summary"], size=3)
    second = client.search('project = "OPS" ORDER BY key ASC', ["summary"], first.next, size=3)
    third = client.search('project = "OPS" ORDER BY key ASC', ["summary"], second.next, size=3)
    keys = [issue["key"] for page in (first, second, third) for issue in page.issues]
    assert keys == [f"OPS-{number}" for number in range(1, 8)]
    assert third.next == ""


def test_bad_jql_is_refused_for_good(jira, client):
    with pytest.raises(Refused, match="HTTP 400"):
        client.search("nonsense ===", ["summary"])


def test_wrong_token_says_which_settings_to_check(jira, settings_of):
    client = JiraClient(settings_of(jira, token=SecretStr("stale")))
    with pytest.raises(AccessDenied, match=r"check jira\.user and jira\.token"):
        client.myself()


def test_denied_names_the_operation(jira, client):
    jira.create("x")
    jira.fail("/rest/api/2/issue/OPS-1/comment", 403)
    with pytest.raises(AccessDenied, match="add comment OPS-1") as caught:
        client.add_internal_comment("OPS-1", "text", {})
    assert caught.value.permission == "add comment"


def test_absent_issue_is_not_found(client):
    with pytest.raises(NotFound, match="OPS-404"):
        client.issue("OPS-404", ["summary"])


def test_seconds_to_wait_are_passed_on_at_once(jira, client):
    jira.create("x")
    jira.fail("/rest/api/2/issue", 429, retry_after=17)
    started = datetime.now(UTC)
    with pytest.raises(RateLimited) as caught:
        client.issue("OPS-1", ["summary"])
    assert caught.value.retry_after_s == 17
    assert datetime.now(UTC) - started < timedelta(seconds=2)


def test_retry_after_as_a_date_is_understood(jira, client):
    jira.create("x")
    jira.fail("/rest/api/2/issue", 429, retry_after=format_datetime(datetime.now(UTC) + timedelta(seconds=90), True))
    with pytest.raises(RateLimited) as caught:
        client.issue("OPS-1", ["summary"])
    assert 80 < caught.value.retry_after_s <= 90


@pytest.mark.parametrize("said", ["soon", "99999999", "-5", ""])
def test_nonsense_in_retry_after_still_gives_a_sane_wait(jira, client, said):
    jira.create("x")
    jira.fail("/rest/api/2/issue", 429, retry_after=said)
    with pytest.raises(RateLimited) as caught:
        client.issue("OPS-1", ["summary"])
    assert 0 <= caught.value.retry_after_s <= 3600


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 429, 500, 502, 503])
def test_no_header_or_body_of_the_answer_gets_into_the_message(jira, client, status):
    jira.create("x")
    jira.fail("/rest/api/2/issue", status, body='{"errorMessages": ["stack trace with password hunter2"]}')
    with pytest.raises(OutsideError) as caught:
        client.issue("OPS-1", ["summary"])
    error: BaseException | None = caught.value
    assert "\n" not in str(error)
    for part in ("hunter2", "secret-cookie", "sandbox-token", "sandbox fault"):
        assert part not in str(error)
    assert error.__suppress_context__


def test_unreachable_site_fails_at_once_with_one_line(jira, settings_of):
    client = JiraClient(settings_of(jira, url="http://127.0.0.1:9"))
    started = datetime.now(UTC)
    with pytest.raises(Unavailable, match=r"cannot be reached; check jira\.url"):
        client.server_time()
    assert datetime.now(UTC) - started < timedelta(seconds=3)


def test_silent_site_is_given_up_after_the_timeout(jira, settings_of):
    jira.create("x")
    client = JiraClient(settings_of(jira, timeout_s=0.2))
    client.myself()
    jira.fail("/rest/api/2/issue", 500, delay_s=2)
    with pytest.raises(Unavailable, match=r"no answer to get issue in 0\.2 s"):
        client.issue("OPS-1", ["summary"])


@pytest.mark.parametrize("body", ["<html>Log in</html>", "[]", "{}", "null"])
def test_a_site_that_is_no_jira_is_told_apart(jira, client, body):
    jira.fail("/rest/api/2/serverInfo", 200, times=9, body=body)
    with pytest.raises(Unavailable, match=r"not Jira's; check jira\.url"):
        client.server_time()


def test_a_failed_connection_is_tried_afresh(jira, client):
    jira.fail("/rest/api/2/serverInfo", 503)
    with pytest.raises(Unavailable):
        client.server_time()
    assert abs(client.server_time() - datetime.now(UTC)) < timedelta(seconds=5)


def test_comment_and_its_properties_arrive_in_one_request(jira, client):
    jira.create("x")
    jira.fail("/rest/api/2/issue/OPS-1/comment/", 500, times=9)
    client.add_internal_comment("OPS-1", "found it", {"mark": {"key": "k"}})
    (comment,) = jira.comments("OPS-1")
    assert comment.internal
    assert comment.properties["mark"] == {"key": "k"}


def test_editing_keeps_a_comment_internal(jira, client):
    jira.create("x")
    made = client.add_internal_comment("OPS-1", "one", {"mark": 1})
    client.update_internal_comment("OPS-1", made["id"], "two", {"mark": 2})
    (comment,) = jira.comments("OPS-1")
    assert (comment.body, comment.internal, comment.properties["mark"]) == ("two", True, 2)


def test_comments_come_newest_first_with_properties_over_pages(jira, client):
    jira.create("x")
    for number in range(120):
        jira.comment("OPS-1", f"c{number}")
    client.add_internal_comment("OPS-1", "ours", {"mark": 1})
    found = list(client.comments("OPS-1"))
    assert len(found) == 121
    assert found[0]["body"] == "ours"
    assert {"key": "mark", "value": 1} in found[0]["properties"]


def test_labels_of_other_people_stay(jira, client):
    jira.create("x", labels=["vip", "old"])
    client.change_labels("OPS-1", ["l2bot-triaged"], ["old"])
    assert jira.labels("OPS-1") == ("vip", "l2bot-triaged")


def test_permissions_of_the_account_can_be_read(client):
    assert client.permissions(["ADD_COMMENTS"]) == {"ADD_COMMENTS": True}
