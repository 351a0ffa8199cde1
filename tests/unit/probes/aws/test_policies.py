from __future__ import annotations

import json

import pytest

from bot.probes.aws.policies import Request, allows, evaluate

ROLE = "arn:aws:iam::123456789012:role/billing"
SESSION = "arn:aws:sts::123456789012:assumed-role/billing/worker"
OBJECT = "arn:aws:s3:::shop/2026/a.pdf"


def asks(principal=SESSION, action="s3:GetObject", resource=OBJECT, **context):
    return Request(principal, action, resource, context)


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def statement(effect="Allow", **more):
    return {
        "Sid": "One",
        "Effect": effect,
        "Principal": "*",
        "Action": "s3:*",
        "Resource": "arn:aws:s3:::shop/*",
        **more,
    }


def without(key, **more):
    made = statement(**more)
    del made[key]
    return made


@pytest.mark.parametrize(
    ("policy", "effect"),
    [
        (document(statement()), "allow"),
        (document(statement(), statement("Deny")), "deny"),
        (document(statement(Action="s3:getobject")), "allow"),
        (document(statement(Action=["s3:Put*", "s3:List*"])), "nothing"),
        (document(statement(Action="s3:Get?bject")), "allow"),
        (document(statement(Resource="arn:aws:s3:::other/*")), "nothing"),
        (document(statement(Resource="arn:aws:s3:::SHOP/*")), "nothing"),
        (document(statement(Principal={"AWS": ROLE})), "allow"),
        (document(statement(Principal={"AWS": SESSION})), "allow"),
        (document(statement(Principal={"AWS": "123456789012"})), "allow"),
        (document(statement(Principal={"AWS": "arn:aws:iam::123456789012:root"})), "allow"),
        (document(statement(Principal={"AWS": ["arn:aws:iam::123456789012:role/other"]})), "nothing"),
        (document(statement(Principal={"Service": "ec2.amazonaws.com"})), "nothing"),
        (document(without("Principal", effect="Deny", NotPrincipal={"AWS": ROLE})), "nothing"),
        (document(without("Principal", effect="Deny", NotPrincipal={"AWS": "arn:aws:iam::1:role/x"})), "deny"),
        (document(without("Action", NotAction="s3:Put*")), "allow"),
        (document(without("Action", NotAction="s3:*")), "nothing"),
        (document(without("Resource", NotResource="arn:aws:s3:::shop/*")), "nothing"),
        (json.dumps({"Statement": statement()}), "allow"),
    ],
)
def test_statements_are_matched_as_aws_matches_them(policy, effect):
    assert evaluate(policy, asks()).effect == effect


@pytest.mark.parametrize(
    ("condition", "context", "effect", "conditional"),
    [
        ({"Bool": {"aws:SecureTransport": "false"}}, {}, "nothing", False),
        ({"Bool": {"aws:SecureTransport": True}}, {}, "deny", False),
        ({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/bill*"}}, {}, "deny", False),
        ({"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/bill*"}}, {}, "nothing", False),
        ({"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}, {}, "deny", True),
        ({"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}, {"aws:SourceVpce": "vpce-1"}, "nothing", False),
        ({"StringNotEquals": {"aws:sourcevpce": "vpce-1"}}, {"aws:SourceVpce": "vpce-2"}, "deny", False),
        ({"NotIpAddress": {"aws:SourceIp": ["10.0.0.0/8"]}}, {"aws:SourceIp": "10.1.2.3"}, "nothing", False),
        ({"NotIpAddress": {"aws:SourceIp": ["10.0.0.0/8"]}}, {"aws:SourceIp": "8.8.8.8"}, "deny", False),
        ({"StringLike": {"aws:PrincipalTag/team": "*"}}, {}, "deny", True),
        ({"NumericLessThan": {"s3:max-keys": "5"}}, {}, "deny", True),
    ],
)
def test_condition_on_what_is_not_known_makes_the_verdict_conditional(condition, context, effect, conditional):
    verdict = evaluate(
        document(statement("Deny", Condition=condition)), Request(SESSION, "s3:GetObject", OBJECT, context)
    )
    assert (verdict.effect, verdict.conditional) == (effect, conditional)


def test_denying_statement_is_named_by_sid_or_by_number():
    sid = evaluate(document(statement(), statement("Deny", Sid="OnlyFinance")), asks())
    assert sid.statement == "OnlyFinance"
    number = evaluate(document(statement(), without("Sid", effect="Deny")), asks())
    assert number.statement == "statement 2"


def test_sure_deny_goes_before_a_conditional_one():
    maybe = statement("Deny", Sid="Maybe", Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1"}})
    verdict = evaluate(document(maybe, statement("Deny", Sid="Sure")), asks())
    assert (verdict.statement, verdict.conditional) == ("Sure", False)


def test_allow_is_seen_beside_a_deny():
    assert allows(document(statement("Deny"), statement()), asks())
    assert not allows(document(statement("Deny")), asks())


def test_anybody_is_met_only_by_a_star():
    assert evaluate(document(statement()), asks("*")).effect == "allow"
    assert evaluate(document(statement(Principal={"AWS": "*"})), asks("*")).effect == "allow"
    assert evaluate(document(statement(Principal={"AWS": ROLE})), asks("*")).effect == "nothing"


@pytest.mark.parametrize("text", ["", "[]", "{}", "not json"])
def test_what_is_no_policy_is_said_to_be_none(text):
    with pytest.raises(ValueError):  # noqa: PT011 - json's own error is one
        evaluate(text, asks())


def test_hostile_wildcards_do_not_run_away():
    pattern = "arn:aws:s3:::" + "*a" * 40 + "c"
    assert (
        evaluate(document(statement(Resource=pattern)), asks(resource="arn:aws:s3:::" + "a" * 2000 + "b")).effect
        == "nothing"
    )


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        ("*", "", True),
        ("a*b*c", "a-b-b-c", True),
        ("a*b", "a-b-c", False),
        ("a?c", "abc", True),
        ("a?c", "ac", False),
        ("**", "x", True),
        ("abc", "abcd", False),
        ("a.c", "abc", False),
    ],
)
def test_stars_and_question_marks(pattern, text, fits):
    policy = document(statement(Resource=f"arn:{pattern}"))
    assert (evaluate(policy, asks(resource=f"arn:{text}")).effect == "allow") is fits
