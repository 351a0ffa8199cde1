import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.sandbox.slack import BOT_TOKEN, SlackSandbox


@pytest.fixture(scope="module")
def slack():
    sandbox = SlackSandbox()
    sandbox.start()
    yield sandbox
    sandbox.stop()


@pytest.fixture
def client(slack):
    slack.recover()
    return WebClient(BOT_TOKEN, base_url=slack.api_url)


def refused(call, **arguments) -> str:
    with pytest.raises(SlackApiError) as caught:
        call(**arguments)
    return caught.value.response["error"]


def test_token_is_checked(slack):
    assert refused(WebClient("xoxb-wrong", base_url=slack.api_url).auth_test) == "invalid_auth"
    assert refused(WebClient(base_url=slack.api_url).auth_test) == "not_authed"
    assert (
        refused(WebClient(BOT_TOKEN, base_url=slack.api_url).apps_connections_open, app_token="xapp-no")
        == "invalid_auth"
    )


def test_metadata_is_given_only_to_those_who_ask_for_it(client):
    metadata = {"event_type": "e", "event_payload": {"key": "k"}}
    ts = client.chat_postMessage(channel="C0GENERAL", text="x", metadata=metadata)["ts"]
    asked = {"channel": "C0GENERAL", "oldest": "0", "limit": 1}
    assert "metadata" not in client.conversations_history(**asked)["messages"][0]
    assert client.conversations_history(**asked, include_all_metadata=True)["messages"][0]["metadata"] == metadata
    assert client.conversations_replies(channel="C0GENERAL", ts=ts, include_all_metadata=True)["messages"][0][
        "metadata"
    ]
    assert refused(client.chat_postMessage, channel="C0GENERAL", text="x", metadata={"key": "k"}) == "metadata_invalid"


def test_history_is_paged_newest_first_and_bounded(slack, client):
    slack.workspace.add_channel("C0PAGES")
    stamps = [slack.workspace.post("C0PAGES", {"text": str(n)})["ts"] for n in range(5)]
    first = client.conversations_history(channel="C0PAGES", limit=2)
    assert [one["text"] for one in first["messages"]] == ["4", "3"]
    cursor = first["response_metadata"]["next_cursor"]
    assert [
        one["text"] for one in client.conversations_history(channel="C0PAGES", limit=2, cursor=cursor)["messages"]
    ] == ["2", "1"]
    bounded = client.conversations_history(channel="C0PAGES", oldest=stamps[2], latest=stamps[4])
    assert [one["text"] for one in bounded["messages"]] == ["3"]


def test_blocks_too_long_refuse_the_message(client):
    block = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}
    assert refused(client.chat_postMessage, channel="C0GENERAL", text="x", blocks=[block]) == "invalid_blocks"
    assert refused(client.chat_postMessage, channel="C0NOWHERE", text="x") == "channel_not_found"
    assert refused(client.chat_postMessage, channel="C0GENERAL", text="x" * 40_001) == "msg_too_long"


def test_files_are_uploaded_shared_and_listed(client):
    root = client.chat_postMessage(channel="C0GENERAL", text="x")["ts"]
    done = client.files_upload_v2(channel="C0GENERAL", thread_ts=root, title="T", filename="a.txt", content="héllo")
    file = done["files"][0]["id"]
    assert client.files_info(file=file)["file"]["size"] == 6
    assert file in [one["id"] for one in client.files_list()["files"]]
    reply = client.conversations_replies(channel="C0GENERAL", ts=root)["messages"][1]
    assert reply["files"][0]["title"] == "T"
    assert refused(client.files_info, file="F0") == "file_not_found"


def test_trigger_opens_one_view_only(slack, client):
    view = {"type": "modal", "title": {"type": "plain_text", "text": "t"}, "blocks": []}
    trigger = slack.api.trigger()
    opened = client.views_open(trigger_id=trigger, view=view)["view"]["id"]
    assert refused(client.views_open, trigger_id=trigger, view=view) == "exchanged_trigger_id"
    assert client.views_update(view_id=opened, view=view)["view"]["id"] == opened
    assert refused(client.views_update, view_id="V0", view=view) == "not_found"
    late = slack.api.trigger()
    slack.api._triggers[late] -= 4
    assert refused(client.views_open, trigger_id=late, view=view) == "expired_trigger_id"
    assert refused(client.views_open, trigger_id=slack.api.trigger(), view={"type": "modal"}) == "invalid_arguments"
    assert client.views_publish(user_id="U0ADA", view=view | {"type": "home"})["ok"]


def test_small_methods_answer(slack, client):
    ts = client.chat_postMessage(channel="C0GENERAL", text="x")["ts"]
    assert client.chat_getPermalink(channel="C0GENERAL", message_ts=ts)["permalink"].endswith(ts.replace(".", ""))
    assert client.reactions_add(channel="C0GENERAL", timestamp=ts, name="eyes")["ok"]
    assert refused(client.reactions_add, channel="C0GENERAL", timestamp=ts, name="eyes") == "already_reacted"
    assert client.users_info(user="U0ADA")["user"]["name"] == "ada"
    assert refused(client.users_info, user="U0NOBODY") == "user_not_found"
    assert client.conversations_info(channel="C0GENERAL")["channel"]["is_member"]
    assert client.api_test()["ok"]
    assert refused(client.api_call, api_method="teleport.me") == "unknown_method"
