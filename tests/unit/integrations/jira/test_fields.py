from __future__ import annotations

import pytest

from bot.integrations.jira.fields import FIELDS, account, labels, raw_message, revision, updated


def read(**fields):
    return raw_message({"key": "OPS-7", "fields": fields}, "jira.example.com", "https://jira.example.com")


@pytest.mark.parametrize(
    ("name", "priority"),
    [
        ("Highest", "P1"), ("Blocker", "P1"), ("Critical", "P1"), ("P1 - Critical", "P1"), ("Sev1", "P1"),
        ("High", "P2"), ("Major", "P2"), ("Medium", "P3"), ("Normal", "P3"), ("Low", "P4"), ("Lowest", "P4"),
        ("trivial", "P4"),
        ("Unclassified", ""), ("", ""),
    ],
)  # fmt: skip
def test_priority_names_become_p1_to_p4(name, priority):
    message = read(priority={"name": name})
    assert message.priority == priority
    assert message.fields.get("priority", "") == name


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Incident", "incident"), ("[System] Incident", "incident"), ("Bug", "incident"),
        ("Service Request", "service_request"), ("[System] Service request with approvals", "service_request"),
        ("Problem", "problem"), ("Change", "change"), ("[System] Change request", "change"), ("Epic", ""),
    ],
)  # fmt: skip
def test_issue_types_become_kinds(name, kind):
    assert read(issuetype={"name": name}).kind == kind


def test_every_field_may_be_null():
    message = read(**dict.fromkeys(FIELDS))
    assert (message.summary, message.body, message.reporter, message.priority, message.kind) == ("", "", "", "", "")
    assert message.fields == {}
    assert message.received_at is None


@pytest.mark.parametrize("issue", [{}, {"key": "OPS-7", "fields": None}, {"key": "OPS-7", "fields": {"labels": "x"}}])
def test_an_issue_of_the_wrong_form_still_reads(issue):
    assert raw_message(issue, "s", "u").summary == ""


def test_a_document_reads_like_a_string():
    body = {"type": "doc", "content": [{"type": "paragraph", "content": [{"type": "text", "text": "down"}]}]}
    assert read(description=body).body == read(description="down").body == "down"


def test_security_level_labels_and_components_are_kept():
    message = read(
        security={"name": "Internal only"}, labels=["a", "b"], components=[{"name": "web"}, {"name": "api"}],
        environment="prod",
    )  # fmt: skip
    assert message.fields["security"] == "Internal only"
    assert message.fields["labels"] == "a, b"
    assert message.fields["components"] == "web, api"
    assert message.fields["environment"] == "prod"


def test_revision_follows_the_text_alone():
    assert read(summary="a", description="b", labels=["x"]).origin.revision == revision("a", "b")
    assert revision("a", "b") != revision("ab", "")


def test_people_are_identified_by_id_not_by_display_name():
    assert account({"accountId": "712020:x", "displayName": "Kim"}) == "712020:x"
    assert account({"name": "kim", "displayName": "Kim"}) == "kim"
    assert account({"displayName": "Kim"}) == ""
    assert account(None) == ""


def test_times_and_labels_of_an_issue():
    issue = {"fields": {"updated": "2026-11-24T11:30:12.123+0200", "labels": None}}
    moment = updated(issue)
    assert moment is not None
    assert moment.isoformat() == "2026-11-24T09:30:12.123000+00:00"
    assert labels(issue) == frozenset()
    assert updated({"fields": {"updated": "yesterday"}}) is None
