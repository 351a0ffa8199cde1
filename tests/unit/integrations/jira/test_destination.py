from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.integrations.jira.client import JiraClient
from bot.integrations.jira.destination import DELIVERY_PROPERTY, JiraDestination, label_state
from bot.integrations.jira.note import reference
from bot.model import (
    Address,
    Candidate,
    Card,
    Decision,
    Delivery,
    Disposition,
    Escalation,
    Match,
    Priority,
    Purpose,
    Report,
)
from bot.model.errors import AccessDenied, InputError, RateLimited, Unavailable
from tests.builders import a_ticket


def a_card(engineer: str = "**the tag does not exist**", decision: Decision = Decision.RUN, **more) -> Card:
    report = Report("t-1", "r-1", "kubernetes/image-pull", "headline", Disposition.ADVISE, engineer, "desk")
    match = Match("t-1", decision, (Candidate("kubernetes/image-pull", "Image", 0.9),))
    return Card(a_ticket(), stage="reported", match=match, report=report, **more)


def a_note(key: str = "OPS-1", card: Card | None = None, purpose: Purpose = Purpose.NOTE, **more) -> Delivery:
    return Delivery("d-1234", "t-1", Address("jira", key), purpose, card or a_card(), **more)


def the_labels(key: str = "OPS-1", card: Card | None = None) -> Delivery:
    return a_note(key, card, Purpose.LABELS)


@pytest.fixture
def destination(client):
    return JiraDestination(client)


# --- notes


def test_a_note_is_internal_and_carries_its_key(jira, destination):
    jira.create("x")
    receipt = destination.publish(a_note())
    (comment,) = jira.comments("OPS-1")
    assert comment.internal
    assert comment.id == receipt
    assert comment.properties[DELIVERY_PROPERTY] == {"key": "d-1234"}
    assert comment.body.startswith("*the tag does not exist*")


def test_a_note_is_found_again_by_its_key(jira, destination):
    jira.create("x")
    assert destination.find(a_note()) is None
    receipt = destination.publish(a_note())
    jira.comment("OPS-1", "thank you")
    assert destination.find(a_note()) == receipt
    assert destination.find(replace(a_note(), key="d-other")) is None


def test_a_note_whose_answer_was_lost_is_found_and_not_posted_twice(jira, destination):
    jira.create("x")
    jira.fail("/rest/api/2/issue/OPS-1/comment", 503, method="POST", late=True)
    with pytest.raises(Unavailable):
        destination.publish(a_note())
    assert destination.find(a_note()) == jira.comments("OPS-1")[0].id


def test_a_note_is_found_by_its_reference_where_properties_are_not_kept(jira, client, destination):
    jira.create("x")
    made = client.add_internal_comment("OPS-1", f"older\n\n{reference('d-1234')}", {})
    assert destination.find(a_note()) == made["id"]


def test_nobody_else_can_claim_a_note_by_copying_its_reference(jira, destination):
    jira.create("x")
    jira.comment("OPS-1", f"never mind\n\n{reference('d-1234')}", author="bob")
    assert destination.find(a_note()) is None


def test_revising_edits_in_place_and_stays_internal(jira, destination):
    jira.create("x")
    receipt = destination.publish(a_note())
    later = a_note(card=a_card("**it is fixed**"), receipt=receipt)
    destination.revise(later)
    destination.revise(later)
    (comment,) = jira.comments("OPS-1")
    assert comment.internal
    assert comment.body.startswith("*it is fixed*")
    assert destination.find(later) == receipt


def test_revising_a_note_that_somebody_deleted_is_given_up(jira, client, destination):
    jira.create("x")
    receipt = destination.publish(a_note())
    client.delete_comment("OPS-1", receipt)
    with pytest.raises(InputError, match="OPS-1"):
        destination.revise(a_note(receipt=receipt))


def test_a_note_that_jira_would_show_to_customers_is_taken_away(jira, destination):
    jira.create("x")
    shown = '{"id": "1", "jsdPublic": true, "properties": [{"key": "sd.public.comment", "value": {"internal": true}}]}'
    jira.fail("/rest/api/2/issue/OPS-1/comment/", 200, method="GET", body=shown)
    with pytest.raises(InputError, match="taken away"):
        destination.publish(a_note())
    assert jira.comments("OPS-1") == ()


def test_a_public_note_that_may_not_be_deleted_is_emptied(jira, destination):
    jira.create("x")
    jira.fail("/rest/api/2/issue/OPS-1/comment/", 200, method="GET", body='{"id": "1", "properties": []}')
    jira.fail("/rest/api/2/issue/OPS-1/comment/", 403, method="DELETE")
    with pytest.raises(InputError, match="taken away"):
        destination.publish(a_note())
    assert [comment.body for comment in jira.comments("OPS-1")] == ["(taken back)"]


def test_a_note_whose_mark_was_dropped_is_taken_away(jira, destination):
    jira.create("x")
    jira.fail("/rest/api/2/issue/OPS-1/comment/", 200, method="GET", body='{"id": "NOTE", "properties": []}')
    with pytest.raises(InputError, match="not keep the note on OPS-1 internal"):
        destination.publish(a_note())
    assert jira.comments("OPS-1") == ()


