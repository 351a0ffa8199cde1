from __future__ import annotations

import pytest

from bot.probes.network import client
from bot.settings import NetworkSettings

HOST = "shop.example.com"


def served(sandbox, **entry):
    sandbox.load([{"host": HOST, "port": 443, **entry}])
    settings = NetworkSettings(**sandbox.settings())
    address, _, port = settings.connect_to[f"{HOST}:443"].rpartition(":")
    return settings, address, int(port)


def test_handshake_brings_the_whole_chain_and_the_protocol(running_sandbox):
    settings, address, port = served(running_sandbox)
    hands = client.shake_hands(HOST, address, port, settings)
    assert (hands.problem, len(hands.chain)) == ("", 2)
    assert hands.protocol in ("TLSv1.2", "TLSv1.3")


def test_chain_is_seen_even_when_it_does_not_verify(running_sandbox):
    settings, address, port = served(running_sandbox, tls={"chain": "self-signed"})
    hands = client.shake_hands(HOST, address, port, settings)
    assert (hands.problem, hands.verify_code, len(hands.chain)) == ("unverified", 18, 1)


def test_certificate_is_verified_for_the_name_and_not_for_the_address(running_sandbox):
    settings, address, port = served(running_sandbox)
    assert client.get(f"https://{HOST}/", address, port, settings).status == 200
    assert client.shake_hands("other.example.com", address, port, settings).problem == "unverified"


def test_redirect_is_reported_and_not_followed(running_sandbox):
    settings, address, port = served(running_sandbox, http={"status": 302, "location": "/elsewhere"})
    response = client.get(f"https://{HOST}/", address, port, settings)
    assert (response.status, response.location) == (302, "/elsewhere")


def test_long_body_is_not_read_to_its_end_and_never_kept(running_sandbox):
    settings, address, port = served(running_sandbox, http={"body": "secret " * 200_000})
    response = client.get(f"https://{HOST}/", address, port, settings)
    assert response.status == 200
    assert "secret" not in repr(response)


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (ConnectionRefusedError(), "refused"),
        (TimeoutError(), "timed-out"),
        (ConnectionResetError(), "reset"),
        (OSError(113, "No route to host"), "unreachable"),
    ],
)
def test_trouble_has_one_word(error, word):
    assert client.trouble(error) == word


def test_ca_file_is_trusted_beside_the_system_s_own(running_sandbox):
    settings, address, port = served(running_sandbox)
    without = settings.model_copy(update={"ca_file": ""})
    assert client.shake_hands(HOST, address, port, without).problem == "unverified"
