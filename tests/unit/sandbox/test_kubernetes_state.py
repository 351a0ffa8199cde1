import datetime

import pytest

from bot.model.errors import InputError
from bot.sandbox.kubernetes_state import State, flattened


def pod(name: str, **metadata) -> dict:
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": "shop", **metadata}}


def loaded(*objects: dict, faults: tuple[dict, ...] = ()) -> State:
    state = State()
    state.replace(objects, {}, faults)
    return state


def held(state: State, plural: str, namespace: str = "") -> list[str]:
    served = state.served("", "v1", plural)
    assert served is not None
    return [each["metadata"]["name"] for each in state.listed(served, namespace)[0]]


def test_lists_are_opened_into_their_items():
    nested = {"apiVersion": "v1", "kind": "List", "items": [pod("a"), pod("b")]}
    typed = {"apiVersion": "v1", "kind": "PodList", "items": [{"metadata": {"name": "c"}}]}
    assert [(each["kind"], each["metadata"]["name"]) for each in flattened([nested, typed, pod("d")])] == [
        ("Pod", "a"),
        ("Pod", "b"),
        ("Pod", "c"),
        ("Pod", "d"),
    ]


def test_dates_of_yaml_become_text():
    moment = datetime.datetime(2026, 11, 24, 10, 0, tzinfo=datetime.UTC)
    state = loaded({**pod("a"), "status": {"startTime": moment, "reasons": [moment.replace(tzinfo=None)]}})
    served = state.served("", "v1", "pods")
    assert served is not None
    found = state.get(served, "shop", "a")
    assert found is not None
    assert found["status"] == {"startTime": "2026-11-24T10:00:00Z", "reasons": ["2026-11-24T10:00:00Z"]}


def test_what_was_given_is_not_changed():
    given = pod("a")
    loaded(given)
    assert given == pod("a")


def test_namespaces_in_use_exist_with_what_a_control_plane_puts_there():
    state = loaded(pod("a"))
    assert held(state, "namespaces") == ["default", "kube-system", "shop"]
    assert held(state, "serviceaccounts", "shop") == ["default"]
    assert held(state, "configmaps", "shop") == ["kube-root-ca.crt"]


def test_own_namespace_object_is_kept():
    own = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}, "status": {"phase": "Terminating"}}
    state = loaded(own, pod("a"))
    served = state.served("", "v1", "namespaces")
    assert served is not None
    assert (state.get(served, "", "shop") or {})["status"] == {"phase": "Terminating"}
    state.apply([pod("b")])
    assert (state.get(served, "", "shop") or {})["status"] == {"phase": "Terminating"}


def test_same_objects_loaded_again_are_no_change():
    state = loaded(pod("a", creationTimestamp="2026-11-24T10:00:00Z"))
    served = state.served("", "v1", "pods")
    assert served is not None
    before = state.version
    state.replace([pod("a", creationTimestamp="2026-11-24T10:00:00Z")], {}, ())
    assert state.since(before, served) == ([], state.version)


def test_counted_fault_wears_off_and_a_standing_one_does_not():
    state = loaded(faults=({"verb": "list", "resource": "pods", "status": 500, "times": 2},))
    struck = [state.strike("list", "pods", "", "shop") is not None for _ in range(3)]
    assert struck == [True, True, False]
    state = loaded(faults=({"verb": "*", "resource": "*", "status": 403},))
    assert all(state.strike(verb, "pods", "", "") for verb in ("get", "list", "watch"))


def test_fault_of_one_namespace_leaves_the_others():
    state = loaded(faults=({"verb": "list", "resource": "deployments", "namespace": "shop", "status": 403},))
    assert state.denies("list", "deployments", "apps", "shop")
    assert not state.denies("list", "deployments", "apps", "blog")
    assert not state.denies("list", "deployments", "apps", "")


@pytest.mark.parametrize("fault", [{"verb": "list"}, {"verb": "list", "resource": "pods", "code": 403}])
def test_fault_with_a_wrong_key_is_refused(fault):
    with pytest.raises(InputError, match="needs verb and resource"):
        loaded(faults=(fault,))


def test_refused_load_leaves_the_cluster_as_it_was():
    state = loaded(pod("a"))
    with pytest.raises(InputError):
        state.replace([pod("b"), {"kind": "Pod"}], {}, ())
    assert held(state, "pods") == ["a"]
