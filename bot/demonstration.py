"""The demo's stage: sandbox servers with incidents in them, and the real bot between. The command shows it."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import yaml

from bot.app import Application
from bot.catalogue.cases import Case, load_cases
from bot.engine import history
from bot.parts import Parts
from bot.sandbox.aws import AwsSandbox
from bot.sandbox.jira import JiraSandbox
from bot.sandbox.kubernetes import KubernetesSandbox
from bot.sandbox.network import NetworkSandbox
from bot.sandbox.slack import APP_TOKEN, BOT_TOKEN, SlackSandbox
from bot.settings import load_settings

if TYPE_CHECKING:
    from bot.model.report import Report
    from bot.settings import Settings

TRIAGE, TICKETS, ON_CALL = "C0TRIAGE", "C0GENERAL", "C0ONCALL"
REPORTERS = ("U0ADA", "U0GRACE")
CHAT, JIRA = "chat", "jira"
# Cases of the catalogue that can stand side by side in one cluster and one account, and how each arrives.
INCIDENTS = (
    ("kubernetes/image-pull/tag-not-found", CHAT),
    ("kubernetes/pod-crashloop/environment-variable-missing", JIRA),
    ("kubernetes/service-unreachable/selector-matches-nothing", CHAT),
    ("kubernetes/workload-unavailable/storage-class-missing", CHAT),
    ("aws/rds-connectivity/security-group-blocks", JIRA),
    ("network/tls-certificate/expired", CHAT),
)


@dataclass(frozen=True, slots=True)
class Incident:
    """A case and the way it arrives."""

    case: Case
    via: str


class Demonstration:
    """A context manager: everything is up within it, and gone after it."""

    def __init__(self) -> None:
        """Choose the incidents. Raises CatalogueError when the catalogue lacks one."""
        base = Parts(load_settings(environment={}))
        by_id = {case.id: case for case in load_cases(base.catalogue.root)}
        self.incidents = [Incident(by_id[case], via) for case, via in INCIDENTS]
        self._open = ExitStack()
        self._kubernetes, self._aws, self._network = KubernetesSandbox(), AwsSandbox(), NetworkSandbox()
        self._slack, self._jira = SlackSandbox(), JiraSandbox()
        self._keys: dict[str, str] = {}

    def __enter__(self) -> Self:
        """Start the servers, then the bot, and wait until it listens."""
        folder = Path(self._open.enter_context(tempfile.TemporaryDirectory(prefix="secondline-demo-")))
        for server in (self._kubernetes, self._aws, self._slack, self._jira):
            server.start()
            self._open.callback(server.stop)
        self._open.callback(self._jira.webhooks.close)
        self._load()
        parts = Parts(self._settings(folder), self._aws.environment())
        self._application = Application(parts)
        self._application.start()
        self._open.callback(self._application.stop)
        self._slack.connected(15)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the bot, then the servers."""
        self._open.close()

    def _load(self) -> None:
        cases = [incident.case for incident in self.incidents]
        objects = {_name(one): one for case in cases for one in case.kubernetes.objects}
        logs = {key: text for case in cases for key, text in case.kubernetes.logs.items()}
        self._kubernetes.load(list(objects.values()), logs)
        self._aws.load([answer for case in cases for answer in case.aws])
        self._network.load([host for case in cases for host in case.network])
        self._open.callback(self._network.stop)

    def _settings(self, folder: Path) -> Settings:
        routing = folder / "routing.yaml"
        routing.write_text(
            yaml.safe_dump({"default_team": "platform", "teams": {"platform": {"slack_channel": ON_CALL}}}), "utf-8"
        )
        overrides: Mapping[str, Mapping[str, Any]] = {
            "slack": {
                "bot_token": BOT_TOKEN,
                "app_token": APP_TOKEN,
                "api_url": self._slack.api_url,
                "triage_channels": (TRIAGE,),
                "ticket_channel": TICKETS,
            },
            "jira": {"url": self._jira.url, "token": self._jira.token, "poll_every_s": 5},
            "kubernetes": {"kubeconfig": str(self._kubernetes.kubeconfig(folder / "kubeconfig"))},
            "network": self._network.settings(),
            "engine": {"state_dir": folder / "state"},
            "catalogue": {"routing": routing},
            "serving": {"port": 0},
        }
        return load_settings(environment={}, overrides=overrides)

    def play(self, pause_s: float, within_s: float) -> bool:
        """Let every incident arrive, and say whether each was answered within so many seconds."""
        for number, incident in enumerate(self.incidents):
            case, reporter = incident.case, REPORTERS[number % len(REPORTERS)]
            if incident.via == CHAT:
                stamp = self._slack.say(TRIAGE, reporter, f"{case.summary}\n{case.body}".strip())
                self._keys[case.id] = f"{TRIAGE}/{stamp}"
            else:
                self._keys[case.id] = self._jira.create(case.summary, case.body)
            time.sleep(pause_s)
        return self.settle(within_s)

    def settle(self, within_s: float) -> bool:
        """Wait until everything that arrived is answered and posted; False when it is not in time."""
        until = time.monotonic() + within_s
        while time.monotonic() < until:
            if all(self.verdict(incident) for incident in self.incidents) and history.idle():
                return True
            time.sleep(0.1)
        return False

    def report(self, incident: Incident) -> Report | None:
        """Give the report of an incident, or None while there is none."""
        desk = self._application.front_desk
        ticket = desk.ticket_of_key(self._keys.get(incident.case.id, ""))
        return desk.report_of(ticket) if ticket else None

    def verdict(self, incident: Incident) -> str:
        """Give the headline of an incident's report, empty while there is none."""
        report = self.report(incident)
        return report.headline if report is not None and report.root_causes else ""

    def type(self, line: str) -> None:
        """Do what a person typed: `/l2 …` is the command, anything else a message in the triage channel."""
        if line.startswith("/l2"):
            self._slack.command(line.removeprefix("/l2").strip(), TRIAGE)
        else:
            self._slack.say(TRIAGE, REPORTERS[0], line)

    def news(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Give what can be shown: a key that changes with the content, a title, and the message."""
        for channel in (TRIAGE, TICKETS, ON_CALL):
            for root in self._slack.messages(channel):
                for message in self._slack.thread(channel, root["ts"]):
                    if _settled(message):
                        shown = str(message.get("blocks") or message.get("text"))
                        yield f"{message['ts']}:{shown}", _title(channel, message), message
        for number, answer in enumerate(self._slack.ephemerals()):
            yield f"ephemeral:{number}", "secondline (only you see this)", dict(answer)
        for incident in self.incidents:
            key = self._keys.get(incident.case.id, "")
            if incident.via == JIRA and key:
                said = f"{incident.case.summary}\n{incident.case.body}"
                yield f"jira:{key}", f"Jira: {key} was created", {"text": said}
                for comment in self._jira.comments(key):
                    yield f"jira:{key}:{comment.id}", f"Jira: note on {key} (internal)", {"text": comment.body}


def _name(one: Mapping[str, Any]) -> tuple[str, str, str]:
    metadata = one.get("metadata", {})
    return str(one.get("kind")), str(metadata.get("namespace", "")), str(metadata.get("name"))


def _title(channel: str, message: Mapping[str, Any]) -> str:
    where = {TRIAGE: "#triage", TICKETS: "#general", ON_CALL: "#on-call"}[channel]
    who = "secondline" if message.get("bot_id") else f"@{str(message.get('user', '')).removeprefix('U0').lower()}"
    return f"{who} in {where}" + (" (thread)" if message.get("thread_ts") else "")


def _settled(message: Mapping[str, Any]) -> bool:
    """People's words at once; a card when it is final, for it is edited as it goes."""
    payload = (message.get("metadata") or {}).get("event_payload") or {}
    return not message.get("bot_id") or payload.get("stage", "reported") in ("reported", "cancelled", "failed")
