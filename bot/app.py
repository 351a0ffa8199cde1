"""The composition root: parts in, the wired bot out. Here a class meets the port that it fulfils."""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from bot.model.delivery import Delivery
from bot.model.report import Card
from bot.parts import Parts, destinations, now

if TYPE_CHECKING:
    from bot.engine.workload import DeskTools, Workload
    from bot.integrations.slack.source import SlackApp
    from bot.pipeline.flow import Desk
    from bot.pipeline.routing import Places
    from bot.scheduling import Job


class Application:
    """The bot: sources, engine, destinations, and what listens. `front` listens, `worker` works the queues."""

    def __init__(self, parts: Parts, *, front: bool = True, worker: bool = True) -> None:
        """Build everything; nothing is started. Raises SettingsError and CatalogueError for what cannot work."""
        from bot.engine.durable import DurableEngine
        from bot.engine.frontdesk import EngineFrontDesk
        from bot.pipeline.progressing import LiveCards
        from bot.scheduling import Scheduler
        from bot.serving import Server, build
        from bot.store.stores import Stores

        self.parts, self.settings = parts, parts.settings
        self._front, self._worker = front, worker
        self.stores = Stores.open(self.settings.engine)
        self.engine = DurableEngine(self.settings.engine, self.stores)
        self.destinations = destinations(parts)
        self.live_cards = LiveCards(self._deliveries, self.stores.outbox, self.destinations)
        self.front_desk = EngineFrontDesk(self.engine, self.stores, self._tools())
        self.jobs = self._jobs()
        self.scheduler = Scheduler(self.engine, self.jobs)
        self.slack = self._slack() if front else None
        self.server = Server(self.settings.serving, build(self._routes(), self._lacking))
        self._lack = "the engine has not started"

    def start(self) -> None:
        """Take up what was under way, then listen. Raises SettingsError or Unavailable when the database is away."""
        self.engine.launch(self._workload(), works=self._worker)
        self.live_cards.start()
        if self._worker:
            self.scheduler.start()
        if self.slack is not None:
            self.slack.start()
        self.server.start()
        self._lack = ""

    def stop(self) -> None:
        """Stop listening first, then working; what is under way is resumed at the next start."""
        self._lack = "stopping"
        if self.slack is not None:
            self.slack.stop()
        if self._worker:
            self.scheduler.stop()
        self.server.stop()
        self.live_cards.stop()
        self.engine.close()
        self.stores.close()

    def summary(self) -> str:
        """Say in one line what runs."""
        settings = self.settings
        reached = [name for name in ("slack", "jira", "webhook") if name in self.destinations]
        kept = "PostgreSQL" if settings.engine.database_url else f"SQLite in {settings.engine.state_dir}"
        return (
            f"{len(self.parts.catalogue)} runbooks; {' and '.join(reached) or 'neither Slack nor Jira'}; {kept}; "
            f"health at http://{settings.serving.host}:{self.server.port}/readyz. Ctrl-C ends."
        )

    def _lacking(self) -> str:
        return self._lack

    def _deliveries(self, card: Card) -> tuple[Delivery, ...]:
        from bot.pipeline.addressing import deliveries

        return deliveries(card, self._places)

    @cached_property
    def _places(self) -> Places:
        from bot.pipeline.routing import Places

        settings = self.settings
        return Places(settings.slack.ticket_channel, settings.jira.labels, frozenset(self.destinations))

    @cached_property
    def _chain(self) -> Desk:
        from bot.pipeline.flow import Desk

        return Desk(
            matcher=self.parts.entry_matcher(),
            runbooks=self.parts.catalogue.runbooks,
            probes=self.parts.probes,
            routing=self.parts.routing,
            places=self._places,
            records=self.stores.records,
            clock=now,
            dispatch=self.engine.dispatch,
            progress=self.live_cards.show,
            run_deadline_s=self.settings.engine.run_deadline_s,
            probes_at_once=self.settings.engine.probes_at_once,
        )

    def _workload(self) -> Workload:
        from bot.engine.workload import Workload
        from bot.pipeline import delivering, flow
        from bot.scheduling import by_name

        outbox, reached, chain = self.stores.outbox, self.destinations, self._chain
        return Workload(
            triage=lambda ticket, step: flow.triage(ticket, chain, step),
            attempt=lambda key, last: delivering.attempt(key, outbox, reached, last=last),
            jobs=by_name(self.jobs, self.stores.database.lock),
        )

    def _tools(self) -> DeskTools:
        from bot.engine.workload import DeskTools
        from bot.pipeline.escalating import hand_over
        from bot.pipeline.receiving import receive

        routing, matcher = self.parts.routing, self.parts.matcher(connected=False)
        return DeskTools(
            receive=lambda raw: receive(raw, now),
            runbooks=self.parts.catalogue.runbooks,
            rank=matcher.rank_words,
            plan=self.parts.dry_run,
            deliveries=self._deliveries,
            hand_over=lambda ticket, report, runbook, reason: hand_over(
                ticket, report, runbook, routing, now, reason=reason
            ),
        )

    def _jobs(self) -> list[Job]:
        from bot.engine.sweeping import Sweeper
        from bot.scheduling import PRUNE_EVERY, SWEEP_EVERY, Job, poll_job

        keep = timedelta(days=self.settings.engine.keep_history_days)
        sweeper = Sweeper(self.engine, self.stores, self._deliveries, keep)
        jobs = [Job("sweep", SWEEP_EVERY, sweeper.sweep), Job("prune", PRUNE_EVERY, sweeper.prune)]
        if self.parts.jira_source is not None:
            every = timedelta(seconds=self.settings.jira.poll_every_s)
            jobs.append(poll_job(self.parts.jira_source, every, self.front_desk.submit, self.stores.journal))
        return jobs

    def _slack(self) -> SlackApp | None:
        from bot.integrations.slack.source import SlackApp

        if self.settings.slack.bot_token is None:
            return None
        return SlackApp(self.settings.slack, self.front_desk, self.parts.find_ticket)

    def _routes(self) -> list[Any]:
        from starlette.routing import Mount

        from bot.integrations.jira.webhook import webhook_routes

        routes: list[Any] = []
        if self._front and self.parts.jira_source is not None:
            routes += webhook_routes(self.settings.jira, self.parts.jira_source, self.front_desk)
        if self.slack is not None and self.settings.slack.mode == "http":
            routes.append(Mount("/slack", self.slack.asgi()))
        return routes
