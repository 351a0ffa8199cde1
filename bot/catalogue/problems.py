"""What is wrong in a file of the catalogue, and where: the one shape for loading errors and for lint."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.model.errors import CatalogueError

ERROR = "error"
WARNING = "warning"


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong. `line` counts from 1 and is 0 when the whole file is meant.

    `key` is the path within the file (`steps[0].probe`), empty for all of it. `level` is `error` or `warning`.
    """

    file: str
    line: int
    key: str
    message: str
    level: str = ERROR

    def __str__(self) -> str:
        """Print `file:line: key: message`."""
        where = f"{self.file}:{self.line}" if self.line else self.file
        level = f"{self.level}: " if self.level != ERROR else ""
        return f"{where}: {level}{self.key + ': ' if self.key else ''}{self.message}"


class BrokenFiles(CatalogueError):
    """Files of the catalogue are wrong; `problems` holds each of them."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        """Take all `problems`; the message has one line for each."""
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def errors(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    """Give those problems that forbid use; warnings stay out."""
    return tuple(problem for problem in problems if problem.level == ERROR)
