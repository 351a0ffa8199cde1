from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.model.finding import Status
from bot.model.resource import Resource
from bot.probes.aws.rds import judge

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
HOST = "orders.c9akciq32abc.eu-west-2.rds.amazonaws.com"
WHERE = Resource("aws", "123456789012", "eu-west-2", "rds.DBInstance", "orders")


def judged(port=0, host="", iam_user="", **more):
    instance = {
        "DBInstanceIdentifier": "orders",
        "DBInstanceStatus": "available",
        "Engine": "postgres",
        "Endpoint": {"Address": HOST, "Port": 5432},
        **more,
    }
    return list(judge(instance, WHERE, port, host, iam_user, 30, NOW))


def certificate(days):
    return {"CertificateDetails": {"CAIdentifier": "rds-ca-2019", "ValidTill": NOW + timedelta(days=days)}}


@pytest.mark.parametrize(
    ("status", "cause"),
    [
        ("stopped", "database-stopped"),
        ("storage-full", "storage-full"),
        ("failed", "database-failed"),
        ("incompatible-network", "database-incompatible-network"),
        ("incompatible-parameters", "database-incompatible-parameters"),
        ("inaccessible-encryption-credentials", "encryption-key-unavailable"),
    ],
)
def test_each_state_in_which_it_cannot_serve_has_its_cause(status, cause):
    (finding,) = judged(DBInstanceStatus=status)
    assert (finding.status, finding.cause) == (Status.CRITICAL, cause)


@pytest.mark.parametrize("status", ["available", "backing-up", "modifying", "storage-optimization"])
def test_states_in_which_it_serves_are_no_fault(status):
    (finding,) = judged(DBInstanceStatus=status)
    assert finding.status is Status.OK
    assert finding.facts["port"] == "5432"


def test_fault_of_the_database_goes_before_a_wrong_question():
    (finding,) = judged(port=3306, DBInstanceStatus="stopped")
    assert finding.cause == "database-stopped"


def test_wrong_port_names_both():
    (finding,) = judged(port=3306)
    assert finding.cause == "wrong-port"
    assert "5432" in finding.summary
    assert "3306" in finding.summary


def test_alias_of_one_s_own_is_not_taken_for_an_old_address():
    (finding,) = judged(host="db.example.com")
    assert finding.status is Status.OK
    (finding,) = judged(host=HOST.replace("c9akciq32abc", "c1old"))
    assert finding.cause == "endpoint-changed"


def test_iam_login_needs_iam_authentication():
    assert judged(iam_user="app", IAMDatabaseAuthenticationEnabled=False)[0].cause == "iam-authentication-disabled"
    assert judged(iam_user="app", IAMDatabaseAuthenticationEnabled=True)[0].status is Status.OK
    assert judged(IAMDatabaseAuthenticationEnabled=False)[0].status is Status.OK


def test_certificate_expired_expiring_and_good():
    assert [one.cause for one in judged(**certificate(-1))] == ["certificate-authority-expired"]
    assert [one.cause for one in judged(**certificate(10))] == ["", "certificate-authority-expiring"]
    assert [one.cause for one in judged(**certificate(90))] == [""]
