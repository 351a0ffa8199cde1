import pytest

from bot.integrations.slack.people import bot_user, is_own_person, own_team


def event(**more):
    authorizations = [{"team_id": "T1", "user_id": "U0BOT"}]
    return {"team_id": "T1", "event": {"user": "U1", "team": "T1", **more}, "authorizations": authorizations}


def interaction(team="T1", user="U1"):
    return {"user": {"id": user, "team_id": team}, "team": {"id": "T1"}}


@pytest.mark.parametrize("body", [event(), interaction(), {"user_id": "U1", "team_id": "T1"}, event(team=None)])
def test_people_of_this_workspace_may_speak(body):
    assert is_own_person(body)


@pytest.mark.parametrize(
    "body",
    [
        event(bot_id="B1"),
        event(bot_profile={"id": "B1"}),
        event(subtype="bot_message"),
        event(user="U0BOT"),
        event(user="USLACKBOT"),
        event(user=None),
        event(team="T2"),
        event(source_team="T2"),
        interaction(team="T2"),
        interaction(user="USLACKBOT"),
        {"team_id": "T1"},
    ],
)
def test_bots_strangers_and_nobody_may_not(body):
    assert not is_own_person(body)


def test_own_workspace_and_own_name_come_with_the_event():
    assert own_team(event()) == "T1"
    assert bot_user(event()) == "U0BOT"
    assert own_team(interaction()) == "T1"
    assert bot_user(interaction()) == ""
