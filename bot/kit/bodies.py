"""Bodies of HTTP requests, read no further than they are welcome."""

from __future__ import annotations

from collections.abc import AsyncIterable


async def capped(parts: AsyncIterable[bytes], most: int) -> bytes | None:
    """Join the parts of a body; None as soon as it is longer than `most` bytes."""
    kept: list[bytes] = []
    length = 0
    async for part in parts:
        length += len(part)
        if length > most:
            return None
        kept.append(part)
    return b"".join(kept)
