"""The Web API's methods over a workspace, as far as a bot needs them: arguments in, Slack's answer or error word out.

Names of arguments and answers are those of api.slack.com/methods. Nothing here knows of HTTP.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

from bot.sandbox.slack_limits import message_error, view_error
from bot.sandbox.slack_workspace import APP_ID, BOT_ID, BOT_USER, TEAM, Channel, Message, Refused, Workspace

Arguments = Mapping[str, Any]
Answer = dict[str, Any]

TRIGGER_LIVES_S = 3.0
MAX_PAGE = 999
_JSON_ARGUMENTS = {"blocks", "metadata", "view", "files", "attachments"}


class WebApi:
    """Answers method calls. `posted` is called with every message that the bot posts, so that events can go out."""

    def __init__(self, workspace: Workspace, base: Callable[[], str], posted: Callable[[str, Message], None]) -> None:
        """Take the workspace, and `base` to know the server's own URL once it runs."""
        self._workspace = workspace
        self._base = base
        self._posted = posted
        self._triggers: dict[str, float] = {}
        self.methods: Mapping[str, Callable[[Arguments], Answer]] = {
            "api.test": lambda _: {},
            "auth.test": self._auth_test,
            "apps.connections.open": self._connections_open,
            "chat.postMessage": self._post_message,
            "chat.postEphemeral": self._post_ephemeral,
            "chat.update": self._update,
            "chat.getPermalink": self._permalink,
            "conversations.history": self._history,
            "conversations.replies": self._replies,
            "conversations.info": self._conversation,
            "users.info": self._user,
            "views.open": self._open_view,
            "views.update": self._update_view,
            "views.publish": self._publish_view,
            "reactions.add": self._react,
            "files.getUploadURLExternal": self._upload_url,
            "files.completeUploadExternal": self._complete_upload,
            "files.info": self._file,
            "files.list": self._list_files,
        }

    def trigger(self) -> str:
        """Give a trigger id, good for one view within three seconds."""
        trigger = f"{self._workspace.number()}.{TEAM}.sandbox"
        self._triggers[trigger] = time.monotonic()
        return trigger

    def call(self, method: str, arguments: Arguments) -> Answer:
        """Answer one call. Raises Refused with Slack's error word."""
        known = self.methods.get(method)
        if known is None:
            raise Refused("unknown_method", req_method=method)
        return {"ok": True, **known(_decoded(arguments))}

    def _auth_test(self, _: Arguments) -> Answer:
        return {
            "url": self._base() + "/", "team": "Sandbox", "user": "secondline", "team_id": TEAM,
            "user_id": BOT_USER, "bot_id": BOT_ID, "is_enterprise_install": False,
        }  # fmt: skip

    def _connections_open(self, _: Arguments) -> Answer:
        return {
            "url": f"{self._base().replace('http', 'ws', 1)}/link/?ticket={self._workspace.number()}&app_id={APP_ID}"
        }

    def _post_message(self, arguments: Arguments) -> Answer:
        channel = self._workspace.channel(_needed(arguments, "channel"), to_post=True)
        message = _bot_message(arguments)
        if arguments.get("thread_ts"):
            message["thread_ts"] = arguments["thread_ts"]
        posted = self._workspace.post(channel.id, message)
        self._posted(channel.id, posted)
        return {"channel": channel.id, "ts": posted["ts"], "message": posted}

    def _post_ephemeral(self, arguments: Arguments) -> Answer:
        channel = self._workspace.channel(_needed(arguments, "channel"), to_post=True)
        message = _bot_message(arguments) | {
            "channel": channel.id, "user": _needed(arguments, "user"), "ts": self._workspace.stamp(),
            "thread_ts": arguments.get("thread_ts", ""),
        }  # fmt: skip
        self._workspace.note(lambda: self._workspace.ephemerals.append(message))
        return {"message_ts": message["ts"]}

    def _update(self, arguments: Arguments) -> Answer:
        channel = self._workspace.channel(_needed(arguments, "channel"))
        change = {key: value for key, value in _bot_message(arguments).items() if key in ("text", "blocks", "metadata")}
        message = self._workspace.edit(channel.id, _needed(arguments, "ts"), change)
        return {"channel": channel.id, "ts": message["ts"], "text": message["text"], "message": message}

    def _permalink(self, arguments: Arguments) -> Answer:
        channel = self._workspace.channel(_needed(arguments, "channel"))
        message = self._workspace.find(channel.id, _needed(arguments, "message_ts"))
        return {
            "channel": channel.id,
            "permalink": f"{self._base()}/archives/{channel.id}/p{message['ts'].replace('.', '')}",
        }

    def _history(self, arguments: Arguments) -> Answer:
        channel = self._readable(arguments)
        newest_first = list(reversed(self._workspace.roots(channel.id)))
        return _page(_within(newest_first, arguments), arguments)

    def _replies(self, arguments: Arguments) -> Answer:
        channel = self._readable(arguments)
        root = _needed(arguments, "ts")
        thread = self._workspace.thread(channel.id, root)
        if not thread:
            raise Refused("thread_not_found")
        # Slack always gives the root, whatever the bounds
        return _page([thread[0], *_within(thread[1:], arguments)], arguments)

    def _readable(self, arguments: Arguments) -> Channel:
        channel = self._workspace.channel(_needed(arguments, "channel"))
        if not channel.member:
            raise Refused("not_in_channel")
        return channel

    def _conversation(self, arguments: Arguments) -> Answer:
        channel = self._workspace.channel(_needed(arguments, "channel"))
        return {
            "channel": {
                "id": channel.id, "name": channel.name, "is_channel": True, "is_member": channel.member,
                "is_archived": channel.archived, "is_private": False,
            }
        }  # fmt: skip

    def _user(self, arguments: Arguments) -> Answer:
        user = self._workspace.people.get(_needed(arguments, "user"))
        if user is None:
            raise Refused("user_not_found")
        profile = {"display_name": user.name, "real_name": user.name.title(), "email": f"{user.name}@example.com"}
        return {
            "user": {"id": user.id, "team_id": user.team, "name": user.name, "is_bot": user.is_bot, "profile": profile}
        }

    def _open_view(self, arguments: Arguments) -> Answer:
        opened = self._triggers.pop(_needed(arguments, "trigger_id"), None)
        if opened is None:
            raise Refused("exchanged_trigger_id")
        if time.monotonic() - opened > TRIGGER_LIVES_S:
            raise Refused("expired_trigger_id")
        return {"view": self._keep_view(f"V{self._workspace.number():09d}", arguments)}

    def _update_view(self, arguments: Arguments) -> Answer:
        view = _needed(arguments, "view_id")
        if view not in self._workspace.views:
            raise Refused("not_found")
        return {"view": self._keep_view(view, arguments)}

    def _publish_view(self, arguments: Arguments) -> Answer:
        return {"view": self._keep_view(f"H{_needed(arguments, 'user_id')}", arguments)}

    def _keep_view(self, identity: str, arguments: Arguments) -> Message:
        view = dict(arguments.get("view") or {})
        faults = view_error(view)
        if faults:
            raise Refused("invalid_arguments", response_metadata={"messages": faults})
        kept = view | {
            "id": identity,
            "team_id": TEAM,
            "app_id": APP_ID,
            "bot_id": BOT_ID,
            "hash": self._workspace.stamp(),
        }
        self._workspace.note(lambda: self._workspace.views.update({identity: kept}))
        return kept

    def _react(self, arguments: Arguments) -> Answer:
        channel = self._workspace.channel(_needed(arguments, "channel"))
        message = self._workspace.find(channel.id, _needed(arguments, "timestamp"))
        reaction = {"channel": channel.id, "ts": message["ts"], "name": _needed(arguments, "name")}
        if reaction in self._workspace.reactions:
            raise Refused("already_reacted")
        self._workspace.note(lambda: self._workspace.reactions.append(reaction))
        return {}

    def _upload_url(self, arguments: Arguments) -> Answer:
        if int(_needed(arguments, "length")) <= 0:
            raise Refused("invalid_arguments")
        file = f"F{self._workspace.number():09d}"
        name = _needed(arguments, "filename")
        self._workspace.files[file] = {"id": file, "name": name, "title": name, "size": 0, "shared": False}
        return {"file_id": file, "upload_url": f"{self._base()}/upload/{file}"}

    def _complete_upload(self, arguments: Arguments) -> Answer:
        channel = (
            self._workspace.channel(arguments["channel_id"], to_post=True) if arguments.get("channel_id") else None
        )
        done = [self._complete(one) for one in arguments.get("files") or ()]
        if channel:
            thread = {"thread_ts": arguments["thread_ts"]} if arguments.get("thread_ts") else {}
            text = arguments.get("initial_comment", "")
            message = {"text": text, "files": done, "upload": True, "user": BOT_USER, "bot_id": BOT_ID, **thread}
            self._posted(channel.id, self._workspace.post(channel.id, message))
        return {"files": done}

    def _complete(self, given: Mapping[str, Any]) -> dict[str, Any]:
        file = self._workspace.files.get(str(given.get("id")))
        if file is None or file["id"] not in self._workspace.uploads:
            raise Refused("file_not_found")
        content = self._workspace.uploads[file["id"]]
        file.update(title=given.get("title") or file["name"], size=len(content), shared=True, user=BOT_USER)
        return dict(file)

    def _file(self, arguments: Arguments) -> Answer:
        file = self._workspace.files.get(_needed(arguments, "file"))
        if file is None or not file["shared"]:
            raise Refused("file_not_found")
        return {"file": file}

    def _list_files(self, _: Arguments) -> Answer:
        return {"files": [file for file in self._workspace.files.values() if file["shared"]]}


