from __future__ import annotations

from bot.model.finding import Severity, Status
from bot.model.resource import Resource
from bot.probes.saying import Says, needs

WHERE = Resource("aws", "1", "eu-west-2", "rds.DBInstance", "orders")


def test_critical_findings_are_of_high_severity_unless_said_otherwise():
    says = Says("aws.rds.state")
    assert says.critical("a", WHERE, "b", "c").severity is Severity.HIGH
    assert says.critical("a", WHERE, "b", "c", severity=Severity.MEDIUM).severity is Severity.MEDIUM
    assert says.ok(WHERE, "b").status is Status.OK


def test_relations_point_from_what_needs_to_what_is_needed():
    other = Resource("aws", "1", "eu-west-2", "ec2.SecurityGroup", "sg-1")
    (relation,) = needs(WHERE, other, why="x")
    assert (relation.source, relation.target) == (WHERE, other)
