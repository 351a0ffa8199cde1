from pathlib import Path

import pytest

import bot
from bot.catalogue.loader import default_root, load_catalogue, names_read, scan
from bot.model.errors import CatalogueError, InputError
from bot.model.runbook import Step
from bot.settings import CatalogueSettings
from tests.catalogues import NAME, OTHER_NAME, RUNBOOK, a_catalogue_folder, put


@pytest.fixture
def root(tmp_path):
    return a_catalogue_folder(tmp_path)


def test_the_id_is_the_path(root):
    catalogue = load_catalogue(root)
    assert list(catalogue) == [NAME, OTHER_NAME]
    assert len(catalogue) == 2
    assert NAME in catalogue
    assert catalogue[NAME].title == "Image cannot be pulled"
    assert catalogue.entries[NAME].folder == root / NAME


def test_steps_wait_for_what_they_read(root):
    steps = load_catalogue(root)[NAME].steps
    assert [step.after for step in steps] == [(), ("waiting",)]


def test_a_circle_of_steps_is_refused(tmp_path):
    text = RUNBOOK.replace('"{{ parameters.workload }}"', '"{{ steps.registry.facts.x }}"')
    put(tmp_path, f"{NAME}/runbook.yaml", text)
    with pytest.raises(CatalogueError) as caught:
        load_catalogue(tmp_path)
    lines = caught.value.message.splitlines()
    assert [line.split("runbook.yaml:")[1] for line in lines] == [
        "25: steps[0]: waits for registry, which waits for it; break the circle",
        "31: steps[1]: waits for waiting, which waits for it; break the circle",
    ]


def test_a_step_id_twice_is_refused(tmp_path):
    put(tmp_path, f"{NAME}/runbook.yaml", RUNBOOK.replace("id: registry", "id: waiting"))
    with pytest.raises(CatalogueError, match=r"31: steps\[1\].id: 'waiting' is the id of an earlier step too"):
        load_catalogue(tmp_path)


def test_problems_of_all_files_are_said_together(tmp_path):
    put(tmp_path, f"{NAME}/runbook.yaml", RUNBOOK.replace("owner:", "onwer:"))
    put(tmp_path, f"{OTHER_NAME}/runbook.yaml", "title: [\n")
    with pytest.raises(CatalogueError) as caught:
        load_catalogue(tmp_path)
    assert "onwer: is not a key here; did you mean owner?" in caught.value.message
    assert "pod-crashloop/runbook.yaml:2: not valid YAML" in caught.value.message


def test_scan_keeps_what_can_be_read(root):
    put(root, f"{OTHER_NAME}/runbook.yaml", "nonsense")
    catalogue, problems = scan(root)
    assert list(catalogue) == [NAME]
    assert len(problems) == 1


def test_a_runbook_in_the_wrong_depth_is_refused(tmp_path):
    put(tmp_path, "alone/runbook.yaml", RUNBOOK)
    with pytest.raises(CatalogueError, match="put it in a folder area/name"):
        load_catalogue(tmp_path)


def test_an_empty_folder_is_refused(tmp_path):
    with pytest.raises(CatalogueError, match="holds no runbook"):
        load_catalogue(tmp_path)


def test_an_unknown_id_names_the_nearest(root):
    catalogue = load_catalogue(root)
    assert catalogue.get(NAME) is catalogue[NAME]
    with pytest.raises(InputError, match="did you mean kubernetes/image-pull"):
        catalogue.get("kubernetes/imagepull")
    with pytest.raises(InputError, match="catalogue list"):
        catalogue.get("zzz")
    assert catalogue.nearest("zzz") is None


def test_the_setting_goes_before_the_folder_here(root, monkeypatch, tmp_path):
    here = tmp_path / "here"
    (here / "runbooks").mkdir(parents=True)
    monkeypatch.chdir(here)
    assert default_root(CatalogueSettings(path=root)) == root
    assert default_root(CatalogueSettings()) == Path("runbooks")


def test_away_from_home_the_runbooks_that_came_along_are_used(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    package = Path(bot.__file__).parent
    assert default_root() in (package / "content" / "runbooks", package.parent / "runbooks")


def test_a_folder_that_is_not_there_is_said(tmp_path):
    with pytest.raises(CatalogueError, match="is not a folder"):
        default_root(CatalogueSettings(path=tmp_path / "gone"))


def test_a_broken_expression_reads_nothing_here_since_lint_says_it():
    assert names_read(Step("a", "p", "w", {"x": "{{ steps.b.facts. }}", "y": 3}, "steps.c.ran")) == {"steps.c.ran"}
