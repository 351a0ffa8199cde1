import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.kit.bodies import capped


@pytest.mark.parametrize(
    ("parts", "body"), [([b"abc", b"de"], b"abcde"), ([], b""), ([b"abc", b"def"], None), ([b"abcdef"], None)]
)
def test_body_is_joined_unless_it_is_longer_than_the_cap(parts, body):
    async def stream() -> AsyncIterator[bytes]:
        for part in parts:
            yield part

    assert asyncio.run(capped(stream(), 5)) == body


def test_no_more_is_read_than_shows_that_it_is_too_long():
    read = []

    async def stream() -> AsyncIterator[bytes]:
        for number in range(9):
            read.append(number)
            yield b"xxx"

    assert asyncio.run(capped(stream(), 5)) is None
    assert read == [0, 1]
