"""All that is kept, over one open database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from bot.settings import EngineSettings
from bot.store.database import Database, open_database
from bot.store.journal import SqlJournal
from bot.store.leases import SqlLeases
from bot.store.outbox import SqlOutbox
from bot.store.records import SqlRecords
from bot.store.tickets import SqlTickets


@dataclass(frozen=True, slots=True)
class Stores:
    """The stores of one installation."""

    database: Database
    tickets: SqlTickets
    records: SqlRecords
    outbox: SqlOutbox
    journal: SqlJournal
    leases: SqlLeases

    @classmethod
    def open(cls, settings: EngineSettings) -> Self:
        """Open the database by the settings. Raises SettingsError."""
        database = open_database(settings)
        outbox = SqlOutbox(database)
        return cls(
            database,
            SqlTickets(database),
            SqlRecords(database, outbox),
            outbox,
            SqlJournal(database),
            SqlLeases(database),
        )

    def close(self) -> None:
        """Give back the connections."""
        self.database.close()
