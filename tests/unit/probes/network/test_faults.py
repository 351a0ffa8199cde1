from __future__ import annotations

import pytest

from bot.probes.network.client import Resolution
from bot.probes.network.faults import connection_fault, endpoint_needs, name_fault, thing
from bot.probes.saying import Says

SAYS = Says("network.http.status")


@pytest.mark.parametrize(
    ("port", "name"), [(443, "shop.example.com"), (80, "shop.example.com"), (8443, "shop.example.com:8443")]
)
def test_usual_ports_are_left_out_of_names(port, name):
    assert thing("Endpoint", "shop.example.com", port).name == name


def test_endpoint_needs_its_name_and_its_certificate():
    kinds = [relation.target.kind for relation in endpoint_needs("shop.example.com", 443)]
    assert kinds == ["Name", "Certificate"]


@pytest.mark.parametrize("problem", ["", "timed-out"])
def test_name_that_resolves_or_is_not_known_is_no_fault(problem):
    assert name_fault(SAYS, "shop.example.com", Resolution(problem=problem)) is None


def test_dead_alias_is_named():
    found = name_fault(SAYS, "shop.example.com", Resolution(alias="old.cloudfront.net", problem="no-data"))
    assert "old.cloudfront.net" in found.summary


@pytest.mark.parametrize("problem", ["tls", "no-answer", ""])
def test_what_is_not_about_the_connection_is_left_to_others(problem):
    assert connection_fault(SAYS, "shop.example.com", 443, problem, "") is None
