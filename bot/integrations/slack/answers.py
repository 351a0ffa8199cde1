"""Carries out a command at the front desk and says what came of it, to the one who asked.

Every request of the desk is safe to repeat: it is named by the command's own occasion (a trigger, event or view id),
so a command that Slack delivers twice is done once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bot.integrations.slack.blocks import reference
from bot.integrations.slack.commands import VERBS, Command
from bot.integrations.slack.escaping import code, line
from bot.integrations.slack.layout import Block, answer_text, message
from bot.integrations.slack.reading import SOURCE, typed_ticket
from bot.model.errors import InputError, NotFound, OutsideError
from bot.model.ports import FrontDesk, Submission, TicketStatus
from bot.model.run import ApiCall
from bot.model.runbook import Parameter, Runbook
from bot.model.ticket import Address, Invocation, RawMessage

RUNBOOKS_SHOWN = 25
CALLS_SHOWN = 40

Fetch = Callable[[str], RawMessage | None]


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, where, and on what occasion. `thread` is empty outside of one; `name` is how the bot was called."""

    user: str
    channel: str
    team: str
    occasion: str
    thread: str = ""
    stamp: str = ""
    name: str = "/l2"

    @property
    def by(self) -> str:
        """Name the person for the record."""
        return f"{SOURCE}:{self.user}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What to say to the one who asked, and to nobody else; nothing without a title.

    `card_follows`: a card is on its way to the conversation, and says more.
    """

    title: str = ""
    lines: tuple[str, ...] = ()
    card_follows: bool = False

    @property
    def blocks(self) -> list[Block]:
        """Render it."""
        return message(self.title, self.lines)

    @property
    def text(self) -> str:
        """Say it in one line, as fallback."""
        return answer_text(self.title)

    def __bool__(self) -> bool:
        """Say whether there is something to say."""
        return bool(self.title)


class Answers:
    """The commands, one method each. `fetch` gets a ticket from the ticket system by its key."""

    def __init__(self, desk: FrontDesk, fetch: Fetch) -> None:
        """Take the desk and the ticket system."""
        self._desk = desk
        self._fetch = fetch

    def __call__(self, command: Command, asker: Asker) -> Answer:
        """Carry out a command; what cannot be done is said in one line."""
        carry_out: Callable[[Command, Asker], Answer] = getattr(self, f"_{command.verb}")
        try:
            return carry_out(command, asker)
        except (InputError, OutsideError) as error:
            return Answer(f"⚠️ {error.message}")

    def missing(self, command: Command) -> tuple[Parameter, ...]:
        """Give the required parameters that a `run` lacks. Raises InputError for an unknown runbook."""
        runbook = self._desk.runbook(command.runbook)
        return tuple(
            parameter
            for parameter in runbook.parameters
            if parameter.required and parameter.default is None and parameter.name not in command.parameters
        )

    def needs_ticket_system(self, command: Command) -> bool:
        """Say whether carrying it out asks the ticket system, which can take longer than Slack waits."""
        return command.verb == "triage" and bool(command.ticket)

    def _help(self, command: Command, asker: Asker) -> Answer:
        chosen = {command.words: VERBS[command.words]} if command.words in VERBS else VERBS
        lines = [f"{code(f'{asker.name} {usage}')} {line(meaning)}" for usage, meaning in chosen.values()]
        if chosen is VERBS:
            lines.append(
                "In a thread, mention me instead: the thread's ticket is meant then. I only read, never change."
            )
        return Answer("What I understand", tuple(lines))

    def _triage(self, command: Command, asker: Asker) -> Answer:
        if command.ticket:
            return self._triage_key(command.ticket, asker)
        if command.words:
            raw = typed_ticket(
                command.words, asker.channel, asker.team, asker.user, asker.stamp or asker.occasion, _thread(asker)
            )
            return self.taken(self._desk.submit(raw), raw.summary)
        ticket = self.implied(asker)
        if ticket:
            return self.taken(self._desk.ask_again(ticket, "", {}, asker.by, asker.occasion), "This ticket")
        raise InputError(f"What shall I look into? Write {asker.name} {VERBS['triage'][0]}.")

    def _triage_key(self, key: str, asker: Asker) -> Answer:
        try:
            raw = self._fetch(key)
        except NotFound:
            raw = None
        if raw is None:
            return Answer(f"⚠️ I cannot find {key}: check the key, and that my Jira account may see it.")
        here = Address(SOURCE, asker.channel, _thread(asker))
        return self.taken(self._desk.submit(replace(raw, reply_to=(*raw.reply_to, here))), key)

    def taken(self, submission: Submission, what: str) -> Answer:
        """Say that a ticket was taken in, or that it is known already and how far it is."""
        if submission.fresh:
            return Answer(f"👀 Looking into: {what}", card_follows=True)
        known = self._desk.status(submission.ticket)
        return Answer("I know this one already:", tuple(_status_line(one) for one in known[:1]))

    def _run(self, command: Command, asker: Asker) -> Answer:
        runbook = self._desk.runbook(command.runbook)
        if command.dry_run:
            calls = self._desk.dry_run(runbook.id, command.parameters)
            return Answer(f"A run of {runbook.id} would make these calls, and has made none:", tuple(_calls(calls)))
        ticket = self._wanted(command.ticket, asker) if command.ticket else self.implied(asker)
        if ticket:
            again = self._desk.ask_again(ticket, runbook.id, command.parameters, asker.by, asker.occasion)
            return self.taken(again, runbook.title)
        if not self.missing(command):
            self._desk.dry_run(runbook.id, command.parameters)  # a wrong value is said at once, not by a card
        said = " ".join([f"Run {runbook.id}", *(f"{name}={value}" for name, value in command.parameters.items())])
        invocation = Invocation(runbook.id, dict(command.parameters), asker.by)
        occasion = asker.stamp or asker.occasion
        raw = typed_ticket(said, asker.channel, asker.team, asker.user, occasion, _thread(asker), invocation)
        return self.taken(self._desk.submit(raw), runbook.title)

    def _list(self, command: Command, asker: Asker) -> Answer:
        runbooks = self._desk.runbooks(command.words)
        if not runbooks:
            return Answer(f"No runbook fits {command.words!r}; {asker.name} list shows all.")
        lines = [f"{code(one.id)} {line(one.title, 100)}" for one in runbooks[:RUNBOOKS_SHOWN]]
        if len(runbooks) > RUNBOOKS_SHOWN:
            lines.append(f"… and {len(runbooks) - RUNBOOKS_SHOWN} more; name what you look for: {asker.name} list dns")
        return Answer(f"{len(runbooks)} runbook{'s' if len(runbooks) > 1 else ''}", tuple(lines))

    def _show(self, command: Command, asker: Asker) -> Answer:
        return Answer(*_described(self._desk.runbook(command.runbook), asker.name))

    def _status(self, command: Command, asker: Asker) -> Answer:
        ticket = self._wanted(command.ticket, asker) if command.ticket else self.implied(asker)
        found = self._desk.status(ticket)
        if not found:
            return Answer("No tickets yet.")
        return Answer("Status" if ticket else "The newest tickets", tuple(_status_line(one) for one in found))

    def _cancel(self, command: Command, asker: Asker) -> Answer:
        ticket = self._asked_for(command, asker)
        stopped = self._desk.cancel(ticket, asker.by)
        return Answer("⛔ Stopped." if stopped else "Nothing runs for this ticket, so there is nothing to stop.")

    def _escalate(self, command: Command, asker: Asker) -> Answer:
        ticket = self._asked_for(command, asker)
        done = self._desk.escalate(ticket, asker.by, command.words or "asked for in Slack", asker.occasion)
        return Answer("🚨 Handed over to its team." if done else "It was handed over before; the team knows.")

    def _asked_for(self, command: Command, asker: Asker) -> str:
        ticket = self._wanted(command.ticket, asker) if command.ticket else self.implied(asker)
        if not ticket:
            usage = VERBS[command.verb][0]
            raise InputError(f"Which ticket? Write {asker.name} {usage}, or mention me in the ticket's thread.")
        return ticket

    def _wanted(self, name: str, asker: Asker) -> str:
        """Find a ticket by its key or id."""
        ticket = self._desk.ticket_of_key(name)
        if ticket is None and self._desk.status(name):
            ticket = name
        if ticket is None:
            raise InputError(f"I know no ticket {name[:60]!r}. {asker.name} triage {name[:60]} takes one in.")
        return ticket

    def implied(self, asker: Asker) -> str | None:
        """Find the ticket of the thread in which the person asks."""
        return self._desk.ticket_at(Address(SOURCE, asker.channel, asker.thread)) if asker.thread else None


def _thread(asker: Asker) -> str:
    """Give the thread to answer in: the one asked in, or the one that a mention begins; none for a slash command."""
    return asker.thread or asker.stamp


def _status_line(status: TicketStatus) -> str:
    said = [
        f"*{line(reference(status.key, status.ticket), 80)}*",
        line(status.state, 20),
        line(status.headline or status.summary, 150),
    ]
    if status.runbook:
        said.append(code(status.runbook, 80))
    return " · ".join(said)


def _calls(calls: Sequence[ApiCall]) -> list[str]:
    if not calls:
        return ["none"]
    lines = [
        f"{line(call.system, 20)} {code(call.operation, 150)} {_when(call)}".rstrip() for call in calls[:CALLS_SHOWN]
    ]
    return lines + ([f"… and {len(calls) - CALLS_SHOWN} more"] if len(calls) > CALLS_SHOWN else [])


def _when(call: ApiCall) -> str:
    return "" if call.outcome in ("ok", "planned") else f"({line(call.outcome, 40)})"


def _described(runbook: Runbook, name: str) -> tuple[str, tuple[str, ...]]:
    needs = [f"• {code(one.name, 60)} {_kind(one)} {line(one.description, 150)}" for one in runbook.parameters]
    takes = [f"{number}. {line(step.why, 200)}" for number, step in enumerate(runbook.steps, 1)]
    usage = " ".join([f"{name} run {runbook.id}", *(f"{one.name}=…" for one in runbook.parameters if one.required)])
    return f"{runbook.title} ({runbook.id})", (
        line(runbook.purpose, 500),
        f"Owner {line(runbook.owner, 60)}, reviewed {runbook.reviewed.isoformat()}",
        *(["*Parameters*", *needs] if needs else []),
        "*Steps*",
        *takes,
        code(usage),
    )


def _kind(parameter: Parameter) -> str:
    required = "required" if parameter.required and parameter.default is None else "optional"
    return f"({parameter.type.replace('_', ' ')}, {required})"
