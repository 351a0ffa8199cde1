"""What tests of several areas share: a PostgreSQL server of their own, started once when the first of them asks."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest


def _programs() -> Path | None:
    """Find the folder of initdb and postgres: PATH, else where distributions put them; links are followed."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda one: one.parent.name)
    return next((one for one in reversed(folders) if (one / "initdb").exists()), None)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Give the URL of a running server, without a database name. Never skipped where CI is set."""
    programs = _programs()
    if programs is None:
        if os.environ.get("CI"):
            pytest.fail("PostgreSQL is not installed: apt-get install postgresql")
        pytest.skip("PostgreSQL is not installed")
    folder = Path(tempfile.mkdtemp(prefix="secondline-postgres-"))
    user = "postgres" if os.getuid() == 0 else None  # the server refuses to run as root
    if user:
        shutil.chown(folder, user)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    cluster = folder / "cluster"
    run = {"user": user, "group": user, "cwd": folder, "check": True, "stdout": subprocess.DEVNULL}
    subprocess.run([programs / "initdb", "-D", cluster, "-U", "tests", "-A", "trust", "-E", "UTF8", "-N"], **run)
    options = f"-p {port} -h 127.0.0.1 -k {folder} -c fsync=off -c max_connections=300"
    control = [programs / "pg_ctl", "-D", cluster, "-w", "-l", folder / "log"]
    subprocess.run([*control, "-o", options, "start"], **run)
    try:
        yield f"postgresql://tests@127.0.0.1:{port}"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], **run)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def new_database(postgres_server: str) -> Callable[[], str]:
    """Give a function that makes an empty database and gives its URL."""
    import psycopg

    def make() -> str:
        with psycopg.connect(f"{postgres_server}/postgres", autocommit=True) as connection:
            number = connection.execute("select count(*) from pg_database").fetchone()[0]
            name = f"test_{number}"
            connection.execute(f"create database {name}")
        return f"{postgres_server}/{name}"

    return make
