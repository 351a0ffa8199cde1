"""A small catalogue in a folder, for tests that read files."""

from __future__ import annotations

from pathlib import Path

from bot.model.probe import ProbeParameter, ProbeSpec

RUNBOOK = """\
title: Image cannot be pulled
purpose: >-
  Say why a container's image does not arrive.
not_for:
  - a container that starts and then stops: kubernetes/pod-crashloop
owner: platform-team
reviewed: 2026-11-24
triggers:
  phrases:
    - pods stuck in ImagePullBackOff
    - cannot pull the image
    - the image is not found
    - registry refuses our pull
    - new tag does not arrive
    - deployment hangs on pulling
    - image pull fails
    - wrong image name in the deployment
    - pull access denied
    - cannot fetch the container image
  signals: [ErrImagePull]
parameters:
  namespace: {type: namespace, required: true, description: Where the workload lives}
  workload: {type: workload, description: Which one}
steps:
  - id: waiting
    probe: kubernetes.pod.image
    arguments:
      namespace: "{{ parameters.namespace }}"
      workload: "{{ parameters.workload }}"
    why: The kubelet says it.
  - id: registry
    probe: network.dns.lookup
    arguments: {host: "{{ steps.waiting.facts.registry }}", port: 443}
    when: "'registry-unresolved' in steps.waiting.causes"
    why: A name that does not resolve is a DNS fault.
conclusions:
  - causes: [image-tag-not-found]
    say: "{{ finding.summary }}"
    advise: [Correct the tag.]
  - when: "steps.waiting.status == 'unknown'"
    say: The pods could not be looked at.
    disposition: escalate
otherwise:
  say: No image problem was found.
escalation: {team: platform, priority: P3}
"""

OTHER = """\
title: Pod keeps crashing
purpose: Say why a container stops.
owner: platform-team
reviewed: 2026-11-24
triggers: {phrases: [pod keeps restarting]}
steps:
  - {id: look, probe: kubernetes.pod.image, arguments: {namespace: shop}, why: It knows.}
otherwise: {say: Nothing crashes.}
escalation: {team: platform}
"""

CASE = """\
title: The tag does not exist
ticket:
  summary: checkout will not deploy
  body: |
    hangs with ErrImagePull in shop since @now-5m
kubernetes:
  objects:
    - {apiVersion: v1, kind: Pod, metadata: {name: checkout-1, namespace: shop, creationTimestamp: "@now-2h"}}
expect:
  runbook: kubernetes/image-pull
  parameters: {namespace: shop}
  root_causes:
    - {cause: image-tag-not-found, resource: Pod/checkout-1}
  disposition: advise
"""

HEALTHY = """\
title: Nothing is wrong
ticket: {summary: is the image of checkout fine}
expect:
  runbook: kubernetes/image-pull
  root_causes: []
  disposition: healthy
"""

LOOK_ALIKE = """\
title: Starts and stops
ticket: {summary: checkout restarts all the time}
expect:
  runbook: kubernetes/pod-crashloop
"""

NAME = "kubernetes/image-pull"
OTHER_NAME = "kubernetes/pod-crashloop"

SPECS = {
    "kubernetes.pod.image": ProbeSpec(
        "kubernetes.pod.image",
        "kubernetes",
        "Why an image does not arrive.",
        (ProbeParameter("namespace", "str", True), ProbeParameter("workload", "str", False, "")),
        ("list pods", "list deployments.apps", "get pods/log", "list secrets"),
        ("registry",),
    ),
    "network.dns.lookup": ProbeSpec(
        "network.dns.lookup",
        "network",
        "Where a name leads.",
        (ProbeParameter("host", "str", True), ProbeParameter("port", "int", False, 443)),
        ("connect",),
    ),
    "aws.s3.access": ProbeSpec("aws.s3.access", "aws", "Who may read.", (), ("s3:HeadBucket", "s3:GetBucketPolicy")),
}


def put(root: Path, path: str, text: str) -> Path:
    """Write one file below `root`."""
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def a_catalogue_folder(root: Path, runbook: str = RUNBOOK) -> Path:
    """Write two runbooks, one with all the cases that it must have."""
    put(root, f"{NAME}/runbook.yaml", runbook)
    put(root, f"{NAME}/cases/wrong-tag.yaml", CASE)
    put(root, f"{NAME}/cases/healthy.yaml", HEALTHY)
    put(root, f"{NAME}/cases/looks-like-crashloop.yaml", LOOK_ALIKE)
    put(root, f"{OTHER_NAME}/runbook.yaml", OTHER)
    return root
