"""Reads rules from a folder laid out like `rego/inspection`: one `GROUP/data.yaml` for each group."""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path
from typing import Any

import click
import yaml

from pdp.inspection.rules import InspectionRules
from writ.errors import ConfigurationError

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
            data[path.parent.name] = yaml.load(path.read_bytes(), Loader=_Loader)  # noqa: S506  # a safe loader
        except (OSError, yaml.YAMLError) as e:
            raise ConfigurationError(
                "INSPECTION_RULES_UNREADABLE", f"expected YAML in `{path}`, could not read it: {_where(e)}"
            ) from e
    if not data:
        raise ConfigurationError("INSPECTION_RULES_UNREADABLE", f"expected `GROUP/data.yaml` in `{folder}`, found none")
    return InspectionRules.parse(data)


def compiled_folder() -> Path:
    """Returns where compiled patterns are kept, for all processes of one user: files are named by their content. A user
    without a home has none kept, and waits some seconds for each bundle."""
    return Path(click.get_app_dir("writ")) / "inspection"


def _where(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or type(error).__name__
    return f"{problem} in line {mark.line + 1}" if mark is not None else str(problem)


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Refuses a key that occurs twice: the first one would vanish."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """Returns a mapping. Raises yaml.constructor.ConstructorError for a key that stands there twice."""
        seen: set[Any] = set()
        for key, _ in node.value:
            if key.value in seen:
                problem = f"key `{key.value}` twice"
                raise yaml.constructor.ConstructorError(None, None, problem, key.start_mark)
            seen.add(key.value)
        found: dict[Hashable, Any] = super().construct_mapping(node, deep=deep)
        return found
