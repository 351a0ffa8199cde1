"""Words on common ground, and how much of a phrase a passage says."""

import pytest

from bot.pipeline.lexicon import PASSAGE_WORDS, SENTENCE, TITLE, Lexicon, tokens

CRASH, IMAGE, DISK = 0, 1, 2
PHRASES = (
    ("container keeps restarting", "pod in a crash loop"),
    ("image cannot be pulled from the registry",),
    ("volume is full", "disk has no space left"),
)


@pytest.fixture(scope="module")
def lexicon():
    return Lexicon(PHRASES)


def shares(lexicon, title, body=""):
    return [one.share for one in lexicon.overlaps(lexicon.passages(title, body))]


def test_a_word_of_a_machine_is_cut_into_what_it_says():
    assert tokens("ImagePullBackOff") == ["image", "pull", "back"]
    assert tokens("CrashLoopBackOff") == ["crash", "loop", "back"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("restarting", "restarts"),
        ("crashed", "dies"),
        ("db", "postgres"),
        ("can\u2019t", "unable"),
        ("connections", "unreachable"),
        ("pvc", "claims"),
    ],
)
def test_variants_of_a_word_are_one(one, other):
    assert tokens(one) == tokens(other) != []


def test_small_words_say_nothing():
    assert tokens("please have a look at it, thanks") == []


def test_addresses_say_only_that_they_are_one():
    assert tokens("see https://shop.example.com/registry/image?pull=1") == tokens("see url")
    assert tokens("<https://a.example/volume|volume full>") == tokens("url")


def test_hosts_say_what_kind_of_host_they_are_and_nothing_else():
    assert tokens("cart.shop.svc.cluster.local") == tokens("service")
    assert tokens("orders.abc.eu-west-2.rds.amazonaws.com") == ["rds"]
    assert tokens("www.registry.example") == []


def test_a_name_of_several_parts_says_nothing_unless_all_of_it_is_known():
    known = {"back", "image", "pull"}
    assert tokens("back-image", known) == ["back", "image"]
    assert tokens("image-worker", known) == []
    assert tokens("image-2-pull") == []


def test_what_a_ticket_speaks_of_most_leads(lexicon):
    found = shares(lexicon, "the image cannot be pulled", "our registry is new")
    assert found[IMAGE] == max(found)
    assert found[IMAGE] > 2 * max(found[CRASH], found[DISK])


def test_a_text_about_something_else_overlaps_with_nothing(lexicon):
    assert shares(lexicon, "birthday cake in the kitchen") == [0.0, 0.0, 0.0]
    assert lexicon.passages("birthday cake in the kitchen", "") == []


def test_a_share_is_never_beyond_one(lexicon):
    everything = ". ".join(phrase for phrases in PHRASES for phrase in phrases)
    assert all(0.0 < share <= 1.0 for share in shares(lexicon, everything, everything * 5))
    rare = Lexicon([["quorum lost"], *([f"unrelated matter number{letter}"] for letter in "abcdefgh" * 40)])
    assert 0.5 < shares(rare, "quorum lost quorum lost quorum")[0] <= 1.0


def test_the_title_counts_more_than_a_sentence_of_the_body(lexicon):
    said = "container keeps restarting"
    assert shares(lexicon, said)[CRASH] > shares(lexicon, "help", said)[CRASH] > 0
    weights = {passage.weight for passage in lexicon.passages("", said)}
    assert max(weights) == SENTENCE < TITLE


def test_a_long_ticket_gains_nothing_by_its_length(lexicon):
    said = "the volume is full."
    padded = " ".join([said, *["The kitchen has a cake for a birthday."] * 20])
    assert shares(lexicon, "help", padded)[DISK] < 1.1 * shares(lexicon, "help", said)[DISK]


def test_words_of_two_far_sentences_count_less_than_those_of_one(lexicon):
    together = shares(lexicon, "help", "image from the registry cannot be pulled.")
    apart = shares(lexicon, "help", "image\nvolume full\npod loop\ndisk space\nfrom the registry")
    assert together[IMAGE] > apart[IMAGE] > 0


def test_the_words_that_are_shared_with_the_best_phrase_are_given_in_its_order(lexicon):
    overlap = lexicon.overlaps(lexicon.passages("no space left on a disk", ""))[DISK]
    assert overlap.words == ("volume", "cannot", "space", "left")


def test_a_run_of_words_without_an_end_is_cut_into_passages(lexicon):
    passages = lexicon.passages("", "image volume registry pod disk " * PASSAGE_WORDS)
    assert len([one for one in passages if one.weight == SENTENCE]) >= 2


def test_a_thing_without_phrases_is_never_spoken_of():
    lexicon = Lexicon([["volume is full"], []])
    assert [one.share > 0 for one in lexicon.overlaps(lexicon.passages("volume is full", ""))] == [True, False]
