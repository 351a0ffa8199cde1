import pytest

from bot.model.check import CheckState
from bot.probes.kubernetes.checks import check_kubernetes
from bot.settings import KubernetesSettings

WANTED = ("list pods", "get pods/log", "list deployments.apps")


@pytest.fixture
def settings(cluster, tmp_path):
    cluster.load([])
    return KubernetesSettings(kubeconfig=str(cluster.kubeconfig(tmp_path / "kubeconfig")), timeout_s=5)


def test_a_cluster_that_grants_everything_is_fine(settings):
    connection, rights = check_kubernetes(settings, WANTED)
    assert (connection.state, rights.state) == (CheckState.OK, CheckState.OK)
    assert connection.detail.startswith("sandbox, v1.")
    assert rights.detail == "all 3 that the runbooks need"


def test_each_right_that_lacks_is_named_as_it_is_granted(settings, cluster):
    cluster.load([], faults=[{"verb": "list", "resource": "deployments", "status": 403}])
    rights = check_kubernetes(settings, WANTED)[1]
    assert (rights.state, rights.detail) == (CheckState.FAILED, "not allowed: list deployments.apps")
    assert rights.remedy.startswith("secondline permissions kubernetes")


def test_a_context_that_is_not_there_fails(settings):
    (check,) = check_kubernetes(settings.model_copy(update={"context": "nowhere"}), WANTED)
    assert (check.state, "nowhere" in check.detail) == (CheckState.FAILED, True)


def test_a_cluster_that_is_away_fails(tmp_path):
    file = tmp_path / "kubeconfig"
    file.write_text(
        "apiVersion: v1\nkind: Config\ncurrent-context: away\n"
        "clusters: [{name: away, cluster: {server: 'http://127.0.0.1:1'}}]\n"
        "users: [{name: kim, user: {token: x}}]\n"
        "contexts: [{name: away, context: {cluster: away, user: kim}}]\n"
    )
    (check,) = check_kubernetes(KubernetesSettings(kubeconfig=str(file), timeout_s=2), WANTED)
    assert (check.name, check.state) == ("connection", CheckState.FAILED)


def test_no_kubeconfig_is_off_but_one_that_was_named_and_is_away_fails(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("KUBECONFIG", "KUBERNETES_SERVICE_HOST"):
        monkeypatch.delenv(name, raising=False)
    assert check_kubernetes(KubernetesSettings(), WANTED)[0].state is CheckState.OFF
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "away"))
    assert check_kubernetes(KubernetesSettings(), WANTED)[0].state is CheckState.FAILED
    named = KubernetesSettings(kubeconfig=str(tmp_path / "away"))
    assert check_kubernetes(named, WANTED)[0].state is CheckState.FAILED
