"""Masks secrets in text, before it is stored, logged or posted. Names of secrets stay; values go.

The patterns are linear: no nested repetition, bounded where a run of characters is long.
"""

from __future__ import annotations

import re
from collections.abc import Callable

MASK = "***"

_WORD = r"[A-Za-z0-9_.\-]{0,60}"
_NAMES = (
    r"(?:passw(?:or)?d|passwd|pwd|passphrase|secret[_-]?key|client[_-]?secret|shared[_-]?secret|"
    r"api[_-]?key|access[_-]?key|private[_-]?key|auth[_-]?token|access[_-]?token|refresh[_-]?token|bearer[_-]?token|"
    r"session[_-]?token|token|secret|credentials?|signature)"
)

Replacement = str | Callable[[re.Match[str]], str]


def _keep_name(found: re.Match[str]) -> str:
    return f"{found.group(1)}{MASK}"


_RULES: tuple[tuple[re.Pattern[str], Replacement], ...] = (
    # PEM blocks, also cut off at the end or with escaped line ends
    (
        re.compile(
            r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----.*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|\Z)", re.DOTALL
        ),
        f"-----BEGIN PRIVATE KEY----- {MASK}",
    ),
    # and what is left of one whose beginning was cut off
    (
        re.compile(r"(?:[A-Za-z0-9+/=]{16,100}\s{1,20}){1,100}+-----END [A-Z ]{0,40}PRIVATE KEY-----"),
        f"{MASK} -----END PRIVATE KEY-----",
    ),
    # user:password@ in a URL; the user stays
    (re.compile(r"\b([a-z][a-z0-9+.\-]{1,20}://[^\s:/@]{0,100}:)[^\s@/]{1,200}(?=@)", re.IGNORECASE), _keep_name),
    # tokens with a known shape
    (re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*"), MASK),
    (re.compile(r"\b(?:xox[abeoprs]|xapp)-[A-Za-z0-9-]{8,}"), MASK),
    (re.compile(r"https://hooks\.slack\.com/(?:services|workflows)/[^\s\"'<>]+"), MASK),
    (
        re.compile(
            r"\b(?:ghp|gho|ghu|ghs|ghr|github_pat|glpat|npm|pypi|sk_live|rk_live|sk-ant|sk-proj)[_-][A-Za-z0-9_\-]{16,}"
        ),
        MASK,
    ),
    (re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"), MASK),
    (re.compile(r"\bAIza[A-Za-z0-9_\-]{30,}"), MASK),
    # Authorization headers
    (
        re.compile(
            r"((?:authorization|proxy-authorization|x-api-key|x-amz-security-token)[\"']?\s{0,3}[:=]\s{0,3}[\"']?(?:(?:bearer|basic|token)\s{1,3})?)(?!bearer\b|basic\b|token\b)[^\s\"',;]{6,}",
            re.IGNORECASE,
        ),
        _keep_name,
    ),
    (re.compile(r"\b(bearer\s{1,3})[A-Za-z0-9._~+/=\-]{16,}", re.IGNORECASE), _keep_name),
    # X-Amz-Signature=, sig=, token= in a query string
    (
        re.compile(
            r"([?&](?:x-amz-signature|x-amz-credential|x-amz-security-token|sig|signature|token|key|code)=)[^\s&\"'<>]{6,}",
            re.IGNORECASE,
        ),
        _keep_name,
    ),
    # NAME=value and "name": "value"; a bare name in quotes (KeyError: 'DB_PASSWORD') has no value and stays
    (
        re.compile(
            rf"(\b{_WORD}{_NAMES}[A-Za-z0-9_]{{0,20}}[\"']?\s{{0,3}}=\s{{0,3}}[\"']?)[^\s\"',;&]{{3,}}",
            re.IGNORECASE,
        ),
        _keep_name,
    ),
    (
        re.compile(rf"(\b{_WORD}{_NAMES}[\"']?\s{{0,3}}:\s{{0,3}}[\"'])[^\"'\n]{{3,}}(?=[\"'])", re.IGNORECASE),
        _keep_name,
    ),
    (
        re.compile(
            r"(\b(?:password|passwd|pwd|passphrase|api[_-]?key|client[_-]?secret)\s{0,3}(?::|\bis\b)\s{1,3})(?![\"'])[^\s,;]{4,}",
            re.IGNORECASE,
        ),
        _keep_name,
    ),
    # what is left of an AWS secret key: 40 base64 characters after its name
    (re.compile(r"(aws_secret_access_key\W{1,5})[A-Za-z0-9/+=]{40}", re.IGNORECASE), _keep_name),
)


def mask(text: str) -> str:
    """Give `text` with the values of secrets replaced by `***`. Applying it twice changes nothing more."""
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text
