"""A reading of a log, tied to what the pod's own spec says, in words: what is wrong and what to do next. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from bot.kit.text import one_line
from bot.probes.kubernetes.answers import Pod
from bot.probes.kubernetes.containers import Container, command_line, environment, mount_of, volume
from bot.probes.kubernetes.loghosts import Place, is_address, places_of
from bot.probes.kubernetes.logs import DEPENDENCY, Reading, tied_variable
from bot.probes.kubernetes.nearness import near


class Said(NamedTuple):
    """A cause in words: `what` completes "container app ends with exit code 1: ...". `subject` is what it is about."""

    cause: str
    what: str
    remedy: str
    subject: str = ""
    facts: Mapping[str, str] = {}


def say(reading: Reading, pod: Pod, container: Container) -> Said:
    """Put a reading into words, with what the container's spec adds to it."""
    return _WORDS.get(reading.kind, _plain)(reading, pod, container)


def place_of(reading: Reading, container: Container) -> Place | None:
    """Give the host and port of a dependency: what the log names, completed or else replaced by the environment's.

    Only the one host that the environment names is taken for a log that names none: two would be a guess.
    """
    if reading.kind not in DEPENDENCY:
        return None
    known = places_of(environment(container))
    if not reading.place:
        return known[0] if len({(place.host, place.port) for place in known}) == 1 else None
    same = [place for place in known if place.host == reading.place.host]
    if not same and is_address(reading.place.host):
        # the log shows what the name resolved to; the environment says which name, when the port leaves no doubt
        behind = [place for place in known if place.port == reading.place.port and place.port]
        return behind[0] if len(behind) == 1 and not is_address(behind[0].host) else reading.place
    named = next((place for place in same if reading.place.port in (0, place.port)), None)
    return named or reading.place


def _env_missing(reading: Reading, pod: Pod, container: Container) -> Said:
    name = reading.subject or "that it needs"
    declared = [str(each.get("name", "")) for each in container.spec.get("env") or ()]
    sources = _sources(container)
    more = f", though the container takes its environment from {sources}" if sources else ""
    close = near(name, declared)
    if name in declared:
        more = ", although the pod template declares it: its value is empty or its source is optional and absent"
    elif close:
        more = f"; the pod template sets {close[0]} instead"
    return Said(
        "env-missing",
        f"environment variable {name} is not set{more}",
        f"Set {name} in the container's env, or in the ConfigMap or Secret that it takes its environment from, "
        "and roll out again.",
        name,
        {"variable": name},
    )


def _sources(container: Container) -> str:
    refs = [
        f"{kind} {each[key].get('name', '')}"
        for each in container.spec.get("envFrom") or ()
        for key, kind in (("configMapRef", "ConfigMap"), ("secretRef", "Secret"))
        if each.get(key)
    ]
    return " and ".join(refs)


def _env_malformed(reading: Reading, pod: Pod, container: Container) -> Said:
    known = environment(container)
    name = reading.subject if reading.subject in known or not reading.value else ""
    name = name or tied_variable(reading.value, known) or reading.subject
    if not name or not name.replace("_", "").isalnum() or name.upper() != name:
        return _exception(reading, pod, container)
    return Said(
        "env-malformed",
        f"environment variable {name} has a value that the application cannot use ({one_line(reading.line)})",
        f"Correct the value of {name} in the pod template or in its source, and roll out again.",
        name,
        {"variable": name},
    )


def _exception(reading: Reading, pod: Pod, container: Container) -> Said:
    name = reading.subject or reading.line.partition(":")[0]
    return Said(
        "unhandled-exception",
        f"the application does not handle an exception, {one_line(reading.line, 240)}",
        "Give the trace to the owners of the application; roll back if it came with the newest release.",
        name,
        {"exception": name},
    )


def _dependency(reading: Reading, pod: Pod, container: Container) -> Said:
    place = place_of(reading, container)
    where = str(place) if place else "a dependency that the log does not name"
    words, remedy = _DEPENDENCY_WORDS[reading.kind]
    from_variable = f" (from {place.variable})" if place and place.variable else ""
    facts = {"host": place.host, "port": str(place.port or "")} if place else {}
    return Said(reading.kind, f"{words.format(where=where)}{from_variable}", remedy, where, facts)


_DEPENDENCY_WORDS = {
    "dependency-refused": (
        "{where} refuses the connection",
        "See what serves that host and port, and whether it is up and listens there.",
    ),
    "dependency-timeout": (
        "{where} does not answer in time",
        "See whether a network policy, a security group or a wrong address stands between, and whether it is up.",
    ),
    "dependency-unresolved": (
        "the name {where} cannot be resolved",
        "Correct the host name, or create the Service that it names; a Service elsewhere needs name.namespace.",
    ),
    "dependency-auth-failed": (
        "{where} refuses the credentials",
        "Compare user and password (the Secret) with what the dependency knows; they may have been rotated.",
    ),
    "dependency-tls-failed": (
        "the certificate of {where} is not trusted",
        "Look at the certificate's validity and issuer, and at the trust store of the image.",
    ),
}


