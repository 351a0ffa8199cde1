import pytest

from bot.sandbox.slack_limits import message_error, option_faults, view_error


def plain(text: str) -> dict:
    return {"type": "plain_text", "text": text}


def section(text: str = "x", **more) -> dict:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


def button(**more) -> dict:
    return {"type": "button", "action_id": "a", "text": plain("b")} | more


def actions(*elements) -> dict:
    return {"type": "actions", "elements": list(elements)}


GOOD = [
    section("x" * 3000),
    {"type": "header", "text": plain("x" * 150)},
    {"type": "context", "elements": [plain("x")] * 10},
    actions(button(value="x" * 2000, text=plain("x" * 75), style="primary")),
    {"type": "divider"},
    {"type": "section", "fields": [plain("x")] * 10},
    section(accessory=button()),
]


@pytest.mark.parametrize("block", GOOD)
def test_blocks_at_the_limit_are_taken(block):
    assert message_error("x", [block]) is None


@pytest.mark.parametrize(
    ("block", "words"),
    [
        (section("x" * 3001), "longer than 3000"),
        (section(""), "empty"),
        ({"type": "section"}, "needs text or fields"),
        ({"type": "section", "fields": [plain("x")] * 11}, "more than 10 fields"),
        ({"type": "header", "text": plain("x" * 151)}, "longer than 150"),
        ({"type": "header", "text": {"type": "mrkdwn", "text": "x"}}, "plain_text"),
        ({"type": "context", "elements": []}, "1 to 10"),
        ({"type": "context", "elements": [plain("x")] * 11}, "1 to 10"),
        (actions(), "1 to 25"),
        (actions(*[button(action_id=str(n)) for n in range(26)]), "1 to 25"),
        (actions(button(), button()), "appears twice"),
        (actions(button(text=plain("x" * 76))), "longer than 75"),
        (actions(button(value="x" * 2001)), "longer than 2000"),
        (actions(button(action_id="x" * 256)), "longer than 255"),
        (actions(button(style="green")), "style"),
        (actions(button(confirm={"title": plain("x" * 101)})), "confirm title"),
        (actions({"type": "teleport"}), "unknown element"),
        (section(block_id="x" * 256), "block_id"),
        ({"type": "marquee"}, "unknown type"),
        ("text", "no object"),
    ],
)
def test_one_wrong_block_refuses_the_message(block, words):
    word, faults = message_error("x", [block])
    assert word == "invalid_blocks"
    assert words in "; ".join(faults)


def test_whole_message_has_limits_too():
    assert message_error("x", [section() for _ in range(51)])[0] == "invalid_blocks"
    assert message_error("x", [section("x" * 3000) for _ in range(5)])[0] == "msg_blocks_too_long"
    assert message_error("x" * 40_001, [])[0] == "msg_too_long"
    assert message_error("", [])[0] == "no_text"
    assert message_error("x", {"type": "section"})[0] == "invalid_blocks"
    assert message_error("x", [section(block_id="a"), section(block_id="a")])[0] == "invalid_blocks"


def modal(**more) -> dict:
    element = {"type": "plain_text_input", "action_id": "a"}
    blocks = [{"type": "input", "label": plain("l"), "element": element}]
    return {"type": "modal", "title": plain("t"), "blocks": blocks} | more


@pytest.mark.parametrize(
    ("view", "words"),
    [
        (modal(title=plain("x" * 25)), "longer than 24"),
        (modal(submit=plain("")), "empty"),
        (modal(private_metadata="x" * 3001), "private_metadata"),
        (modal(type="window"), "modal or home"),
        ({"type": "modal", "blocks": []}, "needs a title"),
        (modal(blocks=[section() for _ in range(101)]), "more than 100"),
    ],
)
def test_views_have_limits(view, words):
    assert words in "; ".join(view_error(view))
    assert view_error(modal()) == []


def test_options_have_limits():
    assert option_faults([{"text": plain("x"), "value": "v"}]) == []
    assert "75" in option_faults([{"text": plain("x" * 76), "value": "v"}])[0]
    assert "150" in option_faults([{"text": plain("x"), "value": "v" * 151}])[0]
    assert option_faults([{"text": plain("x"), "value": "v"}] * 101) != []
