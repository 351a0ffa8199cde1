"""What every way of running secondline needs, built when it is first used: settings in, parts out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from bot.model.errors import InputError
from bot.model.ports import Destination, Directory, Matcher
from bot.model.probe import ProbeSpec
from bot.model.report import Card
from bot.model.run import ApiCall
from bot.model.ticket import RawMessage
from bot.settings import Settings, load_settings

if TYPE_CHECKING:
    from pydantic import SecretStr

    from bot.catalogue.loader import Catalogue
    from bot.integrations.jira.client import JiraClient
    from bot.integrations.jira.source import JiraSource
    from bot.pipeline.matching import CatalogueMatcher
    from bot.pipeline.routing import Routing
    from bot.pipeline.single import Bench
    from bot.probes.session import AllProbes

PACKAGE = Path(__file__).parent


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
        candidates = (Path("config"), PACKAGE / "content" / "config", PACKAGE.parent / "config")
        beside = next((folder for folder in candidates if folder.is_dir()), candidates[0])
        return load_routing(chosen or beside / "routing.yaml")

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

    def entry_matcher(self) -> Matcher:
        """Build the matcher that also knows what exists, and enters by the workload when no runbook stands out."""
        from bot.pipeline.entering import EntryMatcher

        chosen = self.settings.matching
        matcher = self.matcher()
        if not chosen.entry:
            return matcher
        return EntryMatcher(matcher, self.catalogue.runbooks, self.directory, chosen.entry, chosen.run_at)

    def bench(self, progress: Callable[[Card], None] = lambda _card: None) -> Bench:
        """Build what triages a ticket at once, without engine, Slack or Jira."""
        from bot.pipeline.single import Bench

        return Bench(
            matcher=self.entry_matcher(),
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
        from bot.probes.session import without_repeats

        found = self.catalogue.get(runbook)
        checked = check_given(found, parameters)
        deadline = now() + timedelta(seconds=self.settings.engine.run_deadline_s)
        session = self.probes.session({}, deadline)
        try:
            planned = running.plan(running.Conditions(found, checked, self.probes.specs(), session, deadline, now))
            return without_repeats(planned)
        finally:
            session.close()


def probe_specs() -> Mapping[str, ProbeSpec]:
    """Give every probe by name."""
    from bot.probes.registry import discover

    return {name: found.spec for name, found in discover().items()}


def catalogue() -> Catalogue:
    """Load the catalogue by the settings in force."""
    return Parts(load_settings()).catalogue


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
