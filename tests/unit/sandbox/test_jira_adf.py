from __future__ import annotations

import pytest

from bot.sandbox.jira_adf import from_text, to_text


@pytest.mark.parametrize("text", ["one line", "two\nlines", "a\n\nb", ""])
def test_text_goes_into_a_document_and_comes_back(text):
    assert to_text(from_text(text)) == text


def test_nothing_stays_nothing_and_text_stays_text():
    assert from_text(None) is None
    assert to_text(None) is None
    assert to_text("plain") == "plain"
