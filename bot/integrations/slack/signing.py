"""Tells Slack's HTTP requests from forged ones, over the raw bytes, before anything else reads them.

Bolt verifies as well, but a time stamp that is no number, or a signature that is no ASCII, makes it fail with a
traceback, and it logs the forged body.
"""

from __future__ import annotations

import hashlib
import hmac
import re

WINDOW_S = 300
_STAMP = re.compile(r"[0-9]{1,12}")


def is_signed(secret: str, timestamp: str, signature: str, body: bytes, now: float) -> bool:
    """Say whether Slack signed `body` with `secret` within five minutes of `now` (seconds since 1970)."""
    if not secret or not _STAMP.fullmatch(timestamp) or not signature.isascii():
        return False
    if abs(now - int(timestamp)) > WINDOW_S:
        return False
    expected = hmac.new(secret.encode(), b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(f"v0={expected}", signature)
