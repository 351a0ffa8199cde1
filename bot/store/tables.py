"""The tables, and the steps by which their schema came to be. Everything that is kept here was masked before.

Times are seconds since 1970 in UTC. Nouns are kept whole as JSON (`kit/codec.py`); a column of its own has only what
is searched by.
"""

from __future__ import annotations

import sqlalchemy as sa

metadata = sa.MetaData()

tickets = sa.Table(
    "tickets",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("site", sa.Text, nullable=False),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("revision", sa.Text, nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("received_at", sa.Float, nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("runbook", sa.Text, nullable=False),
    sa.Column("headline", sa.Text, nullable=False),
    sa.Column("workflow", sa.Text, nullable=False),
    sa.Column("invocation", sa.Text, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("settled", sa.Boolean, nullable=False),
    sa.Column("changed_at", sa.Float, nullable=False),
    sa.UniqueConstraint("source", "site", "key", "revision", name="tickets_identity"),
    sa.Index("tickets_by_age", "received_at"),
    sa.Index("tickets_by_key", "key"),
    sa.Index("tickets_unsettled", "settled", "changed_at"),
)

conversations = sa.Table(
    "conversations",
    metadata,
    sa.Column("address", sa.Text, primary_key=True),
    sa.Column("ticket", sa.String(40), primary_key=True),
    sa.Column("since", sa.Float, nullable=False),
)

matches = sa.Table(
    "matches",
    metadata,
    sa.Column("ticket", sa.String(40), primary_key=True),
    sa.Column("content", sa.Text, nullable=False),
)

runs = sa.Table(
    "runs",
    metadata,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("ticket", sa.String(40), nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.Index("runs_by_ticket", "ticket"),
)

reports = sa.Table(
    "reports",
    metadata,
    sa.Column("ticket", sa.String(40), primary_key=True),
    sa.Column("content", sa.Text, nullable=False),
)

outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("key", sa.String(60), primary_key=True),
    sa.Column("ticket", sa.String(40), nullable=False),
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("receipt", sa.Text, nullable=False),
    sa.Column("error", sa.Text, nullable=False),
    sa.Column("changed_at", sa.Float, nullable=False),
    sa.Index("outbox_by_state", "state", "changed_at"),
)

seen = sa.Table(
    "seen",
    metadata,
    sa.Column("event", sa.Text, primary_key=True),
    sa.Column("at", sa.Float, nullable=False),
)

feedback = sa.Table(
    "feedback",
    metadata,
    sa.Column("ticket", sa.String(40), primary_key=True),
    sa.Column("by", sa.Text, primary_key=True),
    sa.Column("useful", sa.Boolean, nullable=False),
    sa.Column("at", sa.Float, nullable=False),
)

cursors = sa.Table(
    "cursors",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)

leases = sa.Table(
    "leases",
    metadata,
    sa.Column("token", sa.String(80), primary_key=True),
    sa.Column("executor", sa.Text, nullable=False),
    sa.Column("host", sa.Text, nullable=False),
    sa.Column("pid", sa.Integer, nullable=False),
    sa.Column("beat", sa.Float, nullable=False),
    sa.Column("fenced", sa.Boolean, nullable=False),
)

audit = sa.Table(
    "audit",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("at", sa.Float, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("what", sa.Text, nullable=False),
    sa.Column("ticket", sa.String(40), nullable=False),
    sa.Column("detail", sa.Text, nullable=False),
)

schema_version = sa.Table("schema_version", metadata, sa.Column("version", sa.Integer, primary_key=True))

STEPS: tuple[tuple[str, ...], ...] = ()
"""What later releases changed, step by step: the statements that lead from version n+1 to n+2, never edited once out.

Version 1 is the tables above as they were first released; a new database is made from them and is at once up to date.
"""
