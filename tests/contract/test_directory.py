"""The law of a directory: the one over a cluster, and the twin in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.model.ports import Directory, Whereabouts
from bot.probes.kubernetes.directory import KubernetesDirectory
from bot.settings import KubernetesSettings
from tests.directories import MemoryDirectory
from tests.watching import WatchedCluster

PLACES = ("shop/checkout", "shop/cart", "blog/cart", "blog/front")
HOSTILE = (
    "../../secrets",
    "a,b=c",
    "metadata.name=x",
    "'; --",
    "x" * 5000,
    "",
    "\u202eshop",
    "{{ 7*7 }}",
    "-",
    "%2e%2e",
)


@dataclass(frozen=True)
class Case:
    """A directory of `PLACES`, and how what it asks goes away."""

    directory: Directory
    go_away: Callable[[], None]


@pytest.fixture
def memory() -> Case:
    twin = MemoryDirectory(*PLACES)

    def go_away() -> None:
        twin.away = True

    return Case(twin, go_away)


@pytest.fixture
def kubernetes(tmp_path: Path) -> Iterator[Case]:
    cluster = WatchedCluster()
    cluster.start()
    cluster.load([_deployment(*place.split("/")) for place in PLACES])
    settings = KubernetesSettings(kubeconfig=str(cluster.kubeconfig(tmp_path / "kubeconfig")), timeout_s=2)
    yield Case(KubernetesDirectory(settings), cluster.stop)
    cluster.stop()
    assert {method for method, _ in cluster.requests} <= {"GET"}


def _deployment(namespace: str, name: str) -> dict[str, object]:
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name, "namespace": namespace}}


@pytest.fixture(params=["memory", "kubernetes"])
def case(request: pytest.FixtureRequest) -> Case:
    return request.getfixturevalue(request.param)


def exists(found: Whereabouts) -> bool:
    place = f"{found.found.get('namespace', '')}/{found.found.get('workload', '')}"
    return place.strip("/") in {"", "shop", "blog", *PLACES}


def test_names_that_exist_are_found_among_words(case: Case) -> None:
    found = case.directory.resolve(["broken", "checkout", "today"], {})
    assert found.found == {"namespace": "shop", "workload": "checkout"}
    assert case.directory.resolve(["cart", "blog"], {}).found == {"namespace": "blog", "workload": "cart"}


def test_what_is_known_narrows_the_search(case: Case) -> None:
    for namespace in ("shop", "blog"):
        found = case.directory.resolve(["cart"], {"namespace": namespace})
        assert found.found == {"namespace": namespace, "workload": "cart"}


def test_name_in_two_places_is_not_guessed_but_shown(case: Case) -> None:
    found = case.directory.resolve(["cart"], {})
    assert "workload" not in found.found
    assert set(found.near) == {"shop/cart", "blog/cart"}


@pytest.mark.parametrize("words", [["zzz"], ["printer", "toner"], []])
def test_nothing_is_made_up(case: Case, words: list[str]) -> None:
    assert case.directory.resolve(words, {}) == Whereabouts()
    assert exists(case.directory.resolve(words, {"namespace": "shop"}))


@pytest.mark.parametrize("word", HOSTILE)
def test_hostile_words_find_only_what_exists_and_raise_nothing(case: Case, word: str) -> None:
    assert exists(case.directory.resolve([word, "zzz"], {}))
    assert exists(case.directory.resolve([word], {"namespace": word, "workload": word}))


def test_same_question_has_the_same_answer(case: Case) -> None:
    first, second = (case.directory.resolve(["checkout"], {}) for _ in range(2))
    assert first == second


def test_what_cannot_be_asked_gives_an_empty_answer(case: Case) -> None:
    case.go_away()
    assert case.directory.resolve(["checkout", "shop"], {}) == Whereabouts()
    assert case.directory.resolve(["checkout"], {"namespace": "shop"}) == Whereabouts()
