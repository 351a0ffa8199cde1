"""What happens on a click: buttons, the runbook select, the parameter form.

A click carries a ticket's id and names what was pressed. Whether the ticket is known, the runbook exists and the values
fit is looked up anew each time; a click that Slack delivers twice has one trigger id, under which it is done once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from bot.integrations.slack import controls
from bot.integrations.slack.answers import Answer, Answers, Asker
from bot.integrations.slack.escaping import plain
from bot.integrations.slack.modals import FORM, Form, form_errors, form_view, read_form
from bot.integrations.slack.people import own_team
from bot.integrations.slack.reading import typed_ticket
from bot.integrations.slack.speaking import Speaker
from bot.model.errors import InputError
from bot.model.ports import FrontDesk
from bot.model.runbook import Parameter, ParameterType
from bot.model.ticket import Invocation

if TYPE_CHECKING:
    from slack_bolt import Ack, App

Json = Mapping[str, Any]

OPTIONS = 100
OPTION_TEXT = 75
OPTION_VALUE = 150


@dataclass(frozen=True, slots=True)
class Click:
    """One click: who, on which ticket, and the action id that says what."""

    asker: Asker
    ticket: str
    action: str
    chosen: str


@dataclass(frozen=True, slots=True)
class Actions:
    """The listeners of interactive parts."""

    desk: FrontDesk
    answers: Answers
    speaker: Speaker

    def register(self, app: App) -> None:
        """Tell Bolt of each."""
        for action, do in self._doings().items():
            # the runbook stands behind the prefix; all others are whole ids
            which = re.compile(f"^{re.escape(action)}.") if action == controls.RUN else action
            app.action(which)(self._listener(do))
        app.options(controls.ANOTHER)(self.on_options)
        app.view(FORM)(self.on_form)

    def _doings(self) -> Mapping[str, Callable[[Click], Answer]]:
        return {
            controls.RUN: self._run,
            controls.AGAIN: self._again,
            controls.ANOTHER: self._another,
            controls.PARAMETERS: self._parameters,
            controls.ESCALATE: self._escalate,
            controls.CANCEL: self._cancel,
            controls.USEFUL: self._useful,
            controls.NOT_USEFUL: self._not_useful,
        }

    def _listener(self, do: Callable[[Click], Answer]) -> Callable[..., None]:
        def on_click(ack: Ack, body: Json) -> None:
            click = _click(body)
            try:
                self._check(click)
                answer = do(click)
            except InputError as error:
                answer = Answer(f"⚠️ {error.message}")
            ack()
            if self.desk.first_time(click.asker.occasion) and answer:
                self.speaker.tell(click.asker, answer)

        return on_click

    def _check(self, click: Click) -> None:
        if not click.ticket or not self.desk.status(click.ticket):
            raise InputError("I do not know this ticket any more; describe it again and I will look anew.")

    def _run(self, click: Click) -> Answer:
        return self._ask(click, click.action.removeprefix(controls.RUN))

    def _another(self, click: Click) -> Answer:
        return self._ask(click, click.chosen)

    def _again(self, click: Click) -> Answer:
        self.desk.ask_again(click.ticket, "", {}, click.asker.by, click.asker.occasion)
        return Answer()

    def _ask(self, click: Click, runbook: str) -> Answer:
        known = self.desk.runbook(runbook)
        self.desk.ask_again(click.ticket, known.id, {}, click.asker.by, click.asker.occasion)
        return Answer()

    def _parameters(self, click: Click) -> Answer:
        match = self.desk.match_of(click.ticket)
        if match is None or not match.runbook or not match.missing:
            raise InputError("Nothing is missing any more.")
        runbook = self.desk.runbook(match.runbook)
        missing = [
            runbook.parameter(name) or Parameter(name, ParameterType.STRING, "", required=True)
            for name in match.missing
        ]
        form = Form(runbook.id, click.ticket, given=dict(match.parameters))
        view = form_view(runbook, missing, form)
        tell = partial(self.speaker.tell, click.asker)
        self.speaker.aside(lambda: self.speaker.open_view(click.asker.occasion, view), sorry=tell)
        return Answer()

    def _escalate(self, click: Click) -> Answer:
        done = self.desk.escalate(click.ticket, click.asker.by, "asked for in Slack", click.asker.occasion)
        return Answer("🚨 Handed over to its team." if done else "It was handed over before; the team knows.")

    def _cancel(self, click: Click) -> Answer:
        stopped = self.desk.cancel(click.ticket, click.asker.by)
        return Answer("⛔ Stopped." if stopped else "It is finished already.")

    def _useful(self, click: Click) -> Answer:
        self.desk.feedback(click.ticket, useful=True, by=click.asker.by)
        return Answer("Thank you, noted as useful.")

    def _not_useful(self, click: Click) -> Answer:
        self.desk.feedback(click.ticket, useful=False, by=click.asker.by)
        return Answer("Thank you, noted as not useful. Another runbook may fit, or escalate it.")

    def on_options(self, ack: Ack, body: Json) -> None:
        """Offer the runbooks that fit what is typed into the select."""
        found = [one for one in self.desk.runbooks(str(body.get("value") or "")) if len(one.id) <= OPTION_VALUE]
        ack(options=[{"text": _option(one.title), "value": one.id} for one in found[:OPTIONS]])

    def on_form(self, ack: Ack, body: Json) -> None:
        """Run with what was filled in; a value that does not fit is said at its input."""
        view = body["view"]
        try:
            form, values = read_form(view)
            self.desk.dry_run(form.runbook, values)
            self._submit(form, values, body)
        except InputError as error:
            ack(response_action="errors", errors=form_errors(view, error.message))
            return
        self.desk.first_time(str(view["id"]))
        ack()

    def _submit(self, form: Form, values: Mapping[str, str], body: Json) -> None:
        user, occasion = str(body["user"]["id"]), str(body["view"]["id"])
        by = f"slack:{user}"
        if form.ticket:
            self.desk.ask_again(form.ticket, form.runbook, values, by, occasion)
            return
        said = " ".join([f"Run {form.runbook}", *(f"{name}={value}" for name, value in values.items())])
        invocation = Invocation(form.runbook, values, by)
        self.desk.submit(typed_ticket(said, form.channel, own_team(body), user, occasion, form.thread, invocation))


def _click(body: Json) -> Click:
    action = body["actions"][0]
    message, channel = body.get("message") or {}, body.get("channel") or {}
    _, _, ticket = str(action.get("block_id", "")).partition(":")
    asker = Asker(
        user=str(body["user"]["id"]),
        channel=str(channel.get("id") or (body.get("container") or {}).get("channel_id") or ""),
        team=own_team(body),
        occasion=str(body["trigger_id"]),
        thread=str(message.get("thread_ts") or message.get("ts") or ""),
    )
    chosen = str((action.get("selected_option") or {}).get("value", ""))
    return Click(asker, str(action.get("value") or ticket), str(action["action_id"]), chosen)


def _option(title: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": plain(title, OPTION_TEXT)}
