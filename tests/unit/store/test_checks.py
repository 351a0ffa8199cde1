import pytest

from bot.model.check import CheckState
from bot.settings import EngineSettings
from bot.store.checks import check_storage


def test_storage_that_works_is_fine_and_nothing_is_made(settings):
    check = check_storage(settings)
    assert check.state is CheckState.OK
    assert ("PostgreSQL" in check.detail) == (settings.database_url is not None)
    assert not settings.state_dir.exists()


def test_a_file_in_the_place_of_the_folder_is_said(tmp_path):
    (tmp_path / "state").write_text("")
    check = check_storage(EngineSettings(state_dir=tmp_path / "state"))
    assert (check.state, check.detail) == (CheckState.FAILED, f"cannot write in {tmp_path / 'state'}")
    assert "engine.state_dir" in check.remedy


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("postgresql://kim:secret@127.0.0.1:1/db", "Connection refused"),
        ("mysql://127.0.0.1/db", "only postgresql://"),
    ],
)
def test_a_database_that_cannot_be_had_is_one_line_without_its_password(url, says):
    check = check_storage(EngineSettings(database_url=url))
    assert (check.state, says in check.detail) == (CheckState.FAILED, True)
    assert "\n" not in check.detail
    assert "secret" not in check.detail


@pytest.mark.postgres
def test_a_user_who_may_not_make_tables_is_told_what_to_grant(new_database):
    import psycopg

    url = new_database()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("revoke create on schema public from public")
        connection.execute("drop role if exists reader")
        connection.execute("create role reader login")
    check = check_storage(EngineSettings(database_url=url.replace("tests@", "reader@")))
    assert (check.state, check.remedy) == (CheckState.FAILED, "as its owner: grant create on schema public to reader")
