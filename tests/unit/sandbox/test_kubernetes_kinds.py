import pytest

from bot.model.errors import InputError
from bot.sandbox.kubernetes_kinds import built_in, identity, kinds_of, plural_of


def obj(api_version: str, kind: str, namespace: str = "") -> dict:
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": "x", "namespace": namespace}}


def test_built_in_kinds_are_unique():
    keys = [(each.api_version, each.kind) for each in built_in()]
    assert len(keys) == len(set(keys))
    assert {"Pod", "Deployment", "Ingress", "StorageClass"} <= {kind for _, kind in keys}


@pytest.mark.parametrize(
    ("kind", "plural"),
    [
        ("NetworkPolicy", "networkpolicies"),
        ("Ingress", "ingresses"),
        ("Gateway", "gateways"),
        ("NodePool", "nodepools"),
    ],
)
def test_plural_is_guessed_as_generators_do(kind, plural):
    assert plural_of(kind) == plural


def test_plurals_of_built_in_kinds_are_as_guessed_save_endpoints():
    assert {each.kind for each in built_in() if plural_of(each.kind) != each.plural} == {"Endpoints"}


def test_custom_kind_has_a_namespace_when_one_of_its_objects_has():
    kinds = kinds_of([obj("a.example.com/v1", "Gadget"), obj("a.example.com/v1", "Gadget", "shop")])
    assert kinds[("a.example.com/v1", "Gadget")].namespaced
    assert not kinds_of([obj("a.example.com/v1", "Gadget")])[("a.example.com/v1", "Gadget")].namespaced


def test_definition_goes_before_a_guess():
    definition = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "geese.example.com"},
        "spec": {
            "group": "example.com",
            "scope": "Cluster",
            "names": {"kind": "Goose", "plural": "geese", "shortNames": ["g"]},
            "versions": [{"name": "v1"}, {"name": "v1beta1"}],
        },
    }
    kinds = kinds_of([obj("example.com/v1", "Goose", "shop"), definition])
    goose = kinds[("example.com/v1", "Goose")]
    assert (goose.plural, goose.namespaced, goose.short) == ("geese", False, ("g",))
    assert ("example.com/v1beta1", "Goose") in kinds


@pytest.mark.parametrize(
    "broken", [{}, {"kind": "Pod"}, {"apiVersion": "v1", "kind": ""}, {"apiVersion": 1, "kind": "Pod"}]
)
def test_object_that_does_not_say_what_it_is_is_refused(broken):
    with pytest.raises(InputError, match="lacks apiVersion or kind"):
        identity(broken)
