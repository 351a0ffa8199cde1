import pytest

from bot.catalogue.cases import load_cases
from bot.catalogue.lintcases import lint_cases
from bot.catalogue.loader import load_catalogue
from tests.catalogues import CASE, HEALTHY, NAME, OTHER_NAME, a_catalogue_folder, put


def said(root, about=NAME):
    problems = lint_cases(load_catalogue(root), load_cases(root))
    return [(one.file.rpartition("/")[2], one.line, one.message) for one in problems if about in one.file]


def test_complete_cases_are_clean(tmp_path):
    assert said(a_catalogue_folder(tmp_path)) == []


def test_a_runbook_without_cases_is_said(tmp_path):
    a_catalogue_folder(tmp_path)
    assert said(tmp_path, OTHER_NAME) == [
        ("runbook.yaml", 1, "has no case; add one for each cause, a healthy one and a look-alike in cases/")
    ]


@pytest.mark.parametrize(
    ("gone", "message"),
    [
        ("healthy", "has no healthy case: one that expects this runbook with root_causes: []"),
        ("looks-like-crashloop", "has no look-alike: cases/looks-like-*.yaml that expects another runbook, or null"),
        ("wrong-tag", "no case of this runbook shows image-tag-not-found; add one"),
    ],
)
def test_each_kind_of_case_is_needed(tmp_path, gone, message):
    a_catalogue_folder(tmp_path)
    (tmp_path / NAME / "cases" / f"{gone}.yaml").unlink()
    assert [text for _, _, text in said(tmp_path)] == [message]


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        (
            "runbook: kubernetes/image-pull",
            "runbook: kubernetes/image-pulls",
            10,
            "there is no runbook 'kubernetes/image-pulls'; did you mean kubernetes/image-pull?",
        ),
        (
            "{namespace: shop}",
            "{namspace: shop}",
            11,
            "kubernetes/image-pull has no parameter 'namspace'; did you mean namespace?",
        ),
        ("  disposition: advise\n", "", 9, "must say disposition, since this runbook runs"),
        (
            "  disposition",
            "  decision: none\n  disposition",
            14,
            "is none, but a runbook is named; write runbook: null",
        ),
        ("title: The", "title: FILL IN the", 1, "still says FILL IN; fill it in"),
    ],
)
def test_what_a_case_expects_must_exist(tmp_path, old, new, line, message):
    a_catalogue_folder(tmp_path)
    put(tmp_path, f"{NAME}/cases/more.yaml", CASE.replace(old, new))
    assert said(tmp_path) == [("more.yaml", line, message)]


def test_running_nothing_is_said(tmp_path):
    a_catalogue_folder(tmp_path)
    text = "title: t\nticket: {summary: s}\nexpect:\n  runbook: null\n  decision: run\n"
    put(tmp_path, f"{NAME}/cases/more.yaml", text)
    assert said(tmp_path) == [
        ("more.yaml", 5, "is run, but runbook is null; name the runbook or write none or ask"),
    ]


def test_a_look_alike_that_expects_its_own_runbook_is_said(tmp_path):
    a_catalogue_folder(tmp_path)
    put(tmp_path, f"{NAME}/cases/looks-like-itself.yaml", HEALTHY)
    assert said(tmp_path) == [
        (
            "looks-like-itself.yaml",
            4,
            "is named a look-alike, but expects its own runbook; rename the file or correct it",
        ),
    ]
