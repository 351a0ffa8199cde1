from bot.integrations.slack.checks import check_slack
from bot.integrations.slack.manifest import SCOPES
from bot.model.check import CheckState
from bot.settings import SlackSettings
from tests.cards import settings_of


def states(checks) -> dict[str, CheckState]:
    return {check.name: check.state for check in checks}


def test_without_a_token_slack_is_off():
    assert states(check_slack(SlackSettings())) == {"token": CheckState.OFF}


def test_all_is_well(slack, slack_settings):
    checks = check_slack(slack_settings)
    assert states(checks) == dict.fromkeys(("token", "scopes", "socket", "C0TRIAGE"), CheckState.OK)
    assert "secondline in Sandbox" in checks[0].detail


def test_sandbox_grants_what_the_manifest_asks_for(slack):
    assert set(slack.http.scopes) == set(SCOPES)


def test_wrong_token_is_said_with_the_remedy(slack):
    (check,) = check_slack(settings_of(slack, bot_token="xoxb-wrong"))
    assert check.state is CheckState.FAILED
    assert "SLACK_BOT_TOKEN" in check.remedy


def test_slack_that_is_down_is_said_once(slack):
    slack.fail("auth.test", status=503)
    (check,) = check_slack(settings_of(slack))
    assert "HTTP 503" in check.detail


def test_scope_that_lacks_and_scope_too_many_are_named(slack, slack_settings):
    slack.http.scopes = tuple(set(SCOPES) - {"files:write"})
    lacks = check_slack(slack_settings)[1]
    assert (lacks.state, "files:write (long evidence as a file)" in lacks.detail) == (CheckState.FAILED, True)
    slack.http.scopes = (*SCOPES, "admin")
    beyond = check_slack(slack_settings)[1]
    assert (beyond.state, "admin" in beyond.detail) == (CheckState.WARNING, True)


def test_wrong_app_token_fails_the_socket(slack):
    checks = check_slack(settings_of(slack, app_token="xapp-wrong"))
    assert states(checks)["socket"] is CheckState.FAILED
    assert states(check_slack(settings_of(slack, app_token=None)))["socket"] is CheckState.FAILED


def test_http_mode_needs_the_signing_secret(slack):
    assert states(check_slack(settings_of(slack, mode="http")))["http"] is CheckState.OK
    assert states(check_slack(settings_of(slack, mode="http", signing_secret=None)))["http"] is CheckState.FAILED


def test_channel_without_the_bot_or_without_existence_fails(slack):
    slack.workspace.add_channel("C0NEW", "new", member=False)
    checks = check_slack(settings_of(slack, triage_channels=("C0NEW", "C0NOWHERE"), ticket_channel="C0TRIAGE"))
    found = states(checks)
    assert (found["C0NEW"], found["C0NOWHERE"], found["C0TRIAGE"]) == (
        CheckState.FAILED,
        CheckState.FAILED,
        CheckState.OK,
    )
    assert "/invite" in checks[-2].remedy
