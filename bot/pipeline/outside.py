"""What tickets speak of and no runbook is for: the matcher weighs it too, so that it knows when it does not know.

Content rather than code. Without these a ticket about a mailbox or a queue would go to whichever runbook is least far
away. A topic that carries the id of a runbook steps aside as soon as the catalogue has that runbook.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Topic:
    """Something that people write about.

    `signals` are exact strings of machines, as in a runbook; `names` are what products and objects are called, which
    says less: a ticket may name them by the way. `covered_by` is the id of the runbook that would take it over, if any.
    """

    title: str
    phrases: tuple[str, ...]
    signals: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    covered_by: str = ""


def _topic(title: str, phrases: str, signals: str = "", names: str = "", covered_by: str = "") -> Topic:
    return Topic(title, _lines(phrases), _lines(signals), _lines(names), covered_by)


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.split("|") if line.strip())


DESK = (
    _topic(
        "a workplace device",
        "new laptop for a colleague | monitor keyboard and mouse broken | printer jams or does not print |"
        " headset camera microphone not detected | meeting room screen | docking station cable adapter | phone"
        " tablet ordered, allocate to a person | hardware queue purchase order | replacement device at the desk"
        " | laptop is slow, freezes",
    ),
    _topic(
        "mail and office programs",
        "mailbox is full, enlarge the mailbox | outlook does not open | shared calendar | distribution list,"
        " mailing list | shared mailbox access | teams meeting does not work | excel word powerpoint sharepoint"
        " | confluence space user | phishing or spam mail | unsubscribe me from the mails | shared folder drive"
        " letter",
    ),
    _topic(
        "an account, a password or access",
        "password reset | account locked, cannot log in to the computer | access request for a user | grant"
        " rights to a group | new starter or joiner needs accounts | leaver, remove the user | access card"
        " badge for the office | single sign-on, user not assigned to a role | multi-factor authentication"
        " token phone | VPN client does not connect from home | edit rights on the team site | add my SSH key |"
        " add me to the project | onboard a user | wifi office network",
    ),
    _topic(
        "a business application",
        "timesheet timecard project code | finance tool invoice purchase order | report for the month is"
        " missing columns | expense claim payroll | create account codes for the client | entity in the ERP |"
        " licence for a program | survey form attached | employee training approval | holiday leave approval |"
        " Jira project board permission",
    ),
    _topic(
        "a question, a wish or a plan",
        "how do I find out | question about best practice | feature request, would be nice to have | idea for"
        " improvement | documentation guide link wrong | planned maintenance, for your information | change"
        " request for approval | please schedule, move to another time | scale up before the event, request not"
        " an incident | decommission, retire the server | new environment, new namespace, new bucket, please"
        " create | capacity planning quota increase next quarter | upgrade to the next version, roadmap |"
        " resolved, closing the loop | thank you, great job | terraform module option variable | planning item,"
        " decide who is notified | report wanted, list of all users | raise the limit of the quota | rotate the"
        " token, planned | add a dashboard graph",
    ),
)
KUBERNETES = (
    _topic(
        "a probe of a container",
        "readiness probe failed | liveness probe failed, HTTP statuscode | startup probe too short | slow"
        " start, killed before it is ready | health check path of the pod is wrong | probe timeout",
        signals="Readiness probe failed | Liveness probe failed | Startup probe failed",
        covered_by="kubernetes/probe-failing",
    ),
    _topic(
        "evicted pods",
        "pods evicted, node low on resource | ephemeral storage | disk pressure on the node | pods thrown off"
        " the node | kicked out and rescheduled at night",
        signals=(
            "The node was low on resource | ephemeral-storage | DiskPressure | MemoryPressure | PIDPressure | Preempted"
        ),
        names="Evicted",
        covered_by="kubernetes/evicted",
    ),
    _topic(
        "a node",
        "node is NotReady | kubelet stopped posting node status | node gone from the cluster | node unreachable"
        " taint | network plugin of the node not ready, cni config",
        signals=(
            "NotReady | KubeNodeNotReady | KubeNodeUnreachable | NodeStatusUnknown | node.kubernetes.io/unreachable"
            " | Kubelet stopped posting node status | cni config uninitialized | network plugin is not ready"
        ),
        covered_by="kubernetes/node-not-ready",
    ),
    _topic(
        "an Ingress",
        "ingress has no address | ingress class not found | 404 from the default backend | new host or path in"
        " the ingress does not work | ingress rule | gateway route not accepted | ingress controller annotation",
        signals="default backend - 404",
        names="IngressClass",
        covered_by="kubernetes/ingress-broken",
    ),
    _topic(
        "name resolution in the cluster",
        "pods cannot resolve names | coredns fails | DNS lookup inside the cluster times out | nslookup from"
        " the pod fails | server misbehaving, no such host | could not translate host name",
        signals=(
            "server misbehaving | no such host | Temporary failure in name resolution | could not translate host"
            " name | getaddrinfo ENOTFOUND | getaddrinfo EAI_AGAIN | SERVFAIL | plugin/errors"
        ),
        covered_by="kubernetes/dns-failing",
    ),
    _topic(
        "an autoscaler",
        "autoscaler does not scale | hpa target unknown | failed to get cpu utilization | replicas do not grow"
        " under load | metrics server missing | custom metric for scaling",
        signals="FailedGetResourceMetric | FailedComputeMetricsReplicas | missing request for cpu | <unknown>/",
        names="HorizontalPodAutoscaler | HPA",
        covered_by="kubernetes/hpa-not-scaling",
    ),
    _topic(
        "a quota",
        "exceeded quota of the namespace | must specify limits | resource quota used up | limit range",
        signals="exceeded quota | failed quota | must specify limits",
        names="ResourceQuota | LimitRange",
        covered_by="kubernetes/quota-exceeded",
    ),
    _topic(
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
    _topic(
        "a network policy",
        "network policy blocks traffic | default deny switched on | egress rule, nothing gets out | traffic"
        " between namespaces blocked or open | security baseline isolation",
        names="NetworkPolicy",
        covered_by="kubernetes/network-policy",
    ),
    _topic(
        "a namespace that does not go away",
        "namespace stuck in Terminating | cannot delete the namespace | namespace finalizer remains",
        signals="NamespaceContentRemaining | NamespaceFinalizersRemaining",
        covered_by="kubernetes/namespace-terminating",
    ),
    _topic(
        "an admission webhook",
        "failed calling webhook | mutating or validating webhook times out | nobody can create pods, admission webhook",
        signals=(
            "failed calling webhook | failed to call webhook | ValidatingWebhookConfiguration |"
            " MutatingWebhookConfiguration"
        ),
        covered_by="kubernetes/webhook-failing",
    ),
    _topic(
        "a node that cannot be drained",
        "cannot evict pod, disruption budget | node drain stuck | node does not empty for patching | node"
        " upgrade stuck | rolling update of the cluster's nodes hangs",
        signals="violate the pod's disruption budget | cannot delete Pods with local storage",
        names="PodDisruptionBudget",
        covered_by="kubernetes/drain-blocked",
    ),
    _topic(
        "an object that the cluster refuses",
        "violates pod security | policy engine refuses the deployment | admission denied the request | field is"
        " immutable | API version removed, no matches for kind",
        signals="violates PodSecurity | denied the request | field is immutable | no matches for kind",
        covered_by="kubernetes/admission-refused",
    ),
    _topic(
        "load on the cluster",
        "everything is slow, CPU throttling | node overcommitted | high CPU load | latency is high, no errors",
        signals="CPUThrottlingHigh | KubeCPUOvercommit | KubeMemoryOvercommit",
        covered_by="kubernetes/resource-pressure",
    ),
    _topic(
        "something that an application depends on",
        "application cannot connect to redis | connection refused to the address of another system | dependency"
        " does not answer | broker or cache unreachable from the pod | upstream of the application refuses",
        signals=(
            "connect ECONNREFUSED | could not translate host name | accepting TCP/IP connections on port"
            " | Can't connect to MySQL server"
        ),
        covered_by="kubernetes/dependency-unreachable",
    ),
    _topic(
        "a change that somebody made",
        "what changed this morning | did somebody deploy | error rate doubled although nothing was released |"
        " who changed it",
        covered_by="kubernetes/what-changed",
    ),
)
AWS = (
    _topic(
        "an EC2 instance",
        "cannot ssh to the instance | RDP does not connect | bastion or jump host unreachable | ssh timed out"
        " after reboot | lost the private key of the machine",
        signals="port 22 | Permission denied (publickey)",
        covered_by="aws/ec2-unreachable",
    ),
    _topic(
        "the health of an EC2 instance",
        "instance status check failed | reachability check failed, 1/2 checks passed | instance scheduled for"
        " retirement | degraded hardware, spot interruption",
        signals="checks passed | instance reachability check | StatusCheckFailed | scheduled for retirement",
        covered_by="aws/ec2-status-failed",
    ),
    _topic(
        "an EBS volume",
        "disk latency, burst balance of the volume | volume stuck attaching to the instance | disk of the"
        " machine is full, enlarge | IOPS of the EBS volume",
        signals="BurstBalance | VolumeQueueLength",
        covered_by="aws/ebs-volume",
    ),
    _topic(
        "the load of an RDS database",
        "database has no free connections | connection slots used up, too many connections | database storage"
        " full, writes fail, read-only | database CPU is high | replica lag | slow queries | free storage space"
        " alarm",
        signals=(
            "remaining connection slots are reserved | too many connections | Too many connections | too many"
            " clients already | storage-full | FreeStorageSpace | ReplicaLag"
        ),
        names="rds.amazonaws.com",
        covered_by="aws/rds-saturated",
    ),
    _topic(
        "ECS tasks",
        "ECS service cannot start tasks | fargate tasks stop right away | task definition | containers of the"
        " ECS service restart | essential container exited | ECS steady state | unable to place a task",
        signals=(
            "ResourceInitializationError | CannotPullContainerError | was unable to place a task | Essential"
            " container in task exited"
        ),
        names="ECS | Fargate",
        covered_by="aws/ecs-task-failing",
    ),
    _topic(
        "nodes that join no EKS cluster",
        "instances failed to join the kubernetes cluster | node group creation fails | managed nodegroup degraded",
        signals="NodeCreationFailure | failed to join the kubernetes cluster | Ec2SubnetInvalidConfiguration",
        covered_by="aws/eks-node-join",
    ),
    _topic(
        "access to S3",
        "access denied to the bucket | S3 403 forbidden | PutObject denied | bucket policy",
        names="PutObject | GetObject | ListObjects | ListObjectsV2 | s3://",
        covered_by="aws/s3-access-denied",
    ),
    _topic(
        "rights in AWS",
        "not authorized to perform | assume role denied | IAM policy, explicit deny | service control policy",
        signals="is not authorized to perform | AssumeRole | explicit deny | UnauthorizedOperation",
        names="AccessDeniedException",
        covered_by="aws/iam-access-denied",
    ),
    _topic(
        "a queue",
        "SQS queue is growing | dead letter queue has messages | messages are not consumed | oldest message age",
        signals="ApproximateAgeOfOldestMessage | ApproximateNumberOfMessagesVisible",
        names="SQS | dlq | DLQ",
        covered_by="aws/sqs-backlog",
    ),
    _topic(
        "a CloudFormation stack",
        "stack rollback failed | cannot update or delete the stack | CloudFormation resource creation failed",
        signals=(
            "UPDATE_ROLLBACK_FAILED | ROLLBACK_COMPLETE | CREATE_FAILED | UPDATE_ROLLBACK_IN_PROGRESS |"
            " UPDATE_FAILED | DELETE_FAILED | UPDATE_ROLLBACK_COMPLETE"
        ),
        names="CloudFormation",
        covered_by="aws/cloudformation-failed",
    ),
    _topic(
        "a scaling group",
        "auto scaling group launches no instance | no sufficient instance capacity | ASG does not grow, no"
        " scaling policy",
        signals="InsufficientInstanceCapacity | Launching a new EC2 instance | do not have sufficient",
        names="ASG",
        covered_by="aws/asg-not-scaling",
    ),
    _topic(
        "a DNS record",
        "host name does not resolve | route53 record gone | hosted zone moved, NXDOMAIN | resolvers give"
        " different addresses | old address for some users, DNS cache | CNAME record wrong",
        names="NXDOMAIN | Route53 | route53 | Route 53",
        covered_by="aws/route53-dns",
    ),
    _topic(
        "the way out of a VPC",
        "private subnet lost the internet | NAT gateway | outgoing calls from the VPC hang | function in the"
        " VPC cannot reach the internet | cannot call an external API from the VPC",
        names="NATGateway | NAT gateway | NAT Gateway",
        covered_by="aws/vpc-egress",
    ),
    _topic(
        "a site-to-site VPN",
        "VPN tunnel is down | site to site tunnel flapping | IPSEC BGP customer gateway | direct connect",
        signals="TunnelState",
        names="IPSEC | IPsec | BGP",
        covered_by="aws/vpn-down",
    ),
    _topic(
        "an encryption key",
        "KMS key cannot decrypt | key pending deletion | customer master key does not exist | access to KMS not"
        " allowed",
        signals=(
            "KMSInvalidStateException | customer master key | KMS is not allowed | pending deletion | DisabledException"
        ),
        covered_by="aws/kms-access",
    ),
    _topic(
        "pulling from ECR",
        "cannot pull from ECR | ECR authorization token expired | docker login to ECR in the build",
        signals=(
            "dkr.ecr | Your Authorization Token has expired | no basic auth credentials | RepositoryNotFoundException"
        ),
        covered_by="aws/ecr-pull",
    ),
    _topic(
        "an API gateway",
        "API gateway times out | API method gives internal server error | endpoint request timed out | usage"
        " plan, api key",
        signals=(
            '"message": "Endpoint request timed out" | "message": "Internal server error" | Endpoint request timed'
            " out | execute-api"
        ),
        names="API id | api id",
        covered_by="aws/apigw-errors",
    ),
    _topic(
        "a DynamoDB table",
        "DynamoDB throttled | provisioned throughput of the table exceeded | read or write capacity of the table",
        signals="ProvisionedThroughputExceededException | ThrottlingException",
        names="DynamoDB",
        covered_by="aws/dynamodb-throttled",
    ),
    _topic(
        "CloudFront",
        "CloudFront error, the request could not be satisfied | distribution cannot reach the origin | CDN cache",
        signals="The request could not be satisfied",
        names="CloudFront | cloudfront",
        covered_by="aws/cloudfront-errors",
    ),
    _topic(
        "the rotation of a secret",
        "rotation of the secret failed | password rotated, application still has the old one | password"
        " authentication failed after the rotation",
        signals="AWSPENDING | testSecret | password authentication failed",
        covered_by="aws/secrets-rotation",
    ),
    _topic(
        "a certificate of ACM",
        "ACM renewal pending validation | certificate manager validation record",
        signals="PENDING_VALIDATION",
        names="ACM",
        covered_by="aws/certificate",
    ),
    _topic(
        "a limit of the AWS account",
        "vCPU limit of the account reached | service quota of AWS, limit exceeded",
        signals="VcpuLimitExceeded | vCPU limit | LimitExceededException | ServiceQuotaExceededException",
        covered_by="aws/service-quota",
    ),
    _topic(
        "a CloudWatch alarm",
        "cloudwatch alarm fired, what does it watch | alarm has insufficient data",
        signals="INSUFFICIENT_DATA | ALARM:",
        covered_by="aws/cloudwatch-alarm",
    ),
    _topic(
        "an event of the provider",
        "provider outage in the region, AWS status | notice of AWS about maintenance",
        signals="AWS_EC2_OPERATIONAL_ISSUE | Health Dashboard",
        covered_by="aws/health-event",
    ),
    _topic(
        "cost",
        "bill doubled | costs of the account went up | cost breakdown by team",
        covered_by="aws/cost-spike",
    ),
    _topic(
        "AWS Batch",
        "batch jobs stuck in RUNNABLE | compute environment invalid",
        signals="RUNNABLE | compute environment",
        covered_by="aws/batch-stuck",
    ),
    _topic(
        "a cache, a search cluster or a broker",
        "redis elasticache evictions | opensearch cluster red, shards unassigned | kafka msk broker offline",
        signals="unassigned shards",
        names="ElastiCache | OpenSearch | MSK",
        covered_by="aws/elasticache-saturated",
    ),
)
NETWORK = (
    _topic(
        "looking up a name",
        "some users get the old address | name resolves differently in the office | stale DNS record",
        covered_by="network/dns-lookup",
    ),
)
TOPICS = (*DESK, *KUBERNETES, *AWS, *NETWORK)
