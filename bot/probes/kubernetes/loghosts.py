"""The host and port that a log line speaks of. Pure: looks nothing up."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,120}[A-Za-z0-9])?"
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?:at|to|host|server|HOST) \"(?P<host>{_NAME})\" ?(?:\([^)]{{0,60}}\))?,? port (?P<port>\d{{1,5}})",
        rf"could not translate host name \"(?P<host>{_NAME})\"",
        rf"HTTPS?Connection(?:Pool)?\(host='(?P<host>{_NAME})', port=(?P<port>\d{{1,5}})",
        rf"lookup (?P<host>{_NAME})(?: on [\d.:]+)?:",
        rf"(?:ENOTFOUND|EAI_AGAIN) (?P<host>{_NAME})(?::(?P<port>\d{{1,5}}))?",
        rf"(?:ECONNREFUSED|ETIMEDOUT|EHOSTUNREACH|ECONNRESET) (?P<host>{_NAME}):(?P<port>\d{{1,5}})",
        rf"UnknownHostException: (?P<host>{_NAME})",
        rf"[Cc](?:ould not|annot|an't) resolve (?:host|hostname|address)?:? ?['\"]?(?P<host>{_NAME})",
        rf"bad address ['\"](?P<host>{_NAME})['\"]",
        rf"host not found in upstream \"(?P<host>{_NAME})(?::(?P<port>\d{{1,5}}))?\"",
        rf"server on '(?P<host>{_NAME})(?::(?P<port>\d{{1,5}}))?'",
        rf"[a-z][a-z0-9+.:-]{{1,30}}://(?:[^\s/@]{{1,200}}@)?(?P<host>{_NAME}):(?P<port>\d{{1,5}})",
        rf"(?:dial|connect|connecting|connection) (?:tcp |to |at )?\"?(?P<host>{_NAME}):(?P<port>\d{{1,5}})",
        rf"host[=:] ?['\"]?(?P<host>{_NAME})['\"]?,?;? port[=:] ?(?P<port>\d{{1,5}})",
        rf"(?<![\w./-])(?P<host>{_NAME})[:/](?P<port>\d{{2,5}})(?![\w:/-])",
        r"(?<![\w.])(?P<host>\d{1,3}(?:\.\d{1,3}){3}):(?P<port>\d{2,5})",
        rf"host[=: ]{{1,2}}['\"]?(?P<host>{_NAME})",
        rf"[a-z][a-z0-9+.-]{{1,20}}://(?:[^\s/@]{{1,200}}@)?(?P<host>{_NAME})",
    )
)
_ADDRESS = re.compile(r"^\d{1,3}(?:\.\d{1,3}){3}$")
_FILE_LIKE = re.compile(r"\.(?:go|py|js|ts|java|rb|rs|c|cc|cpp|php|kt|scala|cs|mjs|cjs|sh|json|ya?ml|conf)$")
_ENV_URL = re.compile(rf"[a-z][a-z0-9+.:-]{{1,40}}://(?:[^\s/@]{{1,200}}@)?(?P<host>{_NAME})(?::(?P<port>\d{{1,5}}))?")
_ENV_PAIR = re.compile(rf"^(?P<host>{_NAME}):(?P<port>\d{{2,5}})$")
_ENV_HOST = re.compile(r"^(?P<stem>[A-Z0-9_]{0,60}?)_?(?:HOST|HOSTNAME|SERVER|ENDPOINT|ADDRESS|ADDR)$")

PORTS = {"postgres": 5432, "postgresql": 5432, "mysql": 3306, "redis": 6379, "rediss": 6379, "amqp": 5672}
PORTS |= {"mongodb": 27017, "http": 80, "https": 443, "kafka": 9092, "nats": 4222, "amqps": 5671}


class Place(NamedTuple):
    """A host and its port, 0 when the port is not said. `variable` is the environment variable that names it."""

    host: str
    port: int = 0
    variable: str = ""

    def __str__(self) -> str:
        """Print `orders-db:5432`."""
        return f"{self.host}:{self.port}" if self.port else self.host


def place_in(line: str) -> Place | None:
    """Give the host and port that `line` names; None when it names none."""
    for pattern in _PATTERNS:
        for match in pattern.finditer(line):
            found = match.groupdict()
            host, port = found["host"], int(found.get("port") or 0)
            if _is_host(host) and port <= 65535:
                return Place(host, port)
    return None


def is_address(host: str) -> bool:
    """Say whether a host is an IPv4 address rather than a name."""
    return bool(_ADDRESS.match(host))


def _is_host(host: str) -> bool:
    return (not _FILE_LIKE.search(host) and any(char.isalpha() for char in host)) or host.count(".") == 3


def places_of(environment: Mapping[str, str]) -> tuple[Place, ...]:
    """Give the hosts that a container's environment names: URLs, host:port pairs, and X_HOST beside X_PORT."""
    found = (_place_of(name, value, environment) for name, value in environment.items())
    return tuple(place for place in found if place and place.host not in ("0.0.0.0", "localhost", "127.0.0.1"))  # noqa: S104


def _place_of(name: str, value: str, environment: Mapping[str, str]) -> Place | None:
    url = _ENV_URL.search(value)
    if url:
        scheme = value.partition("://")[0].rpartition(":")[2]
        return Place(url["host"], int(url["port"] or PORTS.get(scheme.partition("+")[0], 0)), name)
    pair = _ENV_PAIR.match(value)
    if pair and _is_host(pair["host"]):
        return Place(pair["host"], int(pair["port"]), name)
    stem = _ENV_HOST.match(name)
    if stem and re.fullmatch(_NAME, value):
        port = environment.get(f"{stem['stem']}_PORT", "") if stem["stem"] else environment.get("PORT", "")
        return Place(value, int(port) if port.isdecimal() else 0, name)
    return None
