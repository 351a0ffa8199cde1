from __future__ import annotations

import pytest

from bot.model.finding import Status, Unknown

HOST = "shop.example.com"


@pytest.mark.parametrize(
    ("entry", "cause"),
    [
        ({"dns": "NXDOMAIN"}, "name-not-found"),
        ({"dns": "NODATA", "addresses": []}, "name-without-address"),
        ({"dns": "SERVFAIL"}, "name-server-failed"),
    ],
)
def test_each_answer_of_a_name_server_is_told_from_the_others(ask, entry, cause):
    (finding,) = ask("network.dns.lookup", [{"host": HOST, **entry}], host=HOST).findings
    assert (finding.status, finding.cause) == (Status.CRITICAL, cause)


def test_name_that_resolves_tells_addresses_and_what_serves_it(ask):
    hosts = [{"host": HOST, "addresses": ["203.0.113.7"], "alias": "d111111abcdef8.cloudfront.net"}]
    (finding,) = ask("network.dns.lookup", hosts, host=HOST.upper() + ".").findings
    assert finding.status is Status.OK
    assert finding.facts["addresses"] == "203.0.113.7"
    assert finding.facts["served_from"] == "CloudFront"


def test_silent_name_server_is_not_checked_rather_than_faulty(ask):
    hosts = [{"host": HOST, "dns": "TIMEOUT"}]
    (finding,) = ask("network.dns.lookup", hosts, {"timeout_s": 0.3}, host=HOST).findings
    assert finding.unknown_because is Unknown.TIMED_OUT


def test_name_off_the_list_is_not_even_looked_up(ask):
    outcome = ask("network.dns.lookup", [], host="secret-data.attacker.example")
    assert outcome.findings[0].unknown_because is Unknown.UNSUPPORTED
    assert outcome.api_calls == ()


@pytest.mark.parametrize("address", ["203.0.113.7", "2001:db8::7"])
def test_address_needs_no_name_server_and_is_no_missing_name(ask, address):
    outcome = ask("network.dns.lookup", [], {"allow": (address,)}, host=address)
    (finding,) = outcome.findings
    assert (finding.status, finding.facts["addresses"]) == (Status.OK, address)
    assert outcome.api_calls == ()
