"""What no runbook is for: tickets about it are known for what they are."""

import pytest

from bot.catalogue.loader import default_root, load_catalogue
from bot.model import Decision
from bot.pipeline.matching import CatalogueMatcher
from bot.pipeline.outside import DESK, NETWORK, TOPICS
from bot.pipeline.outside_aws import AWS
from bot.pipeline.outside_kubernetes import KUBERNETES
from bot.pipeline.ranking import Ranking
from tests.builders import a_ticket

RUNBOOKS = load_catalogue(default_root()).runbooks


@pytest.mark.parametrize(
    ("summary", "topic"),
    [
        ("The printer on the third floor jams and does not print", "a workplace device"),
        ("My mailbox is full", "mail and office programs"),
        ("Password reset for my colleague, account locked", "an account, a password or access"),
        ("Project code is missing in my timesheet", "a business application"),
        ("Feature request: documentation guide", "a question, a wish or a plan"),
    ],
)
def test_a_ticket_for_another_desk_runs_nothing_and_says_what_it_seems_to_be(summary, topic):
    assert Ranking(RUNBOOKS).weigh(summary, "").topic == topic
    match = CatalogueMatcher(RUNBOOKS)(a_ticket(summary))
    assert match.decision is Decision.NONE
    assert match.because == f"No runbook fits this; it seems to be about {topic}."


def test_what_other_desks_do_is_covered_by_no_runbook():
    assert {topic.covered_by for topic in DESK} == {""}


def test_all_topics_are_weighed_and_each_is_called_differently():
    assert (*DESK, *KUBERNETES, *AWS, *NETWORK) == TOPICS
    assert len({topic.title for topic in TOPICS}) == len(TOPICS)


def test_a_runbook_takes_over_at_most_one_topic():
    covered = [topic.covered_by for topic in TOPICS if topic.covered_by]
    assert len(set(covered)) == len(covered)


def test_no_topic_claims_a_string_twice():
    for topic in TOPICS:
        said = (*topic.signals, *topic.names)
        assert len(set(said)) == len(said), topic.title
