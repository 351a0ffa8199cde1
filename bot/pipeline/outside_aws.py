"""What tickets say of AWS beyond the runbooks at hand: content rather than code, see `outside`."""

from __future__ import annotations

from bot.pipeline.topics import topic

AWS = (
    topic(
        "an EC2 instance",
        "cannot ssh to the instance | RDP does not connect | bastion or jump host unreachable | ssh timed out"
        " after reboot | lost the private key of the machine",
        signals="port 22 | Permission denied (publickey)",
        covered_by="aws/ec2-unreachable",
    ),
    topic(
        "the health of an EC2 instance",
        "instance status check failed | reachability check failed, 1/2 checks passed | instance scheduled for"
        " retirement | degraded hardware, spot interruption",
        signals="checks passed | instance reachability check | StatusCheckFailed | scheduled for retirement",
        covered_by="aws/ec2-status-failed",
    ),
    topic(
        "an EBS volume",
        "disk latency, burst balance of the volume | volume stuck attaching to the instance | disk of the"
        " machine is full, enlarge | IOPS of the EBS volume",
        signals="BurstBalance | VolumeQueueLength",
        covered_by="aws/ebs-volume",
    ),
    topic(
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
    topic(
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
    topic(
        "nodes that join no EKS cluster",
        "instances failed to join the kubernetes cluster | node group creation fails | managed nodegroup degraded",
        signals="NodeCreationFailure | failed to join the kubernetes cluster | Ec2SubnetInvalidConfiguration",
        covered_by="aws/eks-node-join",
    ),
    topic(
        "access to S3",
        "access denied to the bucket | S3 403 forbidden | PutObject denied | bucket policy",
        names="PutObject | GetObject | ListObjects | ListObjectsV2 | s3://",
        covered_by="aws/s3-access-denied",
    ),
    topic(
        "rights in AWS",
        "not authorized to perform | assume role denied | IAM policy, explicit deny | service control policy",
        signals="is not authorized to perform | AssumeRole | explicit deny | UnauthorizedOperation",
        names="AccessDeniedException",
        covered_by="aws/iam-access-denied",
    ),
    topic(
        "a queue",
        "SQS queue is growing | dead letter queue has messages | messages are not consumed | oldest message age",
        signals="ApproximateAgeOfOldestMessage | ApproximateNumberOfMessagesVisible",
        names="SQS | dlq | DLQ",
        covered_by="aws/sqs-backlog",
    ),
    topic(
        "a CloudFormation stack",
        "stack rollback failed | cannot update or delete the stack | CloudFormation resource creation failed",
        signals=(
            "UPDATE_ROLLBACK_FAILED | ROLLBACK_COMPLETE | CREATE_FAILED | UPDATE_ROLLBACK_IN_PROGRESS |"
            " UPDATE_FAILED | DELETE_FAILED | UPDATE_ROLLBACK_COMPLETE"
        ),
        names="CloudFormation",
        covered_by="aws/cloudformation-failed",
    ),
    topic(
        "a scaling group",
        "auto scaling group launches no instance | no sufficient instance capacity | ASG does not grow, no"
        " scaling policy",
        signals="InsufficientInstanceCapacity | Launching a new EC2 instance | do not have sufficient",
        names="ASG",
        covered_by="aws/asg-not-scaling",
    ),
    topic(
        "a DNS record",
        "host name does not resolve | route53 record gone | hosted zone moved, NXDOMAIN | resolvers give"
        " different addresses | old address for some users, DNS cache | CNAME record wrong",
        names="NXDOMAIN | Route53 | route53 | Route 53",
        covered_by="aws/route53-dns",
    ),
    topic(
        "the way out of a VPC",
        "private subnet lost the internet | NAT gateway | outgoing calls from the VPC hang | function in the"
        " VPC cannot reach the internet | cannot call an external API from the VPC",
        names="NATGateway | NAT gateway | NAT Gateway",
        covered_by="aws/vpc-egress",
    ),
    topic(
        "a site-to-site VPN",
        "VPN tunnel is down | site to site tunnel flapping | IPSEC BGP customer gateway | direct connect",
        signals="TunnelState",
        names="IPSEC | IPsec | BGP",
        covered_by="aws/vpn-down",
    ),
    topic(
        "an encryption key",
        "KMS key cannot decrypt | key pending deletion | customer master key does not exist | access to KMS not"
        " allowed",
        signals=(
            "KMSInvalidStateException | customer master key | KMS is not allowed | pending deletion | DisabledException"
        ),
        covered_by="aws/kms-access",
    ),
    topic(
        "pulling from ECR",
        "cannot pull from ECR | ECR authorization token expired | docker login to ECR in the build",
        signals=(
            "dkr.ecr | Your Authorization Token has expired | no basic auth credentials | RepositoryNotFoundException"
        ),
        covered_by="aws/ecr-pull",
    ),
    topic(
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
    topic(
        "a DynamoDB table",
        "DynamoDB throttled | provisioned throughput of the table exceeded | read or write capacity of the table",
        signals="ProvisionedThroughputExceededException | ThrottlingException",
        names="DynamoDB",
        covered_by="aws/dynamodb-throttled",
    ),
    topic(
        "CloudFront",
        "CloudFront error, the request could not be satisfied | distribution cannot reach the origin | CDN cache",
        signals="The request could not be satisfied",
        names="CloudFront | cloudfront",
        covered_by="aws/cloudfront-errors",
    ),
    topic(
        "the rotation of a secret",
        "rotation of the secret failed | password rotated, application still has the old one | password"
        " authentication failed after the rotation",
        signals="AWSPENDING | testSecret | password authentication failed",
        covered_by="aws/secrets-rotation",
    ),
    topic(
        "a certificate of ACM",
        "ACM renewal pending validation | certificate manager validation record",
        signals="PENDING_VALIDATION",
        names="ACM",
        covered_by="aws/certificate",
    ),
    topic(
        "a limit of the AWS account",
        "vCPU limit of the account reached | service quota of AWS, limit exceeded",
        signals="VcpuLimitExceeded | vCPU limit | LimitExceededException | ServiceQuotaExceededException",
        covered_by="aws/service-quota",
    ),
    topic(
        "a CloudWatch alarm",
        "cloudwatch alarm fired, what does it watch | alarm has insufficient data",
        signals="INSUFFICIENT_DATA | ALARM:",
        covered_by="aws/cloudwatch-alarm",
    ),
    topic(
        "an event of the provider",
        "provider outage in the region, AWS status | notice of AWS about maintenance",
        signals="AWS_EC2_OPERATIONAL_ISSUE | Health Dashboard",
        covered_by="aws/health-event",
    ),
    topic(
        "cost",
        "bill doubled | costs of the account went up | cost breakdown by team",
        covered_by="aws/cost-spike",
    ),
    topic(
        "AWS Batch",
        "batch jobs stuck in RUNNABLE | compute environment invalid",
        signals="RUNNABLE | compute environment",
        covered_by="aws/batch-stuck",
    ),
    topic(
        "a cache, a search cluster or a broker",
        "redis elasticache evictions | opensearch cluster red, shards unassigned | kafka msk broker offline",
        signals="unassigned shards",
        names="ElastiCache | OpenSearch | MSK",
        covered_by="aws/elasticache-saturated",
    ),
)
