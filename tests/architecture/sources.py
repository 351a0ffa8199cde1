"""The files of the package, for laws that hold for all of them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "bot"


def files() -> list[Path]:
    """Give every Python file of the package."""
    return sorted(file for file in PACKAGE.rglob("*.py") if "content" not in file.relative_to(PACKAGE).parts)


def name_of(file: Path) -> str:
    """Give a file's path below the root."""
    return file.relative_to(ROOT).as_posix()


def module_of(file: Path) -> str:
    """Give a file's dotted module name."""
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def functions(file: Path) -> Iterator[ast.FunctionDef]:
    """Give every function and method in a file, nested ones included."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef):
            yield node
