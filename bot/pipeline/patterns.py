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
    ParameterType.SERVICE: rf"(?!\d{{1,63}}\Z){_LABEL}",
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
    ParameterType.ARN: r"arn:aws[a-z-]{0,10}:[a-z0-9-]{1,30}:[a-z0-9-]{0,20}:(?:\d{12}|aws)?:[^\s\"'<>`]{1,500}",
    ParameterType.INSTANCE: r"i-[0-9a-f]{8,17}",
    ParameterType.BUCKET: r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]",
    ParameterType.OBJECT_KEY: r"[^\s\"'<>`]{1,900}",
    ParameterType.FUNCTION: r"[A-Za-z0-9_-]{1,64}|arn:aws[a-z-]{0,10}:lambda:[^\s\"'<>`]{1,200}",
    ParameterType.DATABASE: r"[A-Za-z][A-Za-z0-9-]{0,62}",
    ParameterType.LOAD_BALANCER: r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?",
    ParameterType.TARGET_GROUP: r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?",
}
FORMS = {kind: re.compile(rf"(?:{form})\Z") for kind, form in _FORMS.items()}

_Q = r"[\\\"'`*{]{0,3}"
_IS = rf"{_Q}(?:\s{{0,8}}[:=]\s{{0,8}}|\s{{1,8}}(?:name\s{{1,8}}|named\s{{1,8}}|called\s{{1,8}}|is\s{{1,8}})?|/){_Q}"
_END = r"(?![A-Za-z0-9_])"


def _after(words: str, form: str) -> str:
    """`words` then the value: "namespace shop", "namespace: shop", `"namespace": "shop"`, "deploy/checkout"."""
    return rf"(?<![A-Za-z0-9.-])(?i:{words}){_IS}({form}){_END}"


def _before(words: str, form: str) -> str:
    """The value, then `words`: "the shop namespace"."""
    return rf"(?<![A-Za-z0-9./-])({form}){_Q}\s{{1,8}}(?:{words})(?![A-Za-z0-9-])"


