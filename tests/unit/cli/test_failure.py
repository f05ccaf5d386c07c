"""Every verb says in the same way that it failed: a line for people, or with `--json` one object for programs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from writ.cli.main import cli

RECEIPT_KEY = Path(__file__).parents[2] / "vectors" / "receipts" / "key.pem"

FAILING = {
    "up": (1, "STATE_FOLDER_UNUSABLE", "up --state {file}/state"),
    "token": (1, "KEY_INVALID", "token --state {none} --subject agent/a"),
    "receipt show": (1, "RECEIPT_MALFORMED", "receipt show {file}"),
    "policy explain": (1, "CONFIG_UNREADABLE", "policy explain -f {file} --config {none}"),
    "policy explain --opa": (1, "OPA_NOT_RUNNABLE", "policy explain -f {call} --bundle {folder} --opa {file}"),
    "policy explain --bundle": (1, "EVALUATION_FAILED", "policy explain -f {call} --bundle {folder} --opa {false}"),
    "decide --replay": (1, "RECEIPT_MALFORMED", "decide --replay {file}"),
    "replay": (1, "CONFIG_TYPE", "replay {file} --config {file} --keys {file} --bundle {file} --opa {file}"),
    "bundle build": (
        1,
        "KEY_INVALID",
        "bundle build --source {folder} --out {none} --signing-key {file} --capabilities {file}",
    ),
    "bundle build of no sources": (
        2,
        "USAGE_INVALID",
        "bundle build --source {folder} --out {none} --signing-key {file}",
    ),
    "state seal": (2, "USAGE_INVALID", "state seal --config {file} --mark="),
    "a subject that is too long": (2, "USAGE_INVALID", f"token --subject agent/{'a' * 257}"),
    "two inputs": (2, "USAGE_INVALID", "decide - -f {file}"),
    "a file for the state folder": (2, "USAGE_INVALID", "decide --state {file} -f {file}"),
    "bundle push": (1, "TARGET_INSECURE", "bundle push {file} --address cp.example:1 --token-file {file}"),
    "bundle list": (1, "CONTROL_PLANE_UNAVAILABLE", "bundle list --address unix:{none} --token-file {file}"),
    "state check": (1, "CONFIG_TYPE", "state check --config {file}"),
    "agent show": (1, "CONFIG_TYPE", "agent show a --config {file}"),
    "canonicalize": (2, "CATALOG_UNREADABLE", "canonicalize -f {file} --catalog {folder}"),
    "canonicalize of no call": (1, "ARGUMENTS_NOT_OBJECT", "canonicalize -f {file}"),
    "catalog suggest": (1, "ARGUMENTS_NOT_OBJECT", "catalog suggest {file}"),
    "scan": (2, "INSPECTION_RULES_UNREADABLE", "scan -f {file} --rules {folder}"),
    "rules test": (2, "INSPECTION_RULES_UNREADABLE", "rules test {folder}"),
    "a folder for a file": (1, "FILE_UNUSABLE", "receipt verify {file} --keys {keys}"),
    "an unknown option": (2, "USAGE_INVALID", "token --nonsense"),
    "an unknown verb": (2, "USAGE_INVALID", "nonsense"),
    "an option before the verb": (2, "USAGE_INVALID", "--nonsense token"),
    "a missing argument": (2, "USAGE_INVALID", "receipt verify --keys {file}"),
    "a missing file": (2, "USAGE_INVALID", "canonicalize -f {none}"),
    "a value of a verb's own": (2, "USAGE_INVALID", "token --subject billing-1"),
}


def run(arguments: str, folder: Path) -> Result:
    places = {"file": folder / "file", "none": folder / "none", "folder": folder / "empty", "keys": folder / "keys"}
    places |= {"call": folder / "call", "false": Path("/bin/false")}
    return CliRunner().invoke(cli, [argument.format(**places) for argument in arguments.split()], prog_name="writ")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "file").write_text("1")
    (tmp_path / "call").write_text('{"tool": {"server": "s", "name": "t"}, "args": {}}')
    (tmp_path / "empty").mkdir()
    (tmp_path / "keys" / "receipt.pem").mkdir(parents=True)
    return tmp_path


@pytest.mark.parametrize(("code", "reason", "arguments"), FAILING.values(), ids=FAILING)
def test_a_verb_that_fails_says_so_in_json_or_to_people_with_one_exit_code(
    folder: Path, code: int, reason: str, arguments: str
) -> None:
    said = run(f"{arguments} --json", folder)
    error = json.loads(said.stdout)
    assert (said.exit_code, said.stderr) == (code, "")
    assert error == {"error": {"reason": reason, "message": error["error"]["message"]}}
    assert error["error"]["message"]
    plain = run(arguments, folder)
    assert (plain.exit_code, plain.stdout) == (code, "")
    if reason == "USAGE_INVALID":
        assert plain.stderr.startswith("Usage: ")
    else:
        assert plain.stderr == f"writ: {reason}: {error['error']['message']}\n"


MAX_MEMORY_KIB = 4 * 1024**2
"""What a verb may have, so that one that reads without an end fails in a moment and takes no machine down."""

PATIENCE_S = 60
"""Twenty times what the slowest takes: who reads on fails, and does not hang."""

ENDLESS = {
    "receipt show": (1, "FILE_IRREGULAR", "receipt show /dev/zero"),
    "receipt verify": (1, "RECEIPT_UNREADABLE", "receipt verify /dev/zero --keys {key}"),
    "receipt verify --keys": (1, "FILE_IRREGULAR", "receipt verify {file} --keys /dev/zero"),
    "replay": (1, "CONFIG_UNREADABLE", "replay {file} --config /dev/zero --keys {key} --bundle {file} --opa {file}"),
    "decide": (1, "ACTION_UNREADABLE", "decide -f /dev/zero --state {empty}"),
    "decide --replay": (1, "FILE_IRREGULAR", "decide --replay /dev/zero"),
    "decide --authority": (1, "TLS_FILE_INVALID", "decide -f {file} --target h:1 --authority /dev/zero"),
    "canonicalize": (1, "ARGUMENTS_TOO_LARGE", "canonicalize -f /dev/zero"),
    "canonicalize --catalog": (2, "CATALOG_UNREADABLE", "canonicalize -f {file} --catalog {endless}"),
    "scan --rules": (2, "INSPECTION_RULES_UNREADABLE", "scan -f {file} --rules {endless}"),
    "policy explain": (1, "ACTION_UNREADABLE", "policy explain -f /dev/zero --bundle {file} --opa {file}"),
    "catalog suggest": (1, "TOOLS_TOO_LARGE", "catalog suggest /dev/zero"),
    "bundle push": (1, "FILE_IRREGULAR", "bundle push /dev/zero --address unix:{none} --token-file {file}"),
    "bundle build": (
        1,
        "FILE_IRREGULAR",
        "bundle build --source {empty} --out {none} --signing-key /dev/zero --capabilities {file}",
    ),
    "bundle list --token-file": (1, "TOKEN_FILE_INVALID", "bundle list --address unix:{none} --token-file /dev/zero"),
}


@pytest.mark.parametrize(("code", "reason", "arguments"), ENDLESS.values(), ids=ENDLESS)
def test_a_file_without_an_end_is_refused_and_not_read(folder: Path, code: int, reason: str, arguments: str) -> None:
    (folder / "endless" / "a").mkdir(parents=True)
    (folder / "endless" / "a" / "data.yaml").symlink_to("/dev/zero")
    places = {name: folder / name for name in ("file", "none", "empty", "endless")} | {"key": RECEIPT_KEY}
    command = [sys.executable, "-m", "writ.cli.main", *(word.format(**places) for word in arguments.split()), "--json"]
    limited = ["/bin/sh", "-c", f'ulimit -v {MAX_MEMORY_KIB} && exec "$@"', "sh", *command]
    done = subprocess.run(limited, capture_output=True, text=True, check=False, timeout=PATIENCE_S)
    assert (done.returncode, done.stderr) == (code, "")
    said = json.loads(done.stdout)
    error = said.get("error", said)
    assert error["reason"] == reason
    assert "expected" in error["message"]


ODD = os.fsdecode(b"a\xff")

NO_TEXT = {
    "address": ["bundle", "list", "--address", f"unix:///{ODD}", "--token-file", "{file}"],
    "revision": ["bundle", "get", ODD, "--out", "{file}", "--address", "unix:///x", "--token-file", "{file}"],
    "subject": ["token", "--subject", f"agent/{ODD}"],
    "target": ["decide", "-f", "{file}", "--target", ODD],
    "agent": ["agent", "show", ODD],
    "state": ["up", "--state", ODD],
}


@pytest.mark.parametrize("arguments", NO_TEXT.values(), ids=NO_TEXT)
def test_an_argument_that_is_no_utf8_is_wrong_usage_whatever_the_verb(folder: Path, arguments: list[str]) -> None:
    said = CliRunner().invoke(cli, [*(word.format(file=folder / "file") for word in arguments), "--json"])
    assert said.exit_code == 2
    error = json.loads(said.stdout)["error"]
    assert error["reason"] == "USAGE_INVALID"
    assert "expected arguments in UTF-8" in error["message"]
    assert "a\\udcff`" in error["message"]


def test_a_file_whose_name_is_no_utf8_can_be_named(folder: Path) -> None:
    (folder / ODD).write_text("{}")
    said = CliRunner().invoke(cli, ["receipt", "show", str(folder / ODD), "--json"])
    assert (said.exit_code, json.loads(said.stdout)["error"]["reason"]) == (1, "RECEIPT_MALFORMED")


def test_behind_two_dashes_stands_no_option(folder: Path) -> None:
    said = run("receipt show -- --json", folder)
    assert (said.exit_code, said.stdout) == (2, "")


@pytest.mark.parametrize("option", [[], ["--json"]])
def test_an_output_that_nobody_reads_any_more_is_no_traceback(folder: Path, option: list[str]) -> None:
    reading, gone = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "writ.cli.main", "receipt", "show", str(folder / "file"), *option]
    out, err = (gone, subprocess.PIPE) if option else (subprocess.PIPE, gone)
    done = subprocess.run(command, stdout=out, stderr=err, check=False)
    os.close(gone)
    assert (done.returncode, done.stdout or b"", done.stderr or b"") == (1, b"", b"")
