import pytest

from bot.probes.kubernetes.creation import refusal
from bot.probes.kubernetes.verdicts import Ref

WORKLOAD = Ref("Deployment", "pricing", "retail")


@pytest.mark.parametrize(
    ("message", "cause", "kind", "name"),
    [
        (
            'pods "a" is forbidden: exceeded quota: compute, requested: pods=1, used: pods=10, limited: pods=10',
            "quota-exceeded",
            "ResourceQuota",
            "compute",
        ),
        (
            'pods "a" is forbidden: failed quota: compute: must specify limits.cpu for: app',
            "quota-demands-limits",
            "Deployment",
            "pricing",
        ),
        (
            'pods "a" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot != true',
            "pod-security-refused",
            "Deployment",
            "pricing",
        ),
        (
            'admission webhook "sign.example" denied the request: image is not signed',
            "admission-denied",
            "Deployment",
            "pricing",
        ),
        (
            'pods "a" is forbidden: error looking up service account retail/run: serviceaccount "run" not found',
            "service-account-missing",
            "ServiceAccount",
            "run",
        ),
        (
            'pods "a" is forbidden: no PriorityClass with name high was found',
            "priority-class-missing",
            "PriorityClass",
            "high",
        ),
        ("the server is in a bad mood", "creation-refused", "Deployment", "pricing"),
    ],
)
def test_refusal_names_the_object_at_fault(message, cause, kind, name):
    verdict = refusal(WORKLOAD, message)
    assert (verdict.cause, verdict.about.kind, verdict.about.name) == (cause, kind, name)
    assert verdict.seen == message


def test_quota_gives_its_figures():
    message = (
        "exceeded quota: compute, requested: requests.cpu=2,pods=1, used: requests.cpu=3,pods=4, "
        "limited: requests.cpu=4,pods=9"
    )
    assert refusal(WORKLOAD, message).facts == {
        "quota": "compute",
        "asked": "requests.cpu=2,pods=1",
        "used": "requests.cpu=3,pods=4",
        "hard": "requests.cpu=4,pods=9",
    }


def test_limit_range_is_named_when_it_is_known():
    message = (
        "pods is forbidden: [maximum memory usage per Container is 1Gi, but limit is 2Gi, "
        "minimum cpu usage per Pod is 1, but request is 100m.]"
    )
    ranges = [{"kind": "LimitRange", "metadata": {"name": "bounds"}}]
    verdict = refusal(WORKLOAD, message, ranges)
    assert verdict.about == Ref("LimitRange", "bounds", "retail")
    assert "memory per Container is 1Gi, but limit is 2Gi" in verdict.summary


def test_unreachable_webhook_leads_to_its_configuration_and_service():
    message = (
        'Internal error occurred: failed calling webhook "inject.example": failed to call webhook: '
        'Post "https://injector.mesh.svc:443/inject": no endpoints available for service "injector"'
    )
    known = [
        {"kind": "MutatingWebhookConfiguration", "metadata": {"name": "mesh"}, "webhooks": [{"name": "inject.example"}]}
    ]
    verdict = refusal(WORKLOAD, message, known)
    assert verdict.about == Ref("MutatingWebhookConfiguration", "mesh")
    assert [need for need, _ in verdict.needs] == [Ref("Service", "injector", "mesh")]


def test_endless_message_is_cut_in_the_summary():
    assert len(refusal(WORKLOAD, "x" * 10_000).summary) < 500
