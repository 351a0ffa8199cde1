from datetime import UTC

import pytest
from pydantic import SecretStr

from bot.model.errors import CatalogueError, InputError
from bot.parts import PACKAGE, Parts, destinations, now, probe_specs, secret_text
from bot.pipeline.entering import EntryMatcher
from bot.pipeline.matching import CatalogueMatcher
from bot.sandbox.jira import JiraSandbox
from bot.settings import load_settings
from tests.builders import a_ticket


def parts(**groups) -> Parts:
    return Parts(load_settings(environment={}, overrides=groups))


@pytest.fixture(autouse=True)
def here(monkeypatch):
    monkeypatch.chdir(PACKAGE.parent)


def test_destinations_are_those_that_the_settings_switch_on():
    assert destinations(parts()) == {}
    all_of_them = parts(
        slack={"bot_token": "xoxb-1", "app_token": "xapp-1"},
        jira={"url": "http://127.0.0.1:1", "token": "x"},
        escalation={"webhooks": {"pager": {"url": "http://127.0.0.1:1"}}},
    )
    found = destinations(all_of_them)
    assert {name: one.name for name, one in found.items()} == {"slack": "slack", "jira": "jira", "webhook": "webhook"}


def test_a_ticket_is_fetched_by_its_key_or_the_reason_is_said():
    jira = JiraSandbox()
    jira.start()
    try:
        found = parts(jira={"url": jira.url, "token": jira.token})
        key = jira.create("checkout is down", "since noon")
        assert found.fetch(key).summary == "checkout is down"
        assert found.find_ticket("OPS-999") is None
        with pytest.raises(InputError, match="OPS-999 does not exist"):
            found.fetch("OPS-999")
    finally:
        jira.close()
    with pytest.raises(InputError, match="set JIRA_URL and JIRA_TOKEN"):
        parts().fetch("OPS-1")


def test_a_dry_run_needs_no_cluster_and_refuses_what_is_wrong(tmp_path):
    away = parts(kubernetes={"kubeconfig": str(tmp_path / "nowhere")})
    calls = away.dry_run("kubernetes/image-pull", {"namespace": "shop"})
    assert any(call.operation.startswith("GET /api/v1/namespaces/shop/pods") for call in calls)
    with pytest.raises(InputError, match="kubernetes/image-pull"):
        away.dry_run("kubernetes/image-pul", {})
    with pytest.raises(InputError, match="not a namespace"):
        away.dry_run("kubernetes/image-pull", {"namespace": "Not/Valid"})


def test_tickets_enter_by_the_workload_unless_that_is_switched_off():
    assert isinstance(parts().entry_matcher(), EntryMatcher)
    assert isinstance(parts(matching={"entry": ""}).entry_matcher(), CatalogueMatcher)


def test_thresholds_are_those_of_the_settings():
    ticket = a_ticket("deployment checkout in namespace shop is in ImagePullBackOff")
    assert parts().matcher(connected=False)(ticket).decision == "run"
    strict = parts(matching={"run_at": 1.0})
    assert strict.matcher(connected=False)(ticket).decision == "ask"


def test_routing_is_found_by_the_settings_or_beside_the_package(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert parts().routing.default_team == "platform"
    with pytest.raises(CatalogueError, match=r"other\.yaml: cannot be read"):
        _ = parts(catalogue={"routing": tmp_path / "other.yaml"}).routing


def test_every_probe_is_known_by_its_name_and_belongs_to_a_view():
    specs = probe_specs()
    assert {spec.system for spec in specs.values()} == {"kubernetes", "aws", "network"}
    assert set(parts().probes.specs()) == set(specs)


def test_small_things():
    assert (secret_text(None), secret_text(SecretStr("x"))) == ("", "x")
    assert now().tzinfo is UTC
