from __future__ import annotations

import re

import pytest

from bot.integrations.jira import wiki

JOINER = "\u2060"


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("**Root cause**", "*Root cause*"),
        ("*Next steps*", "*Next steps*"),
        ("_Runbook x_", "_Runbook x_"),
        ("see `kubectl get pod`", "see {{kubectl get pod}}"),
        ("# Title", "h3. Title"),
        ("- one\n  - two", "* one\n** two"),
        ("• one", "* one"),
        ("1. one", "# one"),
        ("> said the log", "bq. said the log"),
        ("checkout-7d9f in shop_prod uses DB_HOST", "checkout-7d9f in shop_prod uses DB_HOST"),
    ],
)
def test_our_own_markdown_becomes_wiki_text(markdown, expected):
    assert wiki.from_markdown(markdown) == expected


def test_a_fence_is_shown_as_it_is():
    assert wiki.from_markdown("```\n*a* {b}\n```") == "{noformat}\n*a* {b}\n{noformat}"


def test_a_fence_that_is_never_closed_is_closed():
    assert wiki.from_markdown("```\ntext").endswith("\n{noformat}")


@pytest.mark.parametrize(
    "hostile",
    [
        "[~accountid:712020:abc]",
        "[~admin]",
        "{html}<script>alert(1)</script>{html}",
        "{code}",
        "\\{html}",
        "\\\\{html}",
        "{{{html}}}",
        "!http://evil.example/pixel.png!",
        "[click|http://evil.example]",
        "[^secret.pdf]",
        "{panel:title=x}",
        "{noformat}",
        "`{html}`",
        "**{html}**",
        "_[~admin]_",
        "> {html}",
        "# {html}",
        "- !x.png!",
    ],
)
def test_markup_from_outside_does_nothing(hostile):
    for text in (wiki.escape(hostile), wiki.from_markdown(hostile)):
        without_monospace = text.replace("{{", "", 1).replace("}}", "", 1) if text.startswith("{{") else text
        assert not re.search(r"(?<!\\)[{\[!|]", without_monospace), text
        assert "\\\\" not in text


@pytest.mark.parametrize(
    "link", ["http://evil.example/x", "ftp://h", "mailto:a@b.example", "www.evil.example", "x:\\\\h"]
)
def test_no_link_is_made_of_a_bare_address(link):
    text = wiki.from_markdown(f"go to {link} now")
    assert link not in text
    assert text.replace(JOINER, "").replace("&#92;", "\\") == f"go to {link} now"


@pytest.mark.parametrize("line", ["h1. Big", "bq. quote", "  h3. x"])
def test_a_line_from_outside_cannot_begin_a_block(line):
    assert not re.match(r"\s*(h\d|bq)\.", wiki.escape(f"a\n{line}").split("\n")[1])


def test_noformat_cannot_be_ended_from_within():
    text = wiki.noformat("before {noformat} {NOFORMAT} { noformat} after [~admin]")
    inside = text.removeprefix("{noformat}\n").removesuffix("\n{noformat}")
    assert "{noformat}" not in inside.lower()
    assert inside.replace(JOINER, "") == "before {noformat} {NOFORMAT} { noformat} after [~admin]"


def test_a_noformat_built_with_hidden_characters_cannot_end_it_either():
    assert wiki.noformat("{no\u200bformat}").lower().count("{noformat}") == 2


def test_emphasis_inside_outside_text_is_shown_not_done():
    assert wiki.escape("*bold* -gone- --flag +u+ ^s^ ??c??") == (r"\*bold\* \-gone\- \-\-flag \+u\+ \^s\^ \?\?c\?\?")


def test_control_and_direction_characters_are_taken_out():
    assert wiki.escape("a\x00b\x1b[31mred\u202ebad") == "abredbad"


def test_a_long_note_is_cut_and_says_so():
    text = wiki.from_markdown("\n".join(["a line of text"] * 10_000))
    assert len(text) < 32_767
    assert "was cut" in text


def test_a_cut_within_a_block_closes_the_block():
    text = wiki.from_markdown("```\n" + "\n".join(["log line"] * 10_000) + "\n```")
    assert text.count("{noformat}") == 2
    assert text.index("was cut") > text.rindex("{noformat}")


def test_a_megabyte_of_hostile_text_is_handled_in_time():
    import time

    started = time.monotonic()
    wiki.from_markdown("*_`" * 100_000 + "[" * 300_000)
    wiki.from_markdown("**a " * 100_000)
    assert time.monotonic() - started < 5
