import pytest

from bot.integrations.slack.reading import (
    chat_ticket,
    mentions,
    message_text,
    readable,
    ticket_key,
    typed_ticket,
    without_mention,
)
from bot.model import Address, Invocation

TS = "1700000000.000100"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a &lt;b&gt; &amp;amp;", "a <b> &amp;"),
        ("<@U1|ada> and <@U2>", "@ada and @U2"),
        ("<#C1|ops> <#C2>", "#ops #C2"),
        ("<!here> <!subteam^S1|@sre> <!channel>", "@here @sre @channel"),
        ("<https://a.example/x|here>", "here (https://a.example/x)"),
        ("<http://a.example|a.example>", "a.example"),
        ("<https://evil.example/?a.example|a.example>", "https://evil.example/?a.example"),
        ("<mailto:a@b.example|a@b.example>", "a@b.example"),
        ("a < b", "a < b"),
    ],
)
def test_slacks_markup_becomes_words(text, shown):
    assert readable(text) == shown


def test_huge_text_is_cut():
    assert len(readable("x" * 1_000_000)) == 40_000


def test_long_first_line_is_shortened_in_the_summary_and_kept_in_the_body():
    raw = chat_ticket({"ts": TS, "text": "x" * 400, "user": "U1"}, "C1", "T1")
    assert len(raw.summary) == 150
    assert raw.body == "x" * 400


def test_reply_goes_to_the_thread_of_a_reply():
    raw = chat_ticket({"ts": TS, "thread_ts": "1600000000.000100", "text": "x"}, "C1", "T1")
    assert raw.reply_to == (Address("slack", "C1", "1600000000.000100"),)
    assert raw.received_at.timestamp() == pytest.approx(1700000000.0001)


def test_text_of_an_alert_is_found_in_its_attachments_and_blocks():
    alert = {
        "text": "",
        "attachments": [{"title": "Firing", "fields": [{"title": "pod", "value": "checkout-1"}], "fallback": "Firing"}],
        "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "in shop"}}],
    }
    assert message_text(alert) == "Firing\npod\ncheckout-1\nin shop"


def test_deep_nesting_ends():
    part: dict = {"text": "deep"}
    for _ in range(2000):
        part = {"elements": [part]}
    assert message_text({"blocks": [part]}) == ""


def test_mention_of_the_bot_is_told_from_others():
    assert mentions("hi <@U0BOT>!", "U0BOT")
    assert not mentions("hi <@U0BOTTY>", "U0BOT")
    assert not mentions("hi", "")
    assert without_mention(" <@U0BOT>: status", "U0BOT") == "status"
    assert without_mention("<@U1> status", "U0BOT") == "<@U1> status"
    assert without_mention("<@U1> status", "") == "status"


@pytest.mark.parametrize("text", ["ops-12", "OPS-12x", "see OPS-12", "UTF-8 error", ""])
def test_words_are_no_keys(text):
    assert ticket_key(text) == ""


def test_each_use_of_a_command_is_a_ticket_of_its_own():
    invocation = Invocation("a/b")
    one = typed_ticket("down", "C1", "T1", "U1", "trigger-1", invocation=invocation)
    two = typed_ticket("down", "C1", "T1", "U1", "trigger-2")
    assert one.origin != two.origin
    assert one.invocation is invocation
    assert one.reply_to == (Address("slack", "C1"),)
