from dataclasses import replace

import pytest

from bot.catalogue.cases import judge, load_cases
from bot.parts import Parts
from bot.settings import load_settings
from bot.staging import Stage, bench

PULL = "kubernetes/image-pull/tag-not-found"
HEALTHY = "kubernetes/image-pull/healthy"
EXPIRED = "network/tls-certificate/expired"
GROUP = "aws/rds-connectivity/security-group-blocks"


@pytest.fixture(scope="module")
def cases():
    root = Parts(load_settings(environment={})).catalogue.root
    return {case.id: case for case in load_cases(root, [PULL, HEALTHY, EXPIRED, GROUP])}


@pytest.fixture(scope="module")
def diagnose():
    with bench() as found:
        yield found


@pytest.mark.parametrize("case", [PULL, EXPIRED, GROUP, HEALTHY])
def test_a_case_is_diagnosed_in_its_own_world(diagnose, cases, case):
    assert judge(cases[case], diagnose(cases[case])) == ()


def test_one_world_leaves_nothing_in_the_next(diagnose, cases):
    diagnose(cases[PULL])
    emptied = replace(cases[PULL], kubernetes=replace(cases[PULL].kubernetes, objects=(), logs={}))
    found = diagnose(emptied)
    assert found.explanation is None or found.explanation.root_causes == ()
    assert judge(cases[PULL], found) != ()


def test_thresholds_of_the_settings_count(cases):
    with Stage(load_settings(environment={}, overrides={"matching": {"run_at": 1.0, "entry": ""}})) as stage:
        triaged = stage.triage(cases[PULL])
    assert (triaged.match.decision, triaged.run) == ("ask", None)
