from __future__ import annotations

import pytest

from bot.model.finding import Status

HOST = "shop.example.com"


def host(**tls):
    return [{"host": HOST, "port": 443, "tls": tls}]


@pytest.mark.parametrize(
    ("tls", "cause"),
    [
        ({"not_before": "-90d", "not_after": "-2d"}, "certificate-expired"),
        ({"not_after": "+3d"}, "certificate-expiring"),
        ({"not_before": "+1d"}, "certificate-not-yet-valid"),
        ({"names": ["other.example.com"]}, "certificate-wrong-host"),
        ({"names": ["*.example.org"]}, "certificate-wrong-host"),
        ({"chain": "incomplete"}, "certificate-chain-incomplete"),
        ({"chain": "self-signed"}, "certificate-self-signed"),
        ({"chain": "private"}, "issuer-not-trusted"),
        ({"protocol": "TLSv1.1"}, "tls-version-too-old"),
        (
            {"subject": "Kubernetes Ingress Controller Fake Certificate", "names": ["ingress.local"]},
            "ingress-default-certificate",
        ),
    ],
)
def test_each_fault_of_a_certificate_is_told_from_the_others(ask, tls, cause):
    outcome = ask("network.tls.certificate", host(**tls), host=HOST)
    (finding,) = outcome.findings
    assert finding.status is Status.CRITICAL
    assert finding.cause == cause
    assert HOST in finding.summary
    assert finding.evidence[0].command.startswith("openssl s_client")


def test_good_certificate_is_said_to_be_good(ask):
    (finding,) = ask("network.tls.certificate", host(), host=HOST).findings
    assert finding.status is Status.OK
    assert finding.facts["protocol"].startswith("TLSv1.")
    assert finding.facts["days_left"] == "89"


def test_wildcard_covers_one_label(ask):
    (finding,) = ask("network.tls.certificate", host(names=["*.example.com"]), host=HOST).findings
    assert finding.status is Status.OK


def test_certificate_that_runs_out_within_the_month_is_a_warning(ask):
    (finding,) = ask("network.tls.certificate", host(not_after="+20d"), host=HOST).findings
    assert (finding.status, finding.cause) == (Status.WARNING, "certificate-expiring")


@pytest.mark.parametrize(
    ("connect", "cause"),
    [("refused", "connection-refused"), ("timeout", "connection-timed-out"), ("reset", "connection-reset")],
)
def test_server_that_cannot_be_reached_is_no_certificate_fault(ask, connect, cause):
    hosts = [{"host": HOST, "port": 443, "connect": connect}]
    (finding,) = ask("network.tls.certificate", hosts, {"timeout_s": 0.5}, host=HOST).findings
    assert finding.cause == cause
    assert finding.resource.kind == "Endpoint"


def test_plain_http_on_a_tls_port_is_said_to_be_no_tls(ask):
    hosts = [{"host": HOST, "port": 8443, "http": {"status": 200}}]
    (finding,) = ask("network.tls.certificate", hosts, host=HOST, port=8443).findings
    assert finding.cause == "tls-handshake-failed"
