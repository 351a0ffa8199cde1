"""Real servers for pretended hosts, on the loopback address: DNS, HTTP, TLS, and ports that refuse, hang or reset."""

from __future__ import annotations

import socket
import ssl
import struct
import tempfile
import threading
import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingUDPServer
from typing import Any

from bot.sandbox.hosting import LOOPBACK
from bot.sandbox.network_certificates import key_pem, presented

POLL_S = 0.02


@dataclass(frozen=True, slots=True)
class Listening:
    """Something on a local port, until it is stopped."""

    port: int
    stop: Callable[[], None]


def refusing() -> Listening:
    """Hold a port on which nothing listens."""
    held = socket.socket()
    held.bind((LOOPBACK, 0))
    return Listening(held.getsockname()[1], held.close)


def dropping() -> Listening:
    """Hold a port whose queue is full, so that further connections get no answer at all."""
    listener = socket.socket()
    listener.bind((LOOPBACK, 0))
    listener.listen(0)
    fillers = []
    for _ in range(4):
        filler = socket.socket()
        filler.setblocking(False)
        filler.connect_ex(listener.getsockname())
        fillers.append(filler)

    def stop() -> None:
        for one in (*fillers, listener):
            one.close()

    return Listening(listener.getsockname()[1], stop)


def resetting() -> Listening:
    """Take connections and reset them at once."""
    listener = socket.socket()
    listener.bind((LOOPBACK, 0))
    listener.listen(8)

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()

    threading.Thread(target=serve, daemon=True, name="sandbox-reset").start()

    def stop() -> None:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()

    return Listening(listener.getsockname()[1], stop)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    context: ssl.SSLContext | None = None

    def get_request(self) -> tuple[Any, Any]:
        connection, address = super().get_request()
        connection.settimeout(10)
        if self.context is not None:
            # The handshake is made in the connection's own thread, when it first reads.
            connection = self.context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        return connection, address

    def handle_error(self, request: object, client_address: object) -> None:
        """Keep still: a client that turns away from a bad certificate is what a case is about."""


def answering(http: Mapping[str, Any], context: ssl.SSLContext | None) -> Listening:
    """Answer every GET by `http`: `status`, `location`, `server`, `delay_s`, `hang`; or by path in `paths`."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            """Answer by the case."""
            said = {**http, **(http.get("paths") or {}).get(self.path.partition("?")[0], {})}
            time.sleep(float(said.get("delay_s", 0)))
            if said.get("hang"):
                time.sleep(8)
                return
            body = str(said.get("body", "")).encode()
            self.send_response_only(int(said.get("status", 200)))
            for name in ("location", "server", "retry-after"):
                if name in said:
                    self.send_header(name, str(said[name]))
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Keep still."""

    server = _Server((LOOPBACK, 0), Handler)
    server.context = context
    thread = threading.Thread(target=server.serve_forever, args=(POLL_S,), daemon=True, name="sandbox-http")
    thread.start()

    def stop() -> None:
        server.shutdown()
        server.server_close()

    return Listening(server.server_port, stop)


def tls_context(host: str, tls: Mapping[str, Any]) -> ssl.SSLContext:
    """Give the context of a server that presents what the case says; `protocol: TLSv1.1` speaks nothing newer."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "host.pem"
        file.write_bytes(presented(host, tls) + key_pem())
        context.load_cert_chain(file)
    if str(tls.get("protocol", "")) in ("TLSv1", "TLSv1.1"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.set_ciphers("ALL:@SECLEVEL=0")
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = ssl.TLSVersion.TLSv1_1
    return context


class NameServer:
    """A DNS server over UDP that answers from a table, and NXDOMAIN for every other name."""

    def __init__(self) -> None:
        """Serve at once, on a free port."""
        self._zone: dict[str, Mapping[str, Any]] = {}
        zone = self._zone

        class Handler(BaseRequestHandler):
            def handle(self) -> None:
                """Answer one question."""
                wire, connection = self.request
                reply = _reply(wire, zone)
                if reply is not None:
                    connection.sendto(reply, self.client_address)

        self._server = ThreadingUDPServer((LOOPBACK, 0), Handler)
        self._server.daemon_threads = True
        self.port = int(self._server.server_address[1])
        threading.Thread(target=self._server.serve_forever, args=(POLL_S,), daemon=True, name="sandbox-dns").start()

    def load(self, zone: Mapping[str, Mapping[str, Any]]) -> None:
        """Answer by this table from now on: `addresses`, `alias`, `dns` by host."""
        self._zone.clear()
        self._zone.update(zone)

    def stop(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()


def _reply(wire: bytes, zone: Mapping[str, Mapping[str, Any]]) -> bytes | None:
    import dns.flags
    import dns.message
    import dns.rcode
    import dns.rdatatype
    import dns.rrset

    query = dns.message.from_wire(wire)
    question = query.question[0]
    entry = zone.get(str(question.name).rstrip(".").lower(), {"dns": "NXDOMAIN"})
    said = str(entry.get("dns", "")).upper()
    if said == "TIMEOUT":
        return None
    reply = dns.message.make_response(query)
    reply.flags |= dns.flags.RA
    if said in ("NXDOMAIN", "SERVFAIL", "REFUSED"):
        reply.set_rcode(dns.rcode.from_text(said))
        return reply.to_wire()
    name = question.name
    if entry.get("alias"):
        alias = str(entry["alias"]).rstrip(".") + "."
        reply.answer.append(dns.rrset.from_text(name, 60, "IN", "CNAME", alias))
        name = reply.answer[-1][0].target
    addresses = [one for one in entry.get("addresses", ()) if (":" in one) == (question.rdtype == dns.rdatatype.AAAA)]
    if addresses and question.rdtype in (dns.rdatatype.A, dns.rdatatype.AAAA):
        kind = dns.rdatatype.to_text(question.rdtype)
        reply.answer.append(dns.rrset.from_text(name, 60, "IN", kind, *addresses))
    return reply.to_wire()
