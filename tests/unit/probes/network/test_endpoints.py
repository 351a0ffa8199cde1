from __future__ import annotations

import pytest

from bot.model.finding import Status
from bot.probes.network.endpoints import target

HOST = "shop.example.com"
URL = f"https://{HOST}/"


def host(**http):
    return [{"host": HOST, "port": 443, "http": http}]


@pytest.mark.parametrize(
    ("http", "cause"),
    [
        ({"status": 500}, "http-server-error"),
        ({"status": 502}, "http-bad-gateway"),
        ({"status": 503}, "http-unavailable"),
        ({"status": 504}, "http-gateway-timeout"),
        ({"status": 404}, "http-not-found"),
        ({"status": 429}, "http-rate-limited"),
        ({"status": 302, "location": "/"}, "redirect-loop"),
        ({"delay_s": 0.4}, "response-slow"),
        ({"hang": True}, "response-timed-out"),
    ],
)
def test_each_way_of_being_down_is_told_from_the_others(ask, http, cause):
    outcome = ask("network.http.status", host(**http), {"timeout_s": 1}, url=URL, slow_s=0.3)
    (finding,) = outcome.findings
    assert finding.status is Status.CRITICAL
    assert finding.cause == cause
    assert finding.resource.name == HOST


def test_endpoint_that_answers_is_well(ask):
    (finding,) = ask("network.http.status", host(status=200, server="nginx"), url=URL).findings
    assert finding.status is Status.OK
    assert finding.facts["status"] == "200"
    assert finding.facts["server"] == "nginx"


def test_page_behind_a_login_counts_as_up(ask):
    (finding,) = ask("network.http.status", host(status=401), url=URL).findings
    assert finding.status is Status.OK


def test_failed_handshake_points_at_the_certificate(ask):
    hosts = [{"host": HOST, "port": 443, "tls": {"not_before": "-9d", "not_after": "-1d"}}]
    (finding,) = ask("network.http.status", hosts, url=URL).findings
    assert finding.cause == "tls-failed"
    assert "Certificate" in [relation.target.kind for relation in finding.relations]


@pytest.mark.parametrize(
    ("connect", "cause"),
    [("refused", "connection-refused"), ("timeout", "connection-timed-out"), ("reset", "connection-reset")],
)
def test_connection_faults_are_told_apart(ask, connect, cause):
    hosts = [{"host": HOST, "port": 80, "connect": connect}]
    (finding,) = ask("network.http.status", hosts, {"timeout_s": 0.5}, url=f"http://{HOST}/").findings
    assert finding.cause == cause


def test_name_that_does_not_exist_is_the_name_s_fault(ask):
    hosts = [{"host": HOST, "dns": "NXDOMAIN"}]
    (finding,) = ask("network.http.status", hosts, url=URL).findings
    assert finding.cause == "name-not-found"
    assert finding.resource.kind == "Name"


def test_redirect_is_followed_to_an_allowed_host(ask):
    hosts = [
        {"host": HOST, "port": 443, "http": {"status": 301, "location": "https://www.example.com/start"}},
        {"host": "www.example.com", "port": 443, "http": {"paths": {"/start": {"status": 503}}}},
    ]
    (finding,) = ask("network.http.status", hosts, url=URL).findings
    assert (finding.cause, finding.resource.name) == ("http-unavailable", "www.example.com")


def test_redirect_to_a_host_off_the_list_is_not_followed(ask):
    hosts = [{"host": HOST, "port": 443, "http": {"status": 302, "location": "http://169.254.169.254/latest/"}}]
    outcome = ask("network.http.status", hosts, url=URL)
    assert [finding.status for finding in outcome.findings] == [Status.OK, Status.UNKNOWN]
    assert "not on the allow-list" in outcome.findings[1].summary
    assert not any("169.254.169.254" in call.operation for call in outcome.api_calls)


def test_host_off_the_list_is_not_checked_and_never_asked(ask):
    outcome = ask("network.http.status", [], url=URL)
    (finding,) = outcome.findings
    assert finding.status is Status.UNKNOWN
    assert "not on the allow-list network.allow" in finding.summary
    assert outcome.api_calls == ()


def test_private_address_behind_an_allowed_name_is_not_connected_to(ask):
    hosts = [{"host": HOST, "addresses": ["10.0.0.5"], "port": 443}]
    outcome = ask("network.http.status", hosts, {"connect_to": {}}, url=URL)
    (finding,) = outcome.findings
    assert finding.status is Status.UNKNOWN
    assert "10.0.0.5" in finding.summary
    assert [call.operation for call in outcome.api_calls] == [f"resolve A {HOST}"]


def test_credentials_and_query_of_a_ticket_s_url_are_dropped():
    assert target("https://user:secret@Shop.example.com:443/a?token=1#b").url == "https://shop.example.com/a"


@pytest.mark.parametrize("url", ["ftp://shop.example.com/", "https://", "shop.example.com", "https://2130706433/"])
def test_what_is_no_web_address_is_refused(url):
    with pytest.raises(ValueError, match="not a"):
        target(url)
