"""The composition root: settings in, wired parts out. The only place where a class meets its port."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.model.delivery import Delivery
from bot.model.errors import InputError
from bot.model.ports import Destination, Directory, ProbeSpec, Source
from bot.model.report import Card
from bot.model.run import ApiCall
from bot.model.ticket import RawMessage
from bot.settings import Settings, load_settings

if TYPE_CHECKING:
    from pydantic import SecretStr

    from bot.catalogue.loader import Catalogue
    from bot.engine.workload import DeskTools, Workload
    from bot.integrations.jira.client import JiraClient
    from bot.integrations.jira.source import JiraSource
    from bot.integrations.slack.source import SlackApp
    from bot.pipeline.flow import Desk
    from bot.pipeline.matching import CatalogueMatcher
    from bot.pipeline.routing import Places, Routing
    from bot.pipeline.single import Bench
    from bot.probes.session import AllProbes

PACKAGED = Path(__file__).parent / "content"


def now() -> datetime:
    """Give the present moment in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Parts:
    """What every way of running secondline needs, built when first used."""

    settings: Settings
    aws_environment: Mapping[str, str] | None = None
    """Endpoint, keys and region for AWS in place of the process's own environment."""

    @cached_property
    def catalogue(self) -> Catalogue:
        """The runbooks, loaded and checked. Raises CatalogueError."""
        from bot.catalogue.loader import default_root, load_catalogue

        return load_catalogue(default_root(self.settings.catalogue))

    @cached_property
    def routing(self) -> Routing:
        """Who takes what over. Raises CatalogueError."""
        from bot.pipeline.routing import load_routing

        chosen = self.settings.catalogue.routing
        own = Path("config/routing.yaml")
        return load_routing(chosen or (own if own.exists() else PACKAGED / "config" / "routing.yaml"))

    @cached_property
    def probes(self) -> AllProbes:
        """Every probe, with a way to open the view of each system."""
        from bot.probes.aws.view import open_view as open_aws
        from bot.probes.kubernetes.view import open_view as open_kubernetes
        from bot.probes.network.view import open_view as open_network
        from bot.probes.session import AllProbes

        return AllProbes(
            {
                "kubernetes": open_kubernetes(self.settings.kubernetes),
                "aws": open_aws(self.settings.aws, self.aws_environment),
                "network": open_network(self.settings.network),
            }
        )

    @cached_property
    def directory(self) -> Directory:
        """What knows the names that exist in the cluster."""
        from bot.probes.kubernetes.directory import KubernetesDirectory

        return KubernetesDirectory(self.settings.kubernetes)

    @cached_property
    def jira_client(self) -> JiraClient | None:
        """The Jira site, when one is set."""
        from bot.integrations.jira.client import JiraClient

        return JiraClient(self.settings.jira) if self.settings.jira.url else None

    @cached_property
    def jira_source(self) -> JiraSource | None:
        """Where tickets come from, when a Jira site is set."""
        from bot.integrations.jira.source import JiraSource

        return JiraSource(self.jira_client, self.settings.jira) if self.jira_client is not None else None

    def find_ticket(self, key: str) -> RawMessage | None:
        """Get a ticket by its key; None when there is no such ticket, or no Jira. Raises OutsideError."""
        return self.jira_source.fetch(key) if self.jira_source is not None else None

    def fetch(self, key: str) -> RawMessage:
        """Get a ticket by its key. Raises InputError when there is none, OutsideError when Jira cannot be asked."""
        if self.jira_source is None:
            raise InputError("no Jira is set: set JIRA_URL and JIRA_TOKEN (and JIRA_USER for Cloud)")
        found = self.find_ticket(key)
        if found is None:
            raise InputError(f"ticket {key} does not exist, or this account may not see it")
        return found

    def matcher(self, *, connected: bool = True) -> CatalogueMatcher:
        """Build the matcher; without a connection names are taken as they are written."""
        from bot.pipeline.matching import CatalogueMatcher, Thresholds

        chosen = self.settings.matching
        thresholds = Thresholds(chosen.run_at, chosen.ask_at, chosen.margin)
        return CatalogueMatcher(self.catalogue.runbooks, thresholds, self.directory if connected else None)

    def bench(self, progress: Callable[[Card], None] = lambda _card: None) -> Bench:
        """Build what triages a ticket at once, without engine, Slack or Jira."""
        from bot.pipeline.single import Bench

        return Bench(
            matcher=self.matcher(),
            runbooks=self.catalogue.runbooks,
            probes=self.probes,
            routing=self.routing,
            clock=now,
            run_deadline_s=self.settings.engine.run_deadline_s,
            probes_at_once=self.settings.engine.probes_at_once,
            progress=progress,
        )

    def dry_run(self, runbook: str, parameters: Mapping[str, str]) -> tuple[ApiCall, ...]:
        """List the exact calls of a run without making any. Raises InputError for a wrong name or value."""
        from datetime import timedelta

        from bot.pipeline import running
        from bot.pipeline.extracting import check_given

        found = self.catalogue.get(runbook)
        checked = check_given(found, parameters)
        deadline = now() + timedelta(seconds=self.settings.engine.run_deadline_s)
        session = self.probes.session({}, deadline)
        try:
            return running.plan(running.Conditions(found, checked, self.probes.specs(), session, deadline, now))
        finally:
            session.close()


