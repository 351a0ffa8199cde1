"""Servers that are no proper Kubernetes API, and kubeconfigs that lead to them."""

from __future__ import annotations

import http.server
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml


@contextmanager
def answering(
    status: int, body: bytes, headers: dict[str, str] | None = None, tls: ssl.SSLContext | None = None
) -> Iterator[str]:
    """Serve one answer to everything: what a server says that is no Kubernetes API."""

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Keep quiet."""

    class Server(http.server.ThreadingHTTPServer):
        def handle_error(self, *args: object) -> None:
            """Keep quiet about handshakes that fail on purpose."""

    server = Server(("127.0.0.1", 0), Answer)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        scheme = "http" if tls is None else "https"
        yield f"{scheme}://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def kubeconfig(path: Path, url: str, **cluster) -> str:
    """Write a kubeconfig with two contexts, `blue` (the current one) and an ARN as EKS names its own."""
    path.write_text(
        yaml.safe_dump(
            {
                "clusters": [{"name": "c", "cluster": {"server": url, **cluster}}],
                "users": [{"name": "u", "user": {"token": "t"}}],
                "contexts": [
                    {"name": name, "context": {"cluster": "c", "user": "u"}}
                    for name in ("blue", "arn:aws:eks:eu-west-2:123456789012:cluster/green")
                ],
                "current-context": "blue",
            }
        )
    )
    return str(path)
