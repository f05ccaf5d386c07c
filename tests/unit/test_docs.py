"""Everything that people set, see or type is in the documentation: settings, reasons, metrics, verbs."""

from __future__ import annotations

import ast
import dataclasses
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_type_hints

import click
import pytest

from control_plane.config import ControlPlaneConfig
from control_plane.stack.config import Stack
from pdp.config import Config
from writ.cli.main import cli
from writ.setting_rules import Rule

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
CONFIGURATION = (DOCS / "configuration.md").read_text(encoding="utf-8")
OPERATIONS = (DOCS / "operations.md").read_text(encoding="utf-8")


def fields(kind: Any, path: str) -> Iterator[tuple[str, dataclasses.Field[Any], Any]]:
    """Yields dotted name, field and type, with its rules, of all settings below a dataclass."""
    hints, ruled = get_type_hints(kind), get_type_hints(kind, include_extras=True)
    for field in dataclasses.fields(kind):
        arms = get_args(hints[field.name]) or (hints[field.name],)
        nested = [arm for arm in arms if dataclasses.is_dataclass(arm)]
        name = f"{path}{field.name}"
        if nested:
            yield from fields(nested[0], f"{name}.")
        else:
            yield name, field, ruled[field.name]


ALL_FIELDS = [
    *fields(Config, ""),
    *fields(ControlPlaneConfig, "control_plane."),
    *fields(Stack, "stack."),
]
ALL_SETTINGS = [name for name, _, _ in ALL_FIELDS]


def row(name: str) -> str:
    (found,) = (line for line in CONFIGURATION.splitlines() if line.startswith(f"| `{name}` |"))
    return found


@pytest.mark.parametrize("name", ALL_SETTINGS)
def test_every_setting_is_documented(name: str) -> None:
    assert f"| `{name}` |" in CONFIGURATION, f"docs/configuration.md has no row for `{name}`"


@pytest.mark.parametrize(("name", "field"), [(name, field) for name, field, _ in ALL_FIELDS])
def test_a_setting_without_a_default_is_documented_as_required(name: str, field: dataclasses.Field[Any]) -> None:
    required = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    # The supervisor asks for the bundle endpoint, and the control plane alone has a default for it.
    assert (required or name == "control_plane.http_listen") == ("; required" in row(name).split("|")[2])


@pytest.mark.parametrize(
    ("name", "rule"),
    [(name, rule) for name, _, kind in ALL_FIELDS if int in get_args(kind) for rule in kind.__metadata__],
)
def test_every_range_is_documented(name: str, rule: Rule) -> None:
    assert row(name).endswith(f". {rule.expected} |")


def test_every_number_has_a_range() -> None:
    assert [name for name, _, kind in ALL_FIELDS if kind is int] == []


def test_no_documented_setting_is_gone() -> None:
    documented = re.findall(r"^\| `([a-z_.]+)` \|", CONFIGURATION, re.MULTILINE)
    assert sorted(set(documented) - set(ALL_SETTINGS)) == []


def test_the_environment_variables_are_documented() -> None:
    files = (ROOT / "control_plane" / "stack" / "places.py", ROOT / "writ" / "cli" / "places.py")
    source = "".join(file.read_text(encoding="utf-8") for file in files)
    names = set(re.findall(r'"((?:WRIT|XDG)_[A-Z_]+)"', source))
    assert names
    assert sorted(name for name in names if f"`{name}`" not in CONFIGURATION) == []


def test_the_page_of_reasons_is_what_the_code_says() -> None:
    result = subprocess.run(
        [sys.executable, str(ROOT / "deploy" / "reasons.py"), "--check"], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr


def metrics() -> set[str]:
    tree = ast.parse((ROOT / "pdp" / "telemetry.py").read_text(encoding="utf-8"))
    texts = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return {text for text in texts if re.fullmatch(r"writ_[a-z_]+", text)}


def test_every_metric_is_documented() -> None:
    assert sorted(name for name in metrics() if f"`{name}`" not in OPERATIONS) == []


def verbs(group: click.Group, path: str) -> Iterator[str]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from verbs(command, f"{path} {name}")
        else:
            yield f"{path} {name}"


def test_every_verb_is_documented() -> None:
    assert sorted(verb for verb in verbs(cli, "writ") if f"`{verb}" not in OPERATIONS) == []


def test_every_link_between_pages_leads_somewhere() -> None:
    for page in (*DOCS.rglob("*.md"), *ROOT.glob("*.md")):
        for link in re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / link).exists(), f"{page.relative_to(ROOT)} links to `{link}`"


def test_the_commands_that_a_user_of_redis_needs_are_those_that_are_used() -> None:
    state = (DOCS / "state.md").read_text(encoding="utf-8")
    documented = re.search(r"A Redis user of Writ's needs `([A-Z\s]+)`", state)
    assert documented is not None
    used = {"EVAL", "EVALSHA"}
    for file in (*(ROOT / "pdp").rglob("*.py"), *(ROOT / "pdp" / "lua").glob("*.lua")):
        used |= set(re.findall(r"\b(?:call\('|command\(\s*\")([A-Z]+)['\"]", file.read_text(encoding="utf-8")))
    assert used == set(documented[1].split())
