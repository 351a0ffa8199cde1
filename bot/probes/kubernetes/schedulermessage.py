"""The scheduler's message about a pod, taken apart: how many nodes refused it, and for which reason. Pure.

The scheduler asks its filters in a fixed order and stops at the first that refuses a node. A node that is short of room
has therefore passed taints and selectors: it is one that the pod was meant for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from bot.probes.kubernetes.verdicts import count

TAINT, SELECTOR, CORDONED, NOT_READY, PRESSURE = "taint", "selector", "cordoned", "not-ready", "pressure"
ROOM, PORT, AFFINITY, SPREAD = "room", "port", "pod-affinity", "spread"
CLAIM, ZONE, VOLUME_LIMIT, NO_NODE, OTHER = "claim", "volume-zone", "volume-limit", "no-node", "other"

CONTROL_PLANE = ("node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master")


class Refusal(NamedTuple):
    """`nodes` nodes refuse for one reason; `what` names the resource, the taint or the claim. 0 nodes: all of them."""

    kind: str
    nodes: int
    what: str = ""
    text: str = ""


class Message(NamedTuple):
    """The message as a whole: how many nodes there are, and who refuses."""

    total: int
    refusals: tuple[Refusal, ...]
    preemption: str = ""

    def of(self, *kinds: str) -> tuple[Refusal, ...]:
        """Give the refusals of these kinds, that of most nodes first."""
        return tuple(sorted((each for each in self.refusals if each.kind in kinds), key=lambda each: -each.nodes))


_HEAD = re.compile(r"^0/(?P<total>\d{1,6}) nodes are available: ?(?P<rest>.*)$", re.DOTALL)
_PART = re.compile(r"(?P<nodes>\d{1,6}) (?P<text>.+?)(?=, \d{1,6} |$)", re.DOTALL)
_TAINT = re.compile(r"taints?(?:\(s\))? \{(?P<key>[^:}]{1,320}): ?(?P<value>[^}]{0,80})\}")
_RULES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), kind)
    for pattern, kind in (
        (r"Insufficient (?P<what>\S+)", ROOM),
        (r"(?P<what>Too many pods)", ROOM),
        (r"were unschedulable", CORDONED),
        (r"were not ready|node\(s\) .{0,20}not ready", NOT_READY),
        (r"node affinity/selector|match node selector|Pod's node affinity|NodeSelector", SELECTOR),
        (r"anti-affinity|pod affinity", AFFINITY),
        (r"topology spread", SPREAD),
        (r"free ports", PORT),
        (r"volume node affinity conflict|available volume zone", ZONE),
        (r"max volume count", VOLUME_LIMIT),
        (r"unbound (?:immediate )?PersistentVolumeClaims|available persistent volumes to bind|"
         r"persistentvolumeclaim \"(?P<what>[^\"]{1,253})\"|non-existent persistentvolume", CLAIM),
    )
)  # fmt: skip


def parse(message: str) -> Message:
    """Take the message apart. What is not understood is kept as `other`, with its text."""
    main, _, preemption = message.partition(" preemption: ")
    if "no nodes available to schedule pods" in main:
        return Message(0, (Refusal(NO_NODE, 0, text=main),), preemption)
    head = _HEAD.match(main.strip())
    if not head:
        return Message(0, (_refusal(0, main.strip()),) if main.strip() else (), preemption)
    rest = head["rest"].strip().rstrip(".")
    return Message(int(head["total"]), tuple(_refusals(rest)), preemption.strip())


def _refusals(rest: str) -> Iterator[Refusal]:
    parts = list(_PART.finditer(rest))
    if not parts or parts[0].start() > 0:
        yield _refusal(0, rest[: parts[0].start()].strip(" ,.") if parts else rest)
    for part in parts:
        yield _refusal(int(part["nodes"]), part["text"].strip())


def _refusal(nodes: int, text: str) -> Refusal:
    taint = _TAINT.search(text)
    if taint:
        return Refusal(_of_taint(taint["key"]), nodes, f"{taint['key']}={taint['value']}".rstrip("="), text)
    for pattern, kind in _RULES:
        found = pattern.search(text)
        if found:
            what = (found.groupdict().get("what") or "").rstrip(".,")
            return Refusal(kind, nodes, "pods" if what == "Too many pods" else what, text)
    return Refusal(OTHER, nodes, text=text)


def _of_taint(key: str) -> str:
    if key == "node.kubernetes.io/unschedulable":
        return CORDONED
    if key in ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"):
        return NOT_READY
    if key.startswith("node.kubernetes.io/") and key.endswith("-pressure"):
        return PRESSURE
    return TAINT


def is_control_plane(refusal: Refusal) -> bool:
    """Say whether the refusal is only that of control plane nodes, where no workload is meant to run."""
    return refusal.kind == TAINT and refusal.what.partition("=")[0] in CONTROL_PLANE


def told(message: Message) -> str:
    """Say who refuses, in a line: `2 nodes: Insufficient cpu; 1 node: taint dedicated=batch`."""
    parts = (f"{count(each.nodes, 'node')}: {each.text}" if each.nodes else each.text for each in message.refusals)
    return "; ".join(parts)
