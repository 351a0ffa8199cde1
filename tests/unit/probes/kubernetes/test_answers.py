import threading

import pytest

from bot.probes.kubernetes.answers import Fetched, Listing, Lookup, Once


def test_listing_is_gone_through_and_counted():
    listing = Listing(({"a": 1}, {"b": 2}))
    assert (list(listing), len(listing), listing.complete) == ([{"a": 1}, {"b": 2}], 2, True)


@pytest.mark.parametrize(
    ("lookup", "found", "absent"),
    [(Lookup({}), True, False), (Lookup(), False, True), (Lookup(known=False), False, False)],
)
def test_absent_is_only_what_is_known_to_be(lookup, found, absent):
    assert (lookup.found, lookup.absent) == (found, absent)


def test_each_key_is_fetched_once_while_others_wait():
    once, fetched, start = Once(), [], threading.Barrier(8)
    answers: list[Fetched] = []

    def fetch() -> Fetched:
        fetched.append(1)
        return Fetched(lines=("x",))

    def ask() -> None:
        start.wait()
        answers.append(once.get("key", fetch))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert fetched == [1]
    assert {id(answer) for answer in answers} == {id(once.peek("key"))}


def test_key_that_nobody_asked_for_is_not_there():
    assert Once().peek("key") is None


def test_fetch_that_raises_is_tried_again_by_the_next():
    once = Once()
    with pytest.raises(ZeroDivisionError):
        once.get("key", lambda: 1 // 0)  # type: ignore[arg-type,return-value]
    assert once.get("key", Fetched) == Fetched()
