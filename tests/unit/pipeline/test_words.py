"""Words that are no names, and those of them that may be."""

from bot.model.runbook import ParameterType
from bot.pipeline.patterns import FORMS
from bot.pipeline.words import NOT_NAMES, ORDINARY, PLAIN_NAMES


def test_each_list_is_a_part_of_the_one_before():
    assert PLAIN_NAMES < ORDINARY < NOT_NAMES


def test_words_that_only_hold_a_sentence_together_are_never_names():
    assert not ORDINARY & {"the", "and", "not", "are", "service", "pod", "deployment", "down", "failed", "restarting"}


def test_words_that_people_call_workloads_by_may_be_names():
    assert {"api", "reports", "storage", "claims", "check", "database"} <= ORDINARY


def test_what_makes_a_phrase_with_the_word_for_a_kind_is_not_taken_for_a_name_after_it():
    assert not PLAIN_NAMES & {"quota", "status", "logs", "config", "process"}


def test_every_ordinary_word_could_be_the_name_of_a_workload():
    assert [word for word in ORDINARY if not FORMS[ParameterType.WORKLOAD].match(word)] == []
