from bot.integrations.slack.layout import context, header, message, more, section
from bot.sandbox.slack_limits import message_error


def test_long_answer_is_cut_at_a_line():
    blocks = message("Runbooks", [f"line {number} " + "x" * 60 for number in range(200)])
    assert message_error("x", blocks) is None
    assert blocks[0]["text"]["text"].endswith("… and more")


def test_answer_of_one_line_is_not_bold():
    assert message("Done <b>", [])[0]["text"]["text"] == "Done &lt;b&gt;"


def test_empty_texts_make_no_refused_block():
    assert message_error("x", [section(""), header("x"), context(["", "a"])]) is None


def test_small_print_has_ten_parts_at_most():
    assert message_error("x", [context("x" * 20)]) is None


def test_nothing_may_be_turned_into_a_link_by_slack():
    assert section("http://x")["text"]["verbatim"]
    assert context(["http://x"])["elements"][0]["verbatim"]


def test_what_is_left_out_is_counted():
    assert more(5, 3) == ["… and 2 more"]
    assert more(3, 3) == []
