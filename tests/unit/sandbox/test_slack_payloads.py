import pytest

from bot.sandbox.slack_payloads import action, command, element_of, event, interaction, message_event, view_state
from bot.sandbox.slack_workspace import BOT_USER, Channel, Person

BUTTON = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}, "value": "t-1"}
MESSAGE = {"ts": "1.0", "blocks": [{"type": "actions", "block_id": "b", "elements": [BUTTON]}]}


def test_event_names_the_bot_and_its_workspace():
    sent = event(message_event("C1", {"type": "message", "ts": "1.0"}), "Ev1")
    assert sent["event"]["channel"] == "C1"
    assert sent["authorizations"][0]["user_id"] == BOT_USER
    assert sent["event_id"] == "Ev1"


def test_button_keeps_its_own_value_unless_forged():
    block, element = element_of(MESSAGE, "go")
    assert action(block, element, None)["value"] == "t-1"
    assert action(block, element, "forged")["value"] == "forged"
    assert action(block, element, None)["block_id"] == "b"


def test_what_is_not_there_cannot_be_clicked():
    with pytest.raises(LookupError, match="no 'stop'"):
        element_of(MESSAGE, "stop")


def test_chosen_option_is_sent():
    select = {"type": "external_select", "action_id": "s"}
    assert action("b", select, "a/b")["selected_option"]["value"] == "a/b"


def test_modal_is_filled_by_block_and_keeps_initial_values():
    element = {"type": "plain_text_input", "action_id": "value"}
    view = {
        "blocks": [
            {"type": "section", "text": {}},
            {"type": "input", "block_id": "one", "element": element},
            {"type": "input", "block_id": "two", "element": element | {"initial_value": "443"}},
        ]
    }
    values = view_state(view, {"one": "x"})["values"]
    assert values["one"]["value"]["value"] == "x"
    assert values["two"]["value"]["value"] == "443"


def test_command_and_interaction_name_the_persons_workspace():
    stranger = Person("U1", "mallory", "T0FOREIGN")
    assert command("/l2", "x", Channel("C1", "ops"), stranger, "http://r", "tr")["team_id"] == "T0FOREIGN"
    sent = interaction("block_actions", stranger, "tr", actions=[])
    assert sent["user"]["team_id"] == "T0FOREIGN"
    assert sent["team"]["id"] != "T0FOREIGN"
