from datetime import date

import pytest

from bot.catalogue.cases import load_cases
from bot.catalogue.lint import lint
from bot.catalogue.loader import load_catalogue
from bot.catalogue.skeleton import placeholders, skeleton
from bot.model.errors import InputError
from tests.catalogues import SPECS, put

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize("area", ["kubernetes", "aws", "network", "elsewhere"])
def test_a_skeleton_lints_but_for_the_places_to_fill_in(tmp_path, area):
    for name, text in skeleton(f"{area}/new-one", SPECS, TODAY).items():
        put(tmp_path, f"{area}/new-one/{name}", text)
    problems = lint(load_catalogue(tmp_path), load_cases(tmp_path), SPECS, today=TODAY)
    errors = [one for one in problems if one.level == "error"]
    assert errors
    to_fill = [one for one in errors if one.message == "still says FILL IN; fill it in"]
    others = [one.message for one in errors if one not in to_fill]
    assert others == (["there is no probe 'FILL IN'"] if area == "elsewhere" else []) or (
        area == "elsewhere" and others[0].startswith("there is no probe 'FILL IN'")
    )


@pytest.mark.parametrize("wrong", ["nameless", "a/b/c", "../up", "Area/Name", "a/"])
def test_an_id_that_is_none_is_refused(wrong):
    with pytest.raises(InputError, match="is not AREA/NAME"):
        skeleton(wrong, SPECS, TODAY)


def test_places_to_fill_in_are_found_at_any_depth():
    content = {"a": "FILL IN", "b": [{"c": "x FILL IN y"}, "fine"], "d": 3}
    assert list(placeholders(content)) == [("a",), ("b", 0, "c")]
