from dataclasses import asdict

from bot.model.check import Check, CheckState


def test_a_check_is_printed_as_json_with_its_state_as_a_word():
    check = Check("slack", "scopes", CheckState.FAILED, "lacks files:write", "reinstall")
    assert asdict(check)["state"] == "failed"


def test_what_is_off_is_told_from_what_failed():
    assert CheckState("off") is CheckState.OFF
    assert CheckState.OFF is not CheckState.FAILED