def _decoded(arguments: Arguments) -> Arguments:
    """Objects that came in a form are JSON text there."""
    return {
        key: json.loads(value) if key in _JSON_ARGUMENTS and isinstance(value, str) and value else value
        for key, value in arguments.items()
    }


def _needed(arguments: Arguments, name: str) -> str:
    value = arguments.get(name)
    if not value:
        raise Refused("invalid_arguments", response_metadata={"messages": [f"missing required field: {name}"]})
    return str(value)


def _bot_message(arguments: Arguments) -> Message:
    text, blocks = str(arguments.get("text") or ""), arguments.get("blocks")
    wrong = message_error(text, blocks)
    if wrong:
        raise Refused(wrong[0], errors=wrong[1])
    metadata = arguments.get("metadata")
    if metadata and set(metadata) != {"event_type", "event_payload"}:
        raise Refused("metadata_invalid")
    message: Message = {"text": text, "user": BOT_USER, "bot_id": BOT_ID, "app_id": APP_ID}
    return message | ({"blocks": blocks} if blocks else {}) | ({"metadata": metadata} if metadata else {})


def _within(messages: list[Message], arguments: Arguments) -> list[Message]:
    oldest, latest = float(arguments.get("oldest") or 0), float(arguments.get("latest") or "inf")
    return [one for one in messages if oldest < float(one["ts"]) < latest]


def _page(messages: list[Message], arguments: Arguments) -> Answer:
    start = int(arguments.get("cursor") or 0)
    end = start + min(int(arguments.get("limit") or 100), MAX_PAGE)
    page = messages[start:end]
    if str(arguments.get("include_all_metadata", "")).lower() not in ("1", "true"):
        page = [{key: value for key, value in one.items() if key != "metadata"} for one in page]
    cursor = str(end) if end < len(messages) else ""
    return {"messages": page, "has_more": bool(cursor), "response_metadata": {"next_cursor": cursor}}
