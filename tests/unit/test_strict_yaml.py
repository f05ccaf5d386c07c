"""YAML that is read strictly: what it refuses, what it still merges, and each place that reads what people write."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from control_plane.bundles.model import BundleRefused
from control_plane.config import load_config as load_control_plane
from control_plane.stack.config import load_stack_config
from control_plane.stack.layout import Layout
from pdp.cli.canonicalize import read_catalog
from pdp.config import load_config as load_pdp
from pdp.inspection.folder import read_rules
from tests.opa_server import SigningKey, signed_bundle
from writ.cli.main import cli
from writ.errors import ConfigurationError, InvalidInput
from writ.strict_yaml import parse_yaml

TWICE = "a:\n  tool: {floor: 3}\n  other: 1\n  tool: {floor: 0}\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (TWICE, "key `tool` twice, first in line 2 and again in line 4"),
        ("a: 1\n'a': 2", "key `a` twice, first in line 1 and again in line 2"),
        ("1: a\n'1': b", "key `1` twice"),
        ("yes: a\ntrue: b", "key `true` twice"),
        ("16: a\n0x10: b", "key `0x10` twice"),
        ("- {a: 1, a: 1}", "key `a` twice"),
        ("base: &b {a: 1, a: 2}\nc: {<<: *b}", "key `a` twice"),
        ("x: &x {a: 1}\ny: &y {b: 1}\nz: {<<: *x, <<: *y}", "key `<<` twice"),
        ("x: &x {a: 1}\ny: &y {a: 2}\nz: {<<: [*x, *y]}", "key `a` twice"),
        # Each of these is, for OPA, the key that stands beside it.
        ("0x10: a\n'16': b", "key `0x10`, which is read as different texts: put it in quotes, in line 1"),
        ("010: a\n'8': b", "key `010`"),
        ("'12': a\n0o14: b", "key `0o14`"),
        ("1_0: a\n'10': b", "key `1_0`"),
        ("1.0: a\n'1': b", "key `1.0`"),
        ("1e3: a\n'1000': b", "key `1e3`"),
        ("+1: a\n'1': b", "key `+1`"),
        ("1234567890123456789012: a\n1234567890123456789013: b", "key `1234567890123456789012`"),
        ("!!binary aGk=: a\nhi: b", "key `aGk=`"),
        # Of these OPA makes the text that is written, and we another.
        ("no: a", "key `no`"),
        ("2026-01-01: a", "key `2026-01-01`"),
        ("{a: {1:30: a}}", "key `1:30`"),
        ("~: a", "key `~`"),
        ("{[a]: 1}", "got a key that is no text in line 1"),
        ("? {a: 1}\n: 2", "got a key that is no text in line 1"),
        ("a: [", "in line"),
        ("a: !!python/object:os.system {}", "could not determine a constructor"),
        ("a: 1\n---\nb: 2", "in line 2"),
        ("a: 2026-13-01", "cannot be read"),
        (b"a: \xff", "cannot be read"),
    ],
)
def test_what_two_readers_could_read_differently_is_refused(text: str | bytes, said: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_yaml(text)
    assert caught.value.reason == "YAML_INVALID"
    assert said in caught.value.message


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        "a: " + "[" * 30_000 + "]" * 30_000,
        "{a: " * 30_000 + "1" + "}" * 30_000,
        "- " * 30_000 + "1",
        "? " * 30_000 + "1",
        "".join(" " * level + "a:\n" for level in range(2_000)),
        "".join(f"- &a{n} [*a{n - 1}]\n" if n else "- &a0 []\n" for n in range(2_000)),
        "a0: &a0 {b: 1}\n" + "".join(f"a{n}: &a{n} {{<<: *a{n - 1}}}\n" for n in range(1, 2_000)),
    ],
)
def test_what_is_nested_too_deeply_is_refused_before_it_is_composed(text: str) -> None:
    with pytest.raises(InvalidInput, match="expected YAML, nested at most 64 deep, got more in line"):
        parse_yaml(text)


def test_64_levels_are_read_through_aliases_too() -> None:
    value = parse_yaml("a: &a " + "[" * 31 + "]" * 31 + "\nb: " + "[" * 32 + "*a" + "]" * 32)["b"]
    for _ in range(62):
        (value,) = value
    assert value == []


def test_what_holds_itself_is_refused() -> None:
    with pytest.raises(InvalidInput, match="got alias `a` inside of what it names, in line 1"):
        parse_yaml("a: &a [*a]")


def test_merging_stays_what_it_is() -> None:
    text = "x: &x {a: 1, b: 1}\ny: &y {c: 1}\nz: {<<: [*x, *y], a: 2}\nw: &w {<<: *x, b: 3}\nv: {<<: *w}\nu: {<<: *w, a: 4}"
    document = parse_yaml(text)
    assert document["z"] == {"a": 2, "b": 1, "c": 1}
    assert document["v"] == {"a": 1, "b": 3}
    assert document["u"] == {"a": 4, "b": 3}


def test_a_merged_mapping_may_itself_stand_over_what_it_merges() -> None:
    text = "x: &x {a: 1}\nw: &w {<<: *x, a: 2}\ny: &y {c: 1}\nz: {<<: [*w, *y]}"
    assert parse_yaml(text)["z"] == {"a": 2, "c": 1}


@pytest.mark.parametrize(
    "key", ["0", "-7", "404", "'0x10'", '"no"', "10.0.0.0/8", "2fa", "1e3x", "e3", "deny", "iso-8601", "v1.0", "'~'"]
)
def test_a_key_that_all_read_alike_is_taken(key: str) -> None:
    (read,) = parse_yaml(f"{key}: 1")
    assert str(read) == key.strip("\"'")


def test_an_empty_document_is_none() -> None:
    assert parse_yaml(b"") is None


def twice(folder: Path, text: str = TWICE) -> Path:
    path = folder / "one" / "data.yaml"
    path.parent.mkdir()
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    "arguments",
    [["canonicalize", "--file", os.devnull, "--catalog"], ["rules", "test"]],
)
def test_a_verb_says_which_file_is_nested_too_deeply(tmp_path: Path, arguments: list[str]) -> None:
    path = twice(tmp_path, "[" * 100_000)
    result = CliRunner().invoke(cli, [*arguments, str(tmp_path)])
    assert result.exit_code == 2
    assert f"`{path}`" in result.output
    assert "nested at most 64 deep, got more" in result.output


@pytest.mark.parametrize("load", [load_pdp, load_control_plane, lambda path: load_stack_config(Layout(path.parent))])
def test_settings_with_a_repeated_key_stop_the_start(load: object, tmp_path: Path) -> None:
    path = tmp_path / "writ.yaml"
    path.write_text("pdp: {}\nredis: {}\npdp: {}\n")
    assert callable(load)
    with pytest.raises(ConfigurationError) as caught:
        load(path)
    assert caught.value.reason == "CONFIG_UNREADABLE"
    assert f"`{path}`" in caught.value.message
    assert "key `pdp` twice, first in line 1 and again in line 3" in caught.value.message


@pytest.mark.parametrize(
    ("read", "reason"), [(read_catalog, "CATALOG_UNREADABLE"), (read_rules, "INSPECTION_RULES_UNREADABLE")]
)
def test_a_catalog_and_rules_with_a_repeated_key_are_refused(
    tmp_path: Path, read: Callable[[Path], object], reason: str
) -> None:
    path = twice(tmp_path)
    with pytest.raises(ConfigurationError) as caught:
        read(tmp_path)
    assert caught.value.reason == reason
    assert f"`{path}`" in caught.value.message
    assert "key `tool` twice" in caught.value.message


def test_a_catalog_with_a_repeated_tool_is_not_compared(tmp_path: Path) -> None:
    twice(tmp_path)
    tools = tmp_path / "tools.json"
    tools.write_text("[]")
    result = CliRunner().invoke(cli, ["catalog", "check", str(tools), "--catalog", str(tmp_path)])
    assert result.exit_code == 2
    assert "key `tool` twice" in result.output


@pytest.mark.parametrize(
    ("name", "text"),
    [("data.yaml", TWICE), ("data.yml", TWICE), ("data.json", '{"a": [{"tool": 1, "b": 2, "tool": 1}]}')],
)
def test_data_with_a_repeated_key_is_not_built(tmp_path: Path, name: str, text: str) -> None:
    path = twice(tmp_path, text)
    path = path.rename(path.with_name(name))
    with pytest.raises(BundleRefused) as caught:
        signed_bundle(tmp_path, tmp_path / "out.tar.gz", SigningKey())
    assert caught.value.reason == "BUNDLE_DATA_INVALID"
    assert f"`{path}`" in caught.value.message
    assert "`tool` twice" in caught.value.message
