"""What is generated is fresh."""

from tests.architecture.generated import stale


def test_generated_files_are_fresh():
    assert stale() == []
