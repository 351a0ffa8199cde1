"""Every case comes out as it says, through the real chain, the real clients and the sandbox's servers."""

import pytest

from bot.catalogue.cases import judge, load_cases
from bot.catalogue.loader import default_root
from bot.staging import bench

CASES = load_cases(default_root())


@pytest.fixture(scope="module")
def diagnose():
    with bench() as diagnose:
        yield diagnose


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_case_comes_out_as_it_says(case, diagnose):
    assert judge(case, diagnose(case)) == ()
