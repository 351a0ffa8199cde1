"""Grouped settings: built-in defaults, then YAML, then the environment, then `*_FILE` secrets.

Every value can be set as `SECONDLINE_<GROUP>__<NAME>`; names that a vendor's own tools use (`SLACK_BOT_TOKEN`,
`JIRA_URL`, `KUBECONFIG`, `AWS_ENDPOINT_URL`) work too. `SECONDLINE_<GROUP>__<NAME>_FILE` reads the value from a file.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from bot.model.errors import SettingsError

PREFIX = "SECONDLINE_"
SEPARATOR = "__"
FILE_SUFFIX = "_FILE"
DEFAULT_FILE = Path("config/secondline.yaml")

VENDOR_NAMES = {
    "SLACK_BOT_TOKEN": ("slack", "bot_token"),
    "SLACK_APP_TOKEN": ("slack", "app_token"),
    "SLACK_SIGNING_SECRET": ("slack", "signing_secret"),
    "SLACK_API_URL": ("slack", "api_url"),
    "JIRA_URL": ("jira", "url"),
    "JIRA_USER": ("jira", "user"),
    "JIRA_TOKEN": ("jira", "token"),
    "JIRA_WEBHOOK_SECRET": ("jira", "webhook_secret"),
    "DATABASE_URL": ("engine", "database_url"),
}


class Group(BaseModel):
    """A group of settings: unknown keys are errors, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SlackSettings(Group):
    """The Slack workspace."""

    bot_token: SecretStr | None = Field(None, description="Bot token, xoxb-...; without it Slack is off")
    app_token: SecretStr | None = Field(None, description="App token, xapp-..., for Socket Mode")
    signing_secret: SecretStr | None = Field(None, description="For HTTP mode: verifies that requests are Slack's")
    mode: str = Field("socket", pattern="^(socket|http)$", description="socket (no inbound traffic) or http")
    api_url: str = Field("https://slack.com/api/", description="Base URL of the Web API; Socket Mode asks it too")
    command: str = Field("/l2", description="The slash command")
    triage_channels: tuple[str, ...] = Field((), description="Channel ids whose messages are triaged by themselves")
    ticket_channel: str = Field("", description="Channel id where the threads of Jira tickets appear; none when empty")
    timeout_s: float = Field(10, description="Seconds before a call to Slack is given up")


class JiraSettings(Group):
    """The Jira site."""

    url: str = Field("", description="Base URL; without it Jira is off")
    user: str = Field("", description="E-mail address of the account (Cloud); empty for Data Center with a token")
    token: SecretStr | None = Field(None, description="API token (Cloud) or personal access token (Data Center)")
    webhook_secret: SecretStr | None = Field(None, description="Secret of the signed webhook; no webhook without it")
    jql: str = Field("statusCategory != Done", description="Which tickets to triage, without ORDER BY and dates")
    poll_every_s: int = Field(60, ge=5, description="Seconds between two polls")
    overlap_s: int = Field(300, ge=60, description="How far each poll looks back behind its cursor")
    max_pages: int = Field(20, ge=1, description="Pages of 50 tickets that one poll reads at the most")
    timeout_s: float = Field(15, description="Seconds before a call to Jira is given up")
    labels: bool = Field(True, description="Whether to label tickets (l2bot-triaged, l2bot-matched, ...)")


class KubernetesSettings(Group):
    """The clusters. Credentials are kubeconfig's or the pod's own service account."""

    context: str = Field("", description="kubeconfig context; the current one when empty")
    kubeconfig: str = Field("", description="Path of the kubeconfig; KUBECONFIG or the pod's own when empty")
    timeout_s: float = Field(10, description="Seconds before one API request is given up")
    page_size: int = Field(500, ge=1, le=5000, description="Objects a page")
    max_objects: int = Field(5000, ge=1, description="Objects of one kind that one run reads at the most")
    log_lines: int = Field(200, ge=1, description="Lines of a container's log that are read")
    read_secret_names: bool = Field(False, description="Whether Secrets may be listed (names only, never values)")


class AwsSettings(Group):
    """The account. Credentials are the SDK's own chain."""

    region: str = Field("", description="Region when neither the ticket nor the environment names one")
    timeout_s: float = Field(10, description="Seconds before one API request is given up")
    retries: int = Field(3, ge=0, description="Adaptive retries of a throttled call")


class NetworkSettings(Group):
    """What the network probes may reach."""

    allow: tuple[str, ...] = Field((), description="Host names that may be probed, *.example.com for all below one")
    allow_private: bool = Field(False, description="Whether private addresses may be connected to")
    resolver: str = Field("", description="address:port of the DNS server; the system's when empty")
    connect_to: Mapping[str, str] = Field(
        default_factory=dict, description="host:port to address:port, as curl's --connect-to, for split horizons"
    )
    ca_file: str = Field("", description="PEM file of further certificate authorities to trust: the company's own")
    timeout_s: float = Field(5, description="Seconds before one connection is given up")


