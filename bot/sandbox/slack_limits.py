"""Slack's limits on messages and views, checked as Slack does: a whole message is refused for one block too long.

The numbers are those of Slack's Block Kit reference; the names of the errors are the Web API's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

MAX_BLOCKS = 50
MAX_VIEW_BLOCKS = 100
MAX_TEXT = 40_000
MAX_MESSAGE_CHARACTERS = 13_200

Block = Mapping[str, Any]


def message_error(text: str, blocks: Any) -> tuple[str, list[str]] | None:
    """Give Slack's error and its details for a message, None when it would be taken."""
    if len(text) > MAX_TEXT:
        return "msg_too_long", []
    if not text and not blocks:
        return "no_text", []
    faults = list(_faults(blocks or [], MAX_BLOCKS))
    if faults:
        return "invalid_blocks", faults
    if sum(_characters(block) for block in blocks or []) > MAX_MESSAGE_CHARACTERS:
        return "msg_blocks_too_long", []
    return None


def view_error(view: Mapping[str, Any]) -> list[str]:
    """Give what is wrong with a modal or home view, nothing when it would be taken."""
    faults = list(_faults(view.get("blocks") or [], MAX_VIEW_BLOCKS))
    if view.get("type") not in ("modal", "home"):
        faults.append("type must be modal or home")
    for part in ("title", "submit", "close"):
        if part in view:
            faults += _text_faults(view[part], 24, part, kinds=("plain_text",))
    if view.get("type") == "modal" and "title" not in view:
        faults.append("a modal needs a title")
    if len(str(view.get("private_metadata", ""))) > 3000:
        faults.append("private_metadata is longer than 3000")
    return faults


def _faults(blocks: Any, most: int) -> Iterable[str]:
    if not isinstance(blocks, list):
        yield "blocks must be a list"
        return
    if len(blocks) > most:
        yield f"more than {most} blocks"
    ids = [block["block_id"] for block in blocks if isinstance(block, dict) and block.get("block_id")]
    if len(set(ids)) != len(ids):
        yield "a block_id appears twice"
    for index, block in enumerate(blocks):
        if not isinstance(block, dict):
            yield f"block {index} is no object"
            continue
        yield from (f"block {index}: {fault}" for fault in _block_faults(block))


def _block_faults(block: Block) -> list[str]:
    faults = ["block_id is longer than 255"] if len(str(block.get("block_id", ""))) > 255 else []
    kind = block.get("type")
    if kind == "header":
        return faults + _text_faults(block.get("text"), 150, "text", kinds=("plain_text",))
    if kind == "section":
        return faults + _section_faults(block)
    if kind == "context":
        return faults + _context_faults(block.get("elements"))
    if kind == "actions":
        return faults + _action_faults(block.get("elements"))
    if kind == "input":
        return faults + _input_faults(block)
    if kind == "divider":
        return faults
    return [*faults, f"unknown type {kind!r}"]


def _section_faults(block: Block) -> list[str]:
    faults = [] if "text" in block or "fields" in block else ["a section needs text or fields"]
    if "text" in block:
        faults += _text_faults(block["text"], 3000, "text")
    fields = block.get("fields", [])
    faults += ["more than 10 fields"] if len(fields) > 10 else []
    for field in fields:
        faults += _text_faults(field, 2000, "field")
    return faults + (_element_faults(block["accessory"]) if "accessory" in block else [])


def _context_faults(elements: Any) -> list[str]:
    if not isinstance(elements, list) or not 1 <= len(elements) <= 10:
        return ["context needs 1 to 10 elements"]
    return [fault for element in elements for fault in _text_faults(element, 3000, "element")]


def _action_faults(elements: Any) -> list[str]:
    if not isinstance(elements, list) or not 1 <= len(elements) <= 25:
        return ["actions needs 1 to 25 elements"]
    ids = [element.get("action_id") for element in elements]
    twice = ["an action_id appears twice"] if len(set(ids)) != len(ids) else []
    return twice + [fault for element in elements for fault in _element_faults(element)]


def _input_faults(block: Block) -> list[str]:
    faults = _text_faults(block.get("label"), 2000, "label", kinds=("plain_text",))
    if "hint" in block:
        faults += _text_faults(block["hint"], 2000, "hint", kinds=("plain_text",))
    return faults + _element_faults(block.get("element") or {})


def _element_faults(element: Block) -> list[str]:
    faults = ["action_id is longer than 255"] if len(str(element.get("action_id", ""))) > 255 else []
    kind = element.get("type")
    if kind == "button":
        faults += _text_faults(element.get("text"), 75, "button text", kinds=("plain_text",))
        faults += ["value is longer than 2000"] if len(str(element.get("value", ""))) > 2000 else []
        if element.get("style") not in (None, "primary", "danger"):
            faults.append("style must be primary or danger")
    elif kind in ("static_select", "external_select"):
        faults += _select_faults(element)
    elif kind == "plain_text_input":
        if "placeholder" in element:
            faults += _text_faults(element["placeholder"], 150, "placeholder", kinds=("plain_text",))
    else:
        faults.append(f"unknown element {kind!r}")
    return faults + (_confirm_faults(element["confirm"]) if "confirm" in element else [])


def _select_faults(element: Block) -> list[str]:
    faults = _text_faults(element.get("placeholder"), 150, "placeholder", kinds=("plain_text",))
    return faults + (option_faults(element.get("options")) if element.get("type") == "static_select" else [])


def option_faults(options: Any) -> list[str]:
    """Give what is wrong with the options of a select."""
    if not isinstance(options, list) or len(options) > 100:
        return ["options must be a list of at most 100"]
    faults: list[str] = []
    for option in options:
        faults += _text_faults(option.get("text"), 75, "option text")
        faults += ["option value is longer than 150"] if len(str(option.get("value", ""))) > 150 else []
        if "description" in option:
            faults += _text_faults(option["description"], 75, "option description")
    return faults


def _confirm_faults(confirm: Block) -> list[str]:
    faults: list[str] = []
    for part, length in (("title", 100), ("text", 300), ("confirm", 30), ("deny", 30)):
        faults += _text_faults(confirm.get(part), length, f"confirm {part}")
    return faults


def _text_faults(text: Any, length: int, name: str, kinds: tuple[str, ...] = ("plain_text", "mrkdwn")) -> list[str]:
    if not isinstance(text, dict) or text.get("type") not in kinds:
        return [f"{name} must be a text object of {' or '.join(kinds)}"]
    said = text.get("text")
    if not isinstance(said, str) or not said:
        return [f"{name} is empty"]
    allowed = {"type", "text", "emoji"} if text["type"] == "plain_text" else {"type", "text", "verbatim"}
    faults = [f"{name} has unknown keys"] if set(text) - allowed else []
    return faults + ([f"{name} is longer than {length}"] if len(said) > length else [])


def _characters(part: Any) -> int:
    """Count the characters of all text objects in a block."""
    if isinstance(part, dict):
        own = len(part["text"]) if isinstance(part.get("text"), str) else 0
        return own + sum(_characters(value) for value in part.values())
    return sum(_characters(value) for value in part) if isinstance(part, list) else 0
