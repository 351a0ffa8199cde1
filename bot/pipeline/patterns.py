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

_Q = r"[\"'`*]{0,2}"
_IS = rf"{_Q}(?:\s*[:=]\s*|\s+(?:name\s+|named\s+|called\s+|is\s+)?|/){_Q}"
_END = r"(?![A-Za-z0-9_])"


def _after(words: str, form: str) -> str:
    """`words` then the value: "namespace shop", "namespace: shop", `"namespace": "shop"`, "deploy/checkout"."""
    return rf"(?<![A-Za-z0-9.-])(?:{words}){_IS}({form}){_END}"


def _before(words: str, form: str) -> str:
    """The value, then `words`: "the shop namespace"."""
    return rf"(?<![A-Za-z0-9./-])({form}){_Q}\s+(?:{words})(?![A-Za-z0-9-])"


_POD_SUFFIX = r"-(?:[0-9a-f]{8,10}|[bcdfghjklmnpqrstvwxz2456789]{8,10})-[bcdfghjklmnpqrstvwxz2456789]{5}"
_PATTERNS: Mapping[ParameterType, Sequence[str]] = {
    ParameterType.NAMESPACE: (
        rf"(?<![A-Za-z0-9-])(?:-n|--namespace)[ =]({_LABEL}){_END}",
        _after("namespace|ns|project", _LABEL),
        rf"pod {_Q}[a-z0-9.-]+_({_LABEL})\(",
        rf"(?i:pod|secret|configmap|deployment|service|svc)\s+{_Q}({_LABEL})/{_LABEL}",
        rf"\b{_LABEL}\.({_LABEL})\.svc\b",
        _before("namespace|ns", _LABEL),
        rf"\bin\s+({_LABEL}-(?:prod|production|stage|staging|uat|dev|test|qa|preprod|live)|(?:prod|stage|staging|uat|dev|test|qa|preprod)-{_LABEL}){_END}",
        rf"\b({_LABEL}-(?:prod|production|stage|staging|uat|dev|test|qa|preprod|live)){_END}",
    ),
    ParameterType.POD: (
        rf"(?<![A-Za-z0-9.-])({_LABEL}{_POD_SUFFIX}){_END}",
        rf"pod {_Q}([a-z0-9.-]+)_{_LABEL}\(",
        rf"(?<![A-Za-z0-9-])pods?[ /]{_Q}({_LABEL}-\d{{1,3}}){_END}",
        rf"(?<![A-Za-z0-9-])pod/({_LABEL}){_END}",
    ),
    ParameterType.WORKLOAD: (
        _after("deployment|deploy|statefulset|sts|daemonset|ds|replicaset|rs|workload|deployment\\.apps|statefulset\\.apps", _LABEL),
        rf"(?<![A-Za-z0-9.-])({_LABEL}?){_POD_SUFFIX}{_END}",
        rf"pod {_Q}([a-z0-9-]+?)-\d+_{_LABEL}\(",
        _before("deployment|deploy|statefulset|daemonset|workload", _LABEL),
        _after("app|application|microservice|component|service|svc", rf"{_LABEL}"),
        _before("service|app|application|pods?|api|container", r"[a-z0-9]+(?:-[a-z0-9]+)+"),
    ),
    ParameterType.SERVICE: (
        _after("service|svc|service\\.v1", _LABEL),
        rf"\b({_LABEL})\.{_LABEL}\.svc\b",
        _before("service|svc", _LABEL),
    ),
    ParameterType.INGRESS: (_after("ingress|ing", _NAME),),
    ParameterType.NODE: (
        r"\b(ip-\d+-\d+-\d+-\d+(?:\.[a-z0-9.-]*[a-z0-9])?)",
        _after("node|nodes|worker", r"[a-z0-9]+(?:[-.][a-z0-9]+)+"),
        r"\b(worker-\d+)\b",
    ),
    ParameterType.CLAIM: (_after("pvc|persistentvolumeclaim|claim|persistentvolumeclaims", _NAME),),
    ParameterType.JOB: (_after("job|cronjob|job\\.batch|cronjob\\.batch", _LABEL), _before("job|cronjob", r"[a-z0-9]+(?:-[a-z0-9]+)+")),
    ParameterType.CLUSTER: (_after("cluster|context", r"[a-z0-9][a-z0-9-]{1,60}"),),
    ParameterType.HOST: (rf"(?i:https?)://({_HOST})", rf"(?<![A-Za-z0-9@/.-])({_HOST}){_END}"),
    ParameterType.PORT: (
        rf"(?:{_HOST}|(?:\d{{1,3}}\.){{3}}\d{{1,3}}|localhost):(\d{{2,5}})\b",
        r"(?i)\bport\s*[:=]?\s*(\d{2,5})\b",
    ),
    ParameterType.URL: (r"((?i:https?)://[^\s<>\"'`]{3,500})",),
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
        _after("(?i:lambda function|function|lambda)", r"[A-Za-z0-9_]+(?:[-_][A-Za-z0-9_]+)+"),
        _before("(?i:lambda|function)", r"[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+)+"),
    ),
    ParameterType.DATABASE: (
        r"\b([a-z][a-z0-9-]{0,62})\.[a-z0-9-]+\.[a-z0-9-]+\.rds\.amazonaws\.com",
        _after("(?i:db instance|db identifier|rds instance|database instance|rds|database|dbinstance)", r"[a-z][a-z0-9]*(?:-[a-z0-9]+)+"),
        _before("(?i:db|database|rds)", r"[a-z][a-z0-9]*(?:-[a-z0-9]+)+"),
    ),
    ParameterType.LOAD_BALANCER: (
        r"loadbalancer/(?:app|net)/([A-Za-z0-9-]{1,32})/",
        r"\b(?:internal-)?([a-z0-9-]{1,32}?)-[0-9a-f]{8,20}\.(?:elb\.)?[a-z0-9-]+\.(?:elb\.)?amazonaws\.com",
        _after("(?i:load balancer|alb|nlb|elb)", r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)+"),
        _before("(?i:load balancer|alb|nlb|elb)", r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)+"),
    ),
    ParameterType.TARGET_GROUP: (
        r"targetgroup/([A-Za-z0-9-]{1,32})/",
        _after("(?i:target group|tg)", r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)+"),
        _before("(?i:target group|tg)", r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)+"),
    ),
}  # fmt: skip
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
    """.split()
)
WORD = re.compile(rf"(?<![A-Za-z0-9@./_-])({_LABEL})(?![A-Za-z0-9@_/-]|\.[a-z0-9])")
REGION_NAMES = {
    "london": "eu-west-2", "ireland": "eu-west-1", "dublin": "eu-west-1", "frankfurt": "eu-central-1",
    "paris": "eu-west-3", "stockholm": "eu-north-1", "milan": "eu-south-1", "zurich": "eu-central-2",
    "virginia": "us-east-1", "ohio": "us-east-2", "oregon": "us-west-2", "california": "us-west-1",
    "tokyo": "ap-northeast-1", "seoul": "ap-northeast-2", "osaka": "ap-northeast-3", "singapore": "ap-southeast-1",
    "sydney": "ap-southeast-2", "mumbai": "ap-south-1", "montreal": "ca-central-1", "sao paulo": "sa-east-1",
}  # fmt: skip
