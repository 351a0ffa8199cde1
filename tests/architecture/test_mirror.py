"""tests/unit mirrors bot path for path."""

from tests.architecture.sources import PACKAGE, ROOT, files

# Nouns and ports without a line of behaviour, and what only a scenario can drive.
WITHOUT_BEHAVIOUR = {
    "__main__.py",
    "model/delivery.py",
    "model/explanation.py",
    "model/finding.py",
    "model/ports.py",
    "model/probe.py",
    "model/report.py",
    "model/runbook.py",
}
MODULES = [
    path
    for path in (file.relative_to(PACKAGE) for file in files())
    if path.name != "__init__.py" and path.as_posix() not in WITHOUT_BEHAVIOUR
]


def test_every_module_has_its_unit_test():
    wanted = [ROOT / "tests/unit" / module.parent / f"test_{module.name}" for module in MODULES]
    assert [file.relative_to(ROOT).as_posix() for file in wanted if not file.exists()] == []


def test_every_unit_test_has_its_module():
    tests = [file.relative_to(ROOT / "tests/unit") for file in (ROOT / "tests/unit").rglob("test_*.py")]
    lost = [path.as_posix() for path in tests if not (PACKAGE / path.parent / path.name.removeprefix("test_")).exists()]
    assert lost == []
