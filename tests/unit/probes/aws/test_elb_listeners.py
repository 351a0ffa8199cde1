from __future__ import annotations

import pytest

from bot.model.finding import Status

CERT = "arn:aws:acm:eu-west-2:123456789012:certificate/9a1b"


def world(says, state="active", listeners=1, until="2099-01-01T00:00:00Z"):
    listener = {"Port": 443, "Protocol": "HTTPS", "Certificates": [{"CertificateArn": CERT}]}
    balancer = {"LoadBalancerArn": "arn:lb", "LoadBalancerName": "shop", "State": {"Code": state}}
    return [
        says("elbv2:DescribeLoadBalancers", {"LoadBalancers": [balancer]}, Names=["shop"]),
        says("elbv2:DescribeListeners", {"Listeners": [listener][:listeners]}, LoadBalancerArn="arn:lb"),
        says("acm:DescribeCertificate", {"Certificate": {"DomainName": "shop.example.com", "NotAfter": until}}),
    ]


@pytest.mark.parametrize(
    ("more", "causes"),
    [
        ({}, [""]),
        ({"listeners": 0}, ["no-listener"]),
        ({"state": "failed"}, ["load-balancer-not-active"]),
        ({"until": "2020-01-01T00:00:00Z"}, ["listener-certificate-expired"]),
    ],
)
def test_each_fault_of_a_listener_is_told(ask, says, more, causes):
    findings = ask("aws.elb.listeners", world(says, **more), load_balancer="shop").findings
    assert [one.cause for one in findings] == causes


def test_certificate_is_the_root_and_the_balancer_depends_on_it(ask, says):
    (finding,) = ask("aws.elb.listeners", world(says, until="2020-01-01T00:00:00Z"), load_balancer="shop").findings
    assert (finding.resource.kind, finding.resource.name) == ("acm.Certificate", "9a1b")
    assert finding.relations[0].source.name == "shop"


def test_certificate_that_may_not_be_read_is_not_checked(ask, says):
    answers = [*world(says)[:2], says("acm:DescribeCertificate", code="AccessDeniedException")]
    findings = ask("aws.elb.listeners", answers, load_balancer="shop").findings
    assert Status.UNKNOWN in {one.status for one in findings}
