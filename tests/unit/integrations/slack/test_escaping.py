import pytest

from bot.integrations.slack.escaping import code, escape, fence, line, link, mrkdwn, plain


@pytest.mark.parametrize("function", [escape, line, mrkdwn])
def test_markup_characters_are_escaped(function):
    assert function("<!channel> & <@U1>") == "&lt;!channel&gt; &amp; &lt;@U1&gt;"


def test_cut_never_splits_an_entity_and_keeps_the_length():
    for length in range(20, 60):
        shown = escape("&<>" * 100, length)
        assert len(shown) <= length
        assert shown.endswith("… (cut)")
        assert shown.removesuffix("… (cut)").replace("&amp;", "").replace("&lt;", "").replace("&gt;", "") == ""


def test_bidi_control_and_zero_width_characters_go():
    assert line("a\u202eb\u200bc\x07d\x1b[31me") == "abcde"


def test_inline_code_cannot_be_closed():
    assert code("a`b") == "`a'b`"
    assert code("") == "` `"


def test_fence_cannot_be_closed():
    assert fence("a```b") == "```\na'''b\n```"


def test_markdown_emphasis_becomes_slacks():
    assert mrkdwn("# Title\n**bold** text\n- item") == "*Title*\n*bold* text\n• item"


def test_open_fence_is_closed():
    assert mrkdwn("see\n```\nlog").count("```") == 2


def test_link_label_cannot_break_out():
    assert link("https://a.example/x?a=1&b=2", "K|<b>") == "<https://a.example/x?a=1&amp;b=2|K/&lt;b&gt;>"
    assert link("https://a.example/>x", "K") == "K"
    assert link("", "K") == "K"


def test_plain_text_is_one_line_within_its_length():
    assert plain("a\nb  c", 10) == "a b c"
    assert len(plain("x" * 500, 75)) == 75
