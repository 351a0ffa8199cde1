import pytest

from bot.probes.kubernetes.configerrors import Complaint, read

CSI = "rpc error: code = Unknown desc = failed to mount secrets store objects for pod shop/p, err: rpc error: denied"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('configmap "a" not found', Complaint("object-missing", "ConfigMap", "a")),
        ('secrets "a.b" not found', Complaint("object-missing", "Secret", "a.b")),
        ("couldn't find key K in Secret ns/a", Complaint("key-missing", "Secret", "a", "ns", "K")),
        ("couldn't find key k.v in ConfigMap ns/a", Complaint("key-missing", "ConfigMap", "a", "ns", "k.v")),
        (
            'MountVolume.SetUp failed for volume "v" : references non-existent config key: a.yml',
            Complaint("key-missing", "ConfigMap", key="a.yml", volume="v"),
        ),
        (f'MountVolume.SetUp failed for volume "v" : {CSI}',
         Complaint("secret-provider-failed", volume="v", detail="rpc error: denied")),
        (
            'failed to get secretproviderclass shop/aws, error: SecretProviderClass "aws" not found',
            Complaint("provider-class-missing", "", "aws", "shop"),
        ),
        ('failed to fetch token: serviceaccounts "x" not found', Complaint("service-account-missing", "", "x")),
        ('failed to prepare subPath for volumeMount "d" of container "app"',
         Complaint("sub-path-wrong", volume="d", detail='of container "app"')),
    ],
)  # fmt: skip
def test_complaints_name_their_object(text, complaint):
    assert read(text) == complaint


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ('error mounting "/a" to rootfs at "/etc/x.conf": mount: not a directory', "mount-path-wrong"),
        ("hostPath type check failed: /data is not a directory", "mount-path-wrong"),
        ("unsupported pod fieldPath: spec.nodename", "field-ref-invalid"),
        ("container has runAsNonRoot and image will run as root", "run-as-root-refused"),
        ("failed to fetch token: timed out", "projected-volume-failed"),
    ],
)
def test_complaints_about_the_template_are_told_apart(text, cause):
    found = read(text)
    assert found
    assert found.cause == cause


@pytest.mark.parametrize("text", ["", "Back-off restarting failed container", 'object "shop"/"x" not registered'])
def test_other_texts_and_passing_noise_are_no_complaint(text):
    assert read(text) is None
