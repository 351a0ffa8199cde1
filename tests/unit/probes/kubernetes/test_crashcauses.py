from bot.probes.kubernetes.containers import containers
from bot.probes.kubernetes.crashcauses import place_of, say
from bot.probes.kubernetes.logs import Reading, read_log
from tests.podworlds import container, crashed, pod


def told(line: str, spec: dict | None = None, **more):
    one = pod("p", crashed(), spec={"containers": [container(**more)], **(spec or {})})
    reading = read_log([line])
    assert reading
    return say(reading, one, containers(one)[0])


def test_near_name_in_the_template_is_offered_for_a_missing_variable():
    said = told("environment variable PAYMENTS_URL is not set", env=[{"name": "PAYMENT_URL", "value": "x"}])
    assert said.cause == "env-missing"
    assert "the pod template sets PAYMENT_URL instead" in said.what


def test_source_of_the_environment_is_named_for_a_missing_variable():
    said = told("environment variable MODE_X is not set", envFrom=[{"configMapRef": {"name": "shop-config"}}])
    assert "ConfigMap shop-config" in said.what


def test_malformed_value_is_tied_to_its_variable():
    said = told("ValueError: invalid literal for int() with base 10: 'ten'", env=[{"name": "POOL", "value": "ten"}])
    assert (said.cause, said.facts) == ("env-malformed", {"variable": "POOL"})


def test_malformed_value_of_nothing_known_is_an_exception():
    assert told("ValueError: invalid literal for int() with base 10: 'ten'").cause == "unhandled-exception"


def test_read_only_root_is_said():
    said = told("mkdir: /tmp/x: Read-only file system", securityContext={"readOnlyRootFilesystem": True})
    assert "readOnlyRootFilesystem is set" in said.what


def test_user_is_said_for_a_denied_path():
    said = told(
        "PermissionError: [Errno 13] Permission denied: '/data/x'", spec={"securityContext": {"runAsUser": 1000}}
    )
    assert "/data/x as user 1000" in said.what


def test_file_names_the_object_that_brings_it():
    volumes = [{"name": "c", "secret": {"secretName": "tls"}}]
    mounts = [{"name": "c", "mountPath": "/etc/tls"}]
    said = told("open /etc/tls/tls.key: no such file or directory", spec={"volumes": volumes}, volumeMounts=mounts)
    assert "comes from Secret tls" in said.what


def test_unknown_loud_line_is_not_taken_for_a_proof():
    said = told("ERROR something is odd")
    assert said.cause == "application-exits-nonzero"


def place(line: str, **environment: str):
    env = [{"name": name, "value": value} for name, value in environment.items()]
    one = pod("p", crashed(), spec={"containers": [container(env=env)]})
    return place_of(read_log([line]), containers(one)[0])


def test_environment_completes_and_names_the_host_of_the_log():
    assert place("getaddrinfo ENOTFOUND cache", CACHE_URL="redis://cache:6380") == ("cache", 6380, "CACHE_URL")


def test_address_in_the_log_gets_its_name_from_the_environment_by_port():
    assert place("dial tcp 10.0.0.9:5432: connection refused", DB_HOST="db", DB_PORT="5432") == ("db", 5432, "DB_HOST")


def test_two_hosts_in_the_environment_are_no_guess():
    assert place("Connection refused", A_URL="http://a:1", B_URL="http://b:2") is None


def test_other_readings_have_no_place():
    assert place_of(Reading("env-missing", "x"), containers(pod())[0]) is None
