import socket

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bot.sandbox.hosting import LOOPBACK, host


def app(said: str) -> Starlette:
    return Starlette(routes=[Route("/", lambda _request: PlainTextResponse(said))])


def test_an_application_is_served_on_the_loopback_address_until_it_is_stopped():
    hosted = host(app("hello"))
    assert hosted.url == f"http://{LOOPBACK}:{hosted.port}"
    assert httpx.get(hosted.url).text == "hello"
    hosted.stop()
    with pytest.raises(httpx.ConnectError):
        httpx.get(hosted.url)


def test_it_comes_back_on_the_same_port():
    first = host(app("one"))
    first.stop()
    again = host(app("two"), first.port)
    assert (again.port, httpx.get(again.url).text) == (first.port, "two")
    again.stop()


def test_a_port_that_is_taken_is_said():
    with socket.socket() as other:
        other.bind((LOOPBACK, 0))
        other.listen()
        with pytest.raises(OSError, match="in use"):
            host(app("hello"), other.getsockname()[1])
