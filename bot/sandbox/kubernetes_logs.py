"""Container logs as the kubelet gives them, its refusals included."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.sandbox.kubernetes_answers import Refused

_WAITING = {
    "ErrImagePull": "image can't be pulled",
    "ImagePullBackOff": "trying and failing to pull image",
}
_LISTS = ("containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses")


def log_text(pod: Mapping[str, Any], logs: Mapping[str, str], query: Mapping[str, str]) -> str:
    """Give the text for a request to `pods/NAME/log`.

    `query` may hold container, previous, tailLines, limitBytes, timestamps; sinceSeconds and sinceTime are accepted
    and ignored, for stored logs carry no times. Raises Refused (400) as the kubelet does.
    """
    metadata = pod["metadata"]
    container = _container(pod, query.get("container", ""))
    previous = query.get("previous", "") in ("true", "1")
    key = f"{metadata.get('namespace', '')}/{metadata['name']}/{container}"
    text = _text(pod, container, previous, logs.get(key), logs.get(f"{key}:previous"))
    return _shaped(text, query)


def _container(pod: Mapping[str, Any], asked: str) -> str:
    spec = pod.get("spec") or {}
    name = pod["metadata"]["name"]
    main = [each.get("name", "") for each in spec.get("containers") or ()]
    init = [each.get("name", "") for each in spec.get("initContainers") or ()]
    extra = [each.get("name", "") for each in spec.get("ephemeralContainers") or ()]
    if asked:
        if asked not in main + init + extra:
            raise Refused(400, f"container {asked} is not valid for pod {name}")
        return asked
    if len(main) == 1 and not init:
        return str(main[0])
    also = f" or one of the init containers: [{' '.join(init)}]" if init else ""
    raise Refused(400, f"a container name must be specified for pod {name}, choose one of: [{' '.join(main)}]{also}")


def _text(pod: Mapping[str, Any], container: str, previous: bool, current_log: str | None, last_log: str | None) -> str:
    status = _status(pod, container)
    state, last = status.get("state") or {}, (status.get("lastState") or {}).get("terminated")
    given = last_log if previous else current_log
    if given is None and last and "waiting" in state:
        # While a container waits for its restart, its last run is both the current and the previous log.
        given = current_log if previous else last_log
    if given is not None:
        return given
    if previous and not last:
        raise Refused(400, f'previous terminated container "{container}" in pod "{pod["metadata"]["name"]}" not found')
    if not previous and not last and "waiting" in state:
        reason = state["waiting"].get("reason", "")
        why = _WAITING.get(reason, reason)
        raise Refused(400, f'container "{container}" in pod "{pod["metadata"]["name"]}" is waiting to start: {why}')
    return ""


def _status(pod: Mapping[str, Any], container: str) -> Mapping[str, Any]:
    status = pod.get("status") or {}
    every = (each for group in _LISTS for each in status.get(group) or ())
    return next((each for each in every if each.get("name") == container), {})


def _shaped(text: str, query: Mapping[str, str]) -> str:
    lines = text.splitlines(keepends=True)
    if (tail := query.get("tailLines", "")).isdigit():
        lines = lines[-int(tail) :] if int(tail) else []
    if query.get("timestamps") in ("true", "1"):
        lines = [f"2026-01-01T00:00:00.000000000Z {line}" for line in lines]
    text = "".join(lines)
    if (limit := query.get("limitBytes", "")).isdigit():
        text = text.encode()[: int(limit)].decode(errors="ignore")
    return text
