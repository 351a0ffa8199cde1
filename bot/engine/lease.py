"""This replica's claim to be alive. Survivors take over from one that is silent; one that was taken for dead stops.

The heartbeat has a thread of its own, so that no slow work makes a live replica look dead.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
import uuid
from collections.abc import Callable
from contextlib import suppress

from bot.model.errors import Unavailable
from bot.store.leases import Lease, SqlLeases

logger = logging.getLogger(__name__)

BEATS_PER_LEASE = 4
EXIT_CODE = 75
"""EX_TEMPFAIL of sysexits.h: start me again."""


def stop_process() -> None:
    """End this process at once, without finishing anything: another replica has its work."""
    logging.shutdown()
    os._exit(EXIT_CODE)


class Keeper:
    """Keeps the lease of this replica."""

    def __init__(
        self, leases: SqlLeases, executor: str, lease_s: float, on_lost: Callable[[], None] = stop_process
    ) -> None:
        """Take the name of this replica, the seconds after which it counts as dead, and what to do once it does."""
        self.lease = Lease(f"{executor}#{uuid.uuid4().hex[:12]}", executor, socket.gethostname(), os.getpid())
        self._leases = leases
        self._lease_s = lease_s
        self._on_lost = on_lost
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def take(self) -> None:
        """Take the lease. Raises Unavailable.

        A predecessor of the same name is fenced when it is known to be gone: its process has ended, or it ran on
        another host, where a replica that keeps its name cannot be any more.
        """
        predecessors = self._leases.of_executor(self.lease.executor)
        gone = [one for one in predecessors if self._is_gone(one)]
        if gone:
            logger.warning("takes the place of %d earlier processes named %s", len(gone), self.lease.executor)
        self._leases.fence(one.token for one in gone)
        self._leases.take(self.lease)

    def _is_gone(self, other: Lease) -> bool:
        return other.host != self.lease.host or other.pid == self.lease.pid or not _runs(other.pid)

    def start(self) -> None:
        """Start the heartbeat."""
        self._thread = threading.Thread(target=self._beat_on, name="lease", daemon=True)
        self._thread.start()

    def _beat_on(self) -> None:
        last = time.monotonic()
        while not self._stopping.wait(self._lease_s / BEATS_PER_LEASE):
            try:
                alive = self._leases.beat(self.lease.token)
            except Unavailable as error:
                logger.warning("no heartbeat: %s", error.message)
                alive = time.monotonic() - last < self._lease_s
            else:
                last = time.monotonic()
            if not alive:
                logger.critical("replica %s lost its lease and stops; others have its work", self.lease.token)
                self._on_lost()
                return

    def stop(self) -> None:
        """End the heartbeat and give the lease back."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()
        with suppress(Unavailable):
            self._leases.drop(self.lease.token)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
