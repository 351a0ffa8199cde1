"""The containers of a pod as one list: spec and status together, in the order in which the kubelet starts them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.probes.kubernetes.answers import Pod
from bot.probes.kubernetes.verdicts import moment

_SIGNALS = {1: "SIGHUP", 2: "SIGINT", 4: "SIGILL", 6: "SIGABRT", 7: "SIGBUS", 8: "SIGFPE", 9: "SIGKILL", 11: "SIGSEGV"}
_SIGNALS |= {13: "SIGPIPE", 15: "SIGTERM"}


@dataclass(frozen=True, slots=True)
class Termination:
    """How a container ended."""

    exit_code: int
    reason: str
    message: str
    started: datetime | None
    finished: datetime | None

    @property
    def signal(self) -> str:
        """Name the signal that ended it (`SIGKILL` for 137), empty when it exited by itself."""
        return _SIGNALS.get(self.exit_code - 128, "") if self.exit_code > 128 else ""

    @property
    def exit(self) -> str:
        """Say `exit code 137 (SIGKILL)`."""
        return f"exit code {self.exit_code}{f' ({self.signal})' if self.signal else ''}"


@dataclass(frozen=True, slots=True)
class Container:
    """One container: `role` is `init`, `sidecar` or `main`; `status` is empty before the kubelet has seen it."""

    name: str
    role: str
    spec: Mapping[str, Any]
    status: Mapping[str, Any]

    @property
    def label(self) -> str:
        """Name it for people: `container app`, `init container migrate`."""
        return f"init container {self.name}" if self.role == "init" else f"container {self.name}"

    @property
    def image(self) -> str:
        """Give the image that it asks for."""
        return str(self.spec.get("image", ""))

    @property
    def waiting(self) -> str:
        """Give the reason why it waits, empty when it does not."""
        return str(self.status.get("state", {}).get("waiting", {}).get("reason", ""))

    @property
    def waiting_message(self) -> str:
        """Give what the kubelet says of the waiting."""
        return str(self.status.get("state", {}).get("waiting", {}).get("message", ""))

    @property
    def restarts(self) -> int:
        """Count the restarts."""
        return int(self.status.get("restartCount", 0))

    @property
    def ready(self) -> bool:
        """Say whether the kubelet calls it ready."""
        return bool(self.status.get("ready"))

    @property
    def running_since(self) -> datetime | None:
        """Say when the present run began; None when it does not run."""
        return moment(self.status.get("state", {}).get("running", {}).get("startedAt"))

    @property
    def ended(self) -> Termination | None:
        """Give the present end, when the container is not running now."""
        return _termination(self.status.get("state", {}).get("terminated"))

    @property
    def last(self) -> Termination | None:
        """Give the newest end: the present one, else that of the run before."""
        return self.ended or _termination(self.status.get("lastState", {}).get("terminated"))


def _termination(state: Mapping[str, Any] | None) -> Termination | None:
    if not state:
        return None
    return Termination(
        int(state.get("exitCode", 0)),
        str(state.get("reason", "")),
        str(state.get("message", "")),
        moment(state.get("startedAt")),
        moment(state.get("finishedAt")),
    )


def containers(pod: Pod) -> tuple[Container, ...]:
    """Give the init containers in their order, then the others."""
    spec, status = pod.get("spec", {}), pod.get("status", {})
    init = {each.get("name"): each for each in status.get("initContainerStatuses") or ()}
    main = {each.get("name"): each for each in status.get("containerStatuses") or ()}
    return (
        *(_container(each, _init_role(each), init) for each in spec.get("initContainers") or ()),
        *(_container(each, "main", main) for each in spec.get("containers") or ()),
    )


def _container(spec: Mapping[str, Any], role: str, statuses: Mapping[Any, Mapping[str, Any]]) -> Container:
    name = str(spec.get("name", ""))
    return Container(name, role, spec, statuses.get(name, {}))


def _init_role(spec: Mapping[str, Any]) -> str:
    return "sidecar" if spec.get("restartPolicy") == "Always" else "init"


def environment(container: Container) -> Mapping[str, str]:
    """Give the literal environment of a container; values that come from elsewhere are left out."""
    return {
        str(each["name"]): str(each["value"])
        for each in container.spec.get("env") or ()
        if each.get("name") and each.get("value") is not None
    }


def command_line(container: Container) -> str:
    """Give command and arguments as one line."""
    return " ".join(str(part) for part in (*(container.spec.get("command") or ()), *(container.spec.get("args") or ())))


def mount_of(container: Container, path: str) -> str:
    """Name the volume that is mounted at or above `path`, the closest one; empty when none is."""
    mounts = [
        each for each in container.spec.get("volumeMounts") or () if _covers(str(each.get("mountPath", "")), path)
    ]
    closest: Mapping[str, Any] = max(mounts, key=lambda each: len(str(each.get("mountPath", ""))), default={})
    return str(closest.get("name", ""))


def _covers(mount: str, path: str) -> bool:
    folder = mount.rstrip("/")
    return bool(folder) and (path == folder or path.startswith(f"{folder}/"))


def claims_of(pod: Pod) -> tuple[str, ...]:
    """Give the names of the claims that a pod mounts."""
    mounts = (each.get("persistentVolumeClaim") for each in pod.get("spec", {}).get("volumes") or ())
    return tuple(str(each["claimName"]) for each in mounts if each)


def volume(pod: Pod, name: str) -> Mapping[str, Any]:
    """Give the volume of that name, empty when there is none."""
    found = (each for each in pod.get("spec", {}).get("volumes") or () if each.get("name") == name)
    return next(found, {})
