"""Stores on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.settings import EngineSettings
from bot.store.stores import Stores


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> EngineSettings:
    url = request.getfixturevalue("new_database")() if request.param == "postgres" else None
    return EngineSettings(state_dir=tmp_path / "state", database_url=url)


@pytest.fixture
def stores(settings: EngineSettings) -> Iterator[Stores]:
    stores = Stores.open(settings)
    yield stores
    stores.close()
