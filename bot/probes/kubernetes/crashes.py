"""Why a container of a pod stops: from its exit, its probes' events and its log, tied to the pod's spec. Pure.

A log line is evidence. Where only the exit code is known, the cause says just that (`application-exits-nonzero`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.kit.text import listed, one_line
from bot.model.finding import Evidence
from bot.probes.kubernetes import podstates
from bot.probes.kubernetes.answers import Event, Pod
from bot.probes.kubernetes.containers import Container, Termination, containers
from bot.probes.kubernetes.crashcauses import Said, say
from bot.probes.kubernetes.faults import Fault
from bot.probes.kubernetes.logs import Reading, read_log, tail
from bot.probes.kubernetes.owners import owner
from bot.probes.kubernetes.verdicts import count, read_it, ref, see

FLAPPING = timedelta(minutes=15)
BLOCKING = timedelta(minutes=5)
_START_FAILED = ("StartError", "ContainerCannotRun")
_PROBE_KILL = re.compile(r"Container (?P<name>\S+) failed (?P<probe>liveness|startup) probe, will be restarted")
_PROBE_FAILED = re.compile(
    r"^(?P<probe>Liveness|Startup) probe (?:failed|errored)(?:: | and resulted in )?(?P<why>.*)", re.DOTALL
)
_MOUNT_FAULT = re.compile(r"mount|subPath|not a directory", re.IGNORECASE)


def crashing(pod: Pod, now: datetime, min_restarts: int = 1) -> Container | None:
    """Give the first container that keeps stopping, or an init container that never ends; None when all is well.

    A container that runs again and has done so for a while is well, whatever its restart count.
    """
    if podstates.is_going(pod) or pod.get("status", {}).get("reason") == "Evicted":
        return None
    for container in containers(pod):
        if _stops(pod, container, now, min_restarts) or blocks(container, now):
            return container
    return None


def _stops(pod: Pod, container: Container, now: datetime, min_restarts: int) -> bool:
    if container.waiting in ("CrashLoopBackOff", "RunContainerError", "CreateContainerError"):
        if container.waiting == "CrashLoopBackOff":
            return True
        said = container.waiting_message
        return "exec" in said and not _MOUNT_FAULT.search(said)
    ended = container.ended
    if ended:
        wanted_on = container.role != "init" and pod.get("spec", {}).get("restartPolicy", "Always") == "Always"
        return ended.exit_code != 0 or (wanted_on and container.restarts >= min_restarts)
    last = container.last
    if not last or container.restarts < max(2, min_restarts):
        return False
    # Without the time of its end, only a container that is not ready again counts as one that still stops.
    return now - last.finished < FLAPPING if last.finished else not container.ready


def blocks(container: Container, now: datetime) -> bool:
    """Say whether this is an init container that has been running for too long to be at work."""
    since = container.running_since
    return container.role == "init" and since is not None and now - since > BLOCKING


def judge(pod: Pod, container: Container, log: Sequence[str], events: Iterable[Event], *, previous: bool) -> Fault:
    """Say why `container` stops. `log` is that of the run that ended (`previous` when it is the run before)."""
    name = owner(pod).name
    reading = read_log(log)
    end = container.last
    evidence = _evidence(pod, container, log, reading, previous)
    if not end:
        return (
            _never_ends(container, name, reading, pod, evidence)
            if container.running_since
            else _not_started(container, name, pod, evidence)
        )
    said = _from_end(container, end, pod, tuple(events)) or (say(reading, pod, container) if reading else None)
    said = said or _exit_only(end)
    subject = f"{container.name}/{said.subject}"
    how = f"keeps stopping with {end.exit}" if container.restarts else f"stopped with {end.exit}"
    restarts = f" after {count(container.restarts, 'restart')}" if container.restarts else ""
    return Fault(
        said.cause,
        f"{container.label.capitalize()} of {name} {how}{restarts}: {said.what}.",
        said.remedy,
        subject,
        evidence,
        {"container": container.name, "exit_code": str(end.exit_code), **said.facts},
        since=end.finished,
    )


def _from_end(container: Container, end: Termination, pod: Pod, events: Sequence[Event]) -> Said | None:
    """What the end itself proves, before any line of the log."""
    if end.reason in _START_FAILED or (end.exit_code == 128 and "exec" in end.message):
        return _start_failed(end.message, pod, container)
    return _killed_by_probe(container, end, events)


def _start_failed(message: str, pod: Pod, container: Container) -> Said:
    reading = read_log([" ".join(message.split())])
    if reading and reading.kind in (
        "command-missing",
        "command-not-executable",
        "wrong-architecture",
        "permission-denied",
    ):
        kind = "command-not-executable" if reading.kind == "permission-denied" else reading.kind
        return say(Reading(kind, reading.line, reading.subject), pod, container)
    return Said(
        "container-start-failed",
        f"the container runtime cannot start it ({one_line(message, 240)})",
        "Correct the part of the pod template that the runtime names.",
    )


def _killed_by_probe(container: Container, end: Termination, events: Sequence[Event]) -> Said | None:
    failed = [match for match in (_PROBE_FAILED.match(str(event.get("message", ""))) for event in events) if match]
    probe = _killing_probe(container, end, events, failed)
    if not probe:
        return None
    why = next((match["why"] for match in failed if match["probe"].lower() == probe), "")
    said = f": {one_line(why, 200)}" if why else ""
    spec = container.spec.get(f"{probe}Probe") or {}
    return Said(
        f"{probe}-probe-kills",
        f"the kubelet kills it because its own {probe} probe fails{_asks(spec)}{said}{_other_port(container, spec)}",
        f"Correct the {probe} probe (port, path, time-outs) or what it asks; give a slow start a startup probe.",
        probe,
    )


def _killing_probe(
    container: Container, end: Termination, events: Sequence[Event], failed: Sequence[re.Match[str]]
) -> str:
    """Give the probe that had the container killed, empty for none.

    The kubelet's own event says so; when that one is gone, a signal from outside does, to a container whose probe the
    events show failing.
    """
    kill = next((found for found in map(_kill, events) if found and found["name"] == container.name), None)
    if kill:
        return str(kill["probe"]) if end.exit_code in (0, 1, 2, 129, 130, 137, 143) else ""
    if end.exit_code not in (137, 143) or end.reason == "OOMKilled":
        return ""
    shown = (match["probe"].lower() for match in failed)
    return next((probe for probe in shown if container.spec.get(f"{probe}Probe")), "")


def _kill(event: Event) -> re.Match[str] | None:
    return _PROBE_KILL.search(str(event.get("message", ""))) if event.get("reason") == "Killing" else None


def _other_port(container: Container, probe: Mapping[str, Any]) -> str:
    """Say which ports the container declares, when the probe asks for another one."""
    port = (probe.get("httpGet") or probe.get("tcpSocket") or {}).get("port")
    declared = container.spec.get("ports") or ()
    known = [str(each.get("containerPort", "")) for each in declared]
    if port is None or not known or str(port) in (*known, *(str(each.get("name", "")) for each in declared)):
        return ""
    return f"; the container declares port {listed(known)}, not {port}"


def _asks(probe: Mapping[str, Any]) -> str:
    get, tcp = probe.get("httpGet"), probe.get("tcpSocket")
    if get:
        return (
            f" (GET {get.get('path', '/')} on port {get.get('port', '')}, {probe.get('timeoutSeconds', 1)} s time-out)"
        )
    if tcp:
        return f" (TCP port {tcp.get('port', '')})"
    command = (probe.get("exec") or {}).get("command")
    return f" (command {one_line(' '.join(map(str, command)), 80)})" if command else ""


_SIGNALLED = {
    "SIGKILL": (
        "killed",
        "something killed it from outside, and it was not the memory limit",
        "Look at the node's events (memory, shutdown), at a stop that overran its grace period, and at preStop hooks.",
    ),
    "SIGSEGV": (
        "segmentation-fault",
        "the process crashed with a segmentation fault",
        "Give the image and its newest changes to the owners; native libraries are the usual reason.",
    ),
    "SIGABRT": (
        "aborted",
        "the process aborted itself",
        "Read the last lines of the log: an assertion, or memory that could not be had.",
    ),
    "SIGTERM": (
        "terminated-from-outside",
        "it was asked to stop and did",
        "Look at who deletes or restarts it: the node, a controller, a probe, or the process's own parent.",
    ),
}


def _exit_only(end: Termination) -> Said:
    if end.signal in _SIGNALLED:
        return Said(*_SIGNALLED[end.signal])
    if end.exit_code == 0:
        return Said(
            "completed-but-should-run",
            "the process ends by itself, without an error, although a workload of this kind must keep running",
            "Start the long-running process in the foreground, or make it a Job or CronJob if it is meant to end.",
        )
    if end.exit_code in (126, 127):
        missing = end.exit_code == 127
        return Said(
            "command-missing" if missing else "command-not-executable",
            f"the shell could not {'find' if missing else 'execute'} the command",
            "Correct command and args in the pod template, or the image.",
        )
    return Said(
        "application-exits-nonzero",
        "its log does not say why",
        "Read the whole log with the owners of the application; the exit code alone does not say why.",
    )


def _never_ends(
    container: Container, name: str, reading: Reading | None, pod: Pod, evidence: tuple[Evidence, ...]
) -> Fault:
    since = container.running_since
    said = say(reading, pod, container) if reading else None
    why = f": {said.what}" if said else ""
    return Fault(
        said.cause if said and said.facts.get("host") else "init-container-blocking",
        f"{container.label.capitalize()} of {name} has been running since {since:%Y-%m-%d %H:%M} UTC, "
        f"so the pod cannot start{why}.",
        said.remedy if said else "See what the init container waits for, and bring that up.",
        container.name,
        evidence,
        {"container": container.name, **(said.facts if said else {})},
        since=since,
    )


def _not_started(container: Container, name: str, pod: Pod, evidence: tuple[Evidence, ...]) -> Fault:
    said = _start_failed(container.waiting_message, pod, container)
    return Fault(
        said.cause,
        f"{container.label.capitalize()} of {name} cannot be started: {said.what}.",
        said.remedy,
        f"{container.name}/{said.subject}",
        evidence,
        {"container": container.name},
    )


def _evidence(
    pod: Pod, container: Container, log: Sequence[str], reading: Reading | None, previous: bool
) -> tuple[Evidence, ...]:
    about = ref(pod, "Pod")
    found: list[Evidence] = []
    if log:
        run = " (the run before)" if previous else ""
        command = read_it(about, container.name, previous)
        found.append(Evidence(f"log of {container.label}{run}", tail(log, reading.line if reading else ""), command))
    end = container.last
    if end:
        at = f" at {end.finished:%Y-%m-%d %H:%M:%S} UTC" if end.finished else ""
        text = one_line(f"{end.reason or 'Terminated'}, {end.exit}{at}. {end.message}", 600)
        found.append(Evidence(f"last end of {container.label}", text, see(about)))
    elif container.waiting:
        text = one_line(f"{container.waiting}: {container.waiting_message}", 600)
        found.append(Evidence(f"state of {container.label}", text, see(about)))
    return tuple(found)
