"""All stores share one database."""

from __future__ import annotations

from bot.settings import EngineSettings
from bot.store.stores import Stores
from tests.builders import a_ticket


def test_what_one_process_kept_another_finds(settings: EngineSettings) -> None:
    first = Stores.open(settings)
    first.tickets.add(a_ticket(), "w1")
    first.close()
    second = Stores.open(settings)
    assert second.tickets.get("t-1") == a_ticket()
    second.close()
