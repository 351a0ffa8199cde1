"""Probes only read, and say exactly what."""

import pytest

from bot.catalogue.permissions import read_right
from bot.kit.iam import iam_action, is_denied
from bot.parts import probe_specs
from bot.probes.aws import actions

SPECS = probe_specs()


@pytest.mark.parametrize("spec", SPECS.values(), ids=list(SPECS))
def test_probe_declares_only_reads(spec):
    assert spec.permissions
    for permission in spec.permissions:
        if spec.system == "kubernetes":
            verb, _, resource = read_right(permission)
            assert verb in ("get", "list", "watch")
            assert resource not in ("pods/exec", "pods/attach", "pods/portforward", "pods/proxy", "services/proxy")
        elif spec.system == "aws":
            assert actions.is_read(permission), permission
            assert not is_denied(iam_action(permission)), f"{permission} is denied by the generated policy"
        else:
            assert permission in ("connect", "resolve")


@pytest.mark.parametrize("spec", SPECS.values(), ids=list(SPECS))
def test_probe_says_in_one_sentence_what_it_answers(spec):
    assert spec.summary.endswith(".")
    assert len(spec.summary) <= 120
