"""`writ decide -f -`: one bad line takes no answer away from the others. Without a decision point: none of them is needed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from pep.action_file import parse_action
from writ.errors import InvalidInput

GOOD = b'{"agent": {"id": "a"}, "tool": {"server": "s", "name": "t"}, "args": {}}'


def answers(tmp_path: Path, text: bytes, source: tuple[str, ...] = ("-f", "-")) -> list[str]:
    token = tmp_path / "token"
    token.write_text("t")
    command = [sys.executable, "-m", "writ.cli.main", "decide", *source, "--json", "--token-file", str(token)]
    command += ["--target", f"unix://{tmp_path}/none.sock"]
    done = subprocess.run(command, input=text, capture_output=True, check=False)
    assert done.returncode == 1
    return [json.loads(line)["error"] for line in done.stdout.splitlines()]


def test_every_line_is_answered_in_order_whatever_stands_in_it(tmp_path: Path) -> None:
    lines = [GOOD, b"{", b"", b"[]", b"\xff", b"[" * 100_000, GOOD]
    unreadable, unreachable = "ACTION_UNREADABLE", "DECISION_POINT_UNREACHABLE"
    assert answers(tmp_path, b"\n".join(lines)) == [unreachable, *[unreadable] * 4, unreachable]


def test_one_action_over_many_lines_is_one(tmp_path: Path) -> None:
    assert answers(tmp_path, json.dumps(json.loads(GOOD), indent=2).encode()) == ["DECISION_POINT_UNREACHABLE"]


def test_numbers_go_out_as_they_were_written() -> None:
    request = parse_action(b'{"tool": {"name": "t"}, "args": {"a": 1.10, "b": 12345678901234567890, "c": 1e3}}', "r-1")
    assert request.args_json == b'{"a":1.10,"b":12345678901234567890,"c":1e3}'


def test_a_key_given_twice_is_refused_and_not_chosen_from() -> None:
    for text in (b'{"args": {"a": 1, "a": 2}}', b'{"args": {}, "dry_run": true, "dry_run": false}'):
        with pytest.raises(InvalidInput, match="once, got one twice"):
            parse_action(text, "r-1")


def test_a_dash_is_standard_input_as_a_file_and_as_an_argument(tmp_path: Path) -> None:
    assert answers(tmp_path, GOOD, source=("-",)) == answers(tmp_path, GOOD)
