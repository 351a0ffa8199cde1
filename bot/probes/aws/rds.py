"""RDS: what state a database is in, and whether it is asked at the right address."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.kit.text import listed
from bot.model.finding import Finding
from bot.model.resource import Resource
from bot.probes.aws.databases import PERMISSIONS, Database, find, host_region, reached_as
from bot.probes.aws.naming import moment
from bot.probes.aws.view import AwsView
from bot.probes.registry import probe
from bot.probes.saying import Says, needs, shown

STATE = Says("aws.rds.state")
_FACTS = ("instance", "status", "host", "port", "engine")

# status: (cause, what it means, what to do)
_DOWN = {
    "stopped": (
        "database-stopped",
        "is stopped",
        "Start it, once its owner agrees: somebody or a schedule stopped it.",
    ),
    "stopping": (
        "database-stopped",
        "is being stopped",
        "Ask its owner who stopped it; it can be started once stopped.",
    ),
    "starting": ("database-starting", "is starting", "Wait until it is available: some minutes."),
    "creating": ("database-starting", "is being created", "Wait until it is available."),
    "rebooting": ("database-rebooting", "is rebooting", "Wait until it is available, and find who rebooted it."),
    "storage-full": (
        "storage-full",
        "has no storage left, so it takes no connections or no writes",
        "Allocate more storage, or turn on storage autoscaling; deleting rows does not help while it is full.",
    ),
    "failed": (
        "database-failed",
        "has failed and RDS cannot bring it back",
        "Restore it from a snapshot or a point in time.",
    ),
    "restore-error": ("database-failed", "could not be restored", "Restore it again, from another point in time."),
    "inaccessible-encryption-credentials": (
        "encryption-key-unavailable",
        "cannot use its encryption key",
        "Enable the key or restore its policy and grants, then restore the database from a backup.",
    ),
    "inaccessible-encryption-credentials-recoverable": (
        "encryption-key-unavailable",
        "cannot use its encryption key",
        "Enable the key, or restore its policy and grants, then start the database.",
    ),
    "maintenance": ("database-maintenance", "is under maintenance", "Wait until the maintenance ends."),
    "upgrading": ("database-maintenance", "is being upgraded", "Wait until the upgrade ends."),
    "renaming": (
        "endpoint-changed",
        "is being renamed, which changes its address",
        "Give the new address to its clients.",
    ),
    "deleting": ("database-deleting", "is being deleted", "Find who deletes it; restore it from the final snapshot."),
}
_INCOMPATIBLE = {
    "incompatible-network": "Correct its subnet group: RDS cannot place it in the network.",
    "incompatible-parameters": "Correct the parameter group: a value does not fit the instance; then reboot.",
    "incompatible-option-group": "Correct the option group.",
    "incompatible-restore": "Restore it from another point in time.",
    "incompatible-credentials": "Store the credentials for the directory or secret again.",
}


@probe("aws.rds.state", permissions=PERMISSIONS, facts=_FACTS)
def state(
    view: AwsView,
    *,
    instance: str = "",
    host: str = "",
    port: int = 0,
    iam_user: str = "",
    warn_days: int = 30,
) -> Iterator[Finding]:
    """Whether a database exists, runs and is asked at the right address and port.

    `instance` is the identifier, `host` an endpoint address (which may be of another region); one is enough.
    `port` is what the client uses; 0 when not known. `iam_user` is a user that logs in by IAM.
    """
    database = find(view, instance, host)
    if database.instance is None:
        if database.known:
            yield from reached_as(host, resource_of(database), [_absent(database)])
        return
    about = resource_of(database)
    judged = judge(database.instance, about, port, host, iam_user, warn_days, datetime.now(UTC))
    yield from reached_as(host, about, judged)


def resource_of(database: Database) -> Resource:
    """Give the resource of a database: `rds.DBInstance`."""
    return database.view.resource("rds.DBInstance", database.name)


def _absent(database: Database) -> Finding:
    where = f"in {database.view.region}"
    names = f"; there is {listed(database.near)}" if database.near else ""
    return STATE.critical(
        "database-absent",
        resource_of(database),
        f"There is no database {database.name} {where} in this account{names}.",
        "Correct the name or the region, or find who deleted it (a final snapshot may exist).",
        evidence=shown("DescribeDBInstances", "DBInstanceNotFound", _command(database.name)),
    )


def judge(
    instance: Mapping[str, Any],
    resource: Resource,
    port: int,
    host: str,
    iam_user: str,
    warn_days: int,
    now: datetime,
) -> Iterator[Finding]:
    """Judge RDS's description of an instance; the deepest critical fault only, then warnings, or that it is well."""
    facts = _facts(instance)
    fault = _down(instance, resource) or _asked_wrong(instance, resource, port, host, iam_user)
    fault = fault or _certificate(instance, resource, now)
    if fault:
        yield fault
    else:
        address = f"{facts['host']}:{facts['port']}"
        yield STATE.ok(resource, f"{resource.name} ({facts['engine']}) is {facts['status']} at {address}.", facts=facts)
        yield from _certificate_soon(instance, resource, now, warn_days)


