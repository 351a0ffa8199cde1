"""Tickets to runbooks: when the matcher runs, asks and abstains, and what it tells people."""

import pytest

from bot.catalogue.loader import default_root, load_catalogue
from bot.model import Decision, Invocation, Triggers
from bot.model.ports import Whereabouts
from bot.pipeline.matching import CatalogueMatcher, Thresholds, nearest
from tests.builders import a_runbook, a_ticket
from tests.directories import MemoryDirectory

CRASH = a_runbook()
IMAGE = a_runbook(
    "kubernetes/image-pull",
    title="Image cannot be pulled",
    purpose="Say why an image does not arrive.",
    triggers=Triggers(("cannot pull the image", "image not found in the registry"), ("ImagePullBackOff", "BackOff")),
)
DOWN = a_runbook(
    "kubernetes/workload-unavailable",
    title="Application is down",
    purpose="Walk from the workload to the cause.",
    triggers=Triggers(("application is down", "users get an error page"), ()),
)
LAMBDA = a_runbook(
    "aws/lambda-failing",
    title="Lambda function fails",
    purpose="Say why a function fails.",
    triggers=Triggers(("Lambda times out", "Lambda function is failing"), ("Task timed out after", "BackOff")),
)
SMALL = {one.id: one for one in (CRASH, IMAGE, DOWN, LAMBDA)}


@pytest.fixture(scope="module")
def small():
    return CatalogueMatcher(SMALL)


@pytest.fixture(scope="module")
def whole():
    return CatalogueMatcher(load_catalogue(default_root()).runbooks)


def test_reason_word_of_a_machine_runs_its_runbook(small):
    match = small(a_ticket("checkout broken", "CrashLoopBackOff since noon, namespace shop"))
    assert (match.decision, match.runbook) == (Decision.RUN, "kubernetes/pod-crashloop")
    assert match.parameters["namespace"] == "shop"
    assert "says CrashLoopBackOff" in match.candidates[0].reasons


def test_signal_counts_only_as_a_whole_word(small):
    inside, whole = (
        small.rank(a_ticket(f"x {word} x", "namespace shop")) for word in ("XImagePullBackOffY", "BackOff")
    )
    assert not any(
        "ImagePullBackOff" in reason for one in inside for reason in one.reasons if reason.startswith("says")
    )
    assert any("says BackOff" in one.reasons for one in whole)


def test_long_signal_in_another_case_counts_a_little_less(small):
    right, wrong = (
        next(one for one in small.rank(a_ticket(word)) if one.runbook == IMAGE.id).confidence
        for word in ("ImagePullBackOff", "imagepullbackoff")
    )
    assert 0.3 < wrong < right


def test_signal_that_two_runbooks_claim_counts_less_than_one_that_is_alone():
    alone, shared = (
        {one.runbook: one.confidence for one in CatalogueMatcher(SMALL).rank(a_ticket(word))}
        for word in ("Task timed out after", "BackOff")
    )
    assert shared["aws/lambda-failing"] < alone["aws/lambda-failing"]


def test_tie_between_runbooks_asks_instead_of_guessing():
    twin = a_runbook("kubernetes/other", title=CRASH.title, purpose=CRASH.purpose, triggers=CRASH.triggers)
    match = CatalogueMatcher({CRASH.id: CRASH, twin.id: twin})(a_ticket("pod keeps restarting", "namespace shop"))
    assert (match.decision, match.runbook) == (Decision.ASK, None)
    assert [one.runbook for one in match.candidates] == ["kubernetes/other", "kubernetes/pod-crashloop"]
    assert match.because.startswith("Not sure which")


def test_near_tie_with_an_entry_goes_to_the_more_exact_runbook():
    entry = a_runbook("kubernetes/workload-unavailable", title=CRASH.title, purpose="", triggers=CRASH.triggers)
    match = CatalogueMatcher({entry.id: entry, CRASH.id: CRASH})(
        a_ticket("pod keeps restarting", "CrashLoopBackOff, container crashes after start, namespace shop")
    )
    assert (match.decision, match.runbook) == (Decision.RUN, CRASH.id)


@pytest.mark.parametrize("text", ["", "?!", "lunch on friday", "日本語のチケット", "0123456789 " * 50])
def test_nothing_that_fits_is_left_alone(small, text):
    match = small(a_ticket(text))
    assert match.decision is Decision.NONE
    assert match.runbook is None
    assert match.because.startswith("No runbook fits")


def test_a_middling_fit_is_offered_as_a_question(small):
    match = CatalogueMatcher(SMALL, Thresholds(run_at=0.99))(a_ticket("pod keeps restarting", "namespace shop"))
    assert match.decision is Decision.ASK
    assert match.candidates[0].runbook == CRASH.id


@pytest.mark.parametrize(
    "text",
    [
        "New joiner needs a laptop, monitor and mouse",
        "Password reset, account locked",
        "shared mailbox is full",
        "dead letter queue of SQS grows, messages are not consumed",
        "stack is in UPDATE_ROLLBACK_FAILED",
    ],
)
def test_what_no_runbook_is_for_is_named_and_left_alone(whole, text):
    match = whole(a_ticket(text))
    assert match.decision is Decision.NONE
    assert match.because.startswith("No runbook fits this; it seems to be about")


@pytest.mark.parametrize(
    "text",
    [
        "How do I find out why a pod keeps restarting?",
        "Please create an alert for pods that cannot pull the image",
        "Feature request: a page for pods in a crash loop",
        "Idea: tell us about every CrashLoopBackOff by mail",
        "Planned maintenance, pods will restart, no action needed",
    ],
)
def test_wishes_questions_and_notices_do_not_run(whole, text):
    assert whole(a_ticket(text, "namespace shop")).decision is not Decision.RUN


