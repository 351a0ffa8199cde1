"""The schema has no place for what must not be kept."""

from __future__ import annotations

from bot.store.tables import metadata, tickets


def test_identity_of_a_ticket_is_unique() -> None:
    unique = [constraint for constraint in tickets.constraints if constraint.name == "tickets_identity"]
    assert [column.name for column in unique[0].columns] == ["source", "site", "key", "revision"]


def test_no_table_keeps_raw_messages() -> None:
    names = {column.name for table in metadata.tables.values() for column in table.columns}
    assert not names & {"raw", "body", "text", "message", "password", "secret"}
