"""The form that asks for a runbook's parameters: one typed input each. Pure: views in, values out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from bot.integrations.slack.escaping import code, line, plain
from bot.model.errors import InputError
from bot.model.runbook import Parameter, ParameterType, Runbook

FORM = "secondline_form"
_BLOCK = "parameter:"
_VALUE = "value"
_MOST_INPUTS = 90
_METADATA = 3000

_EXAMPLES = {
    ParameterType.INTEGER: "3",
    ParameterType.BOOLEAN: "true or false",
    ParameterType.NAMESPACE: "shop",
    ParameterType.WORKLOAD: "checkout",
    ParameterType.POD: "checkout-7d9f8b6c5-x2x1x",
    ParameterType.NODE: "ip-10-0-1-23.eu-west-2.compute.internal",
    ParameterType.HOST: "shop.example.com",
    ParameterType.PORT: "443",
    ParameterType.URL: "https://shop.example.com/health",
    ParameterType.ACCOUNT: "123456789012",
    ParameterType.REGION: "eu-west-2",
    ParameterType.ARN: "arn:aws:...",
    ParameterType.INSTANCE: "i-0123456789abcdef0",
}


@dataclass(frozen=True, slots=True)
class Form:
    """What a form is about; it travels within the view. `ticket` is empty when the run begins a ticket of its own."""

    runbook: str
    ticket: str = ""
    channel: str = ""
    thread: str = ""
    given: Mapping[str, str] = field(default_factory=dict)


def form_view(runbook: Runbook, missing: Sequence[Parameter], form: Form) -> dict[str, Any]:
    """Build the modal. Raises InputError when what is given already is too long to travel with it."""
    metadata = json.dumps(asdict(form), separators=(",", ":"))
    if len(metadata) > _METADATA:
        raise InputError("That is too much for a form; write the missing parameters out as name=value.")
    return {
        "type": "modal",
        "callback_id": FORM,
        "private_metadata": metadata,
        "title": _plain("What is missing", 24),
        "submit": _plain("Run", 24),
        "close": _plain("Cancel", 24),
        "blocks": [_intro(runbook, form), *(_input(one) for one in missing[:_MOST_INPUTS])],
    }


def read_form(view: Mapping[str, Any]) -> tuple[Form, dict[str, str]]:
    """Read a submitted form: what it was about, and all values, those given before included.

    Raises InputError when the view is not one of ours.
    """
    try:
        form = Form(**json.loads(view["private_metadata"]))
        typed = {
            block.removeprefix(_BLOCK): str(fields[_VALUE].get("value") or "").strip()
            for block, fields in view["state"]["values"].items()
        }
    except (KeyError, TypeError, ValueError) as error:
        raise InputError("This form is from an older version; ask for it again.") from error
    return form, {**form.given, **{name: value for name, value in typed.items() if value}}


def form_errors(view: Mapping[str, Any], message: str) -> dict[str, str]:
    """Put an error at the input that it names, at the first one when it names none."""
    blocks = [str(block["block_id"]) for block in view["blocks"] if block.get("type") == "input"]
    named = [block for block in blocks if block.removeprefix(_BLOCK) in message]
    return {(named or blocks)[0]: plain(message, 500)}


def _intro(runbook: Runbook, form: Form) -> dict[str, Any]:
    given = ", ".join(f"{name} = {value}" for name, value in form.given.items())
    text = f"*{line(runbook.title, 200)}* {code(runbook.id)}" + (
        f"\nKnown already: {line(given, 800)}" if given else ""
    )
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}


def _input(parameter: Parameter) -> dict[str, Any]:
    name = parameter.name.replace("_", " ").capitalize()
    element: dict[str, Any] = {"type": "plain_text_input", "action_id": _VALUE, "max_length": 1000}
    if parameter.default is not None:
        element["initial_value"] = parameter.default
    if parameter.type in _EXAMPLES:
        element["placeholder"] = _plain(_EXAMPLES[parameter.type], 150)
    block: dict[str, Any] = {
        "type": "input",
        "block_id": f"{_BLOCK}{parameter.name}"[:255],
        "label": _plain(f"{name} ({parameter.type.replace('_', ' ')})", 150),
        "element": element,
    }
    return block | ({"hint": _plain(parameter.description, 500)} if parameter.description else {})


def _plain(text: str, length: int) -> dict[str, Any]:
    return {"type": "plain_text", "text": plain(text, length)}
