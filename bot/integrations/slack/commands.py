"""One language for `/l2 …` and `@bot …`: the words that a person typed, to a command. Knows nothing of Slack's API."""

from __future__ import annotations

import difflib
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bot.integrations.slack.reading import readable, ticket_key
from bot.model.errors import InputError

VERBS: Mapping[str, tuple[str, str]] = {
    "help": ("help [COMMAND]", "what I understand"),
    "triage": ("triage KEY or TEXT", "find the cause of a ticket, or of what you describe"),
    "run": ("run RUNBOOK name=value … [--ticket KEY] [--dry-run]", "run one runbook; --dry-run lists its API calls"),
    "list": ("list [WORDS]", "the runbooks, those that fit first"),
    "show": ("show RUNBOOK", "what a runbook needs, does and may read"),
    "status": ("status [KEY]", "how far a ticket is; the newest ones without a key"),
    "cancel": ("cancel [KEY]", "stop a triage that still runs"),
    "escalate": ("escalate [KEY] [REASON]", "hand a ticket over to its team"),
}
_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'"})  # noqa: RUF001 what phones type
_DASHES = ("—", "–")  # noqa: RUF001 what they make of --
MAX_PARAMETERS = 40


@dataclass(frozen=True, slots=True)
class Command:
    """What a person asked for. `ticket` is a key or id, empty when the conversation implies it."""

    verb: str
    words: str = ""
    ticket: str = ""
    runbook: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    dry_run: bool = False


def parse(text: str, *, free: bool = False) -> Command:
    """Read a command. With `free` (a mention), words that are no command are a description to triage.

    Raises InputError with one line: what is wrong, and how it is written.
    """
    verb, _, rest = text.strip().partition(" ")
    verb, rest = verb.strip().lower(), rest.strip()
    if "\n" in verb and free:
        return Command("triage", words=readable(text.strip()))
    if not verb:
        return Command("help")
    if verb in _PARSERS:
        return _PARSERS[verb](rest)
    near = difflib.get_close_matches(verb, VERBS, n=1, cutoff=0.6)
    if free and not (near and len(rest.split()) <= 1):
        return _triage(text.strip())
    hint = f"Did you mean {near[0]}?" if near else f"There are {', '.join(VERBS)}."
    raise InputError(f"I do not know {verb[:40]!r}. {hint}")


def _help(rest: str) -> Command:
    return Command("help", words=readable(rest).lower())


def _triage(rest: str) -> Command:
    key = ticket_key(rest)
    return Command("triage", ticket=key, words="" if key else readable(rest))


def _run(rest: str) -> Command:
    try:
        words = shlex.split(readable(rest).translate(_QUOTES))
    except ValueError as error:
        raise InputError('A quotation mark is not closed; write values with spaces as name="two words".') from error
    if not words:
        raise InputError(f"Which runbook? Write {VERBS['run'][0]}; the command list shows them.")
    runbook, ticket, dry_run = "", "", False
    parameters: dict[str, str] = {}
    rest_of = iter(words)
    for word in rest_of:
        option = word.lstrip("-—–") if word.startswith(("--", *_DASHES)) else ""  # noqa: RUF001
        name, equals, value = word.partition("=")
        if option == "dry-run":
            dry_run = True
        elif option.startswith("ticket"):
            ticket = option.partition("=")[2] or next(rest_of, "")
        elif option:
            raise InputError(f"I do not know the option {word[:40]!r}; there are --dry-run and --ticket KEY.")
        elif equals:
            parameters[_name(name, parameters)] = value
        elif runbook:
            raise InputError(f"{word[:60]!r} is no parameter; write parameters as name=value.")
        else:
            runbook = word
    if not runbook:
        raise InputError(f"Which runbook? Write {VERBS['run'][0]}.")
    return Command("run", runbook=runbook, parameters=parameters, dry_run=dry_run, ticket=ticket)


def _name(name: str, given: Mapping[str, str]) -> str:
    if not name.isidentifier():
        raise InputError(f"{name[:40]!r} is no parameter's name; write name=value.")
    if name in given:
        raise InputError(f"The parameter {name} is given twice; give it once.")
    if len(given) >= MAX_PARAMETERS:
        raise InputError(f"More than {MAX_PARAMETERS} parameters; no runbook takes so many.")
    return name


def _list(rest: str) -> Command:
    return Command("list", words=readable(rest))


def _show(rest: str) -> Command:
    if len(rest.split()) != 1:
        raise InputError(f"Which runbook? Write {VERBS['show'][0]}; the command list shows them.")
    return Command("show", runbook=readable(rest))


def _status(rest: str) -> Command:
    return Command("status", ticket=ticket_key(rest) or readable(rest))


def _cancel(rest: str) -> Command:
    return Command("cancel", ticket=ticket_key(rest) or readable(rest))


def _escalate(rest: str) -> Command:
    first, _, others = rest.partition(" ")
    key = ticket_key(first) or (first if first.startswith("t-") else "")
    return Command("escalate", ticket=key, words=readable(others if key else rest).strip())


_PARSERS: Mapping[str, Callable[[str], Command]] = {
    "help": _help,
    "triage": _triage,
    "run": _run,
    "list": _list,
    "show": _show,
    "status": _status,
    "cancel": _cancel,
    "escalate": _escalate,
}
