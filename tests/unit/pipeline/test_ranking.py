"""How much a ticket speaks for a runbook, and why."""

import pytest

from bot.model import Parameter, ParameterType, Triggers
from bot.pipeline.ranking import CALM, MAX_TEXT, MOST_WORDS, Ranking, own_words
from bot.pipeline.topics import topic
from tests.builders import a_runbook

CRASH = a_runbook()
IMAGE = a_runbook(
    "kubernetes/image-pull",
    title="Image cannot be pulled",
    purpose="Say why an image does not arrive.",
    triggers=Triggers(("image not found in the registry",), ("ImagePullBackOff", "ErrImagePull", "BackOff")),
)
FUNCTION = a_runbook(
    "aws/lambda-failing",
    title="Function fails",
    purpose="Say why a function fails: its code raises; its time is up.",
    triggers=Triggers(("function is failing",), ("Task timed out", "BackOff")),
    parameters=(Parameter("function", ParameterType.FUNCTION, "Which one", required=True),),
)
QUEUE = topic("a queue", "messages are not consumed", "OldestMessage", "SQS", covered_by="aws/sqs-backlog")
BOOKS = {one.id: one for one in (CRASH, IMAGE, FUNCTION)}


@pytest.fixture(scope="module")
def ranking():
    return Ranking(BOOKS, (QUEUE,))


def confidence(ranking, title, body="", runbook=IMAGE.id):
    found = {one.runbook: one.confidence for one in ranking.weigh(title, body).candidates}
    return found.get(runbook, 0.0)


def test_candidates_come_best_first(ranking):
    found = ranking.weigh("image not found in the registry", "the function is failing too").candidates
    assert [one.runbook for one in found][:2] == [IMAGE.id, FUNCTION.id]
    assert [one.confidence for one in found] == sorted((one.confidence for one in found), reverse=True)


def test_a_text_about_nothing_known_gives_no_candidate_and_no_weight_elsewhere(ranking):
    weighed = ranking.weigh("birthday cake in the kitchen", "")
    assert (weighed.candidates, weighed.elsewhere) == ((), 0.0)


def test_a_string_that_one_runbook_claims_says_more_than_one_that_several_claim(ranking):
    assert confidence(ranking, "ErrImagePull") > confidence(ranking, "BackOff") > 0


def test_a_second_string_adds_unless_it_is_a_part_of_the_first(ranking):
    one = confidence(ranking, "x", "ErrImagePull")
    assert confidence(ranking, "x", "ErrImagePull ImagePullBackOff") > one


def test_a_long_string_counts_in_another_case_and_a_short_one_does_not(ranking):
    assert 0 < confidence(ranking, "imagepullbackoff") < confidence(ranking, "ImagePullBackOff")
    says = [
        reason
        for one in ranking.weigh("x", "backoff").candidates
        for reason in one.reasons
        if reason.startswith("says")
    ]
    assert says == []


def test_no_confidence_is_certainty(ranking):
    said = "ErrImagePull ImagePullBackOff image not found in the registry, image cannot be pulled"
    assert confidence(ranking, "ErrImagePull") < confidence(ranking, said, said) <= 0.99


@pytest.mark.parametrize("opening", ["FYI:", "Feature request:", "Resolved:", "Re: planned"])
def test_a_notice_by_its_heading_is_turned_down_whatever_it_quotes(ranking, opening):
    plain = confidence(ranking, "ErrImagePull")
    assert confidence(ranking, f"{opening} ErrImagePull") <= CALM * plain + 0.05


def test_a_wish_is_turned_down_less_when_a_machine_speaks_in_it(ranking):
    wish = "could you please add a user"
    with_signal = confidence(ranking, "ErrImagePull", wish) / confidence(ranking, "ErrImagePull")
    without = confidence(ranking, "image not found in the registry", wish) / confidence(
        ranking, "image not found in the registry"
    )
    assert without < with_signal < 1


def test_a_wish_far_down_in_the_text_turns_nothing_down(ranking):
    far = "nothing else to say here. " * 30 + "\nplease add a user"
    assert confidence(ranking, "ErrImagePull", far) == confidence(ranking, "ErrImagePull", far.replace("add", "see"))


def test_a_named_thing_leans_toward_the_runbook_for_such_things(ranking):
    named = confidence(ranking, "function is failing: /aws/lambda/resize", runbook=FUNCTION.id)
    assert named > confidence(ranking, "function is failing", runbook=FUNCTION.id)


def test_what_no_runbook_is_for_is_named_with_its_weight(ranking):
    weighed = ranking.weigh("messages are not consumed, OldestMessage is high", "")
    assert weighed.topic == "a queue"
    assert weighed.elsewhere > 0.6
    assert ranking.weigh("SQS", "").elsewhere < ranking.weigh("OldestMessage", "").elsewhere


def test_a_topic_steps_aside_for_the_runbook_that_covers_it():
    covering = a_runbook("aws/sqs-backlog", title="Queue grows", triggers=Triggers(("messages are not consumed",), ()))
    weighed = Ranking({covering.id: covering}, (QUEUE,)).weigh("messages are not consumed", "")
    assert (weighed.topic, weighed.elsewhere) == ("", 0.0)
    assert weighed.candidates[0].runbook == covering.id


def test_what_closes_a_mail_is_not_read(ranking):
    signed = "It is down.\nKind regards\nKim\nHead of ErrImagePull"
    assert confidence(ranking, "help", signed) == 0.0
    assert confidence(ranking, "help", signed.replace("Kind regards", "It says")) > 0


def test_what_is_beyond_the_limit_is_not_read(ranking):
    assert confidence(ranking, "x", "y " * (MAX_TEXT // 2) + "ErrImagePull") == 0.0


def test_reasons_are_the_strings_and_the_words_of_the_ticket(ranking):
    best = ranking.weigh("Images are not found in our registry", "It says BackOff").candidates[0]
    assert best.reasons[0] == "says BackOff"
    assert best.reasons[1] == "speaks of not, found and registry"


def test_own_words_are_those_of_the_text_in_the_order_asked_for():
    assert own_words(["registry", "imag"], "Images from the registry, images!") == ("registry", "images")
    assert own_words(["volume"], "nothing of the kind") == ()
    assert len(own_words([f"w{letter}" for letter in "abcdefgh"], "wa wb wc wd we wf wg wh")) == MOST_WORDS
