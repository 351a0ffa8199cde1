"""All files that are made from the catalogue and the probes; a test fails when one of them has drifted."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from bot.catalogue.caseschema import case_schema
from bot.catalogue.docs import index_page, runbook_page
from bot.catalogue.loader import Catalogue
from bot.catalogue.permissions import cluster_role, iam_policy
from bot.catalogue.schema import runbook_schema
from bot.model.probe import ProbeSpec

AWS_FILE = Path("config/permissions/aws.json")
KUBERNETES_FILE = Path("config/permissions/kubernetes.yaml")
SCHEMAS = Path("config/schema")
PAGES = Path("docs/runbooks")


def generated(catalogue: Catalogue, specs: Mapping[str, ProbeSpec], also: Sequence[str] = ()) -> Mapping[Path, str]:
    """Give every generated file, by its path below the repository's root. `also`: see `permissions.cluster_role`."""
    pages = {PAGES / f"{one.id}.md": runbook_page(one, specs) for one in catalogue.runbooks.values()}
    return {
        AWS_FILE: iam_policy(catalogue, specs),
        KUBERNETES_FILE: cluster_role(catalogue, specs, also),
        SCHEMAS / "runbook.json": _json(runbook_schema()),
        SCHEMAS / "case.json": _json(case_schema()),
        PAGES / "README.md": index_page(catalogue),
        **pages,
    }


def _json(value: object) -> str:
    return json.dumps(value, indent=2) + "\n"