def test_a_public_note_of_an_attempt_that_died_is_taken_away_when_found(jira, destination):
    jira.create("x")
    jira.fail("/rest/api/2/issue/OPS-1/comment", 503, method="POST", late=True)
    with pytest.raises(Unavailable):
        destination.publish(a_note())
    (comment,) = jira.comments("OPS-1")
    properties = f'[{{"key": "{DELIVERY_PROPERTY}", "value": {{"key": "d-1234"}}}}]'
    shown = f'{{"comments": [{{"id": "{comment.id}", "body": "b", "jsdPublic": true, "properties": {properties}}}]}}'
    jira.fail("/rest/api/2/issue/OPS-1/comment", 200, method="GET", body=shown)
    with pytest.raises(InputError, match="taken away"):
        destination.find(a_note())
    assert jira.comments("OPS-1") == ()


def test_a_site_that_does_not_show_single_comments_is_believed(jira, destination):
    jira.create("x")
    jira.fail("/rest/api/2/issue/OPS-1/comment/", 405, method="GET")
    assert destination.publish(a_note()) == jira.comments("OPS-1")[0].id


def test_a_note_that_could_not_be_read_back_is_found_by_the_retry(jira, destination):
    jira.create("x")
    jira.fail("/rest/api/2/issue/OPS-1/comment/", 503, method="GET")
    with pytest.raises(Unavailable):
        destination.publish(a_note())
    assert destination.find(a_note()) == jira.comments("OPS-1")[0].id


def test_no_public_comment_is_ever_sent(jira, destination):
    jira.create("x")
    receipt = destination.publish(a_note())
    destination.revise(a_note(card=a_card("more"), receipt=receipt))
    destination.publish(replace(a_note(), key="d-2"))
    destination.publish(the_labels())
    assert all(comment.internal for comment in jira.comments("OPS-1"))


def test_a_ticket_that_is_gone_is_given_up(destination):
    with pytest.raises(InputError, match="OPS-404"):
        destination.publish(a_note("OPS-404"))


def test_a_missing_permission_is_retried_rather_than_given_up(jira, destination):
    jira.create("x")
    jira.fail("/rest/api/2/issue/OPS-1/comment", 403)
    with pytest.raises(AccessDenied):
        destination.publish(a_note())


def test_a_busy_jira_says_when_to_come_back(jira, destination):
    jira.create("x")
    jira.fail("/rest/api/2/issue/OPS-1", 429, retry_after=12)
    with pytest.raises(RateLimited) as caught:
        destination.publish(a_note())
    assert caught.value.retry_after_s == 12


def test_a_note_that_jira_refuses_as_it_is_is_given_up(jira, destination):
    jira.create("x")
    jira.fail("/rest/api/2/issue/OPS-1/comment", 413)
    with pytest.raises(InputError, match="HTTP 413"):
        destination.publish(a_note())


@pytest.mark.parametrize("purpose", [Purpose.CARD, Purpose.EVIDENCE, Purpose.ESCALATION])
def test_what_jira_has_no_place_for_is_refused(jira, destination, purpose):
    jira.create("x")
    with pytest.raises(InputError, match="notes and labels"):
        destination.publish(a_note(purpose=purpose))


# --- labels


def test_labels_are_set_and_found(jira, destination):
    jira.create("x", labels=["vip"])
    assert destination.find(the_labels()) is None
    assert destination.publish(the_labels()) == "labels"
    assert jira.labels("OPS-1") == ("vip", "l2bot-matched", "l2bot-triaged")
    assert destination.find(the_labels()) == "labels"


def test_a_later_match_replaces_the_earlier_label(jira, destination):
    jira.create("x")
    destination.publish(the_labels(card=a_card(decision=Decision.NONE)))
    assert set(jira.labels("OPS-1")) == {"l2bot-triaged", "l2bot-nomatch"}
    destination.revise(the_labels())
    assert set(jira.labels("OPS-1")) == {"l2bot-triaged", "l2bot-matched"}


def test_setting_labels_twice_changes_nothing(jira, destination):
    jira.create("x")
    destination.publish(the_labels())
    jira.fail("/rest/api/2/issue/OPS-1", 500, times=9, method="PUT")
    destination.publish(the_labels())
    assert set(jira.labels("OPS-1")) == {"l2bot-triaged", "l2bot-matched"}


def test_escalation_is_labelled_and_stays(jira, destination):
    jira.create("x")
    now = datetime.now(UTC)
    handed = Escalation("t-1", "P1", "platform", "webhook:platform", Priority.P1, now, "text")
    destination.publish(the_labels(card=a_card(escalation=handed)))
    destination.revise(the_labels())
    assert "l2bot-escalated" in jira.labels("OPS-1")


@pytest.mark.parametrize(
    ("decision", "wanted"),
    [
        (Decision.RUN, {"l2bot-triaged", "l2bot-matched"}),
        (Decision.NONE, {"l2bot-triaged", "l2bot-nomatch"}),
        (Decision.ASK, {"l2bot-triaged"}),
    ],
)
def test_the_decision_decides_the_label(decision, wanted):
    assert label_state(a_card(decision=decision))[0] == wanted


def test_nothing_is_asked_of_jira_before_the_first_delivery(settings_of, jira):
    jira.fail("/", 500, times=1)
    JiraDestination(JiraClient(settings_of(jira)))
    with pytest.raises(Unavailable):
        JiraClient(settings_of(jira)).server_time()
