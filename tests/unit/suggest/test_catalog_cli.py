"""`writ catalog suggest` and `writ catalog check`, as a person types them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from pdp.catalog import Catalog
from pdp.cli.catalog import catalog

TOOLS: list[dict[str, Any]] = [
    {
        "name": "send_email",
        "description": "Sends an email.",
        "inputSchema": {
            "type": "object",
            "properties": {"recipients": {"type": "array", "items": {"type": "string"}}, "body": {"type": "string"}},
            "required": ["recipients", "body"],
        },
    },
    {"name": "get_balance", "description": "Get the balance.", "inputSchema": {"type": "object", "properties": {}}},
]


def run(*arguments: str | Path, stdin: object = None) -> Result:
    text = json.dumps(TOOLS if stdin is None else stdin)
    return CliRunner().invoke(catalog, [str(argument) for argument in arguments], input=text)


def suggested(tools: object = None) -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load(run("suggest", "-", "--server", "mail", stdin=tools).output)
    return data


def checked(
    folder: Path, entries: dict[str, Any], tools: object = None, *more: str
) -> tuple[int, list[tuple[str, str, bool]]]:
    (folder / "mail").mkdir(exist_ok=True)
    data = {"server": "mail", "environment": "production", "tools": entries}
    (folder / "mail" / "data.yaml").write_text(yaml.safe_dump(data), encoding="utf-8")
    result = run("check", "-", "--catalog", folder, "--json", *more, stdin=tools)
    found = json.loads(result.output)["differences"]
    return result.exit_code, [(item["tool"], item["code"], item["graver"]) for item in found]


def test_suggest_prints_yaml_that_the_catalog_takes() -> None:
    result = run("suggest", "-", "--server", "mail-mcp", "--environment", "sandbox")
    assert result.exit_code == 0
    data = yaml.safe_load(result.output)
    server = Catalog.parse({"any": data}).servers["mail-mcp"]
    assert server.environment == "sandbox"
    assert 'verb: SEND # 90: name says "send"' in result.output


def test_suggest_prints_lines_as_json() -> None:
    data = json.loads(run("suggest", "-", "--json").output)
    assert [tool["name"] for tool in data["tools"]] == ["send_email", "get_balance"]
    verb = next(line for line in data["tools"][0]["lines"] if line["key"] == "verb")
    assert verb == {"key": "verb", "value": "SEND", "confidence": 90, "reason": 'name says "send"'}


def test_suggest_writes_a_file(tmp_path: Path) -> None:
    path = tmp_path / "data.yaml"
    result = run("suggest", "-", "-o", path)
    assert (result.exit_code, result.output) == (0, "")
    assert path.read_text(encoding="utf-8") == run("suggest", "-").output
    assert run("suggest", "-", "-o", tmp_path / "none" / "data.yaml").exit_code == 2


@pytest.mark.parametrize(
    "tools",
    [
        {"tools": TOOLS},
        {"jsonrpc": "2.0", "id": 1, "result": {"tools": TOOLS}},
        [
            {
                "type": "function",
                "function": {
                    **{k: v for k, v in tool.items() if k != "inputSchema"},
                    "parameters": tool["inputSchema"],
                },
            }
            for tool in TOOLS
        ],
        [
            {
                "type": "function",
                "strict": True,
                **{k: v for k, v in tool.items() if k != "inputSchema"},
                "parameters": tool["inputSchema"],
            }
            for tool in TOOLS
        ],
    ],
    ids=["mcp", "json-rpc", "chat completions", "responses"],
)
def test_every_usual_form_of_definitions_says_the_same(tools: object) -> None:
    def told(data: dict[str, Any]) -> dict[str, Any]:
        return {
            name: {key: value for key, value in entry.items() if key != "definition"}
            for name, entry in data["tools"].items()
        }

    assert told(suggested(tools)) == told(suggested())


def test_what_cannot_be_read_is_one_line_and_exit_1() -> None:
    result = run("suggest", "-", stdin=7)
    assert result.exit_code == 1
    assert result.stderr.startswith("writ: ")
    assert json.loads(run("suggest", "-", "--json", stdin=7).output)["error"]["reason"]
    assert run("suggest", "-", "--server", "a\nb").exit_code == 2


def test_a_catalog_made_from_the_draft_differs_in_nothing(tmp_path: Path) -> None:
    assert checked(tmp_path, suggested()["tools"]) == (0, [])
    result = run("check", "-", "--catalog", tmp_path)
    assert result.output == "mail: nothing differs\n"


@pytest.mark.parametrize(
    ("tool", "change", "code"),
    [
        ("send_email", {"verb": "READ", "scope": "ALL"}, "VERB_MILDER"),
        ("send_email", {"sinks": [{"kind": "content", "path": "body"}]}, "SINK_MISSING"),
        ("send_email", {"result": {"content": "TRUSTED"}}, "RESULT_TRUSTED"),
        ("send_email", {"definition": "0" * 64}, "DEFINITION_CHANGED"),
    ],
)
def test_what_the_definition_says_graver_than_the_catalog_is_exit_1(
    tmp_path: Path, tool: str, change: dict[str, Any], code: str
) -> None:
    entries = suggested()["tools"]
    entries[tool].update(change)
    assert checked(tmp_path, entries) == (1, [(tool, code, True)])


def test_what_fails_closed_by_itself_is_told_with_exit_0(tmp_path: Path) -> None:
    entries = suggested()["tools"]
    del entries["get_balance"]
    entries["old_tool"] = {"verb": "READ", "resource": "thing"}
    grown = json.loads(json.dumps(TOOLS))
    grown[0]["inputSchema"]["properties"]["priority"] = {"type": "string"}
    del entries["send_email"]["definition"]
    assert checked(tmp_path, entries, grown) == (
        0,
        [
            ("send_email", "ARGUMENT_NOT_MAPPED", False),
            ("get_balance", "TOOL_MISSING", False),
            ("old_tool", "TOOL_GONE", False),
        ],
    )


def test_a_graver_verb_in_the_catalog_is_no_difference(tmp_path: Path) -> None:
    entries = suggested()["tools"]
    entries["get_balance"]["verb"] = "DELETE"
    assert checked(tmp_path, entries) == (0, [])


def test_check_needs_a_server_that_it_can_compare(tmp_path: Path) -> None:
    checked(tmp_path, suggested()["tools"])
    assert run("check", "-", "--catalog", tmp_path, "--server", "other").exit_code == 2
    assert run("check", "-", "--catalog", tmp_path, stdin=[{"name": "nothing_known"}]).exit_code == 2
    assert (
        run("check", "-", "--catalog", tmp_path, "--server", "mail", stdin=[{"name": "nothing_known"}]).exit_code == 0
    )


def test_check_finds_a_choice_that_the_catalog_takes_for_milder(tmp_path: Path) -> None:
    action = {"type": "string", "enum": ["list", "archive", "delete"]}
    schema = {"type": "object", "properties": {"action": action}, "required": ["action"]}
    tools = [{"name": "manage_mails", "description": "Manages mails.", "inputSchema": schema}]
    entries = suggested(tools)["tools"]
    assert checked(tmp_path, entries, tools) == (0, [])
    deleting = next(item for item in entries["manage_mails"]["also"] if item["verb"] == "DELETE")
    deleting["unless"]["values"].append("delete")
    assert checked(tmp_path, entries, tools) == (1, [("manage_mails", "VERB_MILDER", True)])


def test_check_finds_a_list_that_the_catalog_counts_as_one(tmp_path: Path) -> None:
    message = {"type": "object", "properties": {"to": {"type": "string"}, "body": {"type": "string"}}}
    schema = {
        "type": "object",
        "properties": {"messages": {"type": "array", "items": message}},
        "required": ["messages"],
    }
    tools = [{"name": "send_emails", "description": "Sends emails.", "inputSchema": schema}]
    entries = suggested(tools)["tools"]
    assert checked(tmp_path, entries, tools) == (0, [])
    assert entries["send_emails"]["scope"] == "ALL"
    entries["send_emails"]["scope"] = "SINGLE"
    del entries["send_emails"]["max_rows"]
    assert checked(tmp_path, entries, tools) == (1, [("send_emails", "SCOPE_NARROWER", True)])
