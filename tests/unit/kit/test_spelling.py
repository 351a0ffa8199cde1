import pytest

from bot.kit.spelling import meant, nearest

KNOWN = ("kubernetes/image-pull", "kubernetes/pod-pending", "aws/rds-connectivity")


def test_misspelt_name_is_told_from_strangers():
    assert nearest("kubernetes/image-pul", KNOWN) == ("kubernetes/image-pull",)
    assert nearest("zzz", KNOWN) == ()


def test_several_names_come_best_first():
    assert nearest("kubernetes/pod-pendng", KNOWN, alike=40, most=2)[0] == "kubernetes/pod-pending"


@pytest.mark.parametrize(
    ("wrong", "known", "said"),
    [
        ("titel", ("title", "owner"), "; did you mean title?"),
        ("zzz", ("title", "owner"), "; there are title, owner"),
        ("zzz", tuple("abcdefghij"), ""),
        ("zzz", (), ""),
    ],
)
def test_hint_names_the_nearest_or_lists_a_few(wrong, known, said):
    assert meant(wrong, known) == said
