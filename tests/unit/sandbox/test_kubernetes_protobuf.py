import pytest

from bot.sandbox.kubernetes_protobuf import MAGIC, review


def field(number: int, content: bytes) -> bytes:
    return bytes([number << 3 | 2, len(content)]) + content


def message(spec: bytes) -> bytes:
    kind = field(1, field(1, b"authorization.k8s.io/v1") + field(2, b"SelfSubjectAccessReview"))
    return MAGIC + kind + field(2, field(1, b"") + field(2, spec))


def test_access_review_is_read():
    attributes = b"".join(
        field(number, text) for number, text in ((1, b"shop"), (2, b"get"), (3, b""), (5, b"pods"), (6, b"log"))
    )
    assert review(message(field(1, attributes)), "selfsubjectaccessreviews") == {
        "spec": {"resourceAttributes": {"namespace": "shop", "verb": "get", "resource": "pods", "subresource": "log"}}
    }


def test_access_to_a_path_is_read():
    spec = field(2, field(1, b"/healthz") + field(2, b"get"))
    assert review(message(spec), "selfsubjectaccessreviews") == {
        "spec": {"nonResourceAttributes": {"path": "/healthz", "verb": "get"}}
    }


def test_rules_review_is_read():
    assert review(message(field(1, b"shop")), "selfsubjectrulesreviews") == {"spec": {"namespace": "shop"}}


@pytest.mark.parametrize(
    "body", [b"{}", MAGIC + b"\x12\xff", MAGIC + b"\x12\x05ab", MAGIC + b"\x11\x01", MAGIC + b"\xff" * 12]
)
def test_anything_else_is_refused(body):
    with pytest.raises(ValueError, match=r"protobuf|cut off"):
        review(body, "selfsubjectaccessreviews")
