"""The API's kinds that probes look at: group, version and plural of each, and the paths and permissions they make."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind as the API serves it. `group` is empty for the core API."""

    kind: str
    group: str
    version: str
    plural: str
    namespaced: bool

    @property
    def api_version(self) -> str:
        """Give `v1` or `apps/v1`."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def resource(self) -> str:
        """Give what permissions name: `pods`, `deployments.apps`."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def optional(self) -> bool:
        """Say whether a cluster may well not serve the kind: it comes with an add-on."""
        group = self.group
        return "." in group and (not group.endswith(".k8s.io") or group in _ADD_ONS)

    def path(self, namespace: str = "", name: str = "", sub: str = "") -> str:
        """Give the path of a list, an object or a subresource. A namespace is ignored where the kind has none."""
        parts = ["", "apis", self.group, self.version] if self.group else ["", "api", self.version]
        if namespace and self.namespaced:
            parts += ["namespaces", namespace]
        parts += [self.plural, *filter(None, (name, sub))]
        return "/".join(_quoted(part) for part in parts)


def _quoted(part: str) -> str:
    # A lone . or .. would be resolved by whatever forwards the request, and name something else.
    return part.replace(".", "%2E") if part in (".", "..") else quote(part, safe="")


_ADD_ONS = frozenset({"gateway.networking.k8s.io", "metrics.k8s.io"})

# group/version: Kind=plural; a leading - marks a kind without namespace
_TABLE = """
v1: ConfigMap=configmaps Endpoints=endpoints Event=events LimitRange=limitranges -Namespace=namespaces -Node=nodes
v1: PersistentVolumeClaim=persistentvolumeclaims -PersistentVolume=persistentvolumes Pod=pods Secret=secrets
v1: ReplicationController=replicationcontrollers ResourceQuota=resourcequotas ServiceAccount=serviceaccounts
v1: Service=services
admissionregistration.k8s.io/v1: -MutatingWebhookConfiguration=mutatingwebhookconfigurations
admissionregistration.k8s.io/v1: -ValidatingWebhookConfiguration=validatingwebhookconfigurations
apiextensions.k8s.io/v1: -CustomResourceDefinition=customresourcedefinitions
apiregistration.k8s.io/v1: -APIService=apiservices
apps/v1: ControllerRevision=controllerrevisions DaemonSet=daemonsets Deployment=deployments ReplicaSet=replicasets
apps/v1: StatefulSet=statefulsets
autoscaling/v2: HorizontalPodAutoscaler=horizontalpodautoscalers
batch/v1: CronJob=cronjobs Job=jobs
certificates.k8s.io/v1: -CertificateSigningRequest=certificatesigningrequests
coordination.k8s.io/v1: Lease=leases
discovery.k8s.io/v1: EndpointSlice=endpointslices
networking.k8s.io/v1: Ingress=ingresses -IngressClass=ingressclasses NetworkPolicy=networkpolicies
node.k8s.io/v1: -RuntimeClass=runtimeclasses
policy/v1: PodDisruptionBudget=poddisruptionbudgets
rbac.authorization.k8s.io/v1: -ClusterRole=clusterroles -ClusterRoleBinding=clusterrolebindings Role=roles
rbac.authorization.k8s.io/v1: RoleBinding=rolebindings
scheduling.k8s.io/v1: -PriorityClass=priorityclasses
storage.k8s.io/v1: -CSIDriver=csidrivers -CSINode=csinodes CSIStorageCapacity=csistoragecapacities
storage.k8s.io/v1: -StorageClass=storageclasses -VolumeAttachment=volumeattachments
metrics.k8s.io/v1beta1: -NodeMetrics=nodes PodMetrics=pods
gateway.networking.k8s.io/v1: Gateway=gateways -GatewayClass=gatewayclasses HTTPRoute=httproutes
cert-manager.io/v1: Certificate=certificates CertificateRequest=certificaterequests -ClusterIssuer=clusterissuers
cert-manager.io/v1: Issuer=issuers
acme.cert-manager.io/v1: Challenge=challenges Order=orders
external-secrets.io/v1: ExternalSecret=externalsecrets SecretStore=secretstores -ClusterSecretStore=clustersecretstores
karpenter.sh/v1: -NodePool=nodepools -NodeClaim=nodeclaims
karpenter.k8s.aws/v1: -EC2NodeClass=ec2nodeclasses
argoproj.io/v1alpha1: Application=applications Rollout=rollouts
helm.toolkit.fluxcd.io/v2: HelmRelease=helmreleases
kustomize.toolkit.fluxcd.io/v1: Kustomization=kustomizations
keda.sh/v1alpha1: ScaledObject=scaledobjects
"""


@cache
def kinds() -> dict[str, Kind]:
    """Give every known kind by its name."""
    found: dict[str, Kind] = {}
    for line in _TABLE.strip().splitlines():
        api_version, _, entries = line.partition(": ")
        group, _, version = api_version.rpartition("/")
        for entry in entries.split():
            name, _, plural = entry.partition("=")
            kind = name.removeprefix("-")
            found[kind] = Kind(kind, group, version, plural, not name.startswith("-"))
    return found


def kind_of(name: str) -> Kind:
    """Give the kind of that name; raise KeyError that says where to add it: a mistake in a probe."""
    try:
        return kinds()[name]
    except KeyError:
        raise KeyError(f"kind {name!r} is not in bot/probes/kubernetes/kinds.py; add it to the table there") from None
