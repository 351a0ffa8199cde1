"""Cleaning, cutting and listing."""

import pytest

from bot.kit.text import clean, cut, listed, one_line


def test_cut_keeps_the_length_and_says_so():
    assert cut("short", 10) == "short"
    assert len(cut("x" * 100, 20)) == 20
    assert cut("x" * 100, 20).endswith("(cut)")


@pytest.mark.parametrize(
    ("names", "text"),
    [
        ([], ""),
        (["a"], "a"),
        (["a", "b"], "a and b"),
        (["a", "b", "c"], "a, b and c"),
        (list("abcdefg"), "a, b, c, d and 3 more"),
    ],
)
def test_names_are_listed_as_a_sentence_needs_them(names, text):
    assert listed(names) == text


def test_one_line_folds_white_space():
    assert one_line("a\n  b\tc") == "a b c"


def test_clean_leaves_ordinary_text_of_any_language_alone():
    assert clean("Größe 数 café / ok\n\ttab") == "Größe 数 café / ok\n\ttab"
