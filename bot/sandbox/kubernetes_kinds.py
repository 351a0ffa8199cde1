"""The object kinds that the sandbox's API server knows, and how it learns others from the objects put into it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.model.errors import InputError


@dataclass(frozen=True, slots=True)
class Served:
    """A kind as the API serves it. `group` is empty for the core API."""

    group: str
    version: str
    kind: str
    plural: str
    namespaced: bool
    short: tuple[str, ...] = field(default=(), compare=False)

    @property
    def api_version(self) -> str:
        """Give `v1` or `apps/v1`."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def qualified(self) -> str:
        """Give `pods` or `deployments.apps`, as errors name it."""
        return f"{self.plural}.{self.group}" if self.group else self.plural


# group/version: Kind plural short names; a leading - marks a kind without namespace
_TABLE = """
v1
ConfigMap configmaps cm
Endpoints endpoints ep
Event events ev
LimitRange limitranges limits
-Namespace namespaces ns
-Node nodes no
PersistentVolumeClaim persistentvolumeclaims pvc
-PersistentVolume persistentvolumes pv
Pod pods po
PodTemplate podtemplates
ReplicationController replicationcontrollers rc
ResourceQuota resourcequotas quota
Secret secrets
ServiceAccount serviceaccounts sa
Service services svc
admissionregistration.k8s.io/v1
-MutatingWebhookConfiguration mutatingwebhookconfigurations
-ValidatingAdmissionPolicy validatingadmissionpolicies
-ValidatingAdmissionPolicyBinding validatingadmissionpolicybindings
-ValidatingWebhookConfiguration validatingwebhookconfigurations
apiextensions.k8s.io/v1
-CustomResourceDefinition customresourcedefinitions crd crds
apiregistration.k8s.io/v1
-APIService apiservices
apps/v1
ControllerRevision controllerrevisions
DaemonSet daemonsets ds
Deployment deployments deploy
ReplicaSet replicasets rs
StatefulSet statefulsets sts
autoscaling/v2
HorizontalPodAutoscaler horizontalpodautoscalers hpa
batch/v1
CronJob cronjobs cj
Job jobs
certificates.k8s.io/v1
-CertificateSigningRequest certificatesigningrequests csr
coordination.k8s.io/v1
Lease leases
discovery.k8s.io/v1
EndpointSlice endpointslices
events.k8s.io/v1
Event events ev
networking.k8s.io/v1
-IngressClass ingressclasses
Ingress ingresses ing
NetworkPolicy networkpolicies netpol
node.k8s.io/v1
-RuntimeClass runtimeclasses
policy/v1
PodDisruptionBudget poddisruptionbudgets pdb
rbac.authorization.k8s.io/v1
-ClusterRoleBinding clusterrolebindings
-ClusterRole clusterroles
RoleBinding rolebindings
Role roles
scheduling.k8s.io/v1
-PriorityClass priorityclasses pc
storage.k8s.io/v1
-CSIDriver csidrivers
-CSINode csinodes
CSIStorageCapacity csistoragecapacities
-StorageClass storageclasses sc
-VolumeAttachment volumeattachments
"""


def built_in() -> tuple[Served, ...]:
    """Give the kinds that every cluster serves."""
    found: list[Served] = []
    group, version = "", "v1"
    for line in _TABLE.strip().splitlines():
        words = line.split()
        if len(words) == 1:
            group, version = split_api_version(words[0])
            continue
        kind, plural, *short = words
        found.append(Served(group, version, kind.removeprefix("-"), plural, not kind.startswith("-"), tuple(short)))
    return tuple(found)


def split_api_version(api_version: str) -> tuple[str, str]:
    """Give (group, version) of `apps/v1`; the group of `v1` is empty."""
    group, slash, version = api_version.rpartition("/")
    return (group, version) if slash else ("", api_version)


def kinds_of(objects: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], Served]:
    """Give all kinds to serve, by (apiVersion, kind): the built-in ones and those of `objects`.

    A custom kind is described by its CustomResourceDefinition when that is among the objects; otherwise its plural is
    guessed, and it has a namespace when an object of it has one.
    """
    kinds = {(each.api_version, each.kind): each for each in built_in()}
    objects = tuple(objects)
    for obj in objects:
        if obj.get("kind") == "CustomResourceDefinition":
            kinds.update(_defined(obj))
    for obj in objects:
        key = identity(obj)
        guessed = _guessed(obj)
        if key not in kinds or (_is_guess(kinds[key]) and guessed.namespaced):
            kinds[key] = guessed
    return kinds


def identity(obj: Mapping[str, Any]) -> tuple[str, str]:
    """Give (apiVersion, kind); raise InputError when the object does not say what it is."""
    api_version, kind = obj.get("apiVersion"), obj.get("kind")
    if not isinstance(api_version, str) or not isinstance(kind, str) or not api_version or not kind:
        name = (obj.get("metadata") or {}).get("name", "without name")
        raise InputError(f"object {name} lacks apiVersion or kind; write it as `kubectl get -o yaml` prints it")
    return api_version, kind


def _defined(definition: Mapping[str, Any]) -> dict[tuple[str, str], Served]:
    spec = definition.get("spec") or {}
    names = spec.get("names") or {}
    found = {}
    for version in spec.get("versions") or ():
        served = Served(
            str(spec.get("group", "")),
            str(version.get("name", "v1")),
            str(names.get("kind", "")),
            str(names.get("plural", "")),
            spec.get("scope", "Namespaced") == "Namespaced",
            tuple(names.get("shortNames") or ()),
        )
        found[(served.api_version, served.kind)] = served
    return found


def _guessed(obj: Mapping[str, Any]) -> Served:
    api_version, kind = identity(obj)
    group, version = split_api_version(api_version)
    namespaced = bool((obj.get("metadata") or {}).get("namespace"))
    return Served(group, version, kind, plural_of(kind), namespaced, (_GUESS,))


_GUESS = ""


def _is_guess(served: Served) -> bool:
    return served.short == (_GUESS,)


def plural_of(kind: str) -> str:
    """Guess the plural as the API's own generators do: `networkpolicies`, `ingresses`, `gateways`."""
    word = kind.lower()
    if word.endswith(("s", "x", "ch", "sh")):
        return f"{word}es"
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return f"{word[:-1]}ies"
    return f"{word}s"