# A name of several parts, as people give to what they run; `read-only` and the like are in NOT_NAMES.
_COMPOUND = r"[a-z][a-z0-9]{0,40}(?:-[a-z0-9]{1,40}){1,7}"
_OPENS = rf"(?m)^[ \t>*\[(\"'`{{]{{0,6}}({_COMPOUND})(?=[\])\"'`}}*]{{0,3}}(?:[:;,]?\s|$))"
_DOES = (
    rf"(?<![A-Za-z0-9./@:=-])({_COMPOUND})[\"'`}}*]{{0,3}}\s{{1,8}}(?:in|is|keeps?|gets?|goes|restarts?|restarting|crash(?:es|ed|ing)"
    r"|fails?|failing|failed|needs|killed|never|does|doesn't|logs|has|was|won't|cannot|can't|not|stuck|down|hangs?|stays)\b"
)
_OF = rf"\b(?:of|for|by|our|my|the|is|on|with|behind)\s{{1,8}}{_Q}({_COMPOUND})(?![A-Za-z0-9_./@-]|:\d)"
_ROW = r"[ \t]{1,30}\d{1,4}/\d{1,4}[ \t]{1,30}"
_POD_SUFFIX = r"-(?:[0-9a-f]{8,10}|[bcdfghjklmnpqrstvwxz2456789]{8,10})-[bcdfghjklmnpqrstvwxz2456789]{5}"
_PATTERNS: Mapping[ParameterType, Sequence[str]] = {
    ParameterType.NAMESPACE: (
        rf"(?<![A-Za-z0-9-])(?:-n|--namespace)[ =]({_LABEL}){_END}",
        _after("namespace|ns|project", _LABEL),
        rf"pod {_Q}[a-z0-9.-]{{1,253}}_({_LABEL})\(",
        rf"(?i:pod|secret|configmap|deployment|service|svc)\s{{1,8}}{_Q}({_LABEL})/{_LABEL}",
        rf"\b{_LABEL}\.({_LABEL})\.svc\b",
        rf"\b(?:system:serviceaccount|serviceaccount):({_LABEL}):",
        rf"(?m)^[ \t]{{0,8}}({_LABEL})[ \t]{{1,60}}{_LABEL}{_ROW}[A-Z]",
        _before("namespace|ns", _LABEL),
        rf"\bin\s{{1,8}}({_LABEL}-(?:prod|production|stage|staging|uat|dev|test|qa|preprod|live)|(?:prod|stage|staging|uat|dev|test|qa|preprod)-{_LABEL}){_END}",
        rf"\b({_LABEL}-(?:prod|production|stage|staging|uat|dev|test|qa|preprod|live)){_END}",
        rf"(?:\b[a-z]{{1,40}}/[a-z0-9-]{{1,63}}|(?<![A-Za-z0-9./@-]){_COMPOUND})[\"'`}}*]{{0,3}}\s{{1,8}}in\s{{1,8}}{_Q}({_LABEL})(?![A-Za-z0-9_./@-])",
        rf"\bin\s{{1,8}}{_Q}({_COMPOUND})(?![A-Za-z0-9_./@-])",
    ),
    ParameterType.POD: (
        rf"(?m)^[ \t]{{0,8}}(?:{_LABEL}[ \t]{{1,60}})?({_LABEL}){_ROW}(?!Running|Completed|Succeeded)[A-Z]",
        rf"(?<![A-Za-z0-9.-])({_LABEL}{_POD_SUFFIX}){_END}",
        rf"pod {_Q}([a-z0-9.-]{{1,253}})_{_LABEL}\(",
        rf"(?<![A-Za-z0-9-])pods?[ /]{_Q}({_LABEL}-\d{{1,3}}){_END}",
        rf"(?<![A-Za-z0-9-])(?i:pod)/({_LABEL}){_END}",
        rf"(?<![A-Za-z0-9-])(?i:pods?)[ :=]{{1,3}}[\"'`*{{]{{1,2}}({_LABEL}){_END}",
        r"(?<![A-Za-z0-9./@-])([a-z][a-z0-9-]{1,50}-\d{1,2})\s{1,8}(?:in|is|stuck|waits|pending|crash\w{0,5})\b",
    ),
    ParameterType.WORKLOAD: (
        _after("deployment|deploy|statefulset|sts|daemonset|ds|replicaset|rs|workload|deployment\\.apps|statefulset\\.apps", _LABEL),
        rf"(?<![A-Za-z0-9.-])({_LABEL}?){_POD_SUFFIX}{_END}",
        rf"pod {_Q}([a-z0-9-]{{1,60}}?)-\d{{1,3}}_{_LABEL}\(",
        _before("deployment|deploy|statefulset|daemonset|workload", _LABEL),
        _after("app|application|microservice|component|service|svc", rf"{_LABEL}"),
        _before("service|app|application|pods?|api|container", r"[a-z0-9]{1,40}(?:-[a-z0-9]{1,40}){1,7}"),
        rf"\b(?:deploy|deployment|rollout|release|restart|upgrade|replicas?) of {_Q}({_LABEL}){_END}",
        rf"\bthe ({_LABEL}) (?:service|api) (?:in|is|does|has|keeps|cannot|never)\b",
        rf"(?m)(?:\b(?:on|of|for)\s{{1,8}}|^[ \t]{{0,8}}|[:,]\s{{1,8}}){_Q}({_LABEL})[\"'`}}*]{{0,3}},?\s{{1,8}}(?:in\s{{1,8}})?(?:the\s{{1,8}})?namespace\b",
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
        r"\b(ip(?:-\d{1,3}){4}(?:\.[a-z0-9.-]{0,80}[a-z0-9])?)",
        _after("node|nodes|worker", r"[a-z0-9]{1,40}(?:[-.][a-z0-9]{1,40}){1,12}"),
        r"(?<![A-Za-z0-9-])((?:worker|node|wk)-[a-z0-9]{1,20}(?:-[a-z0-9]{1,20}){0,3})(?![A-Za-z0-9-])",
    ),
    ParameterType.CLAIM: (
        _after("pvc|persistentvolumeclaim|claim|persistentvolumeclaims|volume claim", _NAME),
        rf"(?m)^[ \t]{{0,8}}({_LABEL})[ \t]{{1,60}}(?:Pending|Lost)\b",
        _before("pvc|claim", _COMPOUND),
    ),
    ParameterType.JOB: (_after("job|cronjob|job\\.batch|cronjob\\.batch", _LABEL), _before("job|cronjob", r"[a-z0-9]{1,40}(?:-[a-z0-9]{1,40}){1,7}"), _OPENS, _DOES),
    ParameterType.CLUSTER: (_after("cluster|context", r"[a-z0-9][a-z0-9-]{1,60}"),),
    ParameterType.HOST: (rf"(?i:https?)://({_HOST})", rf"(?<![A-Za-z0-9@/.-])({_HOST}){_END}", r"(?<![\d.])((?:\d{1,3}\.){3}\d{1,3})(?![\d.])"),
    ParameterType.PORT: (
        rf"(?:{_HOST}|(?:\d{{1,3}}\.){{3}}\d{{1,3}}|localhost):(\d{{2,5}})\b",
        r"(?i)\bport\s{0,8}[:=]?\s{0,8}(\d{2,5})\b",
    ),
    ParameterType.URL: (r"((?i:https?)://[^\s<>|\"'`\]}]{3,500})",),
    ParameterType.ACCOUNT: (r"(?i)\baccount\s{0,8}(?:id)?\s{0,8}[:=]?\s{0,8}(\d{12})\b", r"\barn:aws[a-z-]{0,10}:[a-z0-9-]{1,30}:[a-z0-9-]{0,20}:(\d{12}):"),
    ParameterType.REGION: (rf"\b({_REGION})(?=[a-f]?\b)",),
    ParameterType.ARN: (r"\b(arn:aws[a-z-]{0,10}:[a-z0-9-]{1,30}:[a-z0-9-]{0,20}:(?:\d{12}|aws)?:[^\s\"'<>`,;)]{1,900})",),
    ParameterType.INSTANCE: (r"\b(i-[0-9a-f]{8,17})\b",),
    ParameterType.BUCKET: (
        r"\bs3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])",
        r"\barn:aws[a-z-]{0,10}:s3:::([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])",
        r"\b([a-z0-9][a-z0-9-]{1,61}[a-z0-9])\.s3[.-][a-z0-9.-]{0,40}amazonaws\.com",
        _after("bucket|s3 bucket", r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"),
        _before("bucket", r"[a-z0-9]{1,40}(?:[.-][a-z0-9]{1,40}){1,12}"),
    ),
    ParameterType.OBJECT_KEY: (
        r"\bs3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/([^\s\"'<>`,;)]{1,900})",
        r"\barn:aws[a-z-]{0,10}:s3:::[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/([^\s\"'<>`,;)*]{1,900})",
    ),
    ParameterType.FUNCTION: (
        r"\barn:aws[a-z-]{0,10}:lambda:[a-z0-9-]{1,20}:\d{12}:function:([A-Za-z0-9_-]{1,64})",
        r"/aws/lambda/([A-Za-z0-9_-]{1,64})",
        _after("lambda function|function|lambda|fn", r"[A-Za-z0-9]{1,40}(?:[-_]{1,2}[A-Za-z0-9]{1,40}){1,12}"),
        _before("(?i:lambda|function)", r"[A-Za-z0-9]{1,40}(?:[-_][A-Za-z0-9]{1,40}){1,12}"),
        r"(?m)^([A-Z][a-z0-9]{1,20}(?:[A-Z][a-z0-9]{1,20}){1,6}):\s",
        _OPENS,
        _OF,
    ),
    ParameterType.DATABASE: (
        r"\b([a-z][a-z0-9-]{0,62})\.[a-z0-9-]{1,40}\.[a-z0-9-]{1,20}\.rds\.amazonaws\.com",
        _after("db instance|db identifier|rds instance|database instance|rds|database|dbinstance|db|aurora|cluster", r"[a-z][a-z0-9]{0,40}(?:-[a-z0-9]{1,40}){1,7}"),
        _before("(?i:db|database|rds)", r"[a-z][a-z0-9]{0,40}(?:-[a-z0-9]{1,40}){1,7}"),
        r"(?<![A-Za-z0-9./@-])([a-z][a-z0-9]{0,30}(?:-[a-z0-9]{1,30}){0,5}-(?:db|mysql|postgres|pg|aurora|rds)(?:-[a-z0-9]{1,30}){0,3})(?![A-Za-z0-9./@-])",
    ),
    ParameterType.LOAD_BALANCER: (
        r"loadbalancer/(?:app|net)/([A-Za-z0-9-]{1,32})/",
        r"\b(?:internal-)?([a-z0-9-]{1,32}?)-[0-9a-f]{8,20}\.(?:elb\.)?[a-z0-9-]{1,20}\.(?:elb\.)?amazonaws\.com",
        _after("(?i:load balancer|alb|nlb|elb)", r"[A-Za-z0-9]{1,40}(?:-[A-Za-z0-9]{1,40}){1,7}"),
        _before("(?i:load balancer|alb|nlb|elb)", r"[A-Za-z0-9]{1,40}(?:-[A-Za-z0-9]{1,40}){1,7}"),
        r"(?<![A-Za-z0-9./@-])((?:alb|nlb|elb)-[a-z0-9]{1,20}(?:-[a-z0-9]{1,20}){0,3}|[a-z0-9]{1,20}(?:-[a-z0-9]{1,20}){0,3}-(?:alb|nlb|elb))(?![A-Za-z0-9./@-])",
    ),
    ParameterType.TARGET_GROUP: (
        r"targetgroup/([A-Za-z0-9-]{1,32})/",
        _after("(?i:target group|tg)", r"[A-Za-z0-9]{1,40}(?:-[A-Za-z0-9]{1,40}){1,7}"),
        _before("(?i:target group|tg)", r"[A-Za-z0-9]{1,40}(?:-[A-Za-z0-9]{1,40}){1,7}"),
        r"(?<![A-Za-z0-9./@-])(tg-[a-z0-9]{1,20}(?:-[a-z0-9]{1,20}){0,3}|[a-z0-9]{1,20}(?:-[a-z0-9]{1,20}){0,3}-tg)(?![A-Za-z0-9./@-])",
    ),
}  # fmt: skip
# How many of a type's patterns, at the end, go by where a name stands rather than by what it is called.
GUESSES = {ParameterType.WORKLOAD: 4, ParameterType.POD: 1, ParameterType.JOB: 2, ParameterType.FUNCTION: 2}
SEARCHES = {kind: tuple(re.compile(pattern) for pattern in patterns) for kind, patterns in _PATTERNS.items()}

# What a kind of object is called where its name follows: there even an ordinary word is a name.
_CALLED = {
    ParameterType.NAMESPACE: "namespace|ns|project",
    ParameterType.WORKLOAD: (
        "deployment|deploy|statefulset|sts|daemonset|ds|replicaset|rs|workload|deployment\\.apps|statefulset\\.apps"
        "|app|application|microservice|component|service|svc"
    ),
    ParameterType.SERVICE: "service|svc|service\\.v1",
    ParameterType.JOB: "job|cronjob|job\\.batch|cronjob\\.batch",
}
_ENDS = (
    r"(?=[\"'`*}]{0,3}(?:[).,;:!?\]]|\s{0,3}\Z|\n"
    r"|\s{1,3}(?:in|is|on|has|had|does|since|after|with|keeps|cannot|was|never|restarts|fails|crashes|will|namespace)\b))"
)


def _whatever(words: str) -> str:
    """A kind and its quoted name: `"namespace": "reports"`, deployment `api`."""
    link = r"(?:\s{0,3}[:=/]\s{0,3}|\s{1,3}(?:(?:named|called)\s{1,3})?)"
    return rf"(?<![A-Za-z0-9.-])(?i:{words}){_Q}{link}[\\\"'`*{{]{{1,3}}({_LABEL})[\\\"'`*}}]"


def _labelled(words: str) -> str:
    """A kind, a sign, a name: "namespace: reports", "deploy/api"."""
    return rf"(?<![A-Za-z0-9.-])(?i:{words}){_Q}(?:\s{{0,3}}[:=]\s{{0,3}}|/){_Q}({_LABEL}){_END}"


def _spoken(words: str) -> str:
    """A kind and a name after which the sentence goes on without it: "(namespace reports)", "deploy api is stuck"."""
    return rf"(?<![A-Za-z0-9.-])(?i:{words})\s{{1,3}}(?:(?:named|called)\s{{1,3}})?({_LABEL}){_ENDS}"


# Where any word is a name; where an ordinary word is one; where one of those that say little else is one.
QUOTED = {
    kind: tuple(
        re.compile(pattern)
        for pattern in (_whatever(words), *_PATTERNS[kind][: 1 if kind is ParameterType.NAMESPACE else 0])
    )
    for kind, words in _CALLED.items()
}
LABELLED = {kind: re.compile(_labelled(words)) for kind, words in _CALLED.items()}
SPOKEN = {kind: re.compile(_spoken(words)) for kind, words in _CALLED.items()}

NOT_HOSTS = re.compile(
    r"(?i)\.(?:go|py|js|ts|rb|java|kt|c|h|cc|cpp|rs|php|ya?ml|json|toml|xml|cfg|conf|ini|log|txt|md|sh|bash|html?|csv|jar|war"
    r"|lock|tf|tpl|service|socket|local|class|exe|dll|so|pem|crt|key)\Z"
    r"|(?:^|\.)(?:kubernetes|k8s)\.io\Z"
)
IN = re.compile(rf"\b(?i:in)\s{{1,3}}(?:the\s{{1,3}})?{_Q}({_LABEL})(?![A-Za-z0-9_./@-])")
WORD = re.compile(rf"(?<![A-Za-z0-9@./_-])({_LABEL})(?![A-Za-z0-9@_/-]|\.[a-z0-9])")
REGION_NAMES = {
    "london": "eu-west-2", "ireland": "eu-west-1", "dublin": "eu-west-1", "frankfurt": "eu-central-1",
    "paris": "eu-west-3", "stockholm": "eu-north-1", "milan": "eu-south-1", "zurich": "eu-central-2",
    "virginia": "us-east-1", "ohio": "us-east-2", "oregon": "us-west-2", "california": "us-west-1",
    "tokyo": "ap-northeast-1", "seoul": "ap-northeast-2", "osaka": "ap-northeast-3", "singapore": "ap-southeast-1",
    "sydney": "ap-southeast-2", "mumbai": "ap-south-1", "montreal": "ca-central-1", "sao paulo": "sa-east-1",
}  # fmt: skip
