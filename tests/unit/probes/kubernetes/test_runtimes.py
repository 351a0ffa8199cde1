import pytest

from bot.probes.kubernetes.containers import containers
from bot.probes.kubernetes.runtimes import over_limit, say
from tests.podworlds import container, pod

LIMIT = 1024.0**3


def over(**more):
    return over_limit(containers(pod("p", spec={"containers": [container(**more)]}))[0], LIMIT)


@pytest.mark.parametrize(
    "more",
    [
        {"env": [{"name": "JAVA_TOOL_OPTIONS", "value": "-Xms1g -Xmx1g"}]},
        {"command": ["java", "-Xmx2048m", "-jar", "app.jar"]},
        {"env": [{"name": "JAVA_OPTS", "value": "-XX:MaxRAMPercentage=95"}]},
        {"env": [{"name": "NODE_OPTIONS", "value": "--max-old-space-size=1024"}]},
        {"args": ["gunicorn", "--workers=20"]},
        {"env": [{"name": "WEB_CONCURRENCY", "value": "32"}]},
        {"env": [{"name": "GOMEMLIMIT", "value": "1GiB"}]},
    ],
)
def test_runtime_that_may_take_all_of_the_limit_is_named(more):
    assert over(**more)


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"env": [{"name": "JAVA_OPTS", "value": "-Xmx700m -XX:MaxRAMPercentage=75"}]},
        {"args": ["gunicorn", "-w", "4"]},
        {"env": [{"name": "WEB_CONCURRENCY", "value": "auto"}]},
    ],
)
def test_runtime_with_room_to_spare_is_not_blamed(more):
    assert over(**more) is None


def test_setting_and_place_are_said():
    claim = over(command=["java", "-Xmx2g"])
    assert say(claim, LIMIT) == "-Xmx2g in the command line lets the runtime take 2 GiB of the limit of 1 GiB"
