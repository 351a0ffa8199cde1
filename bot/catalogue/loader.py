"""Walks the folder of runbooks and gives the catalogue: a runbook's id is its path, its steps know what they wait for.

Each call reads the files anew; nothing is kept between calls.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import bot
from bot.catalogue.checking import check_shape
from bot.catalogue.problems import BrokenFiles, Problem
from bot.catalogue.schema import RunbookShape
from bot.catalogue.yamlfile import Document, read_yaml
from bot.kit.spelling import nearest
from bot.kit.templating import TemplateError, check, is_template
from bot.model.errors import CatalogueError, InputError
from bot.model.runbook import Runbook, Step
from bot.settings import CatalogueSettings

RUNBOOK_FILE = "runbook.yaml"
CASES_FOLDER = "cases"


@dataclass(frozen=True, slots=True)
class Entry:
    """A runbook and the document that it was read from."""

    runbook: Runbook
    document: Document
    folder: Path


@dataclass(frozen=True)
class Catalogue:
    """All runbooks by id, in the order of their ids, and where each was read."""

    root: Path
    entries: Mapping[str, Entry] = field(default_factory=dict)

    @cached_property
    def runbooks(self) -> Mapping[str, Runbook]:
        """Give the runbooks by id."""
        return {runbook_id: entry.runbook for runbook_id, entry in self.entries.items()}

    def __getitem__(self, runbook_id: str) -> Runbook:
        return self.runbooks[runbook_id]

    def __contains__(self, runbook_id: object) -> bool:
        return runbook_id in self.runbooks

    def __iter__(self) -> Iterator[str]:
        return iter(self.runbooks)

    def __len__(self) -> int:
        return len(self.runbooks)

    def nearest(self, runbook_id: str) -> str | None:
        """Give the known id that is most like `runbook_id`, or None when none is."""
        return next(iter(nearest(runbook_id, self.entries)), None)

    def get(self, runbook_id: str) -> Runbook:
        """Give a runbook; raise InputError that names the nearest when there is none of that id."""
        if runbook_id in self.runbooks:
            return self.runbooks[runbook_id]
        near = self.nearest(runbook_id)
        hint = f"did you mean {near}?" if near else "see them with: secondline catalogue list"
        raise InputError(f"there is no runbook {runbook_id!r}; {hint}")


def default_root(settings: CatalogueSettings | None = None) -> Path:
    """Choose the folder: the setting `catalogue.path`, else ./runbooks, else the runbooks within the package.

    Raises CatalogueError when the chosen one is not a folder.
    """
    package = Path(bot.__file__).parent
    # A checkout run from elsewhere has its runbooks beside the package; an installed one within it.
    candidates = (Path("runbooks"), package / "content" / "runbooks", package.parent / "runbooks")
    chosen = settings.path if settings else None
    chosen = chosen or next((path for path in candidates if path.is_dir()), candidates[0])
    if not chosen.is_dir():
        raise CatalogueError("is not a folder; set catalogue.path to your folder of runbooks", file=str(chosen))
    return chosen


def load_catalogue(root: Path) -> Catalogue:
    """Read every runbook under `root`. Raises CatalogueError with every problem of every file, one a line."""
    catalogue, problems = scan(root)
    if problems:
        raise BrokenFiles(problems)
    return catalogue


def scan(root: Path) -> tuple[Catalogue, tuple[Problem, ...]]:
    """Read every runbook under `root` that can be read, and give the problems of those that cannot."""
    if not root.is_dir():
        raise CatalogueError("is not a folder of runbooks", file=str(root))
    entries: dict[str, Entry] = {}
    problems: list[Problem] = []
    for file in sorted(root.rglob(RUNBOOK_FILE)):
        runbook_id = file.parent.relative_to(root).as_posix()
        try:
            entries[runbook_id] = load_entry(file, runbook_id)
        except BrokenFiles as error:
            problems += error.problems
    if not entries and not problems:
        problems.append(Problem(str(root), 0, "", f"holds no runbook ({RUNBOOK_FILE} in area/name folders)"))
    return Catalogue(root, entries), tuple(problems)


def load_entry(file: Path, runbook_id: str) -> Entry:
    """Read one runbook.yaml. Raises CatalogueError with all its problems."""
    document = read_yaml(file)
    if runbook_id.count("/") != 1:
        message = f"stands in {runbook_id!r}; put it in a folder area/name"
        raise BrokenFiles([Problem(document.file, 0, "", message)])
    runbook = check_shape(document, RunbookShape).to_model(runbook_id)
    runbook = replace(runbook, steps=_linked(runbook.steps))
    problems = list(_repeated_steps(runbook.steps, document)) or list(_circle(runbook.steps, document))
    if problems:
        raise BrokenFiles(problems)
    return Entry(runbook, document, file.parent)


def names_read(step: Step) -> frozenset[str]:
    """Give the dotted names that a step's arguments and condition read. What is no valid template reads nothing."""
    templates = [value for value in step.arguments.values() if isinstance(value, str) and is_template(value)]
    found: set[str] = set()
    for text, expression in [*((text, False) for text in templates), (step.when or "", True)]:
        try:
            found |= check(text, expression=expression) if text else frozenset()
        except TemplateError:
            continue  # lint says where and why
    return frozenset(found)


def step_of(name: str) -> str:
    """Give the step that a dotted name reads (`steps.waiting.facts.host` gives `waiting`), or an empty string."""
    parts = name.split(".")
    return parts[1] if parts[0] == "steps" and len(parts) > 1 else ""


def _linked(steps: Sequence[Step]) -> tuple[Step, ...]:
    known = [step.id for step in steps]
    read = {step.id: {step_of(name) for name in names_read(step)} for step in steps}
    return tuple(replace(step, after=tuple(one for one in known if one in read[step.id])) for step in steps)


def _repeated_steps(steps: Sequence[Step], document: Document) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for at, step in enumerate(steps):
        if step.id in first:
            yield document.problem(("steps", at, "id"), f"{step.id!r} is the id of an earlier step too; choose another")
        first.setdefault(step.id, at)


def _circle(steps: Sequence[Step], document: Document) -> Iterator[Problem]:
    left = {step.id: set(step.after) for step in steps}
    while ready := [one for one, after in left.items() if not after & set(left)]:
        for one in ready:
            del left[one]
    for at, step in enumerate(steps):
        if step.id in left:
            waits = ", ".join(one for one in step.after if one in left)
            yield document.problem(("steps", at), f"waits for {waits}, which waits for it; break the circle")
