"""Puts a case's world into the sandbox and triages its ticket there, through the real chain and the real clients."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from bot.app import Parts
from bot.catalogue.cases import Diagnosis
from bot.pipeline.single import Triaged, message
from bot.sandbox.aws import AwsSandbox
from bot.sandbox.kubernetes import KubernetesSandbox
from bot.sandbox.network import NetworkSandbox
from bot.settings import Settings, load_settings

if TYPE_CHECKING:
    from bot.catalogue.cases import Case


class Stage:
    """A context manager: three sandbox servers that are started once, and reloaded for each case."""

    def __init__(self, settings: Settings) -> None:
        """Take the settings whose catalogue and thresholds count; where to look is the sandbox's."""
        self._base = Parts(settings)
        self._open = ExitStack()
        self._kubernetes = KubernetesSandbox()
        self._aws = AwsSandbox()
        self._network = NetworkSandbox()
        self._environment: dict[str, str | None] = {}

    def __enter__(self) -> Self:
        """Start the servers."""
        folder = Path(self._open.enter_context(tempfile.TemporaryDirectory(prefix="secondline-")))
        self._kubernetes.start()
        self._open.callback(self._kubernetes.stop)
        self._kubeconfig = self._kubernetes.kubeconfig(folder / "kubeconfig")
        self._aws.start()
        self._open.callback(self._aws.stop)
        self._open.callback(self._network.stop)
        self._borrow_environment(self._aws.environment())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the servers."""
        self._open.close()

    def _borrow_environment(self, wanted: dict[str, str]) -> None:
        """The AWS SDK reads its endpoint and credentials from the environment; they are given back at the end."""
        before = {name: os.environ.get(name) for name in wanted}
        os.environ.update(wanted)

        def give_back() -> None:
            for name, value in before.items():
                if value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value

        self._open.callback(give_back)

    def diagnose(self, case: Case) -> Diagnosis:
        """Triage a case's ticket in its own world."""
        triaged = self.triage(case)
        return Diagnosis(triaged.match, triaged.run, triaged.explanation, triaged.report)

    def triage(self, case: Case) -> Triaged:
        """Load the world of `case`, and triage its ticket."""
        self._kubernetes.load(case.kubernetes.objects, case.kubernetes.logs, case.kubernetes.faults)
        self._aws.load(case.aws)
        self._network.load(case.network)
        parts = Parts(self._settings())
        parts.__dict__["catalogue"] = self._base.catalogue  # read once for all cases
        raw = replace(message(case.summary, key=case.id), body=case.body, fields=case.fields)
        return parts.bench().triage(raw)

    def _settings(self) -> Settings:
        base = self._base.settings
        return load_settings(
            environment={},
            overrides={
                "kubernetes": {"kubeconfig": str(self._kubeconfig), "timeout_s": 5},
                "network": self._network.settings(),
                "matching": base.matching.model_dump(),
                "catalogue": base.catalogue.model_dump(),
            },
        )


@contextmanager
def bench() -> Iterator[Callable[[Case], Diagnosis]]:
    """Start the sandbox once, and give a function that triages a case in it."""
    with Stage(load_settings(environment={})) as stage:
        yield stage.diagnose
