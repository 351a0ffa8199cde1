from pathlib import Path

import yaml

from bot.integrations.slack.manifest import manifest, manifest_yaml
from bot.settings import SlackSettings

FILE = Path(__file__).parents[4] / "config" / "slack-manifest.yaml"


def test_manifest_in_config_is_what_the_listeners_need():
    assert FILE.read_text(encoding="utf-8") == manifest_yaml(), "write it anew: make docs"


def test_socket_mode_needs_no_address():
    made = manifest(SlackSettings())
    assert made["settings"]["socket_mode_enabled"]
    assert "request_url" not in str(made)


def test_http_mode_names_one_address_for_everything():
    made = manifest(SlackSettings(command="/ops"), "https://bot.example.com")
    assert not made["settings"]["socket_mode_enabled"]
    assert made["settings"]["interactivity"]["message_menu_options_url"] == "https://bot.example.com/slack/events"
    (command,) = made["features"]["slash_commands"]
    assert (command["command"], command["url"]) == ("/ops", "https://bot.example.com/slack/events")


def test_no_scope_lets_the_bot_write_where_it_was_not_invited_or_read_people():
    scopes = yaml.safe_load(manifest_yaml())["oauth_config"]["scopes"]["bot"]
    assert not {"chat:write.public", "users:read", "channels:manage", "files:read"} & set(scopes)
