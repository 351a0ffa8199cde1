"""How a topic is written down."""

from bot.pipeline.topics import Topic, topic


def test_bars_stand_between_strings_and_space_around_them_is_nothing():
    made = topic("a queue", "queue grows |  nobody reads the messages", "Age | Count |", covered_by="aws/sqs-backlog")
    assert made == Topic(
        "a queue", ("queue grows", "nobody reads the messages"), ("Age", "Count"), (), "aws/sqs-backlog"
    )


def test_a_topic_without_exact_strings_has_none():
    assert (topic("a wish", "would be nice").signals, topic("a wish", "would be nice").names) == ((), ())
