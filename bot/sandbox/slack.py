"""A small Slack on the loopback address, which unmodified slack_sdk and slack_bolt clients talk to.

    slack = SlackSandbox()
    url = slack.start()              # http://127.0.0.1:PORT ; the API's base is url + "/api/"
    ts = slack.say("C0TRIAGE", "U0ADA", "checkout is down")
    slack.wait_for(lambda: slack.thread("C0TRIAGE", ts)[1:], 5)

Thread-safe. The same verbs are served as JSON below `/sandbox/`, for `secondline sandbox slack`.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from bot.sandbox.hosting import Hosted, host
from bot.sandbox.slack_http import Fault, HttpSide, Tokens, control_routes, keep_answer
from bot.sandbox.slack_limits import option_faults
from bot.sandbox.slack_payloads import action, command, element_of, event, interaction, message_event, view_state
from bot.sandbox.slack_socket import Carrier, Envelope
from bot.sandbox.slack_web import WebApi
from bot.sandbox.slack_workspace import BOT_USER, TEAM, Message, Workspace

T = TypeVar("T")

BOT_TOKEN = Tokens().bot
APP_TOKEN = Tokens().app
SIGNING_SECRET = "sandbox-signing-secret"  # noqa: S105 the sandbox's own, worth nothing
COMMAND = "/l2"


class SlackSandbox:
    """The server and what people do in its workspace."""

    def __init__(self, *, bot_token: str = BOT_TOKEN, app_token: str = APP_TOKEN, secret: str = SIGNING_SECRET) -> None:
        """Set what the server takes for valid; it does not run yet."""
        self.workspace = Workspace()
        self.carrier = Carrier(secret)
        self.api = WebApi(self.workspace, lambda: self.url, self._bot_posted)
        self.http = HttpSide(self.workspace, self.api, self.carrier, Tokens(bot_token, app_token))
        self._hosted: Hosted | None = None

    @property
    def url(self) -> str:
        """Give the server's URL without a trailing slash."""
        return self._hosted.url if self._hosted else ""

    @property
    def api_url(self) -> str:
        """Give the Web API's base URL, for SLACK_API_URL."""
        return f"{self.url}/api/"

    def start(self, port: int = 0) -> str:
        """Serve on 127.0.0.1, on a free port when `port` is 0; give the URL. Raises OSError when it is taken."""
        self._hosted = host(self.http.app(control_routes(self._verbs())), port)
        return self.url

    def stop(self) -> None:
        """Stop serving; what the workspace holds stays, and it can be started again on the same port."""
        if self._hosted:
            self._hosted.stop()
            self._hosted = None

    # --- what people do ---

    def say(self, channel: str, user: str, text: str, thread: str = "", **more: Any) -> str:
        """Post as a person; give the message's `ts`. `@secondline` mentions the bot, `more` goes into the message."""
        channel = self.workspace.channel(channel).id
        typed = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        typed = typed.replace("@secondline", f"<@{BOT_USER}>")
        person = self.workspace.person(user)
        message: Message = {"user": user, "text": typed, "team": person.team, **more}
        posted = self.workspace.post(channel, message | ({"thread_ts": thread} if thread else {}))
        self._emit(message_event(channel, posted), person.team)
        if f"<@{BOT_USER}>" in typed:
            self._emit(message_event(channel, posted, type="app_mention"), person.team)
        return str(posted["ts"])

    def command(
        self, text: str, channel: str = "C0TRIAGE", user: str = "U0ADA", name: str = COMMAND
    ) -> Mapping[str, Any]:
        """Use the slash command; give what the app answered at once. Raises TimeoutError when it does not."""
        where = self.workspace.channel(channel)
        trigger, respond = self.api.trigger(), self._response_url(where.id, user)
        payload = command(name, text, where, self.workspace.person(user), respond, trigger)
        answer = self.carrier.send("slash_commands", payload).wait()
        keep_answer(self.workspace, where.id, user, answer)
        return answer

    def click(
        self, message_ts: str, action_id: str, value: str | None = None, user: str = "U0ADA", channel: str = "C0TRIAGE"
    ) -> Mapping[str, Any]:
        """Click a button of a message, or choose `value` in its select. Raises LookupError when it is not there."""
        message = self._message(channel, message_ts)
        block, element = element_of(message, action_id)
        payload = self._on_message("block_actions", channel, message, user)
        return self.carrier.send("interactive", payload | {"actions": [action(block, element, value)]}).wait()

    def suggestions(
        self, message_ts: str, action_id: str, typed: str = "", user: str = "U0ADA", channel: str = "C0TRIAGE"
    ) -> list[Mapping[str, Any]]:
        """Open an external select and give the options that the app offers."""
        message = self._message(channel, message_ts)
        block, element = element_of(message, action_id)
        asked = {"action_id": element["action_id"], "block_id": block, "value": typed}
        payload = self._on_message("block_suggestion", channel, message, user) | asked
        answer = self.carrier.send("interactive", payload).wait()
        options = [
            *answer.get("options", []),
            *(one for group in answer.get("option_groups", []) for one in group["options"]),
        ]
        faults = option_faults(options)
        if faults:
            raise ValueError("; ".join(faults))
        return options

    def submit_view(self, view_id: str, values: Mapping[str, str], user: str = "U0ADA") -> Mapping[str, Any]:
        """Fill in a modal (`values` by block id) and submit it; give the app's answer, such as field errors."""
        view = self.workspace.views[view_id]
        filled = view | {"state": view_state(view, values)}
        payload = interaction("view_submission", self.workspace.person(user), self.api.trigger(), view=filled)
        return self.carrier.send("interactive", payload).wait()

    def shortcut(
        self, message_ts: str, callback_id: str = "triage_message", user: str = "U0ADA", channel: str = "C0TRIAGE"
    ) -> Mapping[str, Any]:
        """Use a message shortcut on a message."""
        message = self._message(channel, message_ts)
        payload = self._on_message("message_action", channel, message, user)
        return self.carrier.send("interactive", payload | {"callback_id": callback_id, "message_ts": message_ts}).wait()

    def redeliver(self, envelope: Envelope | None = None) -> Envelope:
        """Send `envelope` (the last one when None) once more, as Slack does when it saw no acknowledgement."""
        return self.carrier.again(envelope)

    # --- what can be seen ---

    def messages(self, channel: str) -> list[Message]:
        """Give the channel's messages that are not in threads, oldest first."""
        return self.workspace.roots(channel)

    def thread(self, channel: str, ts: str) -> list[Message]:
        """Give a thread, its root first."""
        return self.workspace.thread(self.workspace.channel(channel).id, ts)

    def edits(self) -> list[Message]:
        """Give every edit that the bot made, in order."""
        return self._copied(self.workspace.edits)

    def ephemerals(self) -> list[Message]:
        """Give what only one person was shown, in order."""
        return self._copied(self.workspace.ephemerals)

    def views(self) -> list[Mapping[str, Any]]:
        """Give the modals that were opened, in order."""
        return self._copied(list(self.workspace.views.values()))

    def files(self) -> list[Mapping[str, Any]]:
        """Give the files that were shared, each with its `content` as text."""
        with self.workspace.changed:
            shared = [file for file in self.workspace.files.values() if file["shared"]]
            return [file | {"content": self.workspace.uploads[file["id"]].decode("utf-8")} for file in shared]

    def wait_for(self, predicate: Callable[[], T], timeout: float = 5.0) -> T:
        """Wait until `predicate` gives something true, and give that. Raises TimeoutError."""
        return self.workspace.wait_for(predicate, timeout)

    def connected(self, timeout: float = 5.0) -> bool:
        """Wait until the app has a Socket Mode connection."""
        return self.carrier.connected(timeout)

    # --- what can go wrong ---

    def fail(
        self,
        method: str = "*",
        *,
        error: str = "",
        status: int = 0,
        times: int = 1,
        retry_after: int = 1,
        done: bool = False,
    ) -> None:
        """Let the next `times` calls of `method` fail: with an error word, `ratelimited`, or an HTTP status (503).

        `done`: the call is carried out and only its answer is lost.
        """
        self.http.faults.add(Fault(method, error, status, retry_after, times, done))

    def recover(self) -> None:
        """Let every method work again."""
        self.http.faults.clear()

    def deliver_to(self, request_url: str = "") -> None:
        """Send what happens to `request_url` from now on, as signed HTTP requests; by Socket Mode when it is empty."""
        self.carrier.request_url = request_url

    def add_channel(self, channel: str, name: str = "", member: bool = True) -> None:
        """Make a channel; `member` says whether the bot was invited."""
        self.workspace.add_channel(channel, name, member=member)

    def _redeliver_last(self) -> None:
        self.redeliver()

    def _verbs(self) -> Mapping[str, Callable[..., Any]]:
        return {
            "say": self.say, "command": self.command, "click": self.click, "suggestions": self.suggestions,
            "submit_view": self.submit_view, "shortcut": self.shortcut, "messages": self.messages,
            "thread": self.thread, "edits": self.edits, "ephemerals": self.ephemerals, "views": self.views,
            "files": self.files, "fail": self.fail, "recover": self.recover, "deliver_to": self.deliver_to,
            "add_channel": self.add_channel, "redeliver": self._redeliver_last,
        }  # fmt: skip

    def _emit(self, happened: Mapping[str, Any], team: str = TEAM) -> None:
        self.carrier.send("events_api", event(happened, f"Ev{self.workspace.number():08d}", team))

    def _bot_posted(self, channel: str, message: Message) -> None:
        # Slack tells an app of its own messages too
        self._emit(message_event(channel, message))

    def _message(self, channel: str, stamp: str) -> Message:
        with self.workspace.changed:
            return copy.deepcopy(self.workspace.find(channel, stamp))

    def _on_message(self, kind: str, channel: str, message: Message, user: str) -> dict[str, Any]:
        where = self.workspace.channel(channel)
        return interaction(
            kind, self.workspace.person(user), self.api.trigger(), message=message,
            channel={"id": where.id, "name": where.name}, response_url=self._response_url(where.id, user),
            container={"type": "message", "message_ts": message["ts"], "channel_id": where.id},
        )  # fmt: skip

    def _response_url(self, channel: str, user: str) -> str:
        return f"{self.url}/response/{channel}/{user}"

    def _copied(self, messages: list[Any]) -> list[Any]:
        with self.workspace.changed:
            return copy.deepcopy(messages)
