import threading

import pytest

from bot.sandbox.slack_workspace import BOT_ID, Refused, Workspace


@pytest.fixture
def workspace():
    return Workspace()


def test_times_of_messages_are_unique_and_rise(workspace):
    stamps = [workspace.stamp() for _ in range(1000)]
    assert stamps == sorted(set(stamps), key=float)


def test_threads_and_roots_are_told_apart(workspace):
    root = workspace.post("C0TRIAGE", {"text": "root"})["ts"]
    workspace.post("C0TRIAGE", {"text": "reply", "thread_ts": root})
    assert [one["text"] for one in workspace.roots("C0TRIAGE")] == ["root"]
    assert [one["text"] for one in workspace.thread("C0TRIAGE", root)] == ["root", "reply"]


@pytest.mark.parametrize(
    ("arrange", "word"),
    [
        ({"archived": True}, "is_archived"),
        ({"member": False}, "not_in_channel"),
    ],
)
def test_channels_may_refuse(workspace, arrange, word):
    for name, value in arrange.items():
        setattr(workspace.channels["C0TRIAGE"], name, value)
    with pytest.raises(Refused, match=word):
        workspace.channel("#triage", to_post=True)


def test_only_own_messages_can_be_edited(workspace):
    own = workspace.post("C0TRIAGE", {"text": "x", "bot_id": BOT_ID})["ts"]
    other = workspace.post("C0TRIAGE", {"text": "x", "user": "U0ADA"})["ts"]
    assert workspace.edit("C0TRIAGE", own, {"text": "y"})["text"] == "y"
    with pytest.raises(Refused, match="cant_update_message"):
        workspace.edit("C0TRIAGE", other, {"text": "y"})
    with pytest.raises(Refused, match="message_not_found"):
        workspace.edit("C0TRIAGE", "1.0", {"text": "y"})


def test_reply_to_nothing_is_refused(workspace):
    with pytest.raises(Refused, match="thread_not_found"):
        workspace.post("C0TRIAGE", {"text": "x", "thread_ts": "1.0"})


def test_what_is_given_out_is_a_copy(workspace):
    posted = workspace.post("C0TRIAGE", {"text": "x", "blocks": [{"a": 1}]})
    workspace.roots("C0TRIAGE")[0]["blocks"][0]["a"] = 2
    assert workspace.find("C0TRIAGE", posted["ts"])["blocks"] == [{"a": 1}]


def test_whoever_waits_is_woken(workspace):
    threading.Timer(0.02, workspace.post, ("C0TRIAGE", {"text": "x"})).start()
    assert workspace.wait_for(lambda: workspace.roots("C0TRIAGE"), 2)[0]["text"] == "x"
    with pytest.raises(TimeoutError):
        workspace.wait_for(lambda: False, 0.01)
