"""A world for each test: a state folder or database, and a destination."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.scenarios.killing import Board


@pytest.fixture
def board() -> Iterator[Board]:
    board = Board()
    yield board
    board.stop()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def world(request: pytest.FixtureRequest, tmp_path: Path, board: Board) -> dict[str, Any]:
    """What all lives of a test share."""
    url = request.getfixturevalue("new_database")() if request.param == "postgres" else ""
    return {
        "state_dir": str(tmp_path),
        "database_url": url,
        "board": board.url,
        "lease_s": 10,
        "boundary": "",
        "tickets": [],
        "ledger": str(tmp_path / "ledger"),
        "finish": False,
    }
