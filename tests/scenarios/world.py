"""The whole bot between local servers, for scenarios: what arrives, and what must come of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self, TypeVar

import yaml

from bot.app import Application
from bot.catalogue.cases import Case, load_cases
from bot.engine import history
from bot.parts import Parts
from bot.sandbox.jira import JiraSandbox
from bot.sandbox.kubernetes import KubernetesSandbox
from bot.sandbox.slack import APP_TOKEN, BOT_TOKEN, SlackSandbox
from bot.settings import load_settings

T = TypeVar("T")

TRIAGE, TICKETS, ON_CALL = "C0TRIAGE", "C0GENERAL", "C0ONCALL"
SECRET = "webhook-secret"
BASE = Parts(load_settings(environment={}))


def the_case(case: str) -> Case:
    (found,) = load_cases(BASE.catalogue.root, [case])
    return found


class World:
    """Servers that outlive the bot, and a bot that can be stopped and started again."""

    def __init__(self, folder: Path, **settings: Mapping[str, Any]) -> None:
        self.folder, self.more = folder, settings
        self.slack, self.jira, self.cluster = SlackSandbox(), JiraSandbox(), KubernetesSandbox()
        self.bot: Application | None = None

    def __enter__(self) -> Self:
        for server in (self.slack, self.jira, self.cluster):
            server.start()
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        for server in (self.slack, self.jira, self.cluster):
            server.stop()
        self.jira.close()

    def start(self) -> None:
        parts = Parts(load_settings(environment={}, overrides=self._settings()))
        parts.__dict__["catalogue"] = BASE.catalogue
        self.bot = Application(parts)
        self.bot.start()

    def stop(self) -> None:
        if self.bot is not None:
            self.bot.stop()
            self.bot = None

    def show(self, case: Case) -> None:
        self.cluster.load(case.kubernetes.objects, case.kubernetes.logs, case.kubernetes.faults)

    def wait(self, predicate: Callable[[], T], timeout: float = 30.0) -> T:
        """Wait until `predicate` gives something true, wherever it looks, and give that."""
        until = time.monotonic() + timeout
        while not (outcome := predicate()):
            assert time.monotonic() < until, f"nothing came in {timeout} s"
            time.sleep(0.05)
        return outcome

    def quiet(self) -> None:
        """Wait until nothing waits or runs any more: all that will be posted has been posted."""
        self.wait(history.idle)

    def cards(self, stage: str = "reported", purpose: str = "card") -> list[Mapping[str, Any]]:
        """Every message of the bot with that purpose whose card has come to that stage."""
        roots = [(channel, root) for channel in (TRIAGE, TICKETS, ON_CALL) for root in self.slack.messages(channel)]
        messages = [one for channel, root in roots for one in self.slack.thread(channel, root["ts"])]
        found = [(one, (one.get("metadata") or {}).get("event_payload") or {}) for one in messages]
        return [one for one, payload in found if payload.get("stage") == stage and payload.get("purpose") == purpose]

    def _settings(self) -> dict[str, Mapping[str, Any]]:
        routing = self.folder / "routing.yaml"
        routing.write_text(
            yaml.safe_dump({"default_team": "platform", "teams": {"platform": {"slack_channel": ON_CALL}}})
        )
        settings: dict[str, Mapping[str, Any]] = {
            "slack": {
                "bot_token": BOT_TOKEN, "app_token": APP_TOKEN, "api_url": self.slack.api_url,
                "triage_channels": (TRIAGE,), "ticket_channel": TICKETS,
            },
            "jira": {"url": self.jira.url, "token": self.jira.token, "poll_every_s": 5, "webhook_secret": SECRET},
            "kubernetes": {"kubeconfig": str(self.cluster.kubeconfig(self.folder / "kubeconfig"))},
            "engine": {"state_dir": self.folder / "state", "executor_id": "one"},
            "catalogue": {"routing": routing},
            "serving": {"port": 0},
        }  # fmt: skip
        return {group: {**settings.get(group, {}), **self.more.get(group, {})} for group in {**settings, **self.more}}