class EngineSettings(Group):
    """Durable execution and storage."""

    state_dir: Path = Field(Path("state"), description="Folder of the SQLite files")
    database_url: SecretStr | None = Field(None, description="postgresql://... ; SQLite in state_dir without it")
    executor_id: str = Field(
        "", description="Name of this replica: unique among replicas, kept over restarts. Host name when empty"
    )
    workers: int = Field(8, ge=1, description="Tickets triaged at the same time on one replica")
    probes_at_once: int = Field(8, ge=1, description="Probes of one run at the same time")
    run_deadline_s: float = Field(60, description="Seconds after which a run stops and says what was not checked")
    lease_s: float = Field(30, description="Seconds without heartbeat after which a replica counts as dead")
    keep_history_days: int = Field(30, ge=1, description="Days that finished workflows are kept")
    give_up_delivery_after_s: float = Field(86400, description="Seconds before an undeliverable message is given up")


class CatalogueSettings(Group):
    """Where the runbooks are."""

    path: Path | None = Field(None, description="Folder of runbooks; ./runbooks, else those in the package")
    routing: Path | None = Field(None, description="routing.yaml; ./config/routing.yaml, else the package's")


class MatchingSettings(Group):
    """When to run, when to ask, when to keep still."""

    run_at: float = Field(0.6, ge=0, le=1, description="Confidence from which a runbook is run without asking")
    ask_at: float = Field(0.3, ge=0, le=1, description="Confidence from which candidates are offered")
    entry: str = Field(
        "kubernetes/workload-unavailable",
        description="Runbook for a ticket that fits none but names a workload that exists; empty for none",
    )
    margin: float = Field(0.1, ge=0, le=1, description="Lead over the runner-up below which we ask")


class Webhook(Group):
    """A URL that pages a team."""

    url: SecretStr = Field(description="Where the hand-over is posted as JSON")
    secret: SecretStr | None = Field(None, description="Signs the body (HMAC-SHA256) when set")


class EscalationSettings(Group):
    """Ways to reach a team that is not in chat."""

    webhooks: Mapping[str, Webhook] = Field(
        default_factory=dict, description="By the name that config/routing.yaml uses: {url: ..., secret: ...}"
    )
    timeout_s: float = Field(10, description="Seconds before a webhook is given up")


class ServingSettings(Group):
    """The HTTP side: health, metrics, webhooks."""

    host: str = Field("127.0.0.1", description="Address to listen on")
    port: int = Field(8080, ge=0, le=65535, description="Port to listen on, 0 for a free one")


class Settings(Group):
    """All settings."""

    slack: SlackSettings = SlackSettings()
    jira: JiraSettings = JiraSettings()
    kubernetes: KubernetesSettings = KubernetesSettings()
    aws: AwsSettings = AwsSettings()
    network: NetworkSettings = NetworkSettings()
    engine: EngineSettings = EngineSettings()
    catalogue: CatalogueSettings = CatalogueSettings()
    matching: MatchingSettings = MatchingSettings()
    escalation: EscalationSettings = EscalationSettings()
    serving: ServingSettings = ServingSettings()


def load_settings(
    file: Path | None = None,
    environment: Mapping[str, str] | None = None,
    overrides: Mapping[str, Mapping[str, Any]] | None = None,
) -> Settings:
    """Read the settings: `file` (default config/secondline.yaml when there), environment, `*_FILE`, `overrides`.

    Raises SettingsError that names the key and where it was set.
    """
    environment = os.environ if environment is None else environment
    merged: dict[str, dict[str, Any]] = {}
    chosen = file or Path(environment.get(f"{PREFIX}CONFIG", DEFAULT_FILE))
    if file or f"{PREFIX}CONFIG" in environment or chosen.exists():
        _merge(merged, _from_yaml(chosen))
    _merge(merged, _from_environment(environment))
    _merge(merged, overrides or {})
    try:
        return Settings.model_validate(merged)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise SettingsError(f"setting {key}: {first['msg']} (see docs/settings.md)") from error


def _merge(into: dict[str, dict[str, Any]], new: Mapping[str, Mapping[str, Any]]) -> None:
    for group, values in new.items():
        into.setdefault(group, {}).update(values)


def _from_yaml(file: Path) -> Mapping[str, Mapping[str, Any]]:
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
    except OSError as error:
        raise SettingsError(f"cannot read {file}: {error.strerror}") from error
    except yaml.YAMLError as error:
        where = getattr(error, "problem_mark", None)
        line = f":{where.line + 1}" if where else ""
        raise SettingsError(f"{file}{line}: not valid YAML") from error
    if not isinstance(content, dict) or not all(isinstance(group, dict) for group in content.values()):
        raise SettingsError(f"{file}: expected groups of settings, such as 'slack:' with indented keys below")
    return content


def _from_environment(environment: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for name, (group, key) in VENDOR_NAMES.items():
        value = _value(environment, name)
        if value is not None:
            found.setdefault(group, {})[key] = value
    for name in environment:
        plain = name.removesuffix(FILE_SUFFIX)
        if not name.startswith(PREFIX) or SEPARATOR not in name:
            continue
        group, _, key = plain.removeprefix(PREFIX).lower().partition(SEPARATOR)
        value = _value(environment, plain)
        if value is not None:
            found.setdefault(group, {})[key] = _typed(value)
    return found


def _value(environment: Mapping[str, str], name: str) -> str | None:
    if environment.get(name):
        return environment[name]
    file = environment.get(name + FILE_SUFFIX)
    if not file:
        return None
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SettingsError(f"{name}{FILE_SUFFIX}: cannot read {file}: {error.strerror}") from error


def _typed(value: str) -> Any:
    """Lists and mappings are written as YAML flow (`[C01, C02]`); all else stays text for pydantic to parse."""
    return yaml.safe_load(value) if value[:1] in "[{" else value
