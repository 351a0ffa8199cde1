import json
from pathlib import Path

from bot.catalogue.generated import generated
from bot.catalogue.loader import load_catalogue
from tests.catalogues import NAME, SPECS, a_catalogue_folder


def test_every_generated_file_is_there_and_ends_its_line(tmp_path):
    files = generated(load_catalogue(a_catalogue_folder(tmp_path)), SPECS)
    assert set(files) == {
        Path("config/permissions/aws.json"),
        Path("config/permissions/kubernetes.yaml"),
        Path("config/schema/runbook.json"),
        Path("config/schema/case.json"),
        Path("docs/runbooks/README.md"),
        Path(f"docs/runbooks/{NAME}.md"),
        Path("docs/runbooks/kubernetes/pod-crashloop.md"),
    }
    assert all(text.endswith("\n") for text in files.values())
    assert json.loads(files[Path("config/schema/case.json")])["type"] == "object"
