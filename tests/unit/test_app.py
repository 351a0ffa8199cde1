import time

import httpx
import pytest

from bot.app import Application
from bot.model.errors import SettingsError
from bot.parts import Parts
from bot.pipeline.single import message
from bot.sandbox.jira import JiraSandbox
from bot.sandbox.kubernetes import KubernetesSandbox
from bot.settings import load_settings
from tests.scenarios.world import BASE, the_case

CRASH = "kubernetes/pod-crashloop/environment-variable-missing"


def application(folder, **more) -> Application:
    groups = {
        "engine": {"state_dir": folder / "state"},
        "serving": {"port": 0},
        "catalogue": {"path": BASE.catalogue.root},
    }
    how = {name: more.pop(name) for name in ("front", "worker") if name in more}
    return Application(Parts(load_settings(environment={}, overrides={**groups, **more})), **how)


def get(bot: Application, path: str) -> httpx.Response:
    return httpx.get(f"http://127.0.0.1:{bot.server.port}{path}")


def test_a_bot_without_slack_and_jira_says_so_is_ready_and_triages_what_it_is_given(tmp_path):
    cluster = KubernetesSandbox()
    case = the_case(CRASH)
    cluster.load(case.kubernetes.objects, case.kubernetes.logs)
    cluster.start()
    bot = application(tmp_path, kubernetes={"kubeconfig": str(cluster.kubeconfig(tmp_path / "kubeconfig"))})
    bot.start()
    try:
        assert "neither Slack nor Jira; SQLite in" in bot.summary()
        assert (get(bot, "/livez").text, get(bot, "/readyz").status_code) == ("ok\n", 200)
        assert get(bot, "/webhooks/jira").status_code == 404
        submitted = bot.front_desk.submit(message(f"{case.summary}\n{case.body}"))
        assert bot.front_desk.submit(message(f"{case.summary}\n{case.body}")).fresh is False
        until = time.monotonic() + 20
        while (report := bot.front_desk.report_of(submitted.ticket)) is None and time.monotonic() < until:
            time.sleep(0.05)
        assert [root.cause for root in report.root_causes] == ["env-missing"]
        assert [job.name for job in bot.jobs] == ["sweep", "prune"]
    finally:
        bot.stop()
        cluster.stop()


def test_jira_brings_its_poll_its_webhook_and_its_destination(tmp_path):
    jira = JiraSandbox()
    jira.start()
    bot = application(tmp_path, jira={"url": jira.url, "token": jira.token, "webhook_secret": "s"})
    bot.start()
    try:
        assert "poll-jira" in [job.name for job in bot.jobs]
        assert set(bot.destinations) == {"jira"}
        assert httpx.post(f"http://127.0.0.1:{bot.server.port}/webhooks/jira", json={}).status_code == 401
    finally:
        bot.stop()
        jira.close()


def test_it_is_not_ready_before_it_started_nor_while_it_stops(tmp_path):
    bot = application(tmp_path)
    assert bot._lacking() == "the engine has not started"
    bot.start()
    assert bot._lacking() == ""
    bot.stop()
    assert bot._lacking() == "stopping"


def test_a_worker_does_not_listen_to_slack(tmp_path):
    slack = {"bot_token": "xoxb-1", "app_token": "xapp-1"}
    bot = application(tmp_path, slack=slack, front=False)
    try:
        assert bot.slack is None
        assert set(bot.destinations) == {"slack"}
    finally:
        bot.stores.close()


def test_a_database_that_is_away_stops_it_before_anything_runs(tmp_path):
    with pytest.raises(SettingsError, match=r"engine\.database_url: the database cannot be opened"):
        application(tmp_path, engine={"database_url": "postgresql://kim@127.0.0.1:1/db"})
