import logging
import threading

import pytest

from bot.integrations.slack.answers import Answer, Asker
from bot.integrations.slack.client import SlackClient
from bot.integrations.slack.speaking import Speaker

ASKER = Asker("U0ADA", "C0TRIAGE", "T1", "o-1", "1700000000.000100")


@pytest.fixture
def speaker(slack_settings):
    speaker = Speaker(SlackClient(slack_settings))
    yield speaker
    speaker.stop()


def test_answer_is_shown_to_the_one_who_asked_in_their_thread(slack, speaker):
    speaker.tell(ASKER, Answer("hello", ("*there*",)))
    shown = slack.wait_for(slack.ephemerals)[0]
    assert (shown["user"], shown["thread_ts"], shown["text"]) == ("U0ADA", ASKER.thread, "hello")


def test_lost_answer_is_one_log_line(slack, speaker, caplog):
    slack.fail("chat.postEphemeral", status=503)
    with caplog.at_level(logging.WARNING):
        speaker.tell(ASKER, Answer("hello"))
        speaker.stop()
    assert [record.getMessage() for record in caplog.records] == [
        "an answer in Slack was not given: Slack failed at chat_postEphemeral (HTTP 503)"
    ]


def test_own_mistake_is_logged_with_its_traceback(speaker, caplog):
    with caplog.at_level(logging.WARNING):
        speaker.aside(lambda: 1 / 0)
        speaker.stop()
    assert "ZeroDivisionError" in caplog.text


def test_nothing_is_begun_after_the_stop(speaker):
    done = threading.Event()
    speaker.stop()
    speaker.aside(done.set)
    assert not done.wait(0.05)


def test_person_is_warned_where_the_bot_was_not_invited_and_only_there(slack, speaker):
    slack.workspace.add_channel("C0AWAY", member=False)
    for channel in ("C0TRIAGE", "C0AWAY", "D0UNKNOWN"):
        url = f"{slack.url}/response/{channel}/U0ADA"
        speaker.warn_if_away(Asker("U0ADA", channel, "T1", "o"), url)
    warned = slack.wait_for(lambda: len(slack.ephemerals()) == 2 and slack.ephemerals())
    assert {one["channel"] for one in warned} == {"C0AWAY", "D0UNKNOWN"}


def test_missing_right_to_look_is_no_reason_to_warn(slack, speaker):
    slack.fail("conversations.info", error="missing_scope")
    speaker.warn_if_away(ASKER, f"{slack.url}/response/C0TRIAGE/U0ADA")
    speaker.stop()
    assert slack.ephemerals() == []
