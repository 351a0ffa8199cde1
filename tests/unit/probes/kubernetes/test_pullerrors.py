import pytest

from bot.probes.kubernetes.pullerrors import Image, classify, parse_image


@pytest.mark.parametrize(
    ("reference", "image"),
    [
        ("nginx", Image("docker.io", "library/nginx", "latest")),
        ("acorn/ledger:2.4", Image("docker.io", "acorn/ledger", "2.4")),
        ("localhost:5000/app", Image("localhost:5000", "app", "latest")),
        ("registry.example/a/b:1", Image("registry.example", "a/b", "1")),
        ("registry.example/a@sha256:00", Image("registry.example", "a", "", "sha256:00")),
    ],
)
def test_reference_is_split_as_runtimes_do(reference, image):
    assert parse_image(reference) == image


def test_ecr_tells_account_and_region():
    assert parse_image("123456789012.dkr.ecr.eu-west-2.amazonaws.com/a:1").ecr == ("123456789012", "eu-west-2")
    assert parse_image("registry.example/a:1").ecr is None


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("failed to resolve reference \"r/a:9\": r/a:9: not found", "image-tag-not-found"),
        ("manifest for acorn/ledger:9 not found: manifest unknown", "image-tag-not-found"),
        ("name unknown: The repository with name 'x' does not exist in the registry", "image-repository-not-found"),
        ("pull access denied for x, repository does not exist or may require", "image-repository-not-found"),
        ("unexpected status: 401 Unauthorized", "image-pull-unauthorised"),
        ("no basic auth credentials", "image-pull-unauthorised"),
        ("denied: Your authorization token has expired. Reauthenticate and try again.", "pull-credentials-expired"),
        ("not authorized to perform: ecr:BatchGetImage because no identity-based policy allows the ecr:",
         "ecr-role-not-allowed"),
        ("not authorized to perform: ecr:BatchGetImage because no resource-based policy allows", "ecr-policy-denies"),
        ("429 Too Many Requests - toomanyrequests", "registry-rate-limited"),
        ("dial tcp: lookup registry.example on 10.0.0.2:53: no such host", "registry-unresolved"),
        ("dial tcp 10.0.0.9:443: i/o timeout", "registry-timeout"),
        ("net/http: TLS handshake timeout", "registry-timeout"),
        ("dial tcp 10.0.0.9:443: connect: connection refused", "registry-unreachable"),
        ("x509: certificate signed by unknown authority", "registry-tls-failed"),
        ("no match for platform in manifest: not found", "image-wrong-architecture"),
        ("couldn't parse image name \"A:b\": invalid reference format", "image-name-invalid"),
        ("Container image \"a\" is not present with pull policy of Never", "image-never-pulled"),
        ("write /var/lib/x: no space left on device", "node-disk-full"),
        ("something nobody has seen", "image-pull-failed"),
    ],
)  # fmt: skip
def test_answers_of_registries_are_told_apart(text, cause):
    assert classify(text).cause == cause
