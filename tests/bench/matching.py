"""How well tickets are matched: `python -m tests.bench.matching TICKETS.jsonl ...`. Nothing here is a test.

A line of a file: `id`, `title`, `body`, `label` (a runbook's id, or `none`), `also` (ids that are as good), `params`.
A ticket whose label the catalogue does not have must be left alone, like one that is labelled `none`.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from pathlib import Path

from bot.model.match import Decision, Match
from bot.parts import Parts, now
from bot.pipeline.receiving import receive
from bot.pipeline.single import message
from bot.settings import load_settings


def judge(ticket: dict[str, object], match: Match, parts: Parts, counts: Counter[str]) -> None:
    """Count one ticket's outcome."""
    known = set(parts.catalogue.runbooks)
    right = {str(ticket["label"]), *ticket.get("also", ())}
    first = match.candidates[0].runbook if match.candidates else ""
    runs = match.decision is Decision.RUN or bool(match.missing)
    if not right & known:
        counts["needs none"] += 1
        counts["needs none, run"] += runs
        counts["needs none, asked"] += match.decision is Decision.ASK and not runs
        return
    counts["run"] += runs
    counts["run, right"] += runs and first in right
    if ticket["label"] in known:
        counts["known"] += 1
        counts["known, first right"] += first in right
        counts["known, left alone"] += match.decision is Decision.NONE
    for name, value in ticket.get("params", {}).items():
        if match.runbook and first in right and parts.catalogue[match.runbook].parameter(name):
            counts["parameters"] += 1
            counts["parameters, found"] += match.parameters.get(name) == value


def slowness(parts: Parts) -> float:
    """Eight times a hostile text against one; 8 is linear, less when the text is cut."""
    matcher, spent = parts.matcher(connected=False), []
    matcher(receive(message("warm up"), now))
    for times in (1, 8):
        ticket = receive(message("a-b.c/d:e[(<{ ns=" * 60 * times), now)
        began = time.perf_counter()
        matcher(ticket)
        spent.append(time.perf_counter() - began)
    return spent[1] / spent[0]


def main() -> None:
    """Print the figures of each file, and the worst of the time that a hostile text takes."""
    parts = Parts(load_settings(environment={}))
    matcher = parts.matcher(connected=False)
    for path in sys.argv[1:]:
        counts: Counter[str] = Counter()
        began = time.perf_counter()
        for line in Path(path).read_text(encoding="utf-8").splitlines():
            ticket = json.loads(line)
            raw = message(f"{ticket['title']}\n{ticket['body']}", key=ticket["id"])
            judge(ticket, matcher(receive(raw, now)), parts, counts)
        spent = time.perf_counter() - began
        sys.stdout.write(f"{path}\n" + "".join(f"  {what:<22}{count:6}\n" for what, count in sorted(counts.items())))
        sys.stdout.write(f"  {'seconds in all':<22}{spent:6.1f}\n")
    sys.stdout.write(f"hostile text, 8 times as long: {slowness(parts):.1f} times as slow (8 is linear)\n")


if __name__ == "__main__":
    main()
