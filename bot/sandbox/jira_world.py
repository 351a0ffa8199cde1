"""The state of the local Jira: jira820's store, and over it what jira820 has no place for.

Exact times, comments with properties, issue properties, security levels, account ids and update verbs. Knows nothing of
HTTP; every method takes the one lock, so that the Python side and the server side may both write.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from bot.sandbox import jira_adf
from bot.sandbox.jira_jql import select, stamp

if TYPE_CHECKING:
    from jira820 import Store

BOT = "l2bot"
INTERNAL = "sd.public.comment"
_TYPES = [
    ["Incident", "1"], ["Service request", "2"], ["Problem", "3"], ["Change", "4"], ["Bug", "5"], ["Task", "6"],
    ["Sub-task", "7"],
]  # fmt: skip
_STATUSES = [["Open", "todo", "1"], ["In Progress", "inprogress", "3"], ["Done", "done", "10002"]]
_PEOPLE = {BOT: "Second line bot", "alice": "Alice Ames", "bob": "Bob Burns"}


class JiraWorld:
    """One project of issues. `cloud` chooses how people and texts are shown."""

    def __init__(self, *, cloud: bool, project: str, time_zone: str, clock: Callable[[], datetime] | None) -> None:
        """Start with an empty service project `project`; `time_zone` is the bot account's."""
        self.cloud, self.project, self.zone = cloud, project, ZoneInfo(time_zone)
        self.time_zone = time_zone
        self.lock = threading.RLock()
        self._clock = clock or (lambda: datetime.now(UTC))
        self.store = _empty_store(project)
        self.unindexed: set[str] = set()

    def now(self) -> datetime:
        """Give this server's time, aware and in UTC."""
        return self._clock().astimezone(UTC)

    def reset(self) -> None:
        """Forget every issue; keys begin at 1 again."""
        with self.lock:
            self.store.issues.clear()
            self.unindexed.clear()
            self.store._counter = 0
            self.store.reindex()

    # --- issues -----------------------------------------------------------------------------------------------

    def create(self, fields: Mapping[str, Any]) -> str:
        """Create an issue from REST fields; give its key. Raises jira820's JiraError as the server answers it."""
        with self.lock:
            wanted = dict(fields)
            wanted["description"] = jira_adf.to_text(wanted.get("description"))
            for role in ("assignee", "reporter"):
                if wanted.get(role):
                    wanted[role] = {"name": self._name_of(wanted[role])}
            key = str(self.store.create_issue(wanted)["key"])
            issue = self.store.issues[key]
            issue["security"] = (wanted.get("security") or {}).get("name")
            issue["environment"] = wanted.get("environment")
            issue["priority"] = (wanted.get("priority") or {}).get("name")
            issue["properties"] = {}
            issue["created"] = issue["updated"] = stamp(self.now())
            return key

    def edit(self, key: str, fields: Mapping[str, Any], update: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
        """Set `fields`, then apply `update` verbs (labels only: `add`, `remove`, `set`), as PUT issue does."""
        with self.lock:
            wanted = dict(fields)
            if "description" in wanted:
                wanted["description"] = jira_adf.to_text(wanted["description"])
            labels = list(wanted.get("labels", self.store.get_issue(key).get("labels", [])))
            for verb in update.get("labels", ()):
                labels = _apply(verb, labels)
            self.store.update_issue(key, {**wanted, "labels": labels})
            if "security" in wanted:
                self.store.issues[key]["security"] = (wanted["security"] or {}).get("name")
            self.touch(key)

    def touch(self, key: str) -> None:
        """Say that the issue changed just now, to the millisecond."""
        with self.lock:
            if key in self.store.issues:
                self.store.issues[key]["updated"] = stamp(self.now())

    def transition(self, key: str, status: str) -> None:
        """Move the issue to `status` by the workflow's own transition."""
        with self.lock:
            issue = self.store.get_issue(key)
            for one in self.store.workflow.available_transitions(self.store.serializer, issue["statusName"]):
                if one["to"]["name"] == status:
                    self.store.transition_issue(key, one["id"])
            self.touch(key)

    def search(self, jql: str, reconcile: Sequence[int] = ()) -> list[str]:
        """Give the keys that `jql` selects, in its order, those not yet indexed if reconciled. Raises JqlError."""
        with self.lock:
            found = select(jql, self.store.issues.values(), self.now(), self.zone)
            return [str(issue["key"]) for issue in found if self._indexed(str(issue["key"]), reconcile)]

    def _indexed(self, key: str, reconcile: Sequence[int]) -> bool:
        from jira820.serialize import iid

        return key not in self.unindexed or int(iid(key)) in reconcile

    def shown(self, key: str, base: str, fields: str = "", expand: str = "", version: str = "2") -> dict[str, Any]:
        """Give the issue as REST shows it. Raises jira820's JiraError when there is none."""
        with self.lock:
            issue = self.store.get_issue(key)
            resource = dict(self.store.serializer.issue_res(issue, base, "", expand))
            whole: dict[str, Any] = dict(resource["fields"])
            whole["security"] = {"id": "10100", "name": issue["security"]} if issue.get("security") else None
            whole["environment"] = issue.get("environment")
            whole["priority"] = self.store.serializer.priority_obj(issue["priority"]) if issue["priority"] else None
            whole["project"] = {**whole["project"], "projectTypeKey": "service_desk"}
            if version == "3":
                whole["description"] = jira_adf.from_text(whole["description"])
            people = ("reporter", "assignee", "creator")
            whole.update({role: self.person(issue.get({"creator": "reporter"}.get(role, role))) for role in people})
            wanted = {name.strip() for name in fields.split(",") if name.strip()}
            if wanted and not wanted & {"*all", "*navigable"}:
                whole = {name: value for name, value in whole.items() if name in wanted}
            return {**resource, "fields": whole}

    def properties(self, key: str) -> dict[str, Any]:
        """Give the issue's own properties, to read and to write under the lock."""
        found: dict[str, Any] = self.store.get_issue(key)["properties"]
        return found

    # --- comments ---------------------------------------------------------------------------------------------

    def comment(self, key: str, body: Any, properties: Sequence[Mapping[str, Any]], author: str = BOT) -> str:
        """Add a comment; give its id. Without `sd.public.comment` customers see it, as at Atlassian."""
        with self.lock:
            added = self.store.add_comment(key, jira_adf.to_text(body) or "", author=author)
            comment = self._comment(key, str(added["id"]))
            comment["properties"] = {one["key"]: one["value"] for one in properties}
            comment["created"] = comment["updated"] = stamp(self.now())
            self.touch(key)
            return str(added["id"])

    def recomment(self, key: str, comment_id: str, body: Any, properties: Sequence[Mapping[str, Any]]) -> None:
        """Replace a comment's text; properties not named stay. Raises jira820's JiraError when there is none."""
        with self.lock:
            self.store.update_comment(key, comment_id, jira_adf.to_text(body) or "")
            comment = self._comment(key, comment_id)
            comment["properties"].update({one["key"]: one["value"] for one in properties})
            comment["updated"] = stamp(self.now())
            self.touch(key)

    def comment_ids(self, key: str) -> list[str]:
        """Give the ids of the issue's comments, oldest first."""
        with self.lock:
            return [str(comment["id"]) for comment in self.store.get_issue(key)["comments"]]

    def shown_comment(self, key: str, comment_id: str, expand: str = "", version: str = "2") -> dict[str, Any]:
        """Give a comment as REST shows it: `jsdPublic` always, `properties` only when expanded."""
        with self.lock:
            comment = self._comment(key, comment_id)
            shown = dict(self.store.serializer.comment_obj(key, 0, comment))
            internal = comment["properties"].get(INTERNAL, {}).get("internal") is True
            shown["author"] = shown["updateAuthor"] = self.person(comment["author"])
            shown["jsdPublic"] = not internal
            if version == "3":
                shown["body"] = jira_adf.from_text(shown["body"])
            if "properties" in expand:
                shown["properties"] = [{"key": name, "value": value} for name, value in comment["properties"].items()]
            return shown

    def _comment(self, key: str, comment_id: str) -> dict[str, Any]:
        from jira820 import JiraError

        for comment in self.store.get_issue(key)["comments"]:
            if str(comment["id"]) == comment_id:
                found: dict[str, Any] = comment
                return found
        raise JiraError(404, f"Can not find a comment for the id: {comment_id}.")

    # --- people -----------------------------------------------------------------------------------------------

    def person(self, name: str | None) -> dict[str, Any] | None:
        """Show a user: by name on Data Center, by account id (and no name) on Cloud."""
        if not name:
            return None
        shown = {**self.store.serializer.user_obj(name), "timeZone": self.time_zone}
        if not self.cloud:
            return shown
        kept = {part: shown[part] for part in ("self", "displayName", "active", "timeZone", "avatarUrls")}
        return {**kept, "accountId": account_id(name), "accountType": "atlassian"}

    def _name_of(self, given: Mapping[str, Any]) -> str:
        wanted = given.get("accountId") or given.get("id")
        for name in self.store.users:
            if wanted and account_id(name) == wanted:
                return str(name)
        return str(given.get("name") or "")


def account_id(name: str) -> str:
    """Give the Cloud account id of a user: opaque, and the same every time."""
    return f"712020:{uuid.uuid5(uuid.NAMESPACE_OID, name)}"


def _apply(verb: Mapping[str, Any], labels: list[str]) -> list[str]:
    if "set" in verb:
        return list(verb["set"])
    if "remove" in verb:
        return [label for label in labels if label != verb["remove"]]
    return labels if verb["add"] in labels else [*labels, verb["add"]]


def _empty_store(project: str) -> Store:
    from jira820 import Config, Store

    config = Config(project_key=project, project_name=f"{project} service desk")
    config.issue_types, config.statuses, config.current_user = _TYPES, _STATUSES, BOT
    store = Store(config, seed=False)
    store.users = {name: {"name": name, "displayName": shown} for name, shown in _PEOPLE.items()}
    return store
