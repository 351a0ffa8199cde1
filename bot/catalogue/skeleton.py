"""What `secondline catalogue new` writes: a runbook with three cases that lints but for the places to fill in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from bot.catalogue.schema import RUNBOOK_ID_PATTERN
from bot.model.errors import InputError
from bot.model.probe import ProbeSpec
from bot.model.runbook import ParameterType

PLACEHOLDER = "FILL IN"

_RUNBOOK = """\
title: "{mark}: what is wrong, in a few words"
purpose: >-
  {mark}: what this runbook finds out, and what it tells apart.
owner: "{mark}: the team that keeps it true"
reviewed: {today}
triggers:
  phrases:                 # ten to twenty, as people say it
    - "{mark}: how people say it"
  signals: []              # exact strings that machines say
parameters:{parameters}
steps:
  - id: look
    probe: {probe}
    arguments:{arguments}
    why: "{mark}: why this is looked at"
conclusions: []            # - {{causes: [a-cause], advise: [What to do.], disposition: advise}}
otherwise:
  say: "{mark}: what to say when no fault was found"
  advise: ["Ask what the person sees, and when it began."]
  disposition: healthy
escalation: {{team: default}}
"""

_CASE = """\
title: "{mark}: {title}"
ticket:
  summary: "{mark}: what the person writes"
  body: |
    {mark}: the rest of the ticket
kubernetes:                # objects as `kubectl get -o yaml` prints them; or aws:, or network: (docs/runbooks.md)
  objects: []
expect:
  runbook: {runbook}
{expect}"""

_FAULT = """\
  root_causes:
    - cause: fill-in-the-cause
      resource: Pod/fill-in
  disposition: advise
"""
_HEALTHY = """\
  root_causes: []
  disposition: healthy
"""


def skeleton(runbook_id: str, specs: Mapping[str, ProbeSpec], today: date) -> Mapping[str, str]:
    """Give the files of a new runbook by their path below its folder. Raises InputError for an id that is none."""
    if not re.fullmatch(RUNBOOK_ID_PATTERN, runbook_id):
        raise InputError(f"{runbook_id!r} is not AREA/NAME in small letters, digits and -, as kubernetes/image-pull")
    spec = _probe(runbook_id.partition("/")[0], specs)
    runbook = _RUNBOOK.format(
        mark=PLACEHOLDER,
        today=today.isoformat(),
        probe=spec.name if spec else f'"{PLACEHOLDER}"',
        parameters=_parameters(spec),
        arguments=_arguments(spec),
    )
    return {
        "runbook.yaml": runbook,
        "cases/fault.yaml": _case("the fault", runbook_id, _FAULT),
        "cases/healthy.yaml": _case("nothing is wrong", runbook_id, _HEALTHY),
        "cases/looks-like-other.yaml": _case("sounds alike, but is another fault", "null", ""),
    }


def _case(title: str, runbook: str, expect: str) -> str:
    return _CASE.format(mark=PLACEHOLDER, title=title, runbook=runbook, expect=expect)


def _probe(area: str, specs: Mapping[str, ProbeSpec]) -> ProbeSpec | None:
    """The first probe of the area's system, as an example."""
    return next((spec for spec in specs.values() if spec.system == area), None)


def _required(spec: ProbeSpec | None) -> list[str]:
    return [parameter.name for parameter in spec.parameters if parameter.required] if spec else []


def _parameters(spec: ProbeSpec | None) -> str:
    types = {kind.value for kind in ParameterType}
    lines = [
        f'\n  {name}: {{type: {name if name in types else "string"}, required: true, description: "{PLACEHOLDER}"}}'
        for name in _required(spec)
    ]
    return "".join(lines) or " {}"


def _arguments(spec: ProbeSpec | None) -> str:
    return "".join(f'\n      {name}: "{{{{ parameters.{name} }}}}"' for name in _required(spec)) or " {}"


def placeholders(content: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Give the path of every text of a document that is still to be filled in."""
    if isinstance(content, str) and PLACEHOLDER in content:
        yield path
    entries = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    for key, value in entries:
        yield from placeholders(value, (*path, key))