def probe_specs() -> Mapping[str, ProbeSpec]:
    """Give every probe by name."""
    from bot.probes.registry import discover

    return {name: found.spec for name, found in discover().items()}


def catalogue() -> Catalogue:
    """Load the catalogue by the settings in force."""
    return Parts(load_settings()).catalogue


class Application:
    """The bot: sources, engine, destinations, and what listens. `front` listens, `worker` works the queues."""

    def __init__(self, parts: Parts, *, front: bool = True, worker: bool = True) -> None:
        """Build everything; nothing is started. Raises SettingsError and CatalogueError for what cannot work."""
        from bot.engine.durable import DurableEngine
        from bot.engine.frontdesk import EngineFrontDesk
        from bot.pipeline.announcing import Announcer
        from bot.scheduling import Scheduler, jobs_of
        from bot.serving import Server, build
        from bot.store.stores import Stores

        self.parts, self.settings = parts, parts.settings
        self._front, self._worker = front, worker
        self.stores = Stores.open(self.settings.engine)
        self.engine = DurableEngine(self.settings.engine, self.stores)
        self.destinations = destinations(parts)
        self.announcer = Announcer(self.stores.outbox, self.destinations, self._deliveries)
        self.front_desk = EngineFrontDesk(self.engine, self.stores, self._tools())
        self.jobs = jobs_of(self.engine, self.stores, self.front_desk, self._sources(), self.settings)
        self.scheduler = Scheduler(self.engine, self.stores, self.jobs)
        self.slack = self._slack() if front else None
        self.server = Server(self.settings.serving, build(self._routes(), self._lacking))
        self._lack = "the engine has not started"

    def start(self) -> None:
        """Take up what was under way, then listen. Raises SettingsError or Unavailable when the database is away."""
        self.engine.launch(self._workload(), works=self._worker)
        self.announcer.start()
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
        self.announcer.stop()
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
            matcher=self.parts.matcher(),
            runbooks=self.parts.catalogue.runbooks,
            probes=self.parts.probes,
            routing=self.parts.routing,
            places=self._places,
            records=self.stores.records,
            clock=now,
            dispatch=self.engine.dispatch,
            progress=self.announcer,
            run_deadline_s=self.settings.engine.run_deadline_s,
            probes_at_once=self.settings.engine.probes_at_once,
        )

    def _workload(self) -> Workload:
        from bot.engine.workload import Workload
        from bot.pipeline import delivering, flow

        outbox, reached, chain = self.stores.outbox, self.destinations, self._chain
        return Workload(
            triage=lambda ticket, step: flow.triage(ticket, chain, step),
            attempt=lambda key, last: delivering.attempt(key, outbox, reached, last=last),
            jobs=self.jobs,
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

    def _sources(self) -> list[Source]:
        return [self.parts.jira_source] if self.parts.jira_source is not None else []

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


def destinations(parts: Parts) -> dict[str, Destination]:
    """Give every destination that the settings switch on, by name."""
    from bot.integrations.jira.destination import JiraDestination
    from bot.integrations.slack.destination import SlackDestination
    from bot.integrations.webhook.destination import WebhookDestination
    from bot.integrations.webhook.escalation import WebhookTarget

    settings, found = parts.settings, dict[str, Destination]()
    if settings.slack.bot_token is not None:
        found["slack"] = SlackDestination(settings.slack)
    if parts.jira_client is not None:
        found["jira"] = JiraDestination(parts.jira_client)
    if settings.escalation.webhooks:
        targets = {
            name: WebhookTarget(
                name, one.url.get_secret_value(), secret_text(one.secret), settings.escalation.timeout_s
            )
            for name, one in settings.escalation.webhooks.items()
        }
        found["webhook"] = WebhookDestination(targets)
    return found


def secret_text(secret: SecretStr | None) -> str:
    """Give a secret's value, empty for none."""
    return secret.get_secret_value() if secret is not None else ""