def _file(reading: Reading, pod: Pod, container: Container) -> Said:
    path = reading.subject
    at = mount_of(container, path) if path else ""
    source = _volume_source(volume(pod, at)) if at else ""
    where = f", which comes from {source}" if source else ""
    if reading.kind == "file-missing":
        lacks = where or (", and no volume is mounted there" if path.startswith("/") else "")
        return Said(
            "file-missing",
            f"the file {path or 'that it needs'} does not exist{lacks}",
            "Mount the file, or correct the path that the application is given.",
            path,
        )
    return Said(
        "config-file-invalid",
        f"the configuration file{f' {path}' if path else ''}{where} cannot be parsed ({one_line(reading.line, 240)})",
        "Correct the file at the place that the parser names, and roll out again.",
        path,
    )


def _volume_source(found: Mapping[str, object]) -> str:
    for key, kind, name in (("configMap", "ConfigMap", "name"), ("secret", "Secret", "secretName")):
        source = found.get(key)
        if isinstance(source, Mapping):
            return f"{kind} {source.get(name, '')}"
    claim = found.get("persistentVolumeClaim")
    return f"claim {claim.get('claimName', '')}" if isinstance(claim, Mapping) else ""


def _permission(reading: Reading, pod: Pod, container: Container) -> Said:
    context = {**(pod.get("spec", {}).get("securityContext") or {}), **(container.spec.get("securityContext") or {})}
    path = reading.subject or "a path"
    user = f" as user {context['runAsUser']}" if "runAsUser" in context else ""
    if reading.kind == "read-only-filesystem":
        root = " (readOnlyRootFilesystem is set)" if context.get("readOnlyRootFilesystem") else ""
        return Said(
            "read-only-filesystem",
            f"{path} cannot be written, the file system is read-only{root}",
            "Mount an emptyDir or a claim where the application writes.",
            path,
        )
    return Said(
        "permission-denied",
        f"it may not use {path}{user} ({one_line(reading.line, 200)})",
        "Set fsGroup or runAsUser so that the files belong to the process, or correct their mode in the image.",
        path,
    )


def _command(reading: Reading, pod: Pod, container: Container) -> Said:
    given = command_line(container)
    name = reading.subject or (given.split(" ")[0] if given else "the image's own command")
    if reading.kind == "command-missing":
        what = f"the command {name} does not exist in image {container.image}"
        remedy = "Correct command and args in the pod template, or the image that should hold the file."
    else:
        what = f"the command {name} is not executable in image {container.image}"
        remedy = "Give the file the execute bit in the image (chmod +x), or start it through its interpreter."
    return Said(reading.kind, what, remedy, name)


def _plain(reading: Reading, pod: Pod, container: Container) -> Said:
    words, remedy = _PLAIN_WORDS.get(reading.kind, _PLAIN_WORDS["application-error"])
    said = {"subject": reading.subject or "that it needs", "value": reading.value or "do so", "image": container.image}
    cause = reading.kind if reading.kind in _PLAIN_WORDS and reading.kind != "application-error" else _EXIT
    return Said(cause, words.format(line=one_line(reading.line, 240), **said), remedy, reading.subject)


_EXIT = "application-exits-nonzero"
_PLAIN_WORDS = {
    "wrong-architecture": (
        "image {image} was built for another processor than the node's (exec format error)",
        "Build the image for the node's architecture, or for several, or pin the pod to matching nodes.",
    ),
    "argument-invalid": (
        "the program does not know the option {subject} ({line})",
        "Correct args in the pod template; compare with what this version of the image takes.",
    ),
    "address-in-use": (
        "the address that it wants to listen on is taken already ({line})",
        "Give the containers of the pod different ports, or stop the second process that binds it.",
    ),
    "port-not-permitted": (
        "it may not listen on port {subject}, which only root or NET_BIND_SERVICE may",
        "Listen on a port from 1024 up, or add the capability NET_BIND_SERVICE.",
    ),
    "heap-exhausted": (
        "the runtime's own heap is full before the container's limit ({line})",
        "Raise the heap (-Xmx, --max-old-space-size) together with the limit, or find what holds the memory.",
    ),
    "worker-out-of-memory": (
        "a worker process was killed for lack of memory ({line})",
        "Lower the number of workers or raise the memory limit.",
    ),
    "library-missing": (
        "the module or library {subject} is not in the image ({line})",
        "Build the image again with the missing module.",
    ),
    "database-missing": (
        "the database that it asks for does not exist ({line})",
        "Create the database, run the migrations, or correct the name.",
    ),
    "rbac-forbidden": (
        "{subject} may not {value} (Kubernetes RBAC)",
        "Bind a Role with that verb and resource to the service account.",
    ),
    "aws-access-denied": (
        "AWS denies the request ({line})",
        "Look at the policies of the pod's IAM role for the action that the line names.",
    ),
    "segmentation-fault": (
        "the process crashed with a segmentation fault",
        "Give the image and its newest changes to the owners; native libraries are the usual reason.",
    ),
    "application-error": (
        "the last that it says is: {line}",
        "Read the log with the owners of the application; the exit code alone does not say why.",
    ),
}
_WORDS: Mapping[str, Callable[[Reading, Pod, Container], Said]] = {
    "env-missing": _env_missing,
    "env-malformed": _env_malformed,
    "unhandled-exception": _exception,
    "config-file-invalid": _file,
    "file-missing": _file,
    "permission-denied": _permission,
    "read-only-filesystem": _permission,
    "command-missing": _command,
    "command-not-executable": _command,
    **dict.fromkeys(DEPENDENCY, _dependency),
}
