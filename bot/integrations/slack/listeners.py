"""What is listened to: messages in triage channels, mentions, the slash command and the message shortcut.

Each listener does what is durable first and acknowledges after it, so that what was acknowledged is never lost, and
what was not is delivered again and does nothing twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from bot.integrations.slack.answers import Answer, Answers, Asker
from bot.integrations.slack.commands import Command, parse
from bot.integrations.slack.modals import Form, form_view
from bot.integrations.slack.people import bot_user, own_team
from bot.integrations.slack.reading import chat_ticket, mentions, message_text, without_mention
from bot.integrations.slack.speaking import Speaker
from bot.model.errors import InputError
from bot.model.ports import FrontDesk
from bot.settings import SlackSettings

if TYPE_CHECKING:
    from slack_bolt import Ack, App

    from bot.integrations.slack.client import SlackClient

Json = Mapping[str, Any]

SHORTCUT = "triage_message"
# a person's message has no subtype, or this one when a file hangs on it; edits, joins and the like have others
_SPOKEN = (None, "", "file_share")


@dataclass(frozen=True, slots=True)
class Listeners:
    """The listeners and what they work with."""

    settings: SlackSettings
    desk: FrontDesk
    answers: Answers
    speaker: Speaker
    client: SlackClient

    def register(self, app: App) -> None:
        """Tell Bolt of each."""
        app.event("message")(self.on_message)
        app.event("app_mention")(self.on_mention)
        app.command(self.settings.command)(self.on_command)
        app.shortcut({"type": "message_action", "callback_id": SHORTCUT})(self.on_shortcut)

    def on_message(self, event: Json, body: Json) -> None:
        """Triage what a person writes in a triage channel; in a direct message, take it for a command."""
        if event.get("subtype") not in _SPOKEN:
            return
        if event.get("channel_type") == "im":
            self.on_mention(event, body)
        elif self._is_for_triage(event, body):
            self.desk.submit(chat_ticket(event, str(event["channel"]), own_team(body)))
            self.desk.first_time(_event_id(body))

    def _is_for_triage(self, event: Json, body: Json) -> bool:
        in_thread = event.get("thread_ts") not in (None, "", event.get("ts"))
        text = str(event.get("text") or "")
        return (
            event.get("channel") in self.settings.triage_channels
            and not in_thread
            and not mentions(text, bot_user(body))
            and bool(message_text(event).strip())
        )

    def on_mention(self, event: Json, body: Json) -> None:
        """Carry out a command that mentions the bot; in a thread it is about that thread's ticket."""
        if event.get("subtype") not in _SPOKEN:
            return
        asker = Asker(
            user=str(event["user"]),
            channel=str(event["channel"]),
            team=own_team(body),
            occasion=str(event["ts"]),
            thread=str(event.get("thread_ts") or ""),
            stamp=str(event["ts"]),
            name="@secondline",
        )
        try:
            command = parse(without_mention(str(event.get("text") or ""), bot_user(body)), free=True)
        except InputError as error:
            answer = Answer(f"⚠️ {error.message}")
        else:
            answer = self._mentioned(command, asker)
        if self.desk.first_time(_event_id(body)) and answer and not answer.card_follows:
            self.speaker.tell(asker, answer)

    def _mentioned(self, command: Command, asker: Asker) -> Answer:
        if self.answers.needs_ticket_system(command):
            tell = partial(self.speaker.tell, asker)
            self.speaker.aside(lambda: self._tell_unless_card(command, asker), sorry=tell)
            return Answer()
        bare = command.verb == "triage" and not command.words
        if bare and asker.thread and self.answers.implied(asker) is None:
            self.speaker.aside(lambda: self._triage_thread(asker), sorry=partial(self.speaker.tell, asker))
            return Answer()
        return self.answers(command, asker)

    def _tell_unless_card(self, command: Command, asker: Asker) -> None:
        answer = self.answers(command, asker)
        if answer and not answer.card_follows:
            self.speaker.tell(asker, answer)

    def _triage_thread(self, asker: Asker) -> None:
        """Triage the message that began the thread (conversations.replies)."""
        page = self.client.call("conversations_replies", channel=asker.channel, ts=asker.thread, limit=1)
        for message in page.get("messages", ())[:1]:
            self.desk.submit(chat_ticket(message, asker.channel, asker.team))

    def on_command(self, ack: Ack, body: Json) -> None:
        """Carry out the slash command."""
        asker = Asker(
            user=str(body["user_id"]),
            channel=str(body["channel_id"]),
            team=own_team(body),
            occasion=str(body["trigger_id"]),
            name=self.settings.command,
        )
        try:
            command = parse(str(body.get("text") or ""))
            answer = self._commanded(command, asker, str(body.get("response_url") or ""))
        except InputError as error:
            answer = Answer(f"⚠️ {error.message}")
        self.desk.first_time(asker.occasion)
        if answer:
            ack(text=answer.text, blocks=answer.blocks, response_type="ephemeral")
        else:
            ack()

    def _commanded(self, command: Command, asker: Asker, response_url: str) -> Answer:
        if self.answers.needs_ticket_system(command):
            respond = self._privately(asker, response_url)
            self.speaker.aside(lambda: respond(self.answers(command, asker)), sorry=respond)
            return Answer(f"Looking for {command.ticket} …")
        if command.verb == "run" and not command.dry_run and self.answers.missing(command) and not command.ticket:
            self.speaker.aside(lambda: self._open_form(command, asker), sorry=self._privately(asker, response_url))
            return Answer()
        answer = self.answers(command, asker)
        if answer.card_follows:
            self.speaker.warn_if_away(asker, response_url)
        return answer

    def _privately(self, asker: Asker, response_url: str) -> Callable[[Answer], None]:
        if response_url:
            return partial(self.speaker.respond, response_url)
        return partial(self.speaker.tell, asker)

    def _open_form(self, command: Command, asker: Asker) -> None:
        runbook = self.desk.runbook(command.runbook)
        form = Form(runbook.id, channel=asker.channel, given=dict(command.parameters))
        self.speaker.open_view(asker.occasion, form_view(runbook, self.answers.missing(command), form))

    def on_shortcut(self, ack: Ack, body: Json) -> None:
        """Triage the message that a person points at, whoever wrote it."""
        message, channel = body["message"], str(body["channel"]["id"])
        asker = Asker(
            user=str(body["user"]["id"]),
            channel=channel,
            team=own_team(body),
            occasion=str(body["trigger_id"]),
            thread=str(message.get("thread_ts") or ""),
        )
        if message_text(message).strip():
            raw = chat_ticket(message, channel, asker.team)
            raw = replace(raw, fields={**raw.fields, "asked_by": asker.user})
            answer = self.answers.taken(self.desk.submit(raw), "this message")
        else:
            answer = Answer("⚠️ That message has no text, so there is nothing to go by.")
        ack()
        if self.desk.first_time(asker.occasion):
            if answer.card_follows:
                self.speaker.warn_if_away(asker, str(body.get("response_url") or ""))
            else:
                self.speaker.tell(asker, answer)


def _event_id(body: Json) -> str:
    """Give the event's id, which stays over redelivery; the message's own address when there is none."""
    event = body.get("event") or {}
    return str(body.get("event_id") or f"{event.get('type')}:{event.get('channel')}/{event.get('ts')}")
