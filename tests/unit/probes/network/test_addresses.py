from __future__ import annotations

from ipaddress import ip_address

import pytest

from bot.probes.network.addresses import canonical, listed_as_allowed, may_connect


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.9.9.9",
        "::1",
        "0.0.0.0",
        "::",
        "169.254.169.254",
        "169.254.170.2",
        "fd00:ec2::254",
        "100.100.100.200",
        "fe80::1",
        "224.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "::127.0.0.1",
    ],
)
def test_loopback_link_local_and_metadata_are_refused_in_every_spelling(address):
    assert not may_connect(ip_address(address), allow_private=False)
    assert not may_connect(ip_address(address), allow_private=True)


@pytest.mark.parametrize("address", ["10.0.0.1", "192.168.1.1", "172.16.0.1", "fc00::1", "::ffff:10.0.0.1"])
def test_private_addresses_need_the_operator_s_word(address):
    assert not may_connect(ip_address(address), allow_private=False)
    assert may_connect(ip_address(address), allow_private=True)


@pytest.mark.parametrize("address", ["8.8.8.8", "2600:1f18::1", "::ffff:8.8.8.8"])
def test_public_addresses_are_fine(address):
    assert may_connect(ip_address(address), allow_private=False)


@pytest.mark.parametrize(
    "host",
    ["127.1", "0x7f.0.0.1", "2130706433", "0177.0.0.1", "a b", "a/b", "a@b.com", "-a.com", "", "x" * 300, "1.2.3.4.5"],
)
def test_odd_spellings_are_no_hosts(host):
    with pytest.raises(ValueError, match="not a host name"):
        canonical(host)


def test_hosts_have_one_spelling():
    assert canonical("Shop.Example.COM.") == "shop.example.com"
    assert canonical("bücher.example") == "xn--bcher-kva.example"
    assert canonical("[2001:DB8::1]") == "2001:db8::1"


def test_star_stands_for_all_below_and_not_for_the_domain_or_a_namesake():
    allow = ("*.example.com", "one.example.org")
    assert listed_as_allowed("a.b.example.com", allow)
    assert listed_as_allowed("one.example.org", allow)
    assert not listed_as_allowed("example.com", allow)
    assert not listed_as_allowed("evilexample.com", allow)
    assert not listed_as_allowed("two.example.org", allow)
