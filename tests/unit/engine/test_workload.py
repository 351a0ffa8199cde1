"""The workload is plain callables."""

from __future__ import annotations

from bot.engine.workload import Workload
from bot.pipeline.delivering import attempt
from bot.pipeline.flow import triage


def test_workload_has_no_jobs_unless_told() -> None:
    assert Workload(triage, attempt).jobs == {}  # type: ignore[arg-type]
