"""Which hosts and addresses may be probed: the wall against being used as somebody's port scanner.

A host must be on the allow-list, in one canonical spelling; an address must be public, whatever it is embedded in.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAME = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_NUMERIC_END = re.compile(r"(?:^|\.)(?:\d+|0x[0-9a-f]*)$")
_METADATA = frozenset(
    map(ipaddress.ip_address, ("169.254.169.254", "169.254.170.2", "169.254.170.23", "fd00:ec2::254", "fd00:ec2::23"))
) | {ipaddress.ip_address("100.100.100.200"), ipaddress.ip_address("192.0.0.192")}
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def canonical(host: str) -> str:
    """Give a host in its one spelling (lower case, ASCII, no final dot); raise ValueError when it is no host.

    Addresses are taken only as `ipaddress` prints them: `127.1`, `0x7f000001` and `2130706433` are no hosts.
    """
    text = host.strip().strip("[]").rstrip(".").lower()
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        pass
    try:
        text = text.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise ValueError(f"not a host name: {host[:80]!r}") from error
    if len(text) > 253 or not _NAME.fullmatch(text) or _NUMERIC_END.search(text):
        raise ValueError(f"not a host name: {host[:80]!r}")
    return text


def listed_as_allowed(host: str, allow: Iterable[str]) -> bool:
    """Say whether a canonical host is on the allow-list; `*.example.com` stands for all below example.com."""
    for pattern in allow:
        entry = pattern.strip().rstrip(".").lower()
        if host == entry or (entry.startswith("*.") and host.endswith(entry[1:]) and len(host) > len(entry) - 1):
            return True
    return False


def may_connect(address: Address, *, allow_private: bool) -> bool:
    """Say whether an address may be connected to.

    Loopback, link-local, multicast, reserved and the clouds' metadata addresses never; private ones if allowed.
    """
    inner = _embedded(address)
    if inner is not None:
        return may_connect(inner, allow_private=allow_private)
    if address in _METADATA or address.is_loopback or address.is_link_local or address.is_multicast:
        return False
    if address.is_unspecified or address.is_reserved:
        return False
    return address.is_global or (allow_private and address.is_private)


def _embedded(address: Address) -> Address | None:
    """Give the IPv4 address that an IPv6 one carries: mapped, compatible, 6to4, Teredo, NAT64."""
    if not isinstance(address, ipaddress.IPv6Address):
        return None
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    low = int(address) & 0xFFFFFFFF
    if address in _NAT64 or (int(address) >> 32 == 0 and low > 1):
        return ipaddress.IPv4Address(low)
    return None
