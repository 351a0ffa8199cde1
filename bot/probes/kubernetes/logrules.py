"""What known lines of a log mean: one pattern a row, most telling first. Words only; ties nothing to the cluster."""

from __future__ import annotations

import re
from typing import NamedTuple

_VAR = r"[A-Z][A-Z0-9]{0,40}(?:_[A-Z0-9]{1,40}){1,10}"
_QUOTE = r"[`'\"“\[(<]{0,2}"
_UNQUOTE = r"[`'\"”\])>]{0,2}"
_MISSING = (
    r"(?:(?:is |was |were |has )?(?:not (?:been )?(?:set|defined|provided|found|present|configured|specified)|"
    r"missing|required|undefined|unset|empty|blank|absent|null)|"
    r"must be (?:set|provided|defined|specified|present|given|configured)|"
    r"(?:must not|cannot) be (?:empty|blank|null))"
)


class Rule(NamedTuple):
    """A pattern and what it says. Groups: `subject` (variable, path, library), `value`."""

    kind: str
    weight: int
    pattern: re.Pattern[str]


def _rule(kind: str, weight: int, pattern: str, flags: int = re.IGNORECASE) -> Rule:
    return Rule(kind, weight, re.compile(pattern, flags))


RULES: tuple[Rule, ...] = (
    _rule(
        "wrong-architecture", 95, r"exec(?: user process caused)?:?.{0,80}exec format error|cannot execute binary file"
    ),
    _rule(
        "heap-exhausted", 90, r"java\.lang\.OutOfMemoryError|(?:JavaScript heap|heap) out of memory|Reached heap limit"
    ),
    _rule("worker-out-of-memory", 85, r"sent SIGKILL! Perhaps out of memory|Worker .{0,40}signal 9|killed by the OOM"),
    _rule(
        "command-missing",
        80,
        r"exec:? [\"']?(?P<subject>[^\s\"':]{1,200})[\"']?: (?:executable file not found|no such file)",
    ),
    _rule(
        "command-missing",
        75,
        r"^(?:/bin/)?(?:ba|da|a)?sh: (?:\d+: |line \d+: |1: )?(?P<subject>[\w./-]{1,200}): (?:command )?not found",
    ),
    _rule(
        "command-missing",
        75,
        r"Unable to access jarfile (?P<subject>\S+)|can't open file '(?P<file>[^']{1,200})': \[Errno 2\]",
    ),
    _rule("command-missing", 75, r"Cannot find module '(?P<subject>/[^']{1,200})'"),
    _rule("command-not-executable", 80, r"exec:? [\"']?(?P<subject>[^\s\"':]{1,200})[\"']?: permission denied"),
    _rule(
        "command-not-executable",
        75,
        r"^(?:/bin/)?(?:ba|da|a)?sh: (?:\d+: |line \d+: )?(?P<subject>/[\w./-]{1,200}): Permission denied",
    ),
    # what the environment lacks
    _rule("env-missing", 70, rf"KeyError: ['\"](?P<subject>{_VAR})['\"]", 0),
    _rule("env-missing", 78, r"Could not resolve placeholder '(?P<subject>[\w.\-]{1,100})'"),
    _rule("env-missing", 78, r"required key (?P<subject>[\w.]{1,80}) missing value"),
    _rule("env-missing", 78, r"(?P<subject>[A-Za-z_]\w{1,60}): (?:unbound variable|parameter (?:null or )?not set)"),
    _rule(
        "env-missing",
        78,
        rf"env(?:ironment)?[ -]?(?:variable|var)?s?:? {_QUOTE}(?P<subject>[A-Za-z_]\w{{2,60}}){_UNQUOTE} "
        rf"{_MISSING}",
    ),
    _rule(
        "env-missing",
        78,
        rf"(?:missing|undefined|unset|required|must set|set the|expected)(?: the| required|"
        rf" mandatory)* (?:env(?:ironment)?|config(?:uration)?)[ -]?(?:variable|var|value|"
        rf"key)?s?:? {_QUOTE}(?P<subject>[A-Z]\w{{2,60}})",
    ),
    _rule(
        "env-missing",
        72,
        rf"(?<![\w/])(?P<subject>(?-i:{_VAR})){_UNQUOTE}:?(?: env(?:ironment)?(?: variable)?| variable|"
        rf" setting)? {_MISSING}",
    ),
    _rule(
        "env-missing",
        70,
        rf"(?:missing|must specify|need to specify|required|please set|set)(?: value for| setting|"
        rf" variable)?:? {_QUOTE}(?P<subject>(?-i:{_VAR}))",
    ),
    _rule("env-missing", 68, rf"(?P<subject>(?-i:{_VAR}))\s+(?:Field required|field required|Input should be)"),
    _rule("env-missing", 62, r"^\s+- (?P<subject>(?:MYSQL|MARIADB)_ROOT_PASSWORD)$"),
    # what the environment holds but should not
    _rule(
        "env-malformed",
        76,
        rf"(?:invalid|malformed|bad|illegal|cannot parse|could not parse|failed to parse|unable to parse|"
        rf"error parsing)(?: value| port| url| duration)?(?: [\"'](?P<value>[^\"']{{0,200}})[\"'])?(?: for| of|"
        rf" in| from)?(?: env(?:ironment)?(?: variable)?)?:? {_QUOTE}(?P<subject>(?-i:{_VAR}))",
    ),
    _rule(
        "env-malformed",
        74,
        rf"(?<![\w/])(?P<subject>(?-i:{_VAR})){_UNQUOTE}[:=]? ?(?:[\"'](?P<value>[^\"']{{0,200}})[\"'] )?(?:is |"
        rf"has |was )?(?:an? |not an? )?(?:invalid|malformed|must be an?|not an? |cannot be parsed|"
        rf"could not be parsed|converting|expected)",
    ),
    _rule(
        "env-malformed",
        50,
        r"(?:invalid literal for int\(\) with base 10|could not convert string to float|invalid port|"
        r"invalid duration|invalid integer|invalid boolean|unknown unit|NumberFormatException: For input string|"
        r"strconv\.\w+: parsing|time: invalid duration|ERR_SOCKET_BAD_PORT.{0,80}Received(?: type string)?|"
        r"Invalid URL|invalid url|Could not parse (?:rfc1738 )?URL from(?: string)?|"
        r"Port could not be cast to integer value as):? ?\(?[\"'](?P<value>[^\"']{0,200})[\"']",
        0,
    ),
    # The process and its surroundings
    _rule(
        "argument-invalid",
        72,
        r"(?:unknown (?:flag|option|shorthand flag|command)|unrecognized (?:arguments?|option)|"
        r"flag provided but not defined|no such option|invalid option|"
        r"illegal option)[: -]{1,4}[`'\"]?(?P<subject>-{0,2}[\w-]{1,60})",
    ),
    _rule(
        "address-in-use",
        72,
        r"(?:address(?: is)? already in use|EADDRINUSE|Address in use|port (?P<subject>\d{2,5}) (?:is|"
        r"was) already (?:in use|allocated))",
    ),
    _rule(
        "read-only-filesystem",
        74,
        r"(?P<subject>/[\w./@-]{1,200})?[\"']?:? ?(?:Read-only file system|"
        r"EROFS)(?::? ?['\"](?P<file>/[^'\"]{1,200})['\"])?",
    ),
    _rule(
        "port-not-permitted",
        74,
        r"(?:bind|listen).{0,60}:(?P<subject>\d{1,3})\b.{0,20}(?:permission denied|EACCES)|"
        r"EACCES.{0,60}:(?P<port>\d{1,3})\b",
    ),
    _rule("permission-denied", 70, r"PermissionError: \[Errno 13\] Permission denied: ['\"](?P<subject>[^'\"]{1,200})"),
    _rule(
        "permission-denied",
        68,
        r"(?:EACCES: permission denied|EPERM: operation not permitted)(?:, \w+ ['\"](?P<subject>[^'\"]{1,200}))?",
    ),
    _rule(
        "permission-denied",
        62,
        r"(?P<subject>/[\w./@-]{1,200})[\"']?:? ?(?:\(?(?:13: )?Permission denied|AccessDeniedException)",
    ),
    _rule(
        "permission-denied",
        60,
        r"(?:AccessDeniedException: (?P<subject>/[\w./@-]{1,200})|(?:open|mkdir|chown|chmod|cannot create|"
        r"can't create).{0,120}(?:permission denied|operation not permitted))",
    ),
    _rule("dependency-unresolved", 80, r"host not found in upstream"),
    _rule("config-file-invalid", 74, r"\[emerg\].{0,200}? in (?P<subject>/[\w./-]{1,200}):\d+"),
    _rule(
        "config-file-invalid",
        72,
        r"(?:error|fail(?:ed|ure)|unable|cannot|could not|couldn't|invalid).{0,60}(?:pars|unmarshal|decod|load|"
        r"read|validat).{0,60}?(?P<subject>/[\w./-]{1,200}\.(?:ya?ml|json|toml|ini|conf|cfg|xml|properties|"
        r"env)).{0,20}:? .{0,80}(?:line \d+|unexpected|invalid|did not|could not|mapping|syntax|expected|"
        r"unknown|duplicate|cannot)",
    ),
    _rule(
        "config-file-invalid",
        70,
        r"(?P<subject>/[\w./-]{1,200}\.(?:ya?ml|json|toml|ini|conf|cfg|xml|properties))[\"']?(?:[:,]| at|"
        r" on)? ?(?:line \d+|\d+:\d+|\(line).{0,100}",
    ),
    _rule(
        "config-file-invalid",
        66,
        r"(?:error (?:parsing|reading|loading|unmarshal\w*)|(?:failed|unable) to (?:parse|load|decode|"
        r"unmarshal)|could not parse|invalid|bad)(?: the)? config(?:uration)?(?: file)?:? "
        r"?[\"']?(?P<subject>/[\w./-]{1,200})?",
    ),
    _rule(
        "config-file-invalid",
        64,
        r"CONFIG FILE ERROR|yaml: (?:line \d+|unmarshal errors|mapping values)|toml: line|"
        r"yaml\.(?:scanner|parser)\.\w+Error|"
        r"invalid character .{1,8} (?:looking for|after)|JSONDecodeError|Unexpected token .{1,20} in JSON|"
        r"while (?:parsing|scanning) a",
    ),
    _rule(
        "file-missing", 66, r"FileNotFoundError: \[Errno 2\] No such file or directory: ['\"](?P<subject>[^'\"]{1,200})"
    ),
    _rule("file-missing", 64, r"ENOENT: no such file or directory, \w+ ['\"](?P<subject>[^'\"]{1,200})"),
    _rule(
        "file-missing",
        62,
        r"(?:open|stat|read|load\w*|find|fopen\(\)?|"
        r"access) ['\"(]{0,2}(?P<subject>/[\w./@-]{1,200})['\")]{0,2}:? .{0,40}(?:no such file or directory|"
        r"not found|does not exist)",
    ),
    _rule(
        "file-missing",
        60,
        r"(?P<subject>/[\w./@-]{2,200}\.\w{2,10})['\"]?:? .{0,20}(?:no such file or directory|does not exist|"
        r"\(No such file or directory\)|not found)",
    ),
    _rule(
        "library-missing",
        66,
        r"(?:No module named|Cannot find (?:module|package)|ClassNotFoundException:|NoClassDefFoundError:|"
        r"error while loading shared libraries:) ?['\"]?(?P<subject>[\w./@-]{1,120})",
    ),
    # Dependencies
    _rule(
        "dependency-auth-failed",
        72,
        r"password authentication failed for user|Access denied for user|WRONGPASS|"
        r"NOAUTH Authentication required|Authentication failed\.?$|SASL authentication (?:failed|error)|"
        r"role \"[^\"]{1,80}\" does not exist|ACCESS_REFUSED",
    ),
    _rule(
        "dependency-tls-failed",
        72,
        r"x509: certificate|certificate verify failed|self[- ]signed certificate|CERT_HAS_EXPIRED|"
        r"SSLHandshakeException|PKIX path building failed|unable to get local issuer",
    ),
    _rule(
        "database-missing",
        72,
        r"database \"(?P<subject>[^\"]{1,80})\" does not exist|Unknown database '(?P<value>[^']{1,80})'",
    ),
    _rule(
        "rbac-forbidden",
        72,
        r"is forbidden: User \"(?P<subject>system:serviceaccount:[^\"]{1,200})\" cannot (?P<value>\w+ resource "
        r"\"[^\"]{1,60}\")",
    ),
    _rule(
        "aws-access-denied",
        72,
        r"(?:AccessDenied|UnauthorizedOperation|not authorized to perform:? ?(?P<subject>[\w:]{3,80}))",
    ),
    _rule(
        "dependency-unresolved",
        70,
        r"no such host|ENOTFOUND|EAI_AGAIN|could not translate host name|Name or service not known|"
        r"Temporary failure in name resolution|UnknownHostException|getaddrinfo failed|nodename nor servname|"
        r"[Cc](?:ould not|annot|an't) resolve|bad address|server misbehaving|Name does not resolve|"
        r"failed to lookup address|failure in name resolution|NXDOMAIN",
    ),
    _rule(
        "dependency-refused",
        66,
        r"connection refused|ECONNREFUSED|Errno 111|actively refused|Can't reach database server|"
        r"Can't connect to [^(]{0,80}\(111|"
        r"connect\(\) failed \(111",
    ),
    _rule(
        "dependency-timeout",
        64,
        r"i/o timeout|ETIMEDOUT|connection timed out|connect(?:ion|ing)?.{0,80}time(?:d )?-?out|ConnectTimeout|"
        r"context deadline exceeded|Errno 110|timeout expired|[Tt]imed out waiting for|No route to host|EHOSTUNREACH|"
        r"connection attempt failed|Communications link failure|waiting for .{0,80}(?:timed out|timeout)|"
        r"Can't connect to MySQL",
    ),
    _rule("segmentation-fault", 60, r"Segmentation fault|SIGSEGV"),
)
