from __future__ import annotations

from bot.sandbox.jira_faults import Faults


def test_a_fault_is_used_up():
    faults = Faults()
    faults.add("/rest", 503, 2)
    taken = [faults.take("GET", "/rest/api/2/myself") for _ in range(3)]
    assert [fault.status if fault else None for fault in taken] == [503, 503, None]


def test_prefix_and_method_must_fit():
    faults = Faults()
    faults.add("/rest/api/2/issue", 500, 1, method="PUT")
    assert faults.take("PUT", "/rest/api/2/search") is None
    assert faults.take("GET", "/rest/api/2/issue/OPS-1") is None
    assert faults.take("PUT", "/rest/api/2/issue/OPS-1") is not None


def test_faults_come_in_the_order_they_were_given():
    faults = Faults()
    faults.add("/", 500, 1)
    faults.add("/", 429, 1, retry_after="9")
    statuses = [fault.status for fault in (faults.take("GET", "/x"), faults.take("GET", "/x")) if fault]
    assert statuses == [500, 429]


def test_reset_forgets_them():
    faults = Faults()
    faults.add("/", 500, 9)
    faults.reset()
    assert faults.take("GET", "/") is None
