import re
import time

import pytest

from bot.probes.kubernetes.logrules import RULES


def kind_of(line: str) -> str:
    return next((rule.kind for rule in RULES if rule.pattern.search(line)), "")


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("exec /usr/bin/app: exec format error", "wrong-architecture"),
        ("/bin/sh: 1: gunicorn: not found", "command-missing"),
        ("/bin/sh: line 1: /run.sh: Permission denied", "command-not-executable"),
        ("Error: Unable to access jarfile /app/app.jar", "command-missing"),
        ("required environment variable SMTP_HOST is not set", "env-missing"),
        ("Missing required environment variable: API_KEY", "env-missing"),
        ("./start.sh: line 4: API_KEY: unbound variable", "env-missing"),
        ("Could not resolve placeholder 'spring.datasource.url' in value", "env-missing"),
        ("required key DATABASE_URL missing value", "env-missing"),
        ('invalid value "eighty" for HTTP_PORT', "env-malformed"),
        ("MAX_CONNS must be an integer", "env-malformed"),
        ("flag provided but not defined: -listn", "argument-invalid"),
        ("listen tcp :8080: bind: address already in use", "address-in-use"),
        ("Error: listen EADDRINUSE: address already in use :::3000", "address-in-use"),
        ("mkdir: cannot create directory '/var/x': Read-only file system", "read-only-filesystem"),
        ("PermissionError: [Errno 13] Permission denied: '/data/x'", "permission-denied"),
        ("failed to bind 0.0.0.0:80: Permission denied", "port-not-permitted"),
        ('[emerg] unknown directive "x" in /etc/nginx/nginx.conf:3', "config-file-invalid"),
        ("failed to load config /etc/a.yaml: yaml: line 4: mapping values are not allowed", "config-file-invalid"),
        ("open /etc/app/a.conf: no such file or directory", "file-missing"),
        ("ModuleNotFoundError: No module named 'PIL'", "library-missing"),
        ('FATAL: password authentication failed for user "app"', "dependency-auth-failed"),
        ("tls: failed to verify certificate: x509: certificate has expired", "dependency-tls-failed"),
        ('pods is forbidden: User "system:serviceaccount:a:b" cannot list resource "pods"', "rbac-forbidden"),
        ("java.lang.OutOfMemoryError: Java heap space", "heap-exhausted"),
        ("Worker (pid:9) was sent SIGKILL! Perhaps out of memory?", "worker-out-of-memory"),
        ("dial tcp 10.1.2.3:5432: i/o timeout", "dependency-timeout"),
        ('host not found in upstream "orders" in /etc/nginx/nginx.conf:9', "dependency-unresolved"),
        ("connect: connection refused", "dependency-refused"),
        ("server listening on :8080", ""),
    ],
)
def test_known_lines_are_told_apart(line, kind):
    assert kind_of(line) == kind


def test_rules_are_quick_on_hostile_lines():
    hostile = [
        "/" + "a/" * 700,
        "A_" * 700,
        "x=" * 700,
        "error parsing " * 100,
        '"' * 1400,
        "failed to load config " * 60,
    ]
    began = time.perf_counter()
    for line in hostile:
        for rule in RULES:
            rule.pattern.search(line)
    assert time.perf_counter() - began < 1.5


def test_groups_are_those_that_readers_know():
    names = {name for rule in RULES for name in re.compile(rule.pattern).groupindex}
    assert names == {"subject", "file", "port", "value"}
