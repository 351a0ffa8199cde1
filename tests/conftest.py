"""What tests of several areas share: a PostgreSQL server of their own, started once when the first of them asks."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest


def _programs() -> Path | None:
    """Find the folder of initdb and postgres: PATH, else where distributions put them; links are followed."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda one: one.parent.name)
    return next((one for one in reversed(folders) if (one / "initdb").exists()), None)


class Postgres:
    """A server of our own on a free port, as an unprivileged user, in a folder of its own."""

    def __init__(self, programs: Path) -> None:
        self._programs = programs
        self._folder = Path(tempfile.mkdtemp(prefix="secondline-postgres-"))
        user = "postgres" if os.getuid() == 0 else None  # the server refuses to run as root
        if user:
            shutil.chown(self._folder, user)
        self._how: dict[str, Any] = {"user": user, "group": user, "cwd": self._folder, "check": True}
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self._cluster = self._folder / "cluster"
        self._run("initdb", "-D", self._cluster, "-U", "tests", "-A", "trust", "-E", "UTF8", "-N")
        self.start()

    @property
    def url(self) -> str:
        """The URL without a database name."""
        return f"postgresql://tests@127.0.0.1:{self._port}"

    def start(self) -> None:
        options = f"-p {self._port} -h 127.0.0.1 -k {self._folder} -c fsync=off -c max_connections=300"
        self._run("pg_ctl", "-D", self._cluster, "-w", "-l", self._folder / "log", "-o", options, "start")

    def stop(self) -> None:
        self._run("pg_ctl", "-D", self._cluster, "-w", "-m", "immediate", "stop")

    def remove(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)

    def _run(self, program: str, *arguments: object) -> None:
        command = [str(one) for one in (self._programs / program, *arguments)]
        subprocess.run(command, stdout=subprocess.DEVNULL, **self._how)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    """Give a running server. Never skipped where CI is set."""
    programs = _programs()
    if programs is None:
        if os.environ.get("CI"):
            pytest.fail("PostgreSQL is not installed: apt-get install postgresql")
        pytest.skip("PostgreSQL is not installed")
    server = Postgres(programs)
    try:
        yield server
    finally:
        server.stop()
        server.remove()


@pytest.fixture
def new_database(postgres_server: Postgres) -> Callable[[], str]:
    """Give a function that makes an empty database and gives its URL."""
    import psycopg

    def make() -> str:
        with psycopg.connect(f"{postgres_server.url}/postgres", autocommit=True) as connection:
            number = connection.execute("select count(*) from pg_database").fetchone()[0]
            name = f"test_{number}"
            connection.execute(f"create database {name}")
        return f"{postgres_server.url}/{name}"

    return make
