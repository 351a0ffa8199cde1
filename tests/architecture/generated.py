"""Files that are made from the code and the catalogue: `python -m tests.architecture.generated [--check]`."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.parts import Parts, probe_specs
from bot.settings import PREFIX, SEPARATOR, VENDOR_NAMES, Settings, load_settings

ROOT = Path(__file__).resolve().parents[2]


def wanted() -> Mapping[Path, str]:
    """Give every generated file, by its path from the root, with what must stand in it."""
    from bot.catalogue.generated import generated
    from bot.integrations.slack.manifest import manifest_yaml
    from bot.probes.kubernetes.directory import PERMISSIONS

    parts = Parts(load_settings(environment={}))
    return {
        **generated(parts.catalogue, probe_specs(), PERMISSIONS),
        Path("config/slack-manifest.yaml"): manifest_yaml(),
        Path("docs/settings.md"): settings_page(),
    }


def settings_page() -> str:
    """Describe every setting, from the settings' own words."""
    vendor = {key: name for name, key in VENDOR_NAMES.items()}
    lines = [
        "# Settings",
        "",
        "From `config/secondline.yaml` (or `--config FILE`, or `SECONDLINE_CONFIG`), then from the environment, then",
        "from `*_FILE`. Lists in the environment are written as `[a, b]`. Generated from `bot/settings.py`.",
    ]
    for group, field in Settings.model_fields.items():
        own: Any = field.annotation
        lines += ["", f"## {group}", "", (own.__doc__ or "").strip(), ""]
        lines += ["| key | default | what | environment |", "| --- | --- | --- | --- |"]
        for name, one in own.model_fields.items():
            names = [f"`{PREFIX}{group.upper()}{SEPARATOR}{name.upper()}`"]
            names += [f"`{vendor[group, name]}`"] if (group, name) in vendor else []
            default = (
                "" if one.default is None or not isinstance(one.default, str | int | float | Path) else one.default
            )
            lines.append(
                f"| `{name}` | {f'`{default}`' if default != '' else ''} | {one.description} | {', '.join(names)} |"
            )
    return "\n".join(lines) + "\n"


def stale() -> list[str]:
    """Name the generated files that are missing or differ."""
    return [
        str(path)
        for path, text in wanted().items()
        if not (ROOT / path).exists() or (ROOT / path).read_text(encoding="utf-8") != text
    ]


def main() -> int:
    """Write the files, or with --check say which are stale."""
    if "--check" in sys.argv[1:]:
        found = stale()
        for path in found:
            sys.stderr.write(f"{path} is stale; run: make docs\n")
        return 1 if found else 0
    for path, text in wanted().items():
        (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / path).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
