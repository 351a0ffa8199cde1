"""Files and functions stay small, and say what they are for."""

import ast

import pytest

from tests.architecture.sources import PACKAGE, files, functions, name_of

MOST_LINES = 300
MOST_LINES_OF_A_FUNCTION = 50
BANNED = {"utils", "helpers", "common", "manager", "base", "misc", "handler", "data", "info"}
FILES = files()
NAMES = [name_of(file) for file in FILES]


@pytest.mark.parametrize("file", FILES, ids=NAMES)
def test_file_is_split_before_it_is_long(file):
    assert len(file.read_text(encoding="utf-8").splitlines()) <= MOST_LINES


@pytest.mark.parametrize("file", FILES, ids=NAMES)
def test_functions_fit_on_a_screen(file):
    long = {one.name: one.end_lineno - one.lineno + 1 for one in functions(file)}
    assert {name: lines for name, lines in long.items() if lines > MOST_LINES_OF_A_FUNCTION} == {}


@pytest.mark.parametrize("file", FILES, ids=NAMES)
def test_module_and_public_functions_say_what_they_are_for(file):
    tree = ast.parse(file.read_text(encoding="utf-8"))
    if file.name != "__init__.py":
        assert ast.get_docstring(tree), "the module has no docstring"
    public = [one for one in ast.walk(tree) if isinstance(one, ast.ClassDef | ast.FunctionDef)]
    top = [one for one in public if one in tree.body and not one.name.startswith("_")]
    assert [one.name for one in top if not ast.get_docstring(one)] == []


def test_no_module_has_a_name_that_says_nothing():
    assert [file for file in NAMES if set(file.removesuffix(".py").split("/")) & BANNED] == []


@pytest.mark.parametrize("folder", sorted(path for path in PACKAGE.rglob("*") if path.is_dir()), ids=str)
def test_packages_hold_no_code_in_their_init(folder):
    file = folder / "__init__.py"
    if folder.name == "model" or not file.exists():
        return
    assert file.read_text(encoding="utf-8").strip() == ""
