"""Who may catch everything, and what no file may say: the laws that linters do not know."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT, files, name_of

# A step, an attempt, a tick and a job: a mistake of ours there must not lose the ticket, the message or the clock.
DOORS = {"bot/pipeline/running.py": 1, "bot/pipeline/delivering.py": 1, "bot/scheduling.py": 2}
BROAD = {"Exception", "BaseException"}

NOT_OURS = {".git", ".venv", "__pycache__", "build", "dist", "state"}
# Brackets keep these patterns from finding themselves.
FOLDER_OF_A_MACHINE = re.compile(r"(?<![\w.*}])/(?:work|root|home|Users)/[\w.]")
HOST_OF_A_REGISTRY = re.compile(
    r"pypi[.]org|pythonhosted[.]org|npmjs[.]|jfrog[.]|[a]rtifactory|(?<!no-emit-)index[-]url|trusted[-]host|find[-]links",
    re.IGNORECASE,
)


def _caught(handler: ast.ExceptHandler) -> set[str]:
    if handler.type is None:
        return {"BaseException"}
    return {node.id for node in ast.walk(handler.type) if isinstance(node, ast.Name)}


def _broad(file: Path) -> int:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    handlers = [node for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler)]
    return sum(bool(_caught(handler) & BROAD) for handler in handlers)


def test_only_the_doors_catch_everything():
    found = {name_of(file): number for file in files() if (number := _broad(file))}
    assert found == DOORS


def _ours(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.is_dir() and path.name not in NOT_OURS and not path.name.endswith(("_cache", ".egg-info")):
            yield from _ours(path)
        elif path.is_file():
            yield path


def _texts() -> Iterator[tuple[str, str]]:
    for file in _ours(ROOT):
        try:
            yield name_of(file), file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


@pytest.mark.parametrize(
    "pattern", [FOLDER_OF_A_MACHINE, HOST_OF_A_REGISTRY], ids=["folder of a machine", "host of a registry"]
)
def test_no_file_tells_where_it_was_made_or_where_packages_come_from(pattern):
    assert {name: found[0] for name, text in _texts() if (found := pattern.search(text))} == {}


def test_the_laws_would_find_what_they_look_for():
    folder, host = "/" + "home/someone", "https://pypi." + "org/simple"
    assert FOLDER_OF_A_MACHINE.search(f"cd {folder}/project")
    assert HOST_OF_A_REGISTRY.search(host)
