from datetime import timedelta

import pytest

from bot.model.errors import CatalogueError
from bot.model.ticket import Priority
from bot.parts import PACKAGE
from bot.pipeline.routing import load_routing

FILE = """\
default_team: platform
teams:
  platform: {slack_channel: C0ONE}
  storage: {webhook: pager}
respond_within_minutes: {P1: 5}
"""


def write(folder, text):
    file = folder / "routing.yaml"
    file.write_text(text)
    return file


def test_a_team_that_is_not_there_falls_to_the_default_one(tmp_path):
    routing = load_routing(write(tmp_path, FILE))
    assert routing.team("storage")[1].webhook == "pager"
    assert routing.team("nobody") == ("platform", routing.teams["platform"])


def test_a_time_that_is_not_set_is_the_usual_one(tmp_path):
    routing = load_routing(write(tmp_path, FILE))
    assert routing.respond_within(Priority.P1) == timedelta(minutes=5)
    assert routing.respond_within(Priority.P3) == timedelta(hours=8)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("default_team: platform\nteams: [\n", "routing.yaml:3: not valid YAML"),
        ("", "routing.yaml: default_team: Field required"),
        ("default_team: a\nteams: {b: {}}\n", "routing.yaml: default_team: there is no team 'a'"),
        ("default_team: a\nteams: {a: {chanel: C0}}\n", "routing.yaml: teams.a.chanel: Extra inputs"),
    ],
)
def test_a_wrong_file_is_one_line_that_says_where(tmp_path, text, says):
    with pytest.raises(CatalogueError) as error:
        load_routing(write(tmp_path, text))
    assert says in error.value.message
    assert "\n" not in error.value.message


def test_a_file_that_is_away_is_named(tmp_path):
    with pytest.raises(CatalogueError, match=r"nowhere\.yaml: cannot be read: No such file"):
        load_routing(tmp_path / "nowhere.yaml")


def test_the_file_that_is_delivered_is_right():
    routing = load_routing(PACKAGE.parent / "config" / "routing.yaml")
    assert routing.default_team in routing.teams
