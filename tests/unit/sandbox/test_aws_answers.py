"""The law of recorded answers: every one of every case is in the shape of the SDK's own model of the service."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from bot.catalogue.moments import resolve
from bot.sandbox.aws_answers import misfits, recorded

ROOT = Path(__file__).parents[3] / "runbooks"
CASES = sorted(file for file in ROOT.glob("*/*/cases/*.yaml") if "\naws:" in file.read_text(encoding="utf-8"))


def test_there_are_cases_to_hold_to_the_law():
    assert len(CASES) > 50


@pytest.mark.parametrize("file", CASES, ids=lambda file: f"{file.parts[-3]}/{file.stem}")
def test_recorded_answers_are_what_aws_could_have_said(file):
    case = resolve(yaml.safe_load(file.read_text(encoding="utf-8")), datetime.now(UTC))
    for entry in case["aws"]:
        recorded(entry)


@pytest.mark.parametrize(
    ("operation", "answer", "says"),
    [
        ("DescribeSecurityGroups", {"SecurityGroups": "sg-1"}, "SecurityGroups: expected a list"),
        ("DescribeSecurityGroups", {"SecurityGroups": [{"Id": "sg-1"}]}, r"SecurityGroups\[0\].Id"),
        ("DescribeInstances", {"Reservations": [{"Instances": [{"AmiLaunchIndex": True}]}]}, "expected integer"),
        ("DescribeInstances", {"Reservations": [{"Instances": [{"EbsOptimized": "yes"}]}]}, "expected boolean"),
        ("DescribeInstances", {"Reservations": [{"Instances": [{"LaunchTime": 5}]}]}, "expected timestamp"),
    ],
)
def test_misfit_is_said_with_its_place(operation, answer, says):
    (problem,) = misfits("ec2", operation, answer, {})
    assert re.search(says, problem)
