"""Notes and labels on Jira tickets (fulfils `Destination`). A note is internal or it is not there at all."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from bot.integrations.jira import note
from bot.integrations.jira.client import INTERNAL, JiraClient, Plain, Refused
from bot.integrations.jira.fields import account, labels
from bot.model.delivery import Delivery, Purpose
from bot.model.errors import AccessDenied, InputError, NotFound
from bot.model.match import Decision
from bot.model.report import Card

DELIVERY_PROPERTY = "secondline.delivery"
LABELS_RECEIPT = "labels"
TRIAGED, MATCHED, NO_MATCH, ESCALATED = "l2bot-triaged", "l2bot-matched", "l2bot-nomatch", "l2bot-escalated"
_log = logging.getLogger(__name__)


class JiraDestination:
    """Posts notes and labels through one client. Thread-safe as the client is."""

    name = "jira"

    def __init__(self, client: JiraClient) -> None:
        """Post to the site of `client`."""
        self._client = client

    def find(self, delivery: Delivery) -> str | None:
        """Give the receipt of what is there already: the note with the delivery's key, or the labels all right.

        Raises OutsideError, or InputError when the ticket is gone.
        """
        with _for_good(delivery):
            if delivery.purpose is Purpose.LABELS:
                add, remove = self._label_changes(delivery)
                return None if add or remove else LABELS_RECEIPT
            return self._find_note(delivery)

    def publish(self, delivery: Delivery) -> str:
        """Post the note, or set the labels; give the comment's id, or `labels`.

        Raises OutsideError, or InputError when it can never work: the ticket is gone, or Jira would show the note to
        customers (it is then taken away at once).
        """
        with _for_good(delivery):
            if delivery.purpose is Purpose.LABELS:
                self._set_labels(delivery)
                return LABELS_RECEIPT
            key = _note_target(delivery)
            body = note.render(delivery.content, delivery.key)
            made = self._client.add_internal_comment(key, body, _mark(delivery))
            self._make_sure_it_is_internal(key, self._read_back(key, made))
            return str(made["id"])

    def revise(self, delivery: Delivery) -> None:
        """Bring the note behind the receipt, or the labels, up to date. Raises as `publish` does."""
        with _for_good(delivery):
            if delivery.purpose is Purpose.LABELS:
                self._set_labels(delivery)
                return
            key = _note_target(delivery)
            body = note.render(delivery.content, delivery.key)
            self._client.update_internal_comment(key, delivery.receipt, body, _mark(delivery))
            self._make_sure_it_is_internal(key, self._read_back(key, {"id": delivery.receipt}))

    # --- notes ------------------------------------------------------------------------------------------------

    def _find_note(self, delivery: Delivery) -> str | None:
        """Look for the key in the comments' properties, else for our reference in a comment of our own account.

        What is found is looked at as after posting: the attempt that made it may have died before it could.
        """
        key, reference = _note_target(delivery), note.reference(delivery.key)
        for comment in self._client.comments(key):
            mark = _properties(comment).get(DELIVERY_PROPERTY)
            marked = isinstance(mark, Mapping) and mark.get("key") == delivery.key
            if marked or (str(comment.get("body", "")).endswith(reference) and self._is_ours(comment)):
                self._make_sure_it_is_internal(key, comment)
                return str(comment["id"])
        return None

    def _is_ours(self, comment: Plain) -> bool:
        """Say whether our own account wrote it, so that nobody can claim a note by copying its reference."""
        author = account(comment.get("author"))
        return bool(author) and author == account(self._client.myself())

    def _read_back(self, key: str, made: Plain) -> Plain:
        """Read the note as it was stored; a site that does not show single comments has said all it will say."""
        try:
            return {**self._client.comment(key, str(made["id"])), "id": made["id"]}
        except (NotFound, Refused):
            return made

    def _make_sure_it_is_internal(self, key: str, stored: Plain) -> None:
        """When customers could see the note, take it away."""
        if _is_internal(stored) is not False and not self._shown_on_a_portal(key, stored):
            return
        self._take_away(key, str(stored["id"]))
        _log.error("jira: %s made a note public; it was taken away", key)
        raise InputError(f"Jira did not keep the note on {key} internal, so it was taken away; check the project")

    def _take_away(self, key: str, comment: str) -> None:
        """Delete our note; without the right to delete, empty it."""
        try:
            self._client.delete_comment(key, comment)
        except AccessDenied:
            self._client.update_internal_comment(key, comment, "(taken back)", {})

    def _shown_on_a_portal(self, key: str, stored: Plain) -> bool:
        """Say whether Jira shows the comment to customers although it is marked internal.

        `jsdPublic` is true in projects without a portal too, where it means nothing.
        """
        if stored.get("jsdPublic") is not True:
            return False
        project = self._client.issue(key, ("project",)).get("fields", {}).get("project") or {}
        return project.get("projectTypeKey") == "service_desk"

    # --- labels -----------------------------------------------------------------------------------------------

    def _set_labels(self, delivery: Delivery) -> None:
        add, remove = self._label_changes(delivery)
        self._client.change_labels(delivery.address.target, add, remove)

    def _label_changes(self, delivery: Delivery) -> tuple[list[str], list[str]]:
        there = labels(self._client.issue(delivery.address.target, ("labels",)))
        wanted, unwanted = label_state(delivery.content)
        return sorted(wanted - there), sorted(unwanted & there)


def label_state(card: Card) -> tuple[frozenset[str], frozenset[str]]:
    """Give the labels that a ticket must have, and those that it must not. Those of other people are in neither."""
    matched = card.match is not None and card.match.decision is Decision.RUN
    unmatched = card.match is not None and card.match.decision is Decision.NONE
    wanted = {TRIAGED} | ({MATCHED} if matched else set()) | ({NO_MATCH} if unmatched else set())
    wanted |= {ESCALATED} if card.escalation is not None else set()
    return frozenset(wanted), frozenset({MATCHED, NO_MATCH} - wanted)


def _note_target(delivery: Delivery) -> str:
    if delivery.purpose is not Purpose.NOTE:
        raise InputError(f"Jira takes notes and labels; it has no place for a {delivery.purpose.value}")
    return delivery.address.target


def _mark(delivery: Delivery) -> dict[str, Any]:
    return {DELIVERY_PROPERTY: {"key": delivery.key}}


def _properties(comment: Plain) -> dict[str, Any]:
    """Give a comment's properties by key; none when the site does not show them."""
    found = comment.get("properties")
    return {str(one.get("key")): one.get("value") for one in found} if isinstance(found, list) else {}


def _is_internal(comment: Plain) -> bool | None:
    """Say whether the property is in force; None when the site does not show properties."""
    if "properties" not in comment:
        return None
    mark = _properties(comment).get(INTERNAL)
    return isinstance(mark, Mapping) and mark.get("internal") is True


@contextmanager
def _for_good(delivery: Delivery) -> Iterator[None]:
    """Turn what can never work into InputError, so that the outbox gives up instead of trying for a day."""
    try:
        yield
    except (NotFound, Refused) as error:
        raise InputError(f"{delivery.purpose.value} for {delivery.address}: {error.message}") from error
