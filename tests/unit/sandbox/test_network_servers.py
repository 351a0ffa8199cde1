from __future__ import annotations

import socket

import dns.message
import dns.query
import dns.rcode
import pytest

from bot.sandbox.network_servers import NameServer, answering, dropping, refusing, resetting


@pytest.fixture
def names():
    server = NameServer()
    yield server
    server.stop()


def asked(server, name, kind="A"):
    return dns.query.udp(dns.message.make_query(name, kind), "127.0.0.1", timeout=2, port=server.port)


def test_name_server_answers_from_its_table_and_nxdomain_for_the_rest(names):
    names.load({"a.example": {"addresses": ["203.0.113.5", "2001:db8::5"], "alias": "b.example"}})
    reply = asked(names, "a.example.")
    assert [str(item) for rrset in reply.answer for item in rrset] == ["b.example.", "203.0.113.5"]
    assert "2001:db8::5" in str(asked(names, "a.example.", "AAAA"))
    assert asked(names, "c.example.").rcode() is dns.rcode.NXDOMAIN


@pytest.mark.parametrize("said", ["NXDOMAIN", "SERVFAIL", "REFUSED"])
def test_name_server_fails_as_told(names, said):
    names.load({"a.example": {"dns": said}})
    assert dns.rcode.to_text(asked(names, "a.example.").rcode()) == said


@pytest.mark.parametrize(
    ("serve", "error"), [(refusing, ConnectionRefusedError), (dropping, TimeoutError)], ids=["refusing", "dropping"]
)
def test_port_that_does_not_take_connections(serve, error):
    held = serve()
    try:
        with pytest.raises(error):
            socket.create_connection(("127.0.0.1", held.port), 0.4)
    finally:
        held.stop()


def read_one(port):
    with socket.create_connection(("127.0.0.1", port), 2) as connection:
        connection.recv(1)


def test_port_that_resets():
    held = resetting()
    try:
        with pytest.raises(ConnectionResetError):
            read_one(held.port)
    finally:
        held.stop()


def test_paths_may_answer_differently():
    held = answering({"status": 200, "paths": {"/x": {"status": 404}}}, None)
    try:
        for path, status in (("/", b"200"), ("/x?y=1", b"404")):
            with socket.create_connection(("127.0.0.1", held.port), 2) as connection:
                connection.sendall(f"GET {path} HTTP/1.0\r\n\r\n".encode())
                assert status in connection.recv(100)
    finally:
        held.stop()
