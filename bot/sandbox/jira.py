"""A local Jira that the unmodified client talks to: Data Center by jira820, and Cloud where it differs.

For the demo, cases and tests. `create`, `edit`, `comments` and `labels` are the hands and eyes of whoever plays the
people; `fail` orders trouble; webhooks are signed and sent again on demand.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from bot.sandbox.hosting import host
from bot.sandbox.jira_api import JiraApi
from bot.sandbox.jira_door import FrontDoor
from bot.sandbox.jira_faults import Faults
from bot.sandbox.jira_webhooks import Webhooks
from bot.sandbox.jira_world import INTERNAL, JiraWorld

if TYPE_CHECKING:
    from bot.sandbox.hosting import Hosted

Flavour = Literal["datacenter", "cloud"]
EMAIL = "l2bot@example.com"
TOKEN = "sandbox-token"  # noqa: S105 - the password of a server that lives on the loopback address only


@dataclass(frozen=True, slots=True)
class SeenComment:
    """A comment as a person with all rights sees it. `internal` is False for what customers can read."""

    id: str
    body: str
    internal: bool
    author: str
    properties: Mapping[str, Any]


class JiraSandbox:
    """One local Jira site with one service project. Thread-safe."""

    def __init__(
        self,
        flavour: Flavour = "datacenter",
        *,
        project: str = "OPS",
        time_zone: str = "UTC",
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        """Prepare an empty project; `time_zone` is the bot account's, `clock` replaces the server's time."""
        self.flavour = flavour
        self.project = project
        self.token = TOKEN
        self.user = EMAIL if flavour == "cloud" else ""
        self.webhooks = Webhooks()
        self.url = ""
        self._faults = Faults()
        self._hosted: Hosted | None = None
        self._world = JiraWorld(cloud=flavour == "cloud", project=project, time_zone=time_zone, clock=clock)

    def start(self, port: int = 0) -> str:
        """Serve on 127.0.0.1; give the base URL. Raises OSError when the port is taken."""
        basic = base64.b64encode(f"{EMAIL}:{TOKEN}".encode()).decode()
        authorization = f"Basic {basic}" if self.flavour == "cloud" else f"Bearer {TOKEN}"
        app = FrontDoor(JiraApi(self._world, self._changed).application(), self._faults, authorization)
        self._hosted = host(app, port)
        self.url = self._hosted.url
        return self.url

    def stop(self) -> None:
        """Stop serving; what was stored stays, so that `start` goes on with it."""
        if self._hosted:
            self._hosted.stop()
            self._hosted = None

    def close(self) -> None:
        """Stop for good."""
        self.stop()
        self.webhooks.close()

    def reset(self) -> None:
        """Start over with an empty project, no faults and no webhooks, on the same port."""
        self.webhooks.reset()
        self._faults.reset()
        self._world.reset()

    # --- people's hands ---------------------------------------------------------------------------------------

    def create(self, summary: str, description: str | Mapping[str, Any] | None = None, **fields: Any) -> str:
        """Create a ticket; give its key. `issuetype`, `priority`, `reporter`, `security` are plain names."""
        named = {"issuetype": "Incident", "priority": "Medium", "reporter": "alice", **fields}
        shaped = {name: _shaped(name, value) for name, value in named.items()}
        whole = {"project": {"key": self.project}, "summary": summary, "description": description, **shaped}
        key = self._world.create(whole)
        self._changed("jira:issue_created", key)
        return key

    def edit(self, key: str, **fields: Any) -> None:
        """Change fields of a ticket; `status` moves it by its transition."""
        status = fields.pop("status", None)
        if fields:
            self._world.edit(key, {name: _shaped(name, value) for name, value in fields.items()}, {})
        if status:
            self._world.transition(key, status)
        self._changed("jira:issue_updated", key)

    def comment(self, key: str, body: str, *, author: str = "alice", internal: bool = False) -> str:
        """Comment as a person; give the comment's id."""
        properties: Sequence[Mapping[str, Any]] = [{"key": INTERNAL, "value": {"internal": internal}}]
        added = self._world.comment(key, body, properties, author)
        self._changed("comment_created", key)
        return added

    def set_property(self, key: str, name: str, value: Any) -> None:
        """Set an issue property."""
        with self._world.lock:
            self._world.properties(key)[name] = value

    # --- people's eyes ----------------------------------------------------------------------------------------

    def comments(self, key: str) -> tuple[SeenComment, ...]:
        """Give the comments of a ticket, oldest first."""
        with self._world.lock:
            return tuple(
                SeenComment(
                    str(one["id"]),
                    str(one["body"]),
                    one["properties"].get(INTERNAL, {}).get("internal") is True,
                    str(one["author"]),
                    dict(one["properties"]),
                )
                for one in self._world.store.get_issue(key)["comments"]
            )

    def labels(self, key: str) -> tuple[str, ...]:
        """Give the labels of a ticket."""
        with self._world.lock:
            return tuple(self._world.store.get_issue(key)["labels"])

    # --- trouble ----------------------------------------------------------------------------------------------

    def fail(self, path_prefix: str, status: int, times: int = 1, retry_after: str | float = "", **how: Any) -> None:
        """Let the next `times` requests whose path begins with `path_prefix` fail with `status`.

        `how`: `method`, `body` (text), `delay_s` (stall first), `late=True` (do the work, lose the answer).
        """
        self._faults.add(path_prefix, status, times, retry_after=str(retry_after), **how)

    def lag(self, *keys: str) -> None:
        """Let the search not know these tickets yet, as Cloud's index does; without any, let it catch up."""
        with self._world.lock:
            self._world.unindexed = set(keys)

    def _changed(self, event: str, key: str) -> None:
        self.webhooks.emit(event, self._world.shown(key, self.url))


def _shaped(name: str, value: Any) -> Any:
    """Write a plain name as REST does: `{"name": "High"}`."""
    if isinstance(value, str) and name in ("issuetype", "priority", "reporter", "assignee", "security"):
        return {"name": value}
    return value
