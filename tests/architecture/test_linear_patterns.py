"""Text of strangers meets these regular expressions: none may take more than linear time, by its structure alone."""

import ast
import importlib
import pkgutil
import re
from pathlib import Path
from re import _constants as op
from re import _parser as parser

import pytest

import bot.kit
import bot.pipeline

REPEATS = (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT)
CHARACTERS = frozenset(map(chr, range(128))) | {"é", "\u2003"}
CATEGORIES = {
    op.CATEGORY_DIGIT: r"\d", op.CATEGORY_NOT_DIGIT: r"\D", op.CATEGORY_SPACE: r"\s", op.CATEGORY_NOT_SPACE: r"\S",
    op.CATEGORY_WORD: r"\w", op.CATEGORY_NOT_WORD: r"\W",
}  # fmt: skip


class Superlinear(AssertionError):
    """A pattern that hostile text could make slow."""


def one_of(node):
    """The characters that a node of the parse tree takes, or None for a node that takes none or several."""
    what, value = node
    if what is op.LITERAL:
        return {chr(value), chr(value).lower(), chr(value).upper()}
    if what is op.NOT_LITERAL:
        return CHARACTERS - {chr(value)}
    if what is op.ANY:
        return set(CHARACTERS)
    if what is op.RANGE:
        return {one for one in CHARACTERS if value[0] <= ord(one) <= value[1]}
    if what is op.CATEGORY:
        return {one for one in CHARACTERS if re.fullmatch(CATEGORIES[value], one)}
    if what is op.IN:
        inside = set().union(*(one_of(each) for each in value if each[0] is not op.NEGATE))
        return set(CHARACTERS) - inside if value[0][0] is op.NEGATE else inside
    return None


def any_of(sequence):
    """Every character that a sequence may take, anywhere in it."""
    found = set()
    for node in sequence:
        what, value = node
        if (single := one_of(node)) is not None:
            found |= single
        elif what in REPEATS:
            found |= any_of(value[2])
        elif what is op.SUBPATTERN:
            found |= any_of(value[3])
        elif what is op.ATOMIC_GROUP:
            found |= any_of(value)
        elif what is op.BRANCH:
            found |= set().union(*map(any_of, value[1]))
    return found


def walk(sequence, running=(), inside=False):
    """Follow a sequence; `running` are the unbounded repeats that could still give characters to what comes next."""
    for what, value in sequence:
        single = one_of((what, value))
        if single is not None:
            running = tuple(one for one in running if one & single)
        elif what in REPEATS:
            running = after_repeat(value, running, inside)
        elif what is op.SUBPATTERN:
            running = walk(value[3], running, inside)
        elif what is op.ATOMIC_GROUP:
            running = walk(value, running, inside)
        elif what is op.BRANCH:
            running = tuple(dict.fromkeys(one for branch in value[1] for one in walk(branch, running, inside)))
        elif what in (op.ASSERT, op.ASSERT_NOT):
            walk(value[1], (), inside)
    return running


def after_repeat(value, running, inside):
    least, most, body = value
    if most != op.MAXREPEAT:
        ended = walk(body, running, inside)
        return ended if least else (*running, *ended)
    if inside:
        raise Superlinear("an unbounded repeat inside an unbounded repeat")
    walk(body, (), True)
    taken = any_of(body)
    if any(one & taken for one in running):
        raise Superlinear("two unbounded repeats that can take the same characters")
    if body[0][0] is op.ASSERT_NOT:  # it ends where what it must not meet begins
        return running
    return (*(running if not least else ()), frozenset(taken))


def check(pattern, flags=0):
    walk(parser.parse(pattern, flags))


def compiled(value):
    if isinstance(value, re.Pattern):
        yield value.pattern, value.flags
    elif isinstance(value, dict):
        for one in value.values():
            yield from compiled(one)
    elif isinstance(value, tuple | list | set | frozenset):
        for one in value:
            yield from compiled(one)


def written(path):
    """Patterns that are given to `re` as plain strings within functions."""
    for node in ast.walk(ast.parse(Path(path).read_text(encoding="utf-8"))):
        called = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value)
        if called == "re" and node.args and isinstance(node.args[0], ast.Constant) and node.func.attr != "escape":
            yield node.args[0].value, 0


def all_patterns():
    found = {}
    for package in (bot.kit, bot.pipeline):
        for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            loaded = importlib.import_module(module.name)
            for pattern in (*compiled(tuple(vars(loaded).values())), *written(loaded.__file__)):
                found.setdefault(pattern, module.name)
    return found


def test_no_pattern_that_reads_strangers_text_is_superlinear():
    slow = []
    found = all_patterns()
    for (pattern, flags), module in found.items():
        try:
            check(pattern, flags)
        except Superlinear as reason:
            slow.append(f"{module}: {reason}: {pattern}")
    assert len(found) > 100
    assert slow == []


@pytest.mark.parametrize(
    "pattern",
    [r"(a+)+", r"(?:[a-z]+-?)*", r"\s*x?\s*", r"\w+\d*", r"\w*a\w*", r"(?:a|b+)+c", r"[^\"]*foo[^\"]*", r"(?:\w+)?\w+"],
)
def test_slow_patterns_are_refused(pattern):
    with pytest.raises(Superlinear):
        check(pattern)


@pytest.mark.parametrize(
    "pattern",
    [r"[a-z]+:[a-z]+", r"\d+\s+\w+", r"(?:a{1,40}-){1,7}", r"(?:a+|b+)", r"\{\{(?:(?!\}\}).)*\}\}.*", r"(?:x|y)*z"],
)
def test_linear_patterns_pass(pattern):
    check(pattern)
