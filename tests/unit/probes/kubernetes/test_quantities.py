import pytest

from bot.probes.kubernetes.quantities import amount, cores, memory, number


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("250m", 0.25),
        ("2", 2),
        (3, 3),
        ("1Ki", 1024),
        ("1.5Gi", 1.5 * 1024**3),
        ("512M", 512e6),
        ("1e3", 1000),
        ("x", None),
        ("", None),
    ],
)
def test_quantities_are_read(text, value):
    assert number(text) == value


def test_amounts_are_said_in_their_usual_unit():
    assert memory(512 * 1024**2) == "512 MiB"
    assert memory(1.5 * 1024**3) == "1.5 GiB"
    assert memory(2048) == "2 KiB"
    assert memory(10) == "10 bytes"
    assert cores(0.25) == "0.25 CPU"
    assert (amount("cpu", 2), amount("memory", 1024**3), amount("nvidia.com/gpu", 1)) == (
        "2 CPU",
        "1 GiB",
        "1 nvidia.com/gpu",
    )
