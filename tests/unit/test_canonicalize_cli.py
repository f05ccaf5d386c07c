"""`writ canonicalize` prints what the decision point would see."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from pdp.cli.canonicalize import canonicalize

TOOL = {"server": "billing-mcp", "name": "invoices.delete_all"}


def run(data: str, *options: str) -> Result:
    return CliRunner().invoke(canonicalize, ["-f", "-", *options], input=data)


def line(**document: Any) -> str:
    return json.dumps(document)


def test_one_call_is_printed_with_both_digests() -> None:
    result = run(line(tool=TOOL, args={"customer": 7}), "--json")
    answer = json.loads(result.output)
    assert result.exit_code == 0
    assert answer["action"]["operations"][0]["verb"] == "DELETE"
    readable = run(line(tool=TOOL, args={"customer": 7}))
    assert answer["action_digest"] in readable.output
    assert answer["execution_digest"] in readable.output
    assert "DELETE ALL invoice in customer 7" in readable.output


def test_exact_bytes_can_be_given_as_a_string() -> None:
    first = json.loads(run(line(tool=TOOL, args={"customer": 7}), "--json").output)
    second = json.loads(run(line(tool=TOOL, args_json='{ "customer": 7 }'), "--json").output)
    assert first == second


def test_a_file_for_decide_is_taken_and_only_its_call_is_read() -> None:
    beside = {
        "agent": {"id": "billing-1", "role": "billing-assistant"},
        "request_id": "r-1",
        "sessionId": "s",
        "dry_run": True,
    }
    whole = run(line(**beside, tool=TOOL, args={"customer": 7}), "--json")
    assert whole.exit_code == 0, whole.output
    assert json.loads(whole.output) == json.loads(run(line(tool=TOOL, args={"customer": 7}), "--json").output)
    assert run(line(**beside, tool=TOOL, args_json='{"customer":7}'), "--json").output == whole.output


@pytest.mark.parametrize("key", ["argz", "argsJson"])
def test_an_unknown_key_is_named(key: str) -> None:
    result = run(line(tool=TOOL, args={}, **{key: 1}))
    assert result.exit_code == 1
    assert f"`{key}`" in result.output


def test_arguments_given_twice_or_not_as_they_must_be_are_refused() -> None:
    wrong: list[dict[str, Any]] = [{"args": {}, "args_json": "{}"}, {"args": "{}"}, {"args_json": {}}]
    for arguments in wrong:
        assert "CALL_INVALID" in run(line(tool=TOOL, agent={"id": "a"}, **arguments)).output


def test_numbers_keep_their_spelling() -> None:
    first = json.loads(run(f'{{"tool":{json.dumps(TOOL)},"args":{{"customer":7.50}}}}', "--json").output)
    second = json.loads(run(line(tool=TOOL, args_json='{"customer":7.50}'), "--json").output)
    assert first == second


def test_a_batch_answers_each_line_and_exits_1_when_one_is_bad() -> None:
    bad = line(tool=TOOL, args_json='{"a":1,"a":2}')
    result = run("\n".join([line(tool=TOOL, args={"customer": 7}), bad, "nonsense", "", line(tool=TOOL)]), "--batch")
    answers = [json.loads(text) for text in result.output.splitlines()]
    assert [answer.get("error", {}).get("reason") for answer in answers] == [
        None,
        "ARGUMENTS_DUPLICATE_KEY",
        "ARGUMENTS_NOT_JSON",
        "CALL_INVALID",
    ]
    assert answers[3]["error"]["message"].endswith("; got `tool` (dict)")
    assert result.exit_code == 1
    assert run(line(tool=TOOL, args={"customer": 7}), "--batch").exit_code == 0


def test_a_line_that_is_too_long_is_refused_and_the_next_one_is_read() -> None:
    result = run(f"{'x' * 3_000_000}\n{line(tool=TOOL, args={'customer': 7})}\n", "--batch")
    answers = [json.loads(text) for text in result.output.splitlines()]
    assert [answer.get("error", {}).get("reason") for answer in answers] == ["ARGUMENTS_TOO_LARGE", None]


def test_another_catalog_can_be_named(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "data.yaml").write_text("server: mine\nenvironment: sandbox\n")
    result = run(line(tool={"server": "mine", "name": "t"}, args={}), "--json", "--catalog", str(tmp_path))
    assert json.loads(result.output)["environment"] == "sandbox"


def test_a_wrong_catalog_exits_2_and_bad_input_exits_1(tmp_path: Path) -> None:
    assert run("{}", "--catalog", str(tmp_path)).exit_code == 2
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "data.yaml").write_text("server: [")
    assert "CATALOG_UNREADABLE" in run("{}", "--catalog", str(tmp_path)).output
    assert run("{}").exit_code == 1
