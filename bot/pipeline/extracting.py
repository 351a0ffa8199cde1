"""Typed parameters out of a ticket's text and fields; says what is missing.

Each ParameterType has a strict form (what a value may look like) and patterns by which people and machines write it.
Whatever is taken has passed the form: nothing else of a ticket reaches a probe.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.model.errors import InputError
from bot.model.ports import Directory, Whereabouts
from bot.model.runbook import Parameter, ParameterType, Runbook
from bot.model.ticket import Ticket
from bot.pipeline.patterns import FORMS, GUESSES, NOT_HOSTS, NOT_NAMES, REGION_NAMES, SEARCHES, WORD

MAX_TEXT = 20_000
MAX_WORDS = 12

_NOT_REGIONS = {ParameterType.NAMESPACE, ParameterType.WORKLOAD, ParameterType.FUNCTION, ParameterType.JOB}
_RESOLVED = (ParameterType.NAMESPACE, ParameterType.WORKLOAD)


@dataclass(frozen=True, slots=True)
class Bound:
    """The parameters found, those that lack, and a line on how a name was resolved."""

    values: Mapping[str, str]
    missing: tuple[str, ...]
    note: str = ""


def parse(parameter: Parameter, value: str) -> str:
    """Check a value that a person gave. Raises InputError that says what the parameter takes."""
    value = value.strip()
    if FORMS[parameter.type].match(value) and (parameter.type is not ParameterType.PORT or 0 < int(value) < 65536):
        return value
    raise InputError(
        f"{parameter.name}: {value[:80]!r} is not a {parameter.type.value.replace('_', ' ')} ({parameter.description})"
    )


def check_given(runbook: Runbook, given: Mapping[str, str], *, all_needed: bool = True) -> dict[str, str]:
    """Check parameters that a person gave by name. Raises InputError that names what is unknown, wrong or missing."""
    checked: dict[str, str] = {}
    for name, value in given.items():
        parameter = runbook.parameter(name)
        if parameter is None:
            known = ", ".join(one.name for one in runbook.parameters) or "none"
            raise InputError(f"{runbook.id} has no parameter {name!r}; it takes: {known}")
        if value:
            checked[name] = parse(parameter, value)
    lacking = [one for one in runbook.parameters if one.required and one.name not in checked and one.default is None]
    if lacking and all_needed:
        wanted = "; ".join(f"{one.name}=… ({one.description})" for one in lacking)
        raise InputError(f"{runbook.id} needs {wanted}")
    return checked


def extract(runbook: Runbook, ticket: Ticket, directory: Directory | None = None) -> Bound:
    """Bind a runbook's parameters from a ticket.

    What a person gave explicitly goes first, then the ticket's fields, then the text, then what `directory` knows to
    exist, then defaults. Raises InputError when an explicit value does not fit or names no parameter.
    """
    values = _given(runbook, ticket)
    text = ticket.text[:MAX_TEXT]
    for parameter in runbook.parameters:
        if parameter.name not in values:
            found = _from_fields(parameter, ticket.fields) or _from_text(parameter.type, text, values)
            if found:
                values[parameter.name] = found
    whereabouts = _resolve(runbook, text, values, directory, frozenset(_given(runbook, ticket)))
    values.update(whereabouts.found)
    for parameter in runbook.parameters:
        if parameter.default is not None:
            values.setdefault(parameter.name, parameter.default)
    missing = tuple(one.name for one in runbook.parameters if one.required and not values.get(one.name))
    return Bound(values, missing, whereabouts.note)


def candidate_words(text: str) -> tuple[str, ...]:
    """Give the words of a text that could be names of things, those with a hyphen first, at most twelve."""
    found = dict.fromkeys(word for word in WORD.findall(text.lower()) if word not in NOT_NAMES and len(word) > 2)
    return tuple(sorted(found, key=lambda word: "-" not in word))[:MAX_WORDS]


def find_all(kind: ParameterType, text: str) -> tuple[str, ...]:
    """Give every value of that type that the text names, the surest first."""
    found: dict[str, None] = {}
    if kind is ParameterType.REGION:
        lower = text.lower()
        found.update((code, None) for name, code in REGION_NAMES.items() if re.search(rf"\b{name}\b", lower))
    for search in SEARCHES.get(kind, ()):
        for match in search.finditer(text):
            value = match.group(1).rstrip(".-:,;)")
            if _is_name(kind, value):
                found.setdefault(value)
    if kind is ParameterType.REGION:
        return tuple(sorted(found, key=lambda code: code not in text))
    return tuple(found)


def _is_name(kind: ParameterType, value: str) -> bool:
    if value.lower() in NOT_NAMES or not FORMS[kind].match(value):
        return False
    if kind is ParameterType.HOST:
        return not NOT_HOSTS.search(value)
    return kind not in _NOT_REGIONS or not FORMS[ParameterType.REGION].match(value.rstrip("abcdef"))


def _given(runbook: Runbook, ticket: Ticket) -> dict[str, str]:
    given = ticket.invocation.parameters if ticket.invocation else {}
    return check_given(runbook, given, all_needed=False)


def _from_fields(parameter: Parameter, fields: Mapping[str, str]) -> str:
    for name, value in fields.items():
        if name.lower().replace(" ", "_") == parameter.name and FORMS[parameter.type].match(value.strip()):
            return value.strip()
    return ""


def _from_text(kind: ParameterType, text: str, bound: Mapping[str, str]) -> str:
    """Take the surest value; what was read as something else is not guessed a second time."""
    for value in find_all(kind, text):
        if value not in bound.values() or _is_said(kind, value, text):
            return value
    return ""


def _is_said(kind: ParameterType, value: str, text: str) -> bool:
    """Tell whether a value is called what it is, not only guessed from where it stands."""
    sure = len(SEARCHES[kind]) - GUESSES.get(kind, 0)
    return any(match.group(1) == value for search in SEARCHES[kind][:sure] for match in search.finditer(text))


def _resolve(
    runbook: Runbook, text: str, values: Mapping[str, str], directory: Directory | None, given: frozenset[str]
) -> Whereabouts:
    """Ask what exists: names that were read from prose are corrected, those that a person gave are kept."""
    wanted = {parameter.name for parameter in runbook.parameters if parameter.type in _RESOLVED} - given
    if directory is None or not wanted:
        return Whereabouts()
    said = [values[name] for name in sorted(wanted) if values.get(name)]
    words = tuple(dict.fromkeys([*said, *candidate_words(text)]))
    if not words:
        return Whereabouts()
    whereabouts = directory.resolve(
        words, {name: value for name, value in values.items() if name in {"namespace", "workload"}}
    )
    return Whereabouts(
        {name: value for name, value in whereabouts.found.items() if name in wanted}, whereabouts.near, whereabouts.note
    )
