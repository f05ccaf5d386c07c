"""What a careful reader expects of many tools that nobody tuned for one by one."""

from __future__ import annotations

import json

import pytest
import yaml

from pdp.canonicalize import Canonicalizer
from pdp.catalog import Catalog
from pdp.suggest.draft import Draft, draft
from pdp.suggest.render import to_catalog, to_data, to_yaml
from pdp.suggest.tools import parse_tools
from tests.unit.suggest.signatures import Signature, read_signatures
from writ.action import Verb

SIGNATURES = read_signatures()
NAMES = [signature.definition["name"] for signature in SIGNATURES]
VALUES = {"string": "x1", "integer": 3, "number": 4, "boolean": False, "object": {"a": 1}, "array": ["x1"]}


def drafts() -> list[Draft]:
    return [draft(tool) for tool in parse_tools(json.dumps([item.definition for item in SIGNATURES]).encode())]


DRAFTS = {made.name: made for made in drafts()}


def test_the_table_covers_many_tools_and_each_verb() -> None:
    assert len(set(NAMES)) >= 200
    assert {verb for signature in SIGNATURES for verbs in signature.verbs for verb in verbs} == set(Verb)


@pytest.mark.parametrize("signature", SIGNATURES, ids=NAMES)
def test_the_verbs_are_those_that_a_reader_expects(signature: Signature) -> None:
    entry = DRAFTS[signature.definition["name"]].entry
    also = entry.get("also", [])
    assert isinstance(also, list)
    # What a tool only does with a choice that reads is no more than reading.
    told = [item["verb"] for item in also if not ("unless" in item and item["verb"] in ("READ", "LIST"))]
    verbs = {entry["verb"], *told}
    # READ and LIST are one to the catalog: the scope of a call tells them apart.
    expected = [{"READ" if verb == "LIST" else verb for verb in verbs} for verbs in signature.verbs]
    assert {"READ" if verb == "LIST" else verb for verb in verbs} in expected


@pytest.mark.parametrize("signature", SIGNATURES, ids=NAMES)
def test_the_sinks_are_found(signature: Signature) -> None:
    sinks = DRAFTS[signature.definition["name"]].entry.get("sinks", [])
    assert isinstance(sinks, list)
    assert signature.sinks - {(sink["kind"], sink["path"]) for sink in sinks} == set()


@pytest.mark.parametrize(
    "signature", [item for item in SIGNATURES if item.trust], ids=lambda item: item.definition["name"]
)
def test_results_are_trusted_only_where_the_server_alone_writes_them(signature: Signature) -> None:
    result = DRAFTS[signature.definition["name"]].entry["result"]
    assert isinstance(result, dict)
    assert result["content"] == {"T": "TRUSTED", "U": "UNTRUSTED"}[signature.trust]


def test_the_yaml_says_what_the_lines_say_and_the_catalog_takes_it() -> None:
    made = list(DRAFTS.values())
    text = to_yaml(made, "tools", "sandbox")
    expected = to_catalog(made, "tools", "sandbox")
    assert {"suggested": yaml.safe_load(text)} == expected
    server = Catalog.parse(expected).servers["tools"]
    assert set(server.exact) == set(NAMES)


def test_every_line_has_a_confidence_and_a_reason() -> None:
    made = list(DRAFTS.values())
    data = to_data(made, "tools", "sandbox")
    for tool in data["tools"]:
        for line in tool["lines"]:
            assert 0 <= line["confidence"] <= 100
            assert line["reason"].isprintable()
            assert line["reason"].isascii()
    text = to_yaml(made, "tools", "sandbox")
    commented = [line for line in text.splitlines() if "# " in line]
    assert len(commented) == 1 + sum(len(tool["lines"]) for tool in data["tools"])


@pytest.mark.parametrize("signature", SIGNATURES, ids=NAMES)
def test_an_ordinary_call_is_not_unknown_for_an_argument_left_out_of_the_entry(signature: Signature) -> None:
    made = DRAFTS[signature.definition["name"]]
    canonicalizer = Canonicalizer(Catalog.parse(to_catalog([made], "tools", "sandbox")), tuple(Verb))
    properties = signature.definition["inputSchema"]["properties"]
    required = signature.definition["inputSchema"]["required"]
    for names in (list(properties), required):
        arguments = (
            {name: properties[name].get("enum", [VALUES[properties[name]["type"]]])[0] for name in names}
            | {name: "USD" for name in names if name.startswith("currency")}
            | {name: "12.5" for name in names if name == "amount" and properties[name]["type"] == "string"}
        )
        call = canonicalizer.canonicalize("tools", made.name, "", json.dumps(arguments).encode())
        assert [finding.code for finding in call.action.findings] == []
        is_unknown = call.action.operations[0].verb is Verb.UNKNOWN
        assert is_unknown is (made.entry["verb"] == "UNKNOWN")
