"""What tests of probes share: a sandbox cluster that is asked through the real client."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.model.finding import Finding
from bot.probes.kubernetes.view import open_view
from bot.probes.session import AllProbes
from bot.sandbox.kubernetes import KubernetesSandbox
from bot.settings import KubernetesSettings

Ask = Callable[..., tuple[Finding, ...]]


@pytest.fixture(scope="session")
def cluster() -> Iterator[KubernetesSandbox]:
    server = KubernetesSandbox()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def ask(cluster: KubernetesSandbox, tmp_path: Path) -> Ask:
    """Run one probe over objects: `ask(objects, "kubernetes.node.state", namespace="shop")`; faults are optional."""

    def run(
        objects: Sequence[dict], probe: str, faults: Sequence[dict] = (), **arguments: object
    ) -> tuple[Finding, ...]:
        cluster.load(objects, faults=faults)
        settings = KubernetesSettings(kubeconfig=str(cluster.kubeconfig(tmp_path / "kubeconfig")))
        session = AllProbes({"kubernetes": open_view(settings)}).session({}, datetime.now(UTC) + timedelta(seconds=30))
        try:
            return session.run(probe, arguments).findings
        finally:
            session.close()

    return run
