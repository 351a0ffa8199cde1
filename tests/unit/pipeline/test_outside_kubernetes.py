"""Topics of Kubernetes: known by what people and machines write, left out once a runbook covers them."""

import pytest

from bot.pipeline.outside_kubernetes import KUBERNETES
from bot.pipeline.ranking import Ranking
from tests.builders import a_runbook

CRASH = a_runbook()


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Warning Unhealthy Readiness probe failed: HTTP probe failed with statuscode: 500", "a probe of a container"),
        ("node ip-10-0-0-1 is NotReady, Kubelet stopped posting node status", "a node"),
        ("default backend - 404 for the new host in the ingress", "an Ingress"),
        ("dial tcp: lookup db: no such host, coredns fails", "name resolution in the cluster"),
        ("pods is forbidden: exceeded quota: compute", "a quota"),
        ("User cannot list resource pods at the cluster scope", "rights in the cluster"),
        ("failed calling webhook: admission webhook times out", "an admission webhook"),
        ("drain: would violate the pod's disruption budget", "a node that cannot be drained"),
        ("namespace stuck in Terminating", "a namespace that does not go away"),
        ("what changed this morning, did somebody deploy?", "a change that somebody made"),
    ],
)
def test_a_ticket_is_known_by_what_it_says(text, title):
    weighed = Ranking({CRASH.id: CRASH}, KUBERNETES).weigh(text, "")
    assert weighed.topic == title
    assert weighed.elsewhere > 0.3


def test_every_topic_steps_aside_for_a_runbook_of_the_cluster():
    assert all(topic.covered_by.startswith("kubernetes/") for topic in KUBERNETES)


@pytest.mark.parametrize("topic", KUBERNETES, ids=lambda one: one.covered_by)
def test_a_topic_is_found_by_each_of_its_own_phrases(topic):
    ranking = Ranking({CRASH.id: CRASH}, KUBERNETES)
    assert {ranking.weigh(phrase, "").topic for phrase in topic.phrases} == {topic.title}
