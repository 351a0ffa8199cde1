"""Speed, as ratios within one run: `make bench`. Nothing here is a test; a slow machine is no fault."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from bot.kit.redaction import mask
from bot.pipeline.running import Conditions, run_wave
from tests.builders import ScriptedProbes, a_runbook, a_step


def spent(work: Callable[[], object], times: int = 3) -> float:
    """Give the best of some runs, in seconds."""
    found = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        found.append(time.perf_counter() - began)
    return min(found)


def decoding() -> tuple[str, float]:
    """A page of pods as plain JSON against the SDK's models."""
    from kubernetes import client

    pod = {
        "metadata": {
            "name": "p",
            "namespace": "shop",
            "labels": {"app": "p"},
            "creationTimestamp": "2026-11-24T12:00:00Z",
        },
        "spec": {"containers": [{"name": "c", "image": "i", "env": [{"name": "A", "value": "b"}] * 10}]},
        "status": {
            "phase": "Running",
            "containerStatuses": [{"name": "c", "ready": True, "restartCount": 0, "image": "i", "imageID": ""}],
        },
    }
    page = json.dumps({"kind": "PodList", "apiVersion": "v1", "metadata": {}, "items": [pod] * 500})

    api = client.ApiClient()
    models = spent(lambda: api.deserialize(page, "V1PodList", "application/json"), 1)
    return "500 pods: SDK models / plain JSON", models / spent(lambda: json.loads(page))


def waves() -> tuple[str, float]:
    """Eight probes that each wait, one after the other against side by side."""
    slow = ScriptedProbes({"kubernetes.pod.a": lambda **_: (time.sleep(0.05), ())[1]})
    steps = tuple(a_step(f"s{number}", "kubernetes.pod.a") for number in range(8))
    now = lambda: datetime.now(UTC)  # noqa: E731
    shared = Conditions(a_runbook(steps=steps), {}, slow.specs(), slow, now() + timedelta(minutes=1), now, 8)
    one_by_one = spent(lambda: [run_wave([step], (), shared) for step in steps], 1)
    return "8 probes: one by one / side by side", one_by_one / spent(lambda: run_wave(steps, (), shared))


def redaction() -> tuple[str, float]:
    """Eight times the hostile text; 8 is linear."""
    small, large = ("password" * length + "=" + "a:b@" * length for length in (2_000, 16_000))
    return "masking 8 times the text (8 is linear)", spent(lambda: mask(large)) / spent(lambda: mask(small))


def start() -> tuple[str, float]:
    """`secondline --help` against the bare interpreter."""
    bare = spent(lambda: subprocess.run([sys.executable, "-c", "pass"], check=True))
    ours = spent(lambda: subprocess.run([sys.executable, "-m", "bot", "--help"], check=True, capture_output=True))
    return "secondline --help / python -c pass", ours / bare


def main() -> None:
    """Print each ratio."""
    for measure in (decoding, waves, redaction, start):
        what, ratio = measure()
        sys.stdout.write(f"{what:<45}{ratio:8.1f}\n")


if __name__ == "__main__":
    main()
