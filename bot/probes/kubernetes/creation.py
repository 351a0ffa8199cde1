"""Why the API server refused to create a pod: read off the refusal that the controller passes on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from bot.kit.text import one_line
from bot.probes.kubernetes.verdicts import Ref, Verdict, fault

_QUOTA = re.compile(
    r"exceeded quota: (?P<name>[^,]+), requested: (?P<asked>.+?), used: (?P<used>.+?), limited: (?P<hard>.+)"
)
_QUOTA_DEMANDS = re.compile(r"failed quota: (?P<name>[^:]+): must specify (?P<what>.+)")
_LIMIT = re.compile(
    r"(?P<bound>maximum|minimum) (?P<what>\S+) usage per (?P<kind>Container|Pod) is (?P<hard>[^,]+)"
    r", but (?P<asked>[^.,]+)"
    r"|(?P<ratio>\S+ max limit to request ratio per (?:Container|Pod) is [^,]+, but provided ratio is [\d.]+)"
)
_SECURITY = re.compile(r'violates PodSecurity "(?P<level>[^"]+)": (?P<why>.+)')
_DENIED = re.compile(r'admission webhook "(?P<name>[^"]+)" denied the request:? ?(?P<why>.*)', re.DOTALL)
_UNREACHED = re.compile(r'failed calling webhook "(?P<name>[^"]+)":(?P<why>.*)', re.DOTALL)
_WEBHOOK_SERVICE = re.compile(r"https?://(?P<service>[a-z0-9-]+)\.(?P<namespace>[a-z0-9-]+)\.svc")
_ACCOUNT = re.compile(r'serviceaccount "(?P<name>[^"]+)" not found', re.IGNORECASE)
_PRIORITY = re.compile(r"no PriorityClass with name (?P<name>\S+) was found")

Judge = Callable[[Ref, str, Iterable[Mapping[str, Any]]], Verdict | None]


def refusal(workload: Ref, message: str, policies: Iterable[Mapping[str, Any]] = ()) -> Verdict:
    """Say what refuses the pods of `workload`, from the message of its FailedCreate.

    `policies` are the LimitRanges and webhook configurations that exist, to name the one at work. The verdict is
    about the object at fault: the quota, the limit range, the webhook, the missing account, or the workload itself.
    """
    known = tuple(policies)
    for judge in _JUDGES:
        verdict = judge(workload, message, known)
        if verdict:
            return verdict
    return fault(
        workload,
        "creation-refused",
        f"The API server refuses to create pods of {workload}: {one_line(message, 300)}",
        "Change the pod template so that the API server accepts it, or ask whoever owns the rule that refuses it.",
        seen=message,
    )


def _quota(workload: Ref, message: str, _: Iterable[Mapping[str, Any]]) -> Verdict | None:
    found = _QUOTA.search(message)
    if not found:
        return None
    name, asked, used, hard = (found[key].strip() for key in ("name", "asked", "used", "hard"))
    return fault(
        Ref("ResourceQuota", name, workload.namespace),
        "quota-exceeded",
        f"ResourceQuota {name} is used up, so no pod of {workload} can be created: "
        f"asked {asked}, used {used} of {hard}.",
        "Raise the quota, or free what other workloads of the namespace hold.",
        seen=message,
        command=f"kubectl describe resourcequota {name} -n {workload.namespace}",
        facts={"quota": name, "asked": asked, "used": used, "hard": hard},
    )


def _quota_demands(workload: Ref, message: str, _: Iterable[Mapping[str, Any]]) -> Verdict | None:
    found = _QUOTA_DEMANDS.search(message)
    if not found:
        return None
    return fault(
        workload,
        "quota-demands-limits",
        f"ResourceQuota {found['name']} refuses pods of {workload} that do not specify {found['what']}.",
        "Set the requests and limits that the quota counts, or give the namespace a LimitRange with defaults.",
        seen=message,
        facts={"quota": found["name"]},
    )


def _limit_range(workload: Ref, message: str, policies: Iterable[Mapping[str, Any]]) -> Verdict | None:
    found = _LIMIT.search(message)
    if not found:
        return None
    names = sorted(each["metadata"]["name"] for each in policies if each.get("kind") == "LimitRange")
    name = names[0] if names else "of the namespace"
    said = (
        found["ratio"]
        or f"{found['bound']} {found['what']} per {found['kind']} is {found['hard']}, but {found['asked']}"
    )
    return fault(
        Ref("LimitRange", name, workload.namespace),
        "limit-range-refused",
        f"LimitRange {name} refuses the pods of {workload}: {said}.",
        "Bring the container's requests and limits within the range, or change the range.",
        seen=message,
        command=f"kubectl describe limitrange -n {workload.namespace}",
    )


def _pod_security(workload: Ref, message: str, _: Iterable[Mapping[str, Any]]) -> Verdict | None:
    found = _SECURITY.search(message)
    if not found:
        return None
    return fault(
        workload,
        "pod-security-refused",
        f'Pod security level "{found["level"]}" of namespace {workload.namespace} refuses pods of {workload}: '
        f"{one_line(found['why'], 300)}",
        "Set the security context that the level asks for; lowering the namespace's level needs its owner's consent.",
        seen=message,
        command=f"kubectl get namespace {workload.namespace} --show-labels",
        facts={"level": found["level"]},
    )


def _denied(workload: Ref, message: str, _: Iterable[Mapping[str, Any]]) -> Verdict | None:
    found = _DENIED.search(message)
    if not found:
        return None
    return fault(
        workload,
        "admission-denied",
        f"Admission webhook {found['name']} denies pods of {workload}: {one_line(found['why'], 300)}",
        "Change the pod template to meet the policy that the webhook names.",
        seen=message,
        facts={"webhook": found["name"]},
    )


def _unreached(workload: Ref, message: str, policies: Iterable[Mapping[str, Any]]) -> Verdict | None:
    found = _UNREACHED.search(message)
    if not found:
        return None
    webhook = found["name"]
    about = _configuration(webhook, policies)
    behind = _WEBHOOK_SERVICE.search(message)
    service = Ref("Service", behind["service"], behind["namespace"]) if behind else None
    where = f", served by Service {service.name} in {service.namespace}," if service else ""
    return fault(
        about,
        "webhook-unavailable",
        f"Admission webhook {webhook}{where} does not answer, so no pod of {workload} can be created: "
        f"{one_line(found['why'].rpartition(': ')[2], 300)}",
        "Bring back the pods behind the webhook; only its owner may set failurePolicy to Ignore meanwhile.",
        seen=message,
        needs=((service, "the webhook is served by it"),) if service else (),
        facts={"webhook": webhook},
    )


def _configuration(webhook: str, policies: Iterable[Mapping[str, Any]]) -> Ref:
    for each in policies:
        if any(hook.get("name") == webhook for hook in each.get("webhooks") or ()):
            return Ref(each.get("kind", "ValidatingWebhookConfiguration"), each["metadata"]["name"])
    return Ref("ValidatingWebhookConfiguration", webhook)


def _account(workload: Ref, message: str, _: Iterable[Mapping[str, Any]]) -> Verdict | None:
    found = _ACCOUNT.search(message)
    if not found:
        return None
    name = found["name"]
    return fault(
        Ref("ServiceAccount", name, workload.namespace),
        "service-account-missing",
        f"ServiceAccount {name} does not exist in {workload.namespace}, so no pod of {workload} can be created.",
        f"Create ServiceAccount {name}, or name an existing one in spec.template.spec.serviceAccountName.",
        seen=message,
        command=f"kubectl get serviceaccounts -n {workload.namespace}",
    )


def _priority(workload: Ref, message: str, _: Iterable[Mapping[str, Any]]) -> Verdict | None:
    found = _PRIORITY.search(message)
    if not found:
        return None
    return fault(
        Ref("PriorityClass", found["name"]),
        "priority-class-missing",
        f"PriorityClass {found['name']} does not exist, so no pod of {workload} can be created.",
        "Create the priority class, or name an existing one in the pod template.",
        seen=message,
        command="kubectl get priorityclasses",
    )


_JUDGES: tuple[Judge, ...] = (
    _quota,
    _quota_demands,
    _limit_range,
    _pod_security,
    _denied,
    _unreached,
    _account,
    _priority,
)
