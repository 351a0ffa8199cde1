from __future__ import annotations

import socket
import ssl

import pytest

from bot.sandbox.network import NetworkSandbox


@pytest.fixture
def sandbox():
    made = NetworkSandbox()
    yield made
    made.stop()


def test_client_that_trusts_the_authority_accepts_a_complete_chain(sandbox):
    sandbox.load([{"host": "shop.example.com", "tls": {}, "http": {"status": 204}}])
    settings = sandbox.settings()
    address, _, port = settings["connect_to"]["shop.example.com:443"].rpartition(":")
    context = ssl.create_default_context(cafile=settings["ca_file"])
    with (
        socket.create_connection((address, int(port)), 5) as plain,
        context.wrap_socket(plain, server_hostname="shop.example.com") as secure,
    ):
        secure.sendall(b"GET / HTTP/1.0\r\n\r\n")
        assert b"204" in secure.recv(100)


def test_only_hosts_of_the_case_are_allowed_unless_it_says_otherwise(sandbox):
    sandbox.load([{"host": "a.example"}, {"host": "b.example", "allow": False}])
    assert sandbox.settings()["allow"] == ("a.example",)


def test_what_was_loaded_before_is_gone(sandbox):
    sandbox.load([{"host": "a.example"}])
    port = int(sandbox.settings()["connect_to"]["a.example:443"].rpartition(":")[2])
    sandbox.load([])
    assert sandbox.settings()["connect_to"] == {}
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), 1)


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ({"host": "a.example", "status": 200}, "status is no key"),
        ({"host": "a.example", "http": {"code": 200}}, "http.code is no key"),
        ({"host": "a.example", "connect": "slow"}, "connect is one of"),
        ({"host": "a.example", "dns": "MAYBE"}, "dns is one of"),
        ({"host": "a.example", "tls": {"chain": "half"}}, "chain is one of"),
    ],
)
def test_case_that_says_nonsense_is_refused(sandbox, entry, says):
    with pytest.raises(ValueError, match=says):
        sandbox.load([entry])
