"""Topics of AWS: known by what people and machines write, left out once a runbook covers them."""

import pytest

from bot.pipeline.outside_aws import AWS
from bot.pipeline.ranking import Ranking
from tests.builders import a_runbook

CRASH = a_runbook()


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("cannot ssh to the instance, port 22 times out", "an EC2 instance"),
        ("StatusCheckFailed on our machine, 1/2 checks passed", "the health of an EC2 instance"),
        ("FATAL: remaining connection slots are reserved", "the load of an RDS database"),
        ("service web was unable to place a task", "ECS tasks"),
        ("User is not authorized to perform: sqs:SendMessage", "rights in AWS"),
        ("dead letter queue has messages, SQS queue is growing", "a queue"),
        ("stack is in UPDATE_ROLLBACK_FAILED", "a CloudFormation stack"),
        ("ProvisionedThroughputExceededException on our table", "a DynamoDB table"),
        ("VPN tunnel is down", "a site-to-site VPN"),
        ("our AWS bill doubled", "cost"),
    ],
)
def test_a_ticket_is_known_by_what_it_says(text, title):
    weighed = Ranking({CRASH.id: CRASH}, AWS).weigh(text, "")
    assert weighed.topic == title
    assert weighed.elsewhere > 0.3


def test_every_topic_steps_aside_for_a_runbook_of_aws():
    assert all(topic.covered_by.startswith("aws/") for topic in AWS)


@pytest.mark.parametrize("topic", AWS, ids=lambda one: one.covered_by)
def test_a_topic_is_found_by_each_of_its_own_phrases(topic):
    ranking = Ranking({CRASH.id: CRASH}, AWS)
    assert {ranking.weigh(phrase, "").topic for phrase in topic.phrases} == {topic.title}
