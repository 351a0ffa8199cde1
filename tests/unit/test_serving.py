"""Health over real HTTP."""

import socket

import httpx
import pytest

from bot.model.errors import SettingsError
from bot.serving import Server, build
from bot.settings import ServingSettings


def test_live_is_always_said_and_ready_only_when_nothing_lacks():
    lacking = "the engine has not started"
    server = Server(ServingSettings(port=0), build([], lambda: lacking))
    server.start()
    try:
        base = f"http://127.0.0.1:{server.port}"
        assert httpx.get(f"{base}/livez").status_code == 200
        answer = httpx.get(f"{base}/readyz")
        assert (answer.status_code, answer.text) == (503, "the engine has not started\n")
        lacking = ""
        assert httpx.get(f"{base}/readyz").status_code == 200
    finally:
        server.stop()


def test_a_port_that_is_taken_is_one_clear_line():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError, match=f"cannot listen on 127.0.0.1:{port}"):
            Server(ServingSettings(port=port), build([], lambda: "")).start()
