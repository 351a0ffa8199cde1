from datetime import UTC, datetime, timedelta

import pytest

from bot.model.probe import ProbeSpec
from bot.probes.kubernetes.elsewhere import other_namespaces
from bot.probes.kubernetes.verdicts import Ref
from bot.probes.kubernetes.view import open_view
from bot.probes.session import CallLog
from bot.settings import KubernetesSettings

ABOUT = Ref("Service", "orders", "shop")


def service(namespace: str, name: str = "orders") -> dict:
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "namespace": namespace}}


@pytest.fixture
def view(cluster, tmp_path):
    settings = KubernetesSettings(kubeconfig=str(cluster.kubeconfig(tmp_path / "kubeconfig")))
    opened = open_view(settings)({}, datetime.now(UTC) + timedelta(seconds=30))
    spec = ProbeSpec("kubernetes.test.one", "kubernetes", "Whether.", (), ("list services",))
    yield opened.scoped(spec, CallLog())
    opened.close()


def test_other_namespaces_that_have_the_name_are_given_in_order(cluster, view):
    cluster.load([service("web"), service("data"), service("shop"), service("web", "others")])
    assert other_namespaces(view, ABOUT) == ("data", "web")


def test_nothing_is_said_of_namespaces_that_may_not_be_looked_at(cluster, view):
    cluster.load([service("data")], faults=[{"verb": "list", "resource": "services", "status": 403}])
    assert other_namespaces(view, ABOUT) == ()