def _facts(instance: Mapping[str, Any]) -> dict[str, str]:
    endpoint = instance.get("Endpoint") or {}
    return {
        "instance": str(instance["DBInstanceIdentifier"]),
        "status": str(instance.get("DBInstanceStatus", "")),
        "host": str(endpoint.get("Address", "")),
        "port": str(endpoint.get("Port", "")),
        "engine": f"{instance.get('Engine', '')} {instance.get('EngineVersion', '')}".strip(),
    }


def _down(instance: Mapping[str, Any], resource: Resource) -> Finding | None:
    status = str(instance.get("DBInstanceStatus", ""))
    cause, means, remedy = _DOWN.get(status, ("", "", ""))
    if status in _INCOMPATIBLE:
        cause, means, remedy = f"database-{status}", f"is in state {status}", _INCOMPATIBLE[status]
    if not cause:
        return None
    key = str(instance.get("KmsKeyId", ""))
    key_too = cause == "encryption-key-unavailable" and key
    relations = needs(resource, _sibling(resource, "kms.Key", key.rpartition("/")[2])) if key_too else ()
    size = f" ({instance.get('AllocatedStorage')} GiB allocated)" if cause == "storage-full" else ""
    with_key = f" {key}" if key_too else ""
    return STATE.critical(
        cause,
        resource,
        f"{resource.name} {means}{with_key}{size}.",
        remedy,
        evidence=shown("DBInstanceStatus", status, _command(resource.name)),
        relations=relations,
        facts=_facts(instance),
    )


def _sibling(resource: Resource, kind: str, name: str) -> Resource:
    return Resource("aws", resource.scope, resource.place, kind, name)


def _asked_wrong(
    instance: Mapping[str, Any], resource: Resource, port: int, host: str, iam_user: str
) -> Finding | None:
    facts = _facts(instance)
    evidence = shown("Endpoint", f"{facts['host']}:{facts['port']}", _command(resource.name))
    if _another_address(host, facts["host"]):
        return STATE.critical(
            "endpoint-changed",
            resource,
            f"{resource.name} is reached at {facts['host']}, but the client asks {host}.",
            "Give its present address to the client.",
            evidence=evidence,
            facts=facts,
        )
    if port and facts["port"] and str(port) != facts["port"]:
        return STATE.critical(
            "wrong-port",
            resource,
            f"{resource.name} listens on port {facts['port']}, but the client asks port {port}.",
            f"Set the client's port to {facts['port']}.",
            evidence=evidence,
            facts=facts,
        )
    if iam_user and instance.get("IAMDatabaseAuthenticationEnabled") is False:
        return STATE.critical(
            "iam-authentication-disabled",
            resource,
            f"{iam_user} logs in by IAM, but IAM authentication is off on {resource.name}.",
            "Turn on IAM database authentication, or give the user a password.",
            evidence=shown("IAMDatabaseAuthenticationEnabled", "false", _command(resource.name)),
            facts=facts,
        )
    return None


def _another_address(asked: str, present: str) -> bool:
    # Only RDS's own addresses are compared: an alias (db.example.com) may well lead to the right one.
    is_instance = bool(host_region(asked)) and ".cluster-" not in asked
    return is_instance and bool(present) and asked.lower().rstrip(".") != present.lower()


def _certificate(instance: Mapping[str, Any], resource: Resource, now: datetime) -> Finding | None:
    until = moment((instance.get("CertificateDetails") or {}).get("ValidTill"))
    if until is None or until > now:
        return None
    return STATE.critical(
        "certificate-authority-expired",
        resource,
        f"The server certificate of {resource.name} ({_authority(instance)}) expired on {until:%Y-%m-%d}: "
        "clients that verify it refuse to connect.",
        "Rotate it to a current authority, after the clients trust the new bundle.",
        since=until,
        evidence=shown("CertificateDetails", f"ValidTill {until:%Y-%m-%d %H:%M} UTC", _command(resource.name)),
        facts=_facts(instance),
    )


def _certificate_soon(
    instance: Mapping[str, Any], resource: Resource, now: datetime, warn_days: int
) -> Iterator[Finding]:
    until = moment((instance.get("CertificateDetails") or {}).get("ValidTill"))
    if until and until - now < timedelta(days=warn_days):
        yield STATE.warning(
            "certificate-authority-expiring",
            resource,
            f"The server certificate of {resource.name} ({_authority(instance)}) expires on {until:%Y-%m-%d}.",
            "Plan the rotation to a current authority.",
        )


def _authority(instance: Mapping[str, Any]) -> str:
    details = instance.get("CertificateDetails") or {}
    return str(details.get("CAIdentifier") or instance.get("CACertificateIdentifier") or "authority not named")


def _command(name: str) -> str:
    return f"aws rds describe-db-instances --db-instance-identifier {name}"
