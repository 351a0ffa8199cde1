"""Puts a case's world into the sandbox and triages its ticket there, through the real chain and the real clients."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from bot.catalogue.cases import Diagnosis
from bot.parts import Parts
from bot.pipeline.single import Triaged, message
from bot.sandbox.aws import AwsSandbox
from bot.sandbox.kubernetes import KubernetesSandbox
from bot.settings import Settings, load_settings

if TYPE_CHECKING:
    from bot.catalogue.cases import Case
    from bot.sandbox.network import NetworkSandbox


class Stage:
    """A context manager: three sandbox servers that are started once, and reloaded for each case."""

    def __init__(self, settings: Settings) -> None:
        """Take the settings whose catalogue and thresholds count; where to look is the sandbox's."""
        self._base = Parts(settings)
        self._open = ExitStack()
        self._kubernetes = KubernetesSandbox()
        self._aws = AwsSandbox()
        self._network: NetworkSandbox | None = None

    def __enter__(self) -> Self:
        """Start the servers."""
        folder = Path(self._open.enter_context(tempfile.TemporaryDirectory(prefix="secondline-")))
        self._kubernetes.start()
        self._open.callback(self._kubernetes.stop)
        self._kubeconfig = self._kubernetes.kubeconfig(folder / "kubeconfig")
        self._aws.start()
        self._open.callback(self._aws.stop)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the servers."""
        self._open.close()

    def diagnose(self, case: Case) -> Diagnosis:
        """Triage a case's ticket in its own world."""
        triaged = self.triage(case)
        return Diagnosis(triaged.match, triaged.run, triaged.explanation, triaged.report)

    def triage(self, case: Case) -> Triaged:
        """Load the world of `case`, and triage its ticket."""
        self._kubernetes.load(case.kubernetes.objects, case.kubernetes.logs, case.kubernetes.faults)
        self._aws.load(case.aws)
        network = self._hosts(case)
        parts = Parts(self._settings(network), self._aws.environment())
        parts.__dict__["catalogue"] = self._base.catalogue  # read once for all cases
        raw = replace(message(case.summary, key=case.id), body=case.body, fields=case.fields)
        return parts.bench().triage(raw)

    def _hosts(self, case: Case) -> dict[str, Any]:
        """The network is built when the first case with hosts comes: most have none, and certificates take time."""
        if self._network is None:
            if not case.network:
                return {}
            from bot.sandbox.network import NetworkSandbox

            self._network = NetworkSandbox()
            self._open.callback(self._network.stop)
        self._network.load(case.network)
        return self._network.settings()

    def _settings(self, network: dict[str, Any]) -> Settings:
        base = self._base.settings
        return load_settings(
            environment={},
            overrides={
                "kubernetes": {"kubeconfig": str(self._kubeconfig), "timeout_s": 5},
                "network": network,
                "matching": base.matching.model_dump(),
                "catalogue": base.catalogue.model_dump(),
            },
        )


@contextmanager
def bench() -> Iterator[Callable[[Case], Diagnosis]]:
    """Start the sandbox once, and give a function that triages a case in it."""
    with Stage(load_settings(environment={})) as stage:
        yield stage.diagnose