def test_a_plea_for_help_with_a_fault_still_runs(whole):
    match = whole(a_ticket("please help", "could you look? pods in namespace shop stuck in ImagePullBackOff"))
    assert (match.decision, match.runbook) == (Decision.RUN, "kubernetes/image-pull")


def test_runner_up_is_kept_with_its_confidence(small):
    match = small(a_ticket("image not found in the registry", "users get an error page, namespace shop"))
    first, second = match.candidates[:2]
    assert first.runbook == IMAGE.id
    assert 0 < second.confidence < first.confidence


def test_length_adds_no_confidence(small):
    short = a_ticket("pod keeps restarting", "namespace shop")
    long = a_ticket(
        "weekly letter", "we walked along the river and the weather was fine. " * 100 + "pod. image. users."
    )
    best = {ticket.summary: small.rank(ticket) for ticket in (short, long)}
    assert not best["weekly letter"] or best["weekly letter"][0].confidence < best["pod keeps restarting"][0].confidence


def test_the_title_counts_more_than_the_body(small):
    title, body = (small.rank(ticket)[0].confidence for ticket in (a_ticket("pod crash"), a_ticket("hi", "pod crash")))
    assert title > body


def test_names_of_things_are_no_evidence(small):
    assert small.rank(a_ticket("lambda-registry-7d9f8c6b54-x2x4z image-index-api")) == ()


def test_reasons_show_the_tickets_own_words(small):
    reasons = small.rank(a_ticket("Pods keep restarting, the container crashed", "namespace shop"))[0].reasons
    assert 0 < len(reasons) <= 4
    assert any("restarting" in reason or "crashed" in reason for reason in reasons)


def test_the_same_ticket_is_answered_the_same_way(small):
    ticket = a_ticket("checkout down", "container crashes, cannot pull the image, Lambda times out, namespace shop")
    assert small(ticket) == CatalogueMatcher(dict(reversed(SMALL.items())))(ticket)


def test_runbook_asked_for_by_name_goes_before_what_the_text_says(small):
    match = small(
        a_ticket("ImagePullBackOff", invocation=Invocation("kubernetes/pod-crashloop", {"namespace": "shop"}, by="Kim"))
    )
    assert (match.decision, match.runbook) == (Decision.RUN, "kubernetes/pod-crashloop")
    assert match.candidates[0].reasons == ("asked for by Kim",)


def test_misspelt_runbook_names_the_nearest(small):
    match = small(a_ticket("x", invocation=Invocation("kubernetes/pod-crashlop")))
    assert match.decision is Decision.NONE
    assert "Did you mean kubernetes/pod-crashloop?" in match.because
    assert nearest("zzzz", SMALL) == ""


def test_missing_parameter_is_asked_for(small):
    match = small(a_ticket("CrashLoopBackOff", "pod keeps restarting"))
    assert (match.decision, match.runbook, match.missing) == (Decision.ASK, CRASH.id, ("namespace",))
    assert "please tell me the namespace (where it lives)" in match.because


def test_parameter_that_does_not_fit_is_told_and_nothing_runs(small):
    match = small(a_ticket("x", invocation=Invocation("kubernetes/pod-crashloop", {"namespace": "../etc"})))
    assert match.decision is Decision.NONE
    assert "is not a namespace" in match.because


def test_what_exists_fills_in_the_namespace():
    class Directory:
        def resolve(self, words, known):
            return Whereabouts({"namespace": "shop"}, (), "checkout runs in shop")

    match = CatalogueMatcher(SMALL, directory=Directory())(a_ticket("checkout pod keeps restarting, CrashLoopBackOff"))
    assert (match.decision, match.parameters["namespace"]) == (Decision.RUN, "shop")
    assert "checkout runs in shop" in match.because


@pytest.mark.parametrize(
    "text",
    [
        "{{ 7*7 }} {% for x in y %}",
        "CrashLoopBackOff'; DROP TABLE tickets;--",
        "((((((" * 500,
        "\u202e\x00<script>",
        "a-" * 4000,
    ],
)
def test_hostile_text_is_only_text(small, text):
    match = small(a_ticket(text, text * 3))
    assert match.decision in set(Decision)
    assert "49" not in match.because


def test_what_lies_beyond_the_limit_is_not_read(small):
    assert small.rank(a_ticket("letter", "zz " * 4000 + "CrashLoopBackOff")) == ()


def test_words_rank_the_catalogue_for_a_search(whole):
    assert whole.rank_words("image pull")[0] == "kubernetes/image-pull"
    assert whole.rank_words("") == ()


def test_a_match_says_that_it_took_an_ordinary_word_for_the_name_of_a_workload():
    matcher = CatalogueMatcher(SMALL, directory=MemoryDirectory("shop/api"))
    match = matcher(a_ticket("api in shop restarts every minute", "CrashLoopBackOff"))
    assert match.parameters == {"namespace": "shop", "workload": "api"}
    assert match.because.endswith("took api for a name: shop has a workload that is called so")


def test_nobody_is_asked_about_what_hardly_anything_speaks_for(whole):
    match = whole(a_ticket("bucket invoice-prod NoSuchBucket"))
    assert match.candidates[0].runbook == "aws/s3-access-denied"
    assert all(one.confidence >= match.candidates[0].confidence / 2 for one in match.candidates)


def test_a_signal_that_ends_in_a_mark_is_found_before_a_name(whole):
    match = whole(a_ticket("AccessDenied on s3://invoices-prod/2026/a.pdf"))
    assert (match.decision, match.runbook) == (Decision.RUN, "aws/s3-access-denied")
