import pytest

from bot.sandbox.kubernetes_selectors import SelectorError, field_test, label_test


def labelled(**labels: str) -> dict:
    return {"metadata": {"labels": labels}}


@pytest.mark.parametrize(
    ("selector", "holds"),
    [
        ("", True),
        ("app=web", True),
        ("app==web", True),
        ("app!=web", False),
        ("absent!=web", True),
        ("app=web,tier=front", True),
        ("app=web,tier=back", False),
        ("app in (web, api)", True),
        ("app in (api)", False),
        ("app notin (api,worker)", True),
        ("absent notin (api)", True),
        ("app", True),
        ("absent", False),
        ("!absent", True),
        ("!app", False),
        ("app in (web,api),!absent,tier", True),
        ("absent=", False),
    ],
)
def test_label_selector(selector, holds):
    assert label_test(selector)(labelled(app="web", tier="front")) is holds


def test_object_without_labels_carries_none():
    assert label_test("!app")({"metadata": {}})
    assert not label_test("app")({"metadata": {"labels": None}})


@pytest.mark.parametrize("selector", ["a b", "=x", "in (a)", "a in b"])
def test_unreadable_label_selector_is_refused(selector):
    with pytest.raises(SelectorError):
        label_test(selector)


@pytest.mark.parametrize(
    ("selector", "holds"),
    [
        ("metadata.name=a", True),
        ("metadata.name!=a", False),
        ("spec.nodeName=", True),
        ("spec.unschedulable=true", True),
        ("spec.replicas=3", True),
        ("involvedObject.kind=Pod,reason==Failed", True),
        ("metadata.name.deeper=a", False),
    ],
)
def test_field_selector(selector, holds):
    thing = {
        "metadata": {"name": "a"},
        "spec": {"unschedulable": True, "replicas": 3},
        "involvedObject": {"kind": "Pod"},
        "reason": "Failed",
    }
    assert field_test(selector)(thing) is holds


def test_unreadable_field_selector_is_refused():
    with pytest.raises(SelectorError, match="invalid selector"):
        field_test("metadata.name")
