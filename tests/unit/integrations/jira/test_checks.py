from __future__ import annotations

import pytest
from pydantic import SecretStr

from bot.integrations.jira.checks import check_jira
from bot.model.check import CheckState
from bot.model.errors import SettingsError
from bot.settings import JiraSettings


def states(checks):
    return {check.name: check.state for check in checks}


def test_a_good_site_is_all_right(jira, settings_of):
    checks = check_jira(settings_of(jira, webhook_secret=SecretStr("s")))
    assert set(states(checks).values()) == {CheckState.OK}
    assert [check.name for check in checks] == ["account", "rights", "jql", "webhook"]


def test_not_configured_is_no_fault():
    assert states(check_jira(JiraSettings())) == {"site": CheckState.OFF}


def test_half_configured_names_the_setting():
    with pytest.raises(SettingsError, match=r"jira\.token"):
        check_jira(JiraSettings(url="https://jira.example.com"))


def test_a_stale_token_is_one_clear_line(jira, settings_of):
    (check,) = check_jira(settings_of(jira, token=SecretStr("stale")))
    assert check.state is CheckState.FAILED
    assert "token" in check.detail


def test_a_lacking_permission_is_named(jira, settings_of):
    body = '{"permissions": {"BROWSE_PROJECTS": {"havePermission": true}, "ADD_COMMENTS": {"havePermission": false}}}'
    jira.fail("/rest/api/2/mypermissions", 200, body=body)
    lacking = [check for check in check_jira(settings_of(jira)) if check.state is CheckState.FAILED]
    assert [check.detail for check in lacking] == ["lacking: ADD_COMMENTS and EDIT_ISSUES"]


def test_a_wrong_query_is_found(jira, settings_of):
    assert states(check_jira(settings_of(jira, jql="nosuchfield = 1")))["jql"] is CheckState.FAILED


def test_permissions_that_cannot_be_told_are_not_called_good(jira, settings_of):
    jira.fail("/rest/api/2/mypermissions", 404)
    assert states(check_jira(settings_of(jira)))["rights"] is CheckState.WARNING


def test_checking_writes_nothing(jira, settings_of):
    jira.create("x")
    for method in ("PUT", "DELETE"):
        jira.fail("/", 500, times=99, method=method)
    check_jira(settings_of(jira))
    assert (jira.comments("OPS-1"), jira.labels("OPS-1")) == ((), ())
