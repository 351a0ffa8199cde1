import pytest

from bot.probes.kubernetes.pullsecrets import missing_by_event, pull_secrets
from tests.podworlds import critical, event, pod, prober, secret, waits

PROBE = "kubernetes.pod.image"
NAMED = {"imagePullSecrets": [{"name": "regcred"}]}
SEEN = {"read_secret_names": True}


@pytest.fixture
def refused(cluster, tmp_path):
    def run(*world: dict, spec: dict | None = None, **more):
        one = pod("p", waits("ErrImagePull", "unexpected status: 401 Unauthorized"), spec=spec)
        return prober(cluster, tmp_path)([one, *world], PROBE, **more)

    return run


def test_names_are_read_from_the_pod_and_from_the_event():
    assert pull_secrets(pod("p", spec=NAMED)) == ("regcred",)
    said = "Unable to retrieve some image pull secrets (regcred, other); attempting to pull the image may not succeed."
    assert missing_by_event([event("p", "FailedToRetrieveImagePullSecret", said)]) == ("regcred", "other")


def test_pod_without_pull_secret_is_told_so(refused):
    assert critical(refused()) == {"Pod/p": "pull-secret-not-set"}


def test_secret_that_the_kubelet_cannot_find_is_at_fault(refused):
    said = "Unable to retrieve some image pull secrets (regcred); attempting to pull the image may not succeed."
    found = refused(event("p", "FailedToRetrieveImagePullSecret", said), spec=NAMED)
    assert critical(found) == {"Pod/p": "image-pull-unauthorised", "Secret/regcred": "pull-secret-missing"}


def test_without_names_of_secrets_a_refused_one_is_presumed(refused):
    assert critical(refused(spec=NAMED)) == {"Pod/p": "pull-secret-refused"}


def test_absent_secret_is_known_where_names_may_be_read(refused):
    assert critical(refused(spec=NAMED, settings=SEEN))["Secret/regcred"] == "pull-secret-missing"


def test_secret_of_another_namespace_is_not_seen_by_the_pod(refused):
    found = refused(secret("regcred", "kubernetes.io/dockerconfigjson", "build"), spec=NAMED, settings=SEEN)
    assert critical(found)["Secret/regcred"] == "pull-secret-in-other-namespace"


def test_secret_of_the_wrong_type_is_not_used(refused):
    assert critical(refused(secret("regcred"), spec=NAMED, settings=SEEN))["Secret/regcred"] == "pull-secret-wrong-type"


def test_secret_of_the_right_type_is_refused_by_the_registry(refused):
    found = refused(secret("regcred", "kubernetes.io/dockerconfigjson"), spec=NAMED, settings=SEEN)
    assert critical(found) == {"Pod/p": "pull-secret-refused"}
