"""A local network: real DNS, TLS and HTTP servers for the hosts of a case, reached as curl's --connect-to does.

The probes ask for `shop.example.com:443`; the settings that this gives lead them to a server on the loopback address
that presents the certificate, and gives the answer, that the case describes.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.sandbox.hosting import LOOPBACK
from bot.sandbox.network_certificates import authority, pem
from bot.sandbox.network_servers import (
    Listening,
    NameServer,
    answering,
    dropping,
    refusing,
    resetting,
    tls_context,
)

TIMEOUT_S = 1.5
_KEYS = {"host", "addresses", "alias", "dns", "port", "connect", "tls", "http", "allow"}
_TLS_KEYS = {"names", "subject", "not_before", "not_after", "chain", "protocol"}
_HTTP_KEYS = {"status", "location", "server", "retry-after", "delay_s", "hang", "body", "paths"}
_CONNECT = {"refused": refusing, "timeout": dropping, "reset": resetting}
_DNS = {"", "NXDOMAIN", "NODATA", "SERVFAIL", "REFUSED", "TIMEOUT"}


class NetworkSandbox:
    """The hosts of a case, as servers on 127.0.0.1."""

    def __init__(self) -> None:
        """Start nothing yet."""
        self._names: NameServer | None = None
        self._listening: list[Listening] = []
        self._connect_to: dict[str, str] = {}
        self._allow: tuple[str, ...] = ()
        self._folder = ""

    def load(self, hosts: Sequence[Mapping[str, Any]]) -> None:
        """Serve a case's `network:` list in place of what was served before; see docs/runbooks.md for its keys.

        A host may stand there once for each of its ports. Raises ValueError that names the host and the key.
        """
        for entry in hosts:
            _check(entry)
        self._quiet()
        if self._names is None:
            self._names = NameServer()
        self._names.load(_zone(hosts))
        self._allow = tuple(dict.fromkeys(str(entry["host"]) for entry in hosts if entry.get("allow", True)))
        for entry in hosts:
            if not entry.get("dns"):
                self._serve(entry)

    def settings(self) -> dict[str, Any]:
        """Give the settings of group `network` that lead the probes here."""
        return {
            "resolver": f"{LOOPBACK}:{self._names.port if self._names else 9}",
            "connect_to": dict(self._connect_to),
            "allow": self._allow,
            "ca_file": str(self._authority_file()),
            "timeout_s": TIMEOUT_S,
        }

    def stop(self) -> None:
        """Stop serving, and remove what was written."""
        self._quiet()
        if self._names is not None:
            self._names.stop()
            self._names = None
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = ""

    def _serve(self, entry: Mapping[str, Any]) -> None:
        host, port = str(entry["host"]), int(entry.get("port", 443))
        how = entry.get("connect")
        if how:
            listening = _CONNECT[str(how)]()
        else:
            is_tls = "tls" in entry or port == 443
            context = tls_context(host, entry.get("tls") or {}) if is_tls else None
            listening = answering(entry.get("http") or {}, context)
        self._listening.append(listening)
        self._connect_to[f"{host}:{port}"] = f"{LOOPBACK}:{listening.port}"

    def _quiet(self) -> None:
        for listening in self._listening:
            listening.stop()
        self._listening.clear()
        self._connect_to.clear()

    def _authority_file(self) -> Path:
        if not self._folder:
            self._folder = tempfile.mkdtemp(prefix="secondline-network-")
            (Path(self._folder) / "authority.pem").write_bytes(pem(authority().certificate))
        return Path(self._folder) / "authority.pem"


def _zone(hosts: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    zone: dict[str, dict[str, Any]] = {}
    for entry in hosts:
        known = zone.setdefault(str(entry["host"]).lower(), {})
        known.update({key: entry[key] for key in ("addresses", "alias", "dns") if key in entry})
    for known in zone.values():
        if not known.get("dns"):
            known.setdefault("addresses", ["203.0.113.10"])
    return zone


def _check(entry: Mapping[str, Any]) -> None:
    host = str(entry.get("host", ""))
    for where, given, known in (
        ("", entry, _KEYS),
        ("tls.", entry.get("tls") or {}, _TLS_KEYS),
        ("http.", entry.get("http") or {}, _HTTP_KEYS),
    ):
        unknown = set(given) - known
        if unknown:
            raise ValueError(f"network {host}: {where}{min(unknown)} is no key; there are {', '.join(sorted(known))}")
    if entry.get("connect", "refused") not in _CONNECT:
        raise ValueError(f"network {host}: connect is one of {', '.join(_CONNECT)}")
    if str(entry.get("dns", "")).upper() not in _DNS:
        raise ValueError(f"network {host}: dns is one of {', '.join(sorted(_DNS - {''}))}")
