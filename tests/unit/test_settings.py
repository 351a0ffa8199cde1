"""Where settings come from, which goes before which, and what a mistake says."""

from pathlib import Path

import pytest

from bot.model.errors import SettingsError
from bot.settings import Settings, load_settings


def test_without_anything_the_defaults_hold_and_vendors_are_off():
    settings = load_settings(environment={})
    assert settings.slack.bot_token is None
    assert settings.jira.url == ""
    assert settings.engine.database_url is None


def test_the_environment_goes_before_the_file_and_a_person_s_own_choice_before_both(tmp_path: Path):
    file = tmp_path / "secondline.yaml"
    file.write_text("jira: {url: https://file.example.com, jql: project = A}\n")
    environment = {"SECONDLINE_JIRA__URL": "https://environment.example.com"}
    assert load_settings(file, environment).jira.url == "https://environment.example.com"
    assert load_settings(file, environment).jira.jql == "project = A"
    assert load_settings(file, environment, {"jira": {"url": "https://x"}}).jira.url == "https://x"


def test_names_that_the_vendors_use_work_and_secrets_can_be_files(tmp_path: Path):
    secret = tmp_path / "token"
    secret.write_text("xoxb-from-file\n")
    settings = load_settings(environment={"SLACK_BOT_TOKEN_FILE": str(secret), "JIRA_URL": "https://jira.example.com"})
    assert settings.slack.bot_token is not None
    assert settings.slack.bot_token.get_secret_value() == "xoxb-from-file"
    assert settings.jira.url == "https://jira.example.com"


def test_lists_are_written_as_yaml_flow():
    settings = load_settings(environment={"SECONDLINE_SLACK__TRIAGE_CHANNELS": "[C01, C02]"})
    assert settings.slack.triage_channels == ("C01", "C02")


def test_secrets_do_not_show_when_settings_are_printed():
    settings = load_settings(environment={"SLACK_BOT_TOKEN": "xoxb-secret"})
    assert "xoxb-secret" not in repr(settings)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("slack: {mode: telepathy}", "setting slack.mode"),
        ("slack: {bot_tokn: x}", "setting slack.bot_tokn"),
        ("slack: [1", ":1: not valid YAML"),
        ("- a", "expected groups"),
    ],
)
def test_a_mistake_is_one_line_that_names_the_key_or_the_place(tmp_path: Path, content: str, says: str):
    file = tmp_path / "secondline.yaml"
    file.write_text(content)
    with pytest.raises(SettingsError) as caught:
        load_settings(file, {})
    assert says in caught.value.message
    assert "\n" not in caught.value.message


def test_a_file_that_was_named_must_exist(tmp_path: Path):
    with pytest.raises(SettingsError, match="cannot read"):
        load_settings(tmp_path / "nowhere.yaml", {})
    with pytest.raises(SettingsError, match="JIRA_TOKEN_FILE"):
        load_settings(environment={"JIRA_TOKEN_FILE": str(tmp_path / "nowhere")})


def test_every_setting_explains_itself():
    silent = [
        f"{group}.{name}"
        for group, field in Settings.model_fields.items()
        for name, own in field.annotation.model_fields.items()
        if not own.description
    ]
    assert silent == []
