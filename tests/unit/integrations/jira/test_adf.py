from __future__ import annotations

import pytest

from bot.integrations.jira.adf import plain_text


def doc(*content):
    return {"type": "doc", "version": 1, "content": list(content)}


def p(*content):
    return {"type": "paragraph", "content": list(content)}


def t(text):
    return {"type": "text", "text": text}


@pytest.mark.parametrize("body", [None, 5, [], {}, {"type": "doc"}, {"type": "doc", "content": None}, doc(None, "x")])
def test_nothing_readable_is_empty_text(body):
    assert plain_text(body) == ""


def test_a_string_is_taken_as_it_is():
    assert plain_text("as is\n *wiki*") == "as is\n *wiki*"


def test_paragraphs_breaks_and_marks():
    body = doc(p(t("pods "), t("crash"), {"type": "hardBreak"}, t("since noon")), p(t("help")))
    assert plain_text(body) == "pods crash\nsince noon\nhelp"


def test_lists_code_and_headings():
    items = [{"type": "listItem", "content": [p(t(name))]} for name in ("one", "two")]
    body = doc(
        {"type": "heading", "content": [t("Steps")]},
        {"type": "bulletList", "content": items},
        {"type": "codeBlock", "content": [t("kubectl get pod\nNAME")]},
    )
    assert plain_text(body) == "Steps\n- one\n- two\nkubectl get pod\nNAME"


def test_what_is_no_text_is_named():
    mention = {"type": "mention", "attrs": {"id": "1", "text": "@kim"}}
    body = doc(
        p(mention, t(" "), {"type": "emoji", "attrs": {"shortName": ":x:"}}),
        p({"type": "inlineCard", "attrs": {"url": "https://example.com/a"}}),
        {"type": "mediaSingle", "content": [{"type": "media", "attrs": {"id": "f"}}]},
    )
    assert plain_text(body) == "@kim :x:\nhttps://example.com/a\n[attachment]"


def test_a_table_keeps_its_rows():
    def row(*cells):
        return {"type": "tableRow", "content": [{"type": "tableCell", "content": [p(t(cell))]} for cell in cells]}

    text = plain_text(doc({"type": "table", "content": [row("pod", "state"), row("a", "down")]}))
    assert text.split() == ["pod", "state", "a", "down"]


def test_endless_nesting_and_size_are_bounded():
    node = t("deep")
    for _ in range(5_000):
        node = {"type": "panel", "content": [node]}
    assert plain_text(doc(node)) == ""
    assert len(plain_text(doc(p(t("x" * 1_000_000))))) == 200_000
