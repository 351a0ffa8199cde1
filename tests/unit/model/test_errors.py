import pytest

from bot.model.errors import (
    AccessDenied,
    CatalogueError,
    DeadlineExceeded,
    InputError,
    NotFound,
    OutsideError,
    RateLimited,
    ReadOnlyViolation,
    SecondlineError,
    SettingsError,
    Unavailable,
)


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        (SettingsError, "A setting is missing or wrong."),
        (CatalogueError, "A runbook, case or routing file is wrong."),
        (Unavailable, "The system cannot be reached or failed to answer."),
        (DeadlineExceeded, "The time for this run is used up."),
    ],
)
def test_an_error_without_words_says_its_docstring(kind, line):
    error = kind()
    assert error.message == str(error) == line


@pytest.mark.parametrize(
    ("file", "line", "said"),
    [("a.yaml", 3, "a.yaml:3: wrong"), ("a.yaml", 0, "a.yaml: wrong"), ("", 3, "wrong")],
)
def test_a_catalogue_error_says_where(file, line, said):
    assert CatalogueError("wrong", file=file, line=line).message == said


def test_what_the_outside_refused_carries_what_a_caller_needs():
    denied = AccessDenied("no", system="kubernetes", operation="GET /x", permission="list pods")
    limited = RateLimited("slow down", system="slack", retry_after_s=30)
    assert (denied.system, denied.operation, denied.permission) == ("kubernetes", "GET /x", "list pods")
    assert (limited.system, limited.retry_after_s) == ("slack", 30)


def test_the_tree_is_the_one_that_the_module_draws():
    assert all(issubclass(kind, OutsideError) for kind in (Unavailable, RateLimited, AccessDenied, NotFound))
    inside = (SettingsError, CatalogueError, InputError, ReadOnlyViolation, DeadlineExceeded)
    assert all(issubclass(kind, SecondlineError) and not issubclass(kind, OutsideError) for kind in inside)
