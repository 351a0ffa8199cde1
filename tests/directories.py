"""A directory in memory, for tests of what looks names up; it obeys `tests/contract/test_directory.py`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.model.ports import Whereabouts


class MemoryDirectory:
    """Fulfils `ports.Directory` over `namespace/workload` places, by exact names alone. `away`: nothing answers."""

    def __init__(self, *places: str) -> None:
        self.places = [tuple(place.split("/")) for place in places]
        self.away = False

    def resolve(self, words: Sequence[str], known: Mapping[str, str]) -> Whereabouts:
        if self.away:
            return Whereabouts()
        namespaces = {namespace for namespace, _ in self.places}
        said = [known["namespace"]] if known.get("namespace") else [word for word in words if word in namespaces]
        namespace = next((word for word in said if word in namespaces), "")
        if said and not namespace:
            return Whereabouts()
        wanted = [known["workload"]] if known.get("workload") else words
        found = [place for place in self.places if place[1] in wanted and namespace in ("", place[0])]
        if len(found) == 1:
            return Whereabouts({"namespace": found[0][0], "workload": found[0][1]})
        here = {"namespace": namespace} if namespace else {}
        return Whereabouts(here, tuple(f"{one}/{name}" for one, name in found))
