import pytest

from bot.demonstration import INCIDENTS, JIRA, Demonstration


@pytest.fixture(scope="module")
def stage():
    with Demonstration() as found:
        assert found.play(0.0, 60)
        yield found


def told(stage) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for _, title, message in stage.news():
        found.setdefault(title, []).append(str(message))
    return found


def test_every_incident_is_answered_with_the_cause_that_its_case_expects(stage):
    for incident in stage.incidents:
        report = stage.report(incident)
        assert [one.cause for one in report.root_causes] == [one.cause for one in incident.case.expect.root_causes]
        assert stage.verdict(incident) == report.headline
    assert [(one.case.id, one.via) for one in stage.incidents] == list(INCIDENTS)


def test_what_people_and_the_bot_say_is_news_and_tickets_get_their_note(stage):
    news = told(stage)
    assert {"@ada in #triage", "secondline in #triage (thread)", "secondline in #general"} <= set(news)
    tickets = [incident for incident in stage.incidents if incident.via == JIRA]
    assert len([title for title in news if title.endswith("was created")]) == len(tickets)
    assert len([title for title in news if title.startswith("Jira: note on")]) == len(tickets)


def test_news_that_was_told_keeps_its_key(stage):
    assert [key for key, _, _ in stage.news()] == [key for key, _, _ in stage.news()]


def test_what_is_typed_is_a_command_or_a_message(stage):
    stage.type("/l2 list")
    stage.type("what is for lunch")
    assert stage.settle(20)
    news = told(stage)
    assert any("kubernetes/image-pull" in message for message in news["secondline (only you see this)"])
    assert any("what is for lunch" in message for message in news["@ada in #triage"])
