import pytest

from bot.sandbox.kubernetes_answers import Refused
from bot.sandbox.kubernetes_logs import log_text


def pod(state: dict | None = None, last: dict | None = None, **spec) -> dict:
    statuses = [{"name": "app", "state": state or {}, "lastState": {"terminated": last} if last else {}}]
    return {
        "metadata": {"name": "web", "namespace": "shop"},
        "spec": {"containers": [{"name": "app"}], **spec},
        "status": {"containerStatuses": statuses} if state is not None else {},
    }


RUNNING = {"running": {}}
LOGS = {"shop/web/app": "one\ntwo\nthree\n", "shop/web/app:previous": "before\n"}


def refusal(*args) -> str:
    with pytest.raises(Refused) as caught:
        log_text(*args)
    assert caught.value.code == 400
    return caught.value.message


def test_log_is_given_whole_or_by_its_tail():
    assert log_text(pod(RUNNING), LOGS, {}) == "one\ntwo\nthree\n"
    assert log_text(pod(RUNNING), LOGS, {"tailLines": "2", "sinceSeconds": "60"}) == "two\nthree\n"
    assert log_text(pod(RUNNING), LOGS, {"tailLines": "0"}) == ""
    assert log_text(pod(RUNNING), LOGS, {"limitBytes": "5"}) == "one\nt"
    assert log_text(pod(RUNNING), LOGS, {"tailLines": "1", "timestamps": "true"}).endswith("Z three\n")


def test_previous_run_has_its_own_log():
    assert log_text(pod(RUNNING, {"exitCode": 1}), LOGS, {"previous": "true"}) == "before\n"


def test_first_run_has_no_previous_log():
    assert (
        refusal(pod(RUNNING), {}, {"previous": "true"}) == 'previous terminated container "app" in pod "web" not found'
    )


@pytest.mark.parametrize("previous", ["true", "false"])
def test_while_a_container_waits_for_its_restart_both_logs_are_the_last_run(previous):
    waiting = {"waiting": {"reason": "CrashLoopBackOff"}}
    for key in LOGS:
        given = {key: "boom\n"}
        assert log_text(pod(waiting, {"exitCode": 1}), given, {"previous": previous}) == "boom\n"


@pytest.mark.parametrize(
    ("reason", "why"),
    [
        ("ErrImagePull", "image can't be pulled"),
        ("ImagePullBackOff", "trying and failing to pull image"),
        ("CreateContainerConfigError", "CreateContainerConfigError"),
        ("ContainerCreating", "ContainerCreating"),
    ],
)
def test_container_that_has_not_run_has_no_log(reason, why):
    waiting = {"waiting": {"reason": reason}}
    assert refusal(pod(waiting), {}, {}) == f'container "app" in pod "web" is waiting to start: {why}'


def test_container_that_is_not_there_is_refused():
    assert refusal(pod(RUNNING), LOGS, {"container": "db"}) == "container db is not valid for pod web"


def test_one_of_several_containers_must_be_named():
    two = pod(RUNNING, containers=[{"name": "app"}, {"name": "proxy"}], initContainers=[{"name": "init"}])
    assert refusal(two, LOGS, {}) == (
        "a container name must be specified for pod web, choose one of: [app proxy] "
        "or one of the init containers: [init]"
    )
    assert log_text(two, {"shop/web/init": "x"}, {"container": "init"}) == "x"


def test_container_that_wrote_nothing_has_an_empty_log():
    assert log_text(pod(RUNNING), {}, {}) == ""
    assert log_text(pod(), {}, {}) == ""
