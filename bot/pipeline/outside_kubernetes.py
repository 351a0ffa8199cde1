"""What tickets say of Kubernetes beyond the runbooks at hand: content rather than code, see `outside`."""

from __future__ import annotations

from bot.pipeline.topics import topic

KUBERNETES = (
    topic(
        "a probe of a container",
        "readiness probe failed | liveness probe failed, HTTP statuscode | startup probe too short | slow"
        " start, killed before it is ready | health check path of the pod is wrong | probe timeout",
        signals="Readiness probe failed | Liveness probe failed | Startup probe failed",
        covered_by="kubernetes/probe-failing",
    ),
    topic(
        "evicted pods",
        "pods evicted, node low on resource | ephemeral storage | disk pressure on the node | pods thrown off"
        " the node | kicked out and rescheduled at night",
        signals=(
            "The node was low on resource | ephemeral-storage | DiskPressure | MemoryPressure | PIDPressure | Preempted"
        ),
        names="Evicted",
        covered_by="kubernetes/evicted",
    ),
    topic(
        "a node",
        "node is NotReady | kubelet stopped posting node status | node gone from the cluster | node unreachable"
        " taint | network plugin of the node not ready, cni config",
        signals=(
            "NotReady | KubeNodeNotReady | KubeNodeUnreachable | NodeStatusUnknown | node.kubernetes.io/unreachable"
            " | Kubelet stopped posting node status | cni config uninitialized | network plugin is not ready"
        ),
        covered_by="kubernetes/node-not-ready",
    ),
    topic(
        "an Ingress",
        "ingress has no address | ingress class not found | 404 from the default backend | new host or path in"
        " the ingress does not work | ingress rule | gateway route not accepted | ingress controller annotation",
        signals="default backend - 404",
        names="IngressClass",
        covered_by="kubernetes/ingress-broken",
    ),
    topic(
        "name resolution in the cluster",
        "pods cannot resolve names | coredns fails | DNS lookup inside the cluster times out | nslookup from"
        " the pod fails | server misbehaving, no such host | could not translate host name",
        signals=(
            "server misbehaving | no such host | Temporary failure in name resolution | could not translate host"
            " name | getaddrinfo ENOTFOUND | getaddrinfo EAI_AGAIN | SERVFAIL | plugin/errors"
        ),
        covered_by="kubernetes/dns-failing",
    ),
    topic(
        "an autoscaler",
        "autoscaler does not scale | hpa target unknown | failed to get cpu utilization | replicas do not grow"
        " under load | metrics server missing | custom metric for scaling",
        signals="FailedGetResourceMetric | FailedComputeMetricsReplicas | missing request for cpu | <unknown>/",
        names="HorizontalPodAutoscaler | HPA",
        covered_by="kubernetes/hpa-not-scaling",
    ),
    topic(
        "a quota",
        "exceeded quota of the namespace | must specify limits | resource quota used up | limit range",
        signals="exceeded quota | failed quota | must specify limits",
        names="ResourceQuota | LimitRange",
        covered_by="kubernetes/quota-exceeded",
    ),
    topic(
        "rights in the cluster",
        "service account is forbidden | cannot list resource in API group | role binding missing | operator"
        " gets 403 from the API server",
        signals=(
            "cannot list resource | cannot patch resource | cannot create resource | cannot get resource | cannot"
            " watch resource | cannot delete resource | system:serviceaccount | is forbidden: User | at the cluster"
            " scope"
        ),
        covered_by="kubernetes/rbac-forbidden",
    ),
    topic(
        "a network policy",
        "network policy blocks traffic | default deny switched on | egress rule, nothing gets out | traffic"
        " between namespaces blocked or open | security baseline isolation",
        names="NetworkPolicy",
        covered_by="kubernetes/network-policy",
    ),
    topic(
        "a namespace that does not go away",
        "namespace stuck in Terminating | cannot delete the namespace | namespace finalizer remains",
        signals="NamespaceContentRemaining | NamespaceFinalizersRemaining",
        covered_by="kubernetes/namespace-terminating",
    ),
    topic(
        "an admission webhook",
        "failed calling webhook | mutating or validating webhook times out | nobody can create pods, admission webhook",
        signals=(
            "failed calling webhook | failed to call webhook | ValidatingWebhookConfiguration |"
            " MutatingWebhookConfiguration"
        ),
        covered_by="kubernetes/webhook-failing",
    ),
    topic(
        "a node that cannot be drained",
        "cannot evict pod, disruption budget | node drain stuck | node does not empty for patching | node"
        " upgrade stuck | rolling update of the cluster's nodes hangs",
        signals="violate the pod's disruption budget | cannot delete Pods with local storage",
        names="PodDisruptionBudget",
        covered_by="kubernetes/drain-blocked",
    ),
    topic(
        "an object that the cluster refuses",
        "violates pod security | policy engine refuses the deployment | admission denied the request | field is"
        " immutable | API version removed, no matches for kind",
        signals="violates PodSecurity | denied the request | field is immutable | no matches for kind",
        covered_by="kubernetes/admission-refused",
    ),
    topic(
        "load on the cluster",
        "everything is slow, CPU throttling | node overcommitted | high CPU load | latency is high, no errors",
        signals="CPUThrottlingHigh | KubeCPUOvercommit | KubeMemoryOvercommit",
        covered_by="kubernetes/resource-pressure",
    ),
    topic(
        "something that an application depends on",
        "application cannot connect to redis | connection refused to the address of another system | dependency"
        " does not answer | broker or cache unreachable from the pod | upstream of the application refuses",
        signals=(
            "connect ECONNREFUSED | could not translate host name | accepting TCP/IP connections on port"
            " | Can't connect to MySQL server"
        ),
        covered_by="kubernetes/dependency-unreachable",
    ),
    topic(
        "a change that somebody made",
        "what changed this morning | did somebody deploy | error rate doubled although nothing was released |"
        " who changed it",
        covered_by="kubernetes/what-changed",
    ),
)
