"""Typed parameters out of a ticket's text and fields; says what is missing.

Each ParameterType has a strict form (what a value may look like) and patterns by which people and machines write it.
Whatever is taken has passed the form: nothing else of a ticket reaches a probe.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.model.errors import InputError
from bot.model.ports import Directory, Whereabouts
from bot.model.runbook import Parameter, ParameterType, Runbook
from bot.model.ticket import Ticket
from bot.pipeline.patterns import FORMS, GUESSES, IN, LABELLED, NOT_HOSTS, QUOTED, REGION_NAMES, SEARCHES, SPOKEN, WORD
from bot.pipeline.words import NOT_NAMES, ORDINARY, PLAIN_NAMES

MAX_TEXT = 20_000
MAX_WORDS = 12
MAX_ORDINARY = 40

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


_NO_THINGS = frozenset(
    {
        ParameterType.STRING, ParameterType.INTEGER, ParameterType.BOOLEAN, ParameterType.PORT, ParameterType.REGION,
        ParameterType.ACCOUNT, ParameterType.CLUSTER,
    }
)  # fmt: skip
"""Types whose values say how or where, and never what."""


def extract(runbook: Runbook, ticket: Ticket, directory: Directory | None = None) -> Bound:
    """Bind a runbook's parameters from a ticket.

    What a person gave explicitly goes first, then the ticket's fields, then the text, then what `directory` knows to
    exist, then defaults. Raises InputError when an explicit value does not fit or names no parameter.
    """
    given = _given(runbook, ticket)
    values = dict(given)
    text = ticket.text[:MAX_TEXT]
    for parameter in runbook.parameters:
        if parameter.name not in values:
            found = _from_fields(parameter, ticket.fields) or _from_text(parameter.type, text, values)
            if found:
                values[parameter.name] = found
    whereabouts = _resolve(runbook, text, values, directory, frozenset(given))
    values.update(whereabouts.found)
    for parameter in runbook.parameters:
        if parameter.default is not None:
            values.setdefault(parameter.name, parameter.default)
    return Bound(values, _missing(runbook, values), whereabouts.note)


def _missing(runbook: Runbook, values: Mapping[str, str]) -> tuple[str, ...]:
    """What is required and not there; where nothing is, the first parameter: something must say what to look at."""
    missing = tuple(one.name for one in runbook.parameters if one.required and not values.get(one.name))
    things = [one.name for one in runbook.parameters if one.type not in _NO_THINGS]
    if missing or not things or any(values.get(name) for name in things):
        return missing
    return tuple(things[:1])


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
    named = _named_at(kind, text)
    for search in SEARCHES.get(kind, ()):
        for match in search.finditer(text):
            value = match.group(1).rstrip(".-:,;)")
            if (value.lower() not in NOT_NAMES or match.start(1) in named) and _is_of(kind, value):
                found.setdefault(value)
    if kind is ParameterType.REGION:
        return tuple(sorted(found, key=lambda code: code not in text))
    return tuple(found)


def _named_at(kind: ParameterType, text: str) -> frozenset[int]:
    """Where the text says that a word is a name, whatever the word: quoted, or with its kind before it."""
    if kind not in QUOTED:
        return frozenset()
    found = [match.start(1) for search in QUOTED[kind] for match in search.finditer(text)]
    found += [match.start(1) for match in LABELLED[kind].finditer(text) if match.group(1) in ORDINARY]
    found += [match.start(1) for match in SPOKEN[kind].finditer(text) if match.group(1) in PLAIN_NAMES]
    return frozenset(found)


def _is_of(kind: ParameterType, value: str) -> bool:
    if not FORMS[kind].match(value):
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
    known = {name: value for name, value in values.items() if name in {"namespace", "workload"}}
    whereabouts = directory.resolve(words, known) if words else Whereabouts()
    if "workload" in wanted and not (known.get("workload") or whereabouts.found.get("workload")):
        namespace = whereabouts.found.get("namespace") or known.get("namespace", "")
        whereabouts = _by_ordinary_words(text, namespace, directory) or whereabouts
    return replace(whereabouts, found={name: value for name, value in whereabouts.found.items() if name in wanted})


def _by_ordinary_words(text: str, namespace: str, directory: Directory) -> Whereabouts | None:
    """Ask for workloads that are called by an ordinary word: only by exactly that word, in a namespace that is said.

    The first line is asked before the whole: what a log quotes further down is less likely to be what is meant.
    """
    places = (namespace,) if namespace else _ordinary_namespaces(text)
    for part in dict.fromkeys((text.partition("\n")[0], text)):
        words = ordinary_words(part)
        for place in places if words else ():
            found = directory.resolve(words, {"namespace": place}).found
            if found.get("workload") in words and found.get("namespace") == place:
                note = f"took {found['workload']} for a name: {place} has a workload that is called so"
                return Whereabouts(found, note=note)
    return None


def ordinary_words(text: str) -> tuple[str, ...]:
    """Give the ordinary words of a text that people also call things by, at most forty."""
    return tuple(dict.fromkeys(word for word in WORD.findall(text.lower()) if word in ORDINARY))[:MAX_ORDINARY]


def _ordinary_namespaces(text: str) -> tuple[str, ...]:
    """Ordinary words that stand where a namespace would: "api in production"."""
    found = dict.fromkeys(match.group(1).lower() for match in IN.finditer(text))
    return tuple(word for word in found if word in ORDINARY)[:2]
