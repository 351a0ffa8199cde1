"""The strict form of every parameter type, and the patterns by which people and machines write such values.

Content rather than code: one line a pattern, the surest first. Each is linear on its own (bounded runs, no nesting).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from bot.model.runbook import ParameterType

_LABEL = r"[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?"
_NAME = rf"{_LABEL}(?:\.{_LABEL}){{0,8}}"
_HOST = r"(?:[a-z0-9_](?:[-a-z0-9_]{0,61}[a-z0-9])?\.){1,10}[a-z][a-z0-9-]{1,24}"
_REGION = r"(?:af|ap|ca|cn|eu|il|me|mx|sa|us)(?:-gov)?-(?:central|north|south|east|west|northeast|northwest|southeast|southwest)-\d"

_FORMS: Mapping[ParameterType, str] = {
    ParameterType.STRING: r"[^\x00-\x1f]{1,500}",
    ParameterType.INTEGER: r"-?\d{1,12}",
    ParameterType.BOOLEAN: r"(?i:true|false|yes|no)",
    ParameterType.NAMESPACE: _LABEL,
    ParameterType.WORKLOAD: _NAME,
    ParameterType.POD: _NAME,
    ParameterType.SERVICE: rf"(?!\d+\Z){_LABEL}",
    ParameterType.INGRESS: _NAME,
    ParameterType.NODE: _NAME,
    ParameterType.CLAIM: _NAME,
    ParameterType.JOB: _NAME,
    ParameterType.CLUSTER: r"[A-Za-z0-9][A-Za-z0-9_.:/@-]{0,200}",
    ParameterType.HOST: rf"(?i:{_HOST})|{_LABEL}|(?:\d{{1,3}}\.){{3}}\d{{1,3}}",
    ParameterType.PORT: r"\d{1,5}",
    ParameterType.URL: r"(?i:https?)://[^\s<>\"'`]{3,500}",
    ParameterType.ACCOUNT: r"\d{12}|[a-z][a-z0-9-]{1,40}",
    ParameterType.REGION: _REGION,
    ParameterType.ARN: r"arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:(?:\d{12}|aws)?:[^\s\"'<>`]{1,500}",
    ParameterType.INSTANCE: r"i-[0-9a-f]{8,17}",
    ParameterType.BUCKET: r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]",
    ParameterType.OBJECT_KEY: r"[^\s\"'<>`]{1,900}",
    ParameterType.FUNCTION: r"[A-Za-z0-9_-]{1,64}|arn:aws[a-z-]*:lambda:[^\s\"'<>`]{1,200}",
    ParameterType.DATABASE: r"[A-Za-z][A-Za-z0-9-]{0,62}",
    ParameterType.LOAD_BALANCER: r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?",
    ParameterType.TARGET_GROUP: r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?",
}
FORMS = {kind: re.compile(rf"(?:{form})\Z") for kind, form in _FORMS.items()}

_Q = r"[\\\"'`*{]{0,3}"
_IS = rf"{_Q}(?:\s*[:=]\s*|\s+(?:name\s+|named\s+|called\s+|is\s+)?|/){_Q}"
_END = r"(?![A-Za-z0-9_])"


def _after(words: str, form: str) -> str:
    """`words` then the value: "namespace shop", "namespace: shop", `"namespace": "shop"`, "deploy/checkout"."""
    return rf"(?<![A-Za-z0-9.-])(?i:{words}){_IS}({form}){_END}"


def _before(words: str, form: str) -> str:
    """The value, then `words`: "the shop namespace"."""
    return rf"(?<![A-Za-z0-9./-])({form}){_Q}\s+(?:{words})(?![A-Za-z0-9-])"


# A name of several parts, as people give to what they run; `read-only` and the like are in NOT_NAMES.
_COMPOUND = r"[a-z][a-z0-9]{0,40}(?:-[a-z0-9]{1,40}){1,7}"
_OPENS = rf"(?m)^[ \t>*\[(\"'`{{]{{0,6}}({_COMPOUND})(?=[\])\"'`}}*]{{0,3}}(?:[:;,]?\s|$))"
_DOES = (
    rf"(?<![A-Za-z0-9./@:=-])({_COMPOUND})[\"'`}}*]{{0,3}}\s+(?:in|is|keeps?|gets?|goes|restarts?|restarting|crash(?:es|ed|ing)"
    r"|fails?|failing|failed|needs|killed|never|does|doesn't|logs|has|was|won't|cannot|can't|not|stuck|down|hangs?|stays)\b"
)
_OF = rf"\b(?:of|for|by|our|my|the|is|on|with|behind)\s+{_Q}({_COMPOUND})(?![A-Za-z0-9_./@-]|:\d)"
_ROW = r"[ \t]{1,30}\d{1,4}/\d{1,4}[ \t]{1,30}"
_POD_SUFFIX = r"-(?:[0-9a-f]{8,10}|[bcdfghjklmnpqrstvwxz2456789]{8,10})-[bcdfghjklmnpqrstvwxz2456789]{5}"
_PATTERNS: Mapping[ParameterType, Sequence[str]] = {
    ParameterType.NAMESPACE: (
        rf"(?<![A-Za-z0-9-])(?:-n|--namespace)[ =]({_LABEL}){_END}",
        _after("namespace|ns|project", _LABEL),
        rf"pod {_Q}[a-z0-9.-]+_({_LABEL})\(",
        rf"(?i:pod|secret|configmap|deployment|service|svc)\s+{_Q}({_LABEL})/{_LABEL}",
        rf"\b{_LABEL}\.({_LABEL})\.svc\b",
        rf"\b(?:system:serviceaccount|serviceaccount):({_LABEL}):",
        rf"(?m)^[ \t]{{0,8}}({_LABEL})[ \t]{{1,60}}{_LABEL}{_ROW}[A-Z]",
        _before("namespace|ns", _LABEL),
        rf"\bin\s+({_LABEL}-(?:prod|production|stage|staging|uat|dev|test|qa|preprod|live)|(?:prod|stage|staging|uat|dev|test|qa|preprod)-{_LABEL}){_END}",
        rf"\b({_LABEL}-(?:prod|production|stage|staging|uat|dev|test|qa|preprod|live)){_END}",
        rf"(?:\b[a-z]{{1,40}}/[a-z0-9-]{{1,63}}|(?<![A-Za-z0-9./@-]){_COMPOUND})[\"'`}}*]{{0,3}}\s+in\s+{_Q}({_LABEL})(?![A-Za-z0-9_./@-])",
        rf"\bin\s+{_Q}({_COMPOUND})(?![A-Za-z0-9_./@-])",
    ),
    ParameterType.POD: (
        rf"(?m)^[ \t]{{0,8}}(?:{_LABEL}[ \t]{{1,60}})?({_LABEL}){_ROW}(?!Running|Completed|Succeeded)[A-Z]",
        rf"(?<![A-Za-z0-9.-])({_LABEL}{_POD_SUFFIX}){_END}",
        rf"pod {_Q}([a-z0-9.-]+)_{_LABEL}\(",
        rf"(?<![A-Za-z0-9-])pods?[ /]{_Q}({_LABEL}-\d{{1,3}}){_END}",
        rf"(?<![A-Za-z0-9-])(?i:pod)/({_LABEL}){_END}",
        rf"(?<![A-Za-z0-9-])(?i:pods?)[ :=]{{1,3}}[\"'`*{{]{{1,2}}({_LABEL}){_END}",
        r"(?<![A-Za-z0-9./@-])([a-z][a-z0-9-]{1,50}-\d{1,2})\s+(?:in|is|stuck|waits|pending|crash\w{0,5})\b",
    ),
    ParameterType.WORKLOAD: (
        _after("deployment|deploy|statefulset|sts|daemonset|ds|replicaset|rs|workload|deployment\\.apps|statefulset\\.apps", _LABEL),
        rf"(?<![A-Za-z0-9.-])({_LABEL}?){_POD_SUFFIX}{_END}",
        rf"pod {_Q}([a-z0-9-]+?)-\d+_{_LABEL}\(",
        _before("deployment|deploy|statefulset|daemonset|workload", _LABEL),
        _after("app|application|microservice|component|service|svc", rf"{_LABEL}"),
        _before("service|app|application|pods?|api|container", r"[a-z0-9]+(?:-[a-z0-9]+)+"),
        rf"\b(?:deploy|deployment|rollout|release|restart|upgrade|replicas?) of {_Q}({_LABEL}){_END}",
        rf"\bthe ({_LABEL}) (?:service|api) (?:in|is|does|has|keeps|cannot|never)\b",
        rf"(?m)(?:\b(?:on|of|for)\s+|^[ \t]*|[:,]\s+){_Q}({_LABEL})[\"'`}}*]{{0,3}},?\s+(?:in\s+)?(?:the\s+)?namespace\b",
        _OPENS,
        _DOES,
        _OF,
    ),
    ParameterType.SERVICE: (
        _after("service|svc|service\\.v1", _LABEL),
        rf"\b({_LABEL})\.{_LABEL}\.svc\b",
        _before("service|svc", _LABEL),
        rf"(?i:https?)://({_LABEL})(?![A-Za-z0-9.-])",
        rf"({_LABEL})[\"'`}}]{{0,2}} is of type (?:NodePort|ClusterIP|LoadBalancer)",
    ),
    ParameterType.INGRESS: (_after("ingress|ing|ingress\\.networking\\.k8s\\.io", _NAME), _before("ingress", _COMPOUND)),
    ParameterType.NODE: (
        r"\b(ip-\d+-\d+-\d+-\d+(?:\.[a-z0-9.-]*[a-z0-9])?)",
        _after("node|nodes|worker", r"[a-z0-9]+(?:[-.][a-z0-9]+)+"),
        r"(?<![A-Za-z0-9-])((?:worker|node|wk)-[a-z0-9]{1,20}(?:-[a-z0-9]{1,20}){0,3})(?![A-Za-z0-9-])",
    ),
    ParameterType.CLAIM: (
        _after("pvc|persistentvolumeclaim|claim|persistentvolumeclaims|volume claim", _NAME),
        rf"(?m)^[ \t]{{0,8}}({_LABEL})[ \t]{{1,60}}(?:Pending|Lost)\b",
        _before("pvc|claim", _COMPOUND),
    ),
    ParameterType.JOB: (_after("job|cronjob|job\\.batch|cronjob\\.batch", _LABEL), _before("job|cronjob", r"[a-z0-9]+(?:-[a-z0-9]+)+"), _OPENS, _DOES),
    ParameterType.CLUSTER: (_after("cluster|context", r"[a-z0-9][a-z0-9-]{1,60}"),),
    ParameterType.HOST: (rf"(?i:https?)://({_HOST})", rf"(?<![A-Za-z0-9@/.-])({_HOST}){_END}", r"(?<![\d.])((?:\d{1,3}\.){3}\d{1,3})(?![\d.])"),
    ParameterType.PORT: (
        rf"(?:{_HOST}|(?:\d{{1,3}}\.){{3}}\d{{1,3}}|localhost):(\d{{2,5}})\b",
        r"(?i)\bport\s*[:=]?\s*(\d{2,5})\b",
    ),
    ParameterType.URL: (r"((?i:https?)://[^\s<>|\"'`\]}]{3,500})",),
    ParameterType.ACCOUNT: (r"(?i)\baccount\s*(?:id)?\s*[:=]?\s*(\d{12})\b", r"\barn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:(\d{12}):"),
    ParameterType.REGION: (rf"\b({_REGION})(?=[a-f]?\b)",),
    ParameterType.ARN: (r"\b(arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:(?:\d{12}|aws)?:[^\s\"'<>`,;)]+)",),
    ParameterType.INSTANCE: (r"\b(i-[0-9a-f]{8,17})\b",),
    ParameterType.BUCKET: (
        r"\bs3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])",
        r"\barn:aws[a-z-]*:s3:::([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])",
        r"\b([a-z0-9][a-z0-9-]{1,61}[a-z0-9])\.s3[.-][a-z0-9.-]*amazonaws\.com",
        _after("bucket|s3 bucket", r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"),
        _before("bucket", r"[a-z0-9]+(?:[.-][a-z0-9]+)+"),
    ),
    ParameterType.OBJECT_KEY: (
        r"\bs3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/([^\s\"'<>`,;)]+)",
        r"\barn:aws[a-z-]*:s3:::[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/([^\s\"'<>`,;)*]+)",
    ),
    ParameterType.FUNCTION: (
        r"\barn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:([A-Za-z0-9_-]{1,64})",
        r"/aws/lambda/([A-Za-z0-9_-]{1,64})",
        _after("lambda function|function|lambda|fn", r"[A-Za-z0-9_]+(?:[-_][A-Za-z0-9_]+)+"),
        _before("(?i:lambda|function)", r"[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+)+"),
        r"(?m)^([A-Z][a-z0-9]{1,20}(?:[A-Z][a-z0-9]{1,20}){1,6}):\s",
        _OPENS,
        _OF,
    ),
    ParameterType.DATABASE: (
        r"\b([a-z][a-z0-9-]{0,62})\.[a-z0-9-]+\.[a-z0-9-]+\.rds\.amazonaws\.com",
        _after("db instance|db identifier|rds instance|database instance|rds|database|dbinstance|db|aurora|cluster", r"[a-z][a-z0-9]*(?:-[a-z0-9]+)+"),
        _before("(?i:db|database|rds)", r"[a-z][a-z0-9]*(?:-[a-z0-9]+)+"),
        r"(?<![A-Za-z0-9./@-])([a-z][a-z0-9]{0,30}(?:-[a-z0-9]{1,30}){0,5}-(?:db|mysql|postgres|pg|aurora|rds)(?:-[a-z0-9]{1,30}){0,3})(?![A-Za-z0-9./@-])",
    ),
    ParameterType.LOAD_BALANCER: (
        r"loadbalancer/(?:app|net)/([A-Za-z0-9-]{1,32})/",
        r"\b(?:internal-)?([a-z0-9-]{1,32}?)-[0-9a-f]{8,20}\.(?:elb\.)?[a-z0-9-]+\.(?:elb\.)?amazonaws\.com",
        _after("(?i:load balancer|alb|nlb|elb)", r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)+"),
        _before("(?i:load balancer|alb|nlb|elb)", r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)+"),
        r"(?<![A-Za-z0-9./@-])((?:alb|nlb|elb)-[a-z0-9]{1,20}(?:-[a-z0-9]{1,20}){0,3}|[a-z0-9]{1,20}(?:-[a-z0-9]{1,20}){0,3}-(?:alb|nlb|elb))(?![A-Za-z0-9./@-])",
    ),
    ParameterType.TARGET_GROUP: (
        r"targetgroup/([A-Za-z0-9-]{1,32})/",
        _after("(?i:target group|tg)", r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)+"),
        _before("(?i:target group|tg)", r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)+"),
        r"(?<![A-Za-z0-9./@-])(tg-[a-z0-9]{1,20}(?:-[a-z0-9]{1,20}){0,3}|[a-z0-9]{1,20}(?:-[a-z0-9]{1,20}){0,3}-tg)(?![A-Za-z0-9./@-])",
    ),
}  # fmt: skip
# How many of a type's patterns, at the end, go by where a name stands rather than by what it is called.
GUESSES = {ParameterType.WORKLOAD: 4, ParameterType.POD: 1, ParameterType.JOB: 2, ParameterType.FUNCTION: 2}
SEARCHES = {kind: tuple(re.compile(pattern) for pattern in patterns) for kind, patterns in _PATTERNS.items()}

NOT_NAMES = frozenset(
    """
    a account active after again alert all already always an and another any anything api app apps are as at
    attached available be been before behind being between blocks both bound broken bucket but by calls came can
    can't cannot change changed changes check claim claims cluster completes config configmap connection
    container containers could crashed crashing created creates cron cronjob cronjobs database dead deleted
    deletes deploy deployment deployments desk did disappeared discovery do does doing done down dropped drops
    during each end ended endpoint endpoints ends error errors ever every everything exists expired external
    failed failing fails failure few finished finishes first for from function get gets getting gives gone got
    had half hang hanging hangs has have he health healthy her here his how i if image images immediately in
    incident inside instance internal into is isn issue it its itself job jobs just keeps kind lately level like
    listed lives log logs longer look looks lost lots made makes many match matches may maybe me mesh missed
    more most moved much my name named namespace need needs never new no nobody node nodes none nor not nothing
    now of off on once one only open or other others our out outside over overnight owner paused pending please
    pod pods points problem process prod production pvc pvcs quota reach reached reaching ready refused reports
    requests resolve resolves responding responds restart restarting restarts returned returns rollout route
    routes run running runs said says secret secrets see seems seen sends sent service services set several she
    should shows since skipped slow so some sometimes staging start started starts state status stayed stays
    still stop stopped stops storage stuck such suddenly suspended svc takes team temporarily temporary
    terminated terminating than that the their them then there these they this those ticket timed timeout times
    to today too took traffic tried tries twice type unavailable under unhealthy unreachable until up url us
    used using volume volumes wait waiting waits want wants was we weird went were what when which while who why
    wide will with without work worked working works would wrong yesterday you your
    comes exceeded localhost update updates updated upgrade upgraded sets
    add-on all-hands anti-affinity auto-scaling back-end back-off batch-job blue-green
    bug-fix build-in built-in call-out circuit-breaker client-side cluster-ip cluster-wide co-worker cold-start
    config-map container-level copy-paste crash-loop cron-job cross-account cut-over data-base day-to-day dead-letter
    deploy-time double-check down-time e-mail end-of-day end-to-end end-user fall-back fail-over first-come
    first-time follow-up front-end full-time go-live half-open hand-over hard-coded health-check health-checks
    heads-up high-priority hot-fix in-cluster in-flight in-house in-memory in-place init-container intra-cluster
    kick-off last-minute load-balancer load-test log-in log-on long-running look-up low-priority mid-day
    multi-attach name-space near-miss network-policy no-one node-level node-pool non-prod non-production off-hours
    on-call on-premise on-prem one-off one-time out-of-date out-of-hours out-of-memory out-of-sync per-pod
    pod-level point-in-time post-mortem pre-prod pre-production pre-release pull-secret push-button quick-fix
    re-deploy re-deployed re-run re-start read-only read-write real-time roll-back roll-out rolling-update
    rolled-back root-cause run-time scale-up scale-down self-signed self-service server-side service-account
    set-up short-term side-car side-effect sign-in sign-on single-sign-on site-to-site so-called spin-up
    stand-by start-up state-of-the-art step-by-step stop-gap storage-class super-user tear-down third-party
    time-out time-outs top-level to-do two-factor un-ready up-to-date user-facing vice-versa warm-up web-site
    week-end well-known work-around working-hours world-wide x-ray year-end month-end half-day half-hour
    """.split()
)
NOT_HOSTS = re.compile(
    r"(?i)\.(?:go|py|js|ts|rb|java|kt|c|h|cc|cpp|rs|php|ya?ml|json|toml|xml|cfg|conf|ini|log|txt|md|sh|bash|html?|csv|jar|war"
    r"|lock|tf|tpl|service|socket|local|class|exe|dll|so|pem|crt|key)\Z"
    r"|(?:^|\.)(?:kubernetes|k8s)\.io\Z"
)
WORD = re.compile(rf"(?<![A-Za-z0-9@./_-])({_LABEL})(?![A-Za-z0-9@_/-]|\.[a-z0-9])")
REGION_NAMES = {
    "london": "eu-west-2", "ireland": "eu-west-1", "dublin": "eu-west-1", "frankfurt": "eu-central-1",
    "paris": "eu-west-3", "stockholm": "eu-north-1", "milan": "eu-south-1", "zurich": "eu-central-2",
    "virginia": "us-east-1", "ohio": "us-east-2", "oregon": "us-west-2", "california": "us-west-1",
    "tokyo": "ap-northeast-1", "seoul": "ap-northeast-2", "osaka": "ap-northeast-3", "singapore": "ap-southeast-1",
    "sydney": "ap-southeast-2", "mumbai": "ap-south-1", "montreal": "ca-central-1", "sao paulo": "sa-east-1",
}  # fmt: skip
