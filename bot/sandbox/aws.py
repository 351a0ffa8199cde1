"""A local AWS: moto's server on the loopback address, with recorded answers laid over it.

What a case recorded is answered from the recording, over HTTP and in the service's own wire format; everything else
is answered by moto. moto keeps its state for the whole process, so two sandboxes share what moto (not what the
recordings) holds.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bot.sandbox.aws_answers import RecordedAnswer, recorded
from bot.sandbox.aws_wire import Asked, WireAnswer, read, write_answer, write_error
from bot.sandbox.hosting import LOOPBACK

if TYPE_CHECKING:
    from werkzeug.serving import BaseWSGIServer

ACCOUNT = "123456789012"
REGION = "eu-west-2"

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]


class Overlay:
    """A WSGI application: recorded answers first, then the application below."""

    def __init__(self, below: Wsgi) -> None:
        """Lay over `below`."""
        self._below = below
        self._answers: tuple[RecordedAnswer, ...] = ()
        self.asked: list[str] = []
        """The operations that were answered from the recording, in order."""

    def load(self, answers: Sequence[RecordedAnswer]) -> None:
        """Answer by these from now on. Where several fit, the one with the longest `when` wins, then the first."""
        self._answers = tuple(sorted(answers, key=lambda answer: -len(answer.when)))
        self.asked.clear()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer one request."""
        written = self._recorded(environ) if self._answers else None
        if written is None:
            return self._below(environ, start_response)
        headers = {**written.headers, "Content-Length": str(len(written.body))}
        start_response(f"{written.status} Recorded", list(headers.items()))
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [written.body]

    def _recorded(self, environ: dict[str, Any]) -> WireAnswer | None:
        from io import BytesIO

        from werkzeug import Request

        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = BytesIO(body)
        request = Request({**environ, "wsgi.input": BytesIO(body)})
        request.get_data(cache=True, parse_form_data=False)
        asked = read(request, dict.fromkeys(answer.service for answer in self._answers))
        return self._answer(asked) if asked else None

    def _answer(self, asked: Asked) -> WireAnswer | None:
        for answer in self._answers:
            if (answer.service, answer.operation) == (asked.service, asked.operation) and answer.fits(asked.parameters):
                self.asked.append(asked.name)
                if answer.refusal:
                    refusal = answer.refusal
                    return write_error(asked, refusal.code, refusal.message, refusal.status)
                return write_answer(asked, answer.answer)
        return None


class AwsSandbox:
    """A local AWS that answers what a case recorded, and by moto what it did not."""

    def __init__(self) -> None:
        """Build nothing yet; moto is imported when it starts."""
        self._overlay: Overlay | None = None
        self._server: BaseWSGIServer | None = None
        self._thread: threading.Thread | None = None
        self._answers: tuple[RecordedAnswer, ...] = ()
        self.url = ""

    def load(self, answers: Sequence[Mapping[str, Any]]) -> None:
        """Take a case's `aws:` list in place of what was loaded before.

        Raises ValueError that names the entry when an answer is not in the shape of the service's own model.
        """
        self._answers = tuple(recorded(entry) for entry in answers)
        if self._overlay:
            self._overlay.load(self._answers)

    def reset(self) -> None:
        """Forget the recorded answers, and all that moto holds."""
        self.load([])
        if self._server:
            from moto.moto_api._internal.models import moto_api_backend

            moto_api_backend.reset()

    def start(self, port: int = 0) -> str:
        """Serve on 127.0.0.1 (port 0: a free one) in a thread; give the URL. Raises OSError when the port is taken."""
        from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
        from werkzeug.serving import make_server

        class QuietHandler(MotoRequestHandler):
            def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
                """Keep still: a case's output is its result."""

        self._overlay = Overlay(DomainDispatcherApplication(create_backend_app))
        self._overlay.load(self._answers)
        server = make_server(LOOPBACK, port, self._overlay, threaded=True, request_handler=QuietHandler)
        self._server = server
        self._thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True, name="sandbox-aws")
        self._thread.start()
        self.url = f"http://{LOOPBACK}:{server.server_port}"
        return self.url

    def stop(self) -> None:
        """Stop serving."""
        if self._server and self._thread:
            self._server.shutdown()
            self._server.server_close()
            self._thread.join(5)
        self._server = self._thread = self._overlay = None

    def environment(self) -> dict[str, str]:
        """Give the environment that points the SDK here. The credentials are made up; moto takes any."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "sandbox",
            "AWS_SECRET_ACCESS_KEY": "sandbox",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
        }
