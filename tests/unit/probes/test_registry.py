from __future__ import annotations

import subprocess
import sys
import uuid
from collections.abc import Iterator

import pytest

from bot.probes import registry
from bot.probes.registry import discover, probe


@pytest.fixture(autouse=True)
def forget() -> Iterator[None]:
    """Leave no probe of a test behind."""
    discover()
    before = dict(registry._registered)
    yield
    registry._registered.clear()
    registry._registered.update(before)
    discover.cache_clear()


def unique() -> str:
    """Give a name that no other test registers."""
    return f"kubernetes.test.{uuid.uuid4().hex}"


def test_parameters_are_read_off_the_signature():
    @probe(unique(), permissions=("list pods",), facts=("host",))
    def asked(view: Nowhere, *, namespace: str, share: float = 0.5, hours: int = 3, deep: bool = False):  # noqa: F821
        """What is asked here.

        And more of it.
        """

    spec = discover.__wrapped__()[next(iter(_names(asked)))].spec
    assert spec.summary == "What is asked here."
    assert spec.facts == ("host",)
    assert [(p.name, p.type, p.required, p.default) for p in spec.parameters] == [
        ("namespace", "str", True, None),
        ("share", "float", False, 0.5),
        ("hours", "int", False, 3),
        ("deep", "bool", False, False),
    ]


def _names(function):
    return [name for name, found in discover.__wrapped__().items() if found.function is function]


@pytest.mark.parametrize("name", ["kubernetes.pods", "azure.vm.state", "kubernetes.pod.waiting.now", ""])
def test_name_that_is_no_probe_name_is_refused(name):
    with pytest.raises(TypeError, match="a probe is named"):

        @probe(name, permissions=("list pods",))
        def asked(view):
            """Asked."""


def test_parameter_that_is_not_a_keyword_is_refused():
    with pytest.raises(TypeError, match="namespace must be keyword-only"):

        @probe(unique(), permissions=("list pods",))
        def asked(view, namespace: str):
            """Asked."""


def test_parameter_that_is_no_scalar_is_refused():
    with pytest.raises(TypeError, match="names must be one of"):

        @probe(unique(), permissions=("list pods",))
        def asked(view, *, names: list[str]):
            """Asked."""


@pytest.mark.parametrize("permissions", [(), ("list pods",)])
def test_probe_without_permissions_or_docstring_is_refused(permissions):
    with pytest.raises(TypeError, match="needs a docstring and its permissions"):

        @probe(unique(), permissions=permissions)
        def asked(view): ...


def test_probe_without_a_view_is_refused():
    with pytest.raises(TypeError, match="the first parameter is the view"):

        @probe(unique(), permissions=("list pods",))
        def asked(*, namespace: str):
            """Asked."""


def test_two_probes_of_one_name_are_refused():
    name = unique()

    @probe(name, permissions=("list pods",))
    def first(view):
        """First."""

    with pytest.raises(TypeError, match="two probes are named"):

        @probe(name, permissions=("list pods",))
        def second(view):
            """Second."""


def test_every_probe_is_discovered_under_its_own_system():
    for name, found in discover().items():
        assert found.spec.name == name
        assert found.function.__module__.startswith((f"bot.probes.{found.spec.system}.", __name__, "test_"))


def test_discovery_loads_no_sdk():
    code = (
        "import sys; from bot.probes.registry import discover; discover(); "
        "print([m for m in ('kubernetes', 'boto3', 'botocore', 'moto', 'starlette') if m in sys.modules])"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "[]"
