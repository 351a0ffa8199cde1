"""A cluster without a cluster: a local Kubernetes API server over a handful of objects."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from bot.model.errors import InputError
from bot.sandbox.hosting import Hosted, host
from bot.sandbox.kubernetes_state import State

MANIFESTS = (".yaml", ".yml", ".json")
CONTEXT = "sandbox"
_NOTHING: Mapping[str, str] = MappingProxyType({})


class KubernetesSandbox:
    """Serves objects as the Kubernetes API does, on 127.0.0.1, to unmodified clients. Nothing can be written."""

    def __init__(self) -> None:
        """Begin with an empty cluster."""
        self._state = State()
        self._hosted: Hosted | None = None

    @property
    def url(self) -> str:
        """Give the address, without a slash at the end; empty before `start`."""
        return self._hosted.url if self._hosted else ""

    def load(
        self,
        objects: Sequence[Mapping[str, Any]],
        logs: Mapping[str, str] = _NOTHING,
        faults: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        """Replace the whole cluster; running watches are told the difference. The format is docs/runbooks.md's.

        Raises InputError when an object lacks apiVersion, kind or name, or a fault has an unknown key.
        """
        self._state.replace(objects, logs, faults)

    def apply(self, *objects: Mapping[str, Any]) -> None:
        """Add or change objects, and leave the others as they are. Raises InputError as `load` does."""
        self._state.apply(objects)

    def load_folder(self, path: Path) -> None:
        """Replace the cluster with the manifests of a folder and its sub-folders, and the logs below `logs/`.

        Manifests are YAML (several documents too) or JSON, plain objects or lists. A log is
        `logs/NAMESPACE/POD/CONTAINER.log`, of the run before `CONTAINER.previous.log`; `faults.yaml` may hold a list
        of faults. Raises InputError that names the file.
        """
        if not path.is_dir():
            raise InputError(f"{path} is not a folder of Kubernetes manifests")
        objects: list[Mapping[str, Any]] = []
        faults: list[Mapping[str, Any]] = []
        for file in sorted(each for each in path.rglob("*") if each.suffix in MANIFESTS and each.is_file()):
            into = faults if file == path / "faults.yaml" else objects
            into.extend(_documents(file))
        self.load(objects, dict(_logs(path / "logs")), faults)

    def start(self, port: int = 0) -> str:
        """Serve on 127.0.0.1 and give the URL; port 0 picks a free one. Raises OSError when the port is taken."""
        from bot.sandbox.kubernetes_api import build

        self._state.closed = False
        self._hosted = host(build(self._state), port)
        return self._hosted.url

    def stop(self) -> None:
        """End the server and its watches."""
        self._state.closed = True
        if self._hosted:
            self._hosted.stop()
            self._hosted = None

    def kubeconfig(self, path: Path, context: str = CONTEXT) -> Path:
        """Write a kubeconfig for this server to `path` and give it back. Start the server first."""
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": context, "cluster": {"server": self.url}}],
            "users": [{"name": context, "user": {"token": "sandbox"}}],
            "contexts": [{"name": context, "context": {"cluster": context, "user": context}}],
            "current-context": context,
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
        return path


def _documents(file: Path) -> Iterable[Mapping[str, Any]]:
    try:
        text = file.read_text(encoding="utf-8")
        documents = [json.loads(text)] if file.suffix == ".json" else list(yaml.safe_load_all(text))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{file}: cannot be read as text") from error
    except (yaml.YAMLError, json.JSONDecodeError) as error:
        raise InputError(f"{file}: not valid {'JSON' if file.suffix == '.json' else 'YAML'}") from error
    for document in documents:
        for each in document if isinstance(document, list) else [document]:
            if each is None:
                continue
            if not isinstance(each, Mapping):
                raise InputError(f"{file}: expected Kubernetes objects, found {type(each).__name__}")
            yield each


def _logs(folder: Path) -> Iterable[tuple[str, str]]:
    for file in sorted(folder.glob("*/*/*.log")):
        container = file.name.removesuffix(".log")
        previous = ":previous" if container.endswith(".previous") else ""
        key = f"{file.parent.parent.name}/{file.parent.name}/{container.removesuffix('.previous')}{previous}"
        yield key, file.read_text(encoding="utf-8", errors="replace")
