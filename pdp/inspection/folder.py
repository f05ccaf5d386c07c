"""Reads rules from a folder laid out like `rego/inspection`: one `GROUP/data.yaml` for each group."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from pdp.inspection.rules import InspectionRules
from writ.cli.files import MAX_YAML_BYTES, read_file
from writ.errors import ConfigurationError, InvalidInput
from writ.strict_yaml import parse_yaml

RULES = Path(__file__).resolve().parents[2] / "rego" / "inspection"
"""The rules of this installation."""


def read_rules(folder: Path) -> InspectionRules:
    """Returns the rules of `folder`.

    Raises:
        ConfigurationError: INSPECTION_RULES_UNREADABLE, or INSPECTION_RULE_INVALID of `InspectionRules.parse`.
    """
    data: dict[str, Any] = {}
    for path in sorted(folder.glob("*/data.yaml")):
        try:
            data[path.parent.name] = parse_yaml(read_file(path, MAX_YAML_BYTES))
        except (OSError, InvalidInput) as e:
            raise ConfigurationError(
                "INSPECTION_RULES_UNREADABLE", f"expected YAML in `{path}`, could not read it: {e}"
            ) from e
    if not data:
        raise ConfigurationError("INSPECTION_RULES_UNREADABLE", f"expected `GROUP/data.yaml` in `{folder}`, found none")
    return InspectionRules.parse(data)


def compiled_folder() -> Path:
    """Returns where compiled patterns are kept, for all processes of one user: files are named by their content. A user
    without a home has none kept, and waits some seconds for each bundle."""
    return Path(click.get_app_dir("writ")) / "inspection"
