"""Plays sessions of tool calls against the provenance store in memory, and asks the real pack what it thinks of each call."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson
import yaml

from control_plane.stack.tools import tool_path
from pdp.canonicalize import Canonicalizer
from pdp.catalog import Catalog
from pdp.catalog_sinks import paid_sum, scalars, sink_values
from pdp.provenance.ask import Speech, policy_provenance, provenance_ask
from pdp.provenance.result import sight
from pdp.provenance.speech import Requests
from pdp.suggest.draft import draft_server
from pdp.suggest.render import to_catalog
from pdp.suggest.tools import parse_tools
from pdp.wording.intent import action_kind
from tests.provenance_memory import MemoryProvenance
from tests.provenance_scenarios import Call

ROOT = Path(__file__).resolve().parents[1]
KEY = b"0123456789abcdef"
SERVER = "invented"


def drafted(tools: Sequence[Any]) -> Any:
    """Returns the catalog that is drafted for tool definitions, as its file has it."""
    return to_catalog(draft_server(parse_tools(json.dumps({"tools": tools}).encode())), SERVER, "production")


def canonicalizer_of(catalog: Any) -> Canonicalizer:
    """Returns a canonicalizer with the severities of the shipped bundle."""
    severity = yaml.safe_load((ROOT / "rego" / "settings" / "data.yaml").read_text(encoding="utf-8"))["severity"]
    return Canonicalizer(Catalog.parse(catalog), severity)


def played(
    canonicalizer: Canonicalizer, store: MemoryProvenance, session: str, prompt: str, calls: list[Call]
) -> list[Any]:
    """Returns the policy input of each call of a session, as far as the pack looks at it."""
    items = []
    for number, (tool, arguments, result) in enumerate(calls):
        call = canonicalizer.canonicalize(SERVER, tool, "", orjson.dumps(arguments))
        entry = canonicalizer.catalog.servers[SERVER].entry(tool)
        assert entry is not None
        operations = call.action.operations
        ask = provenance_ask(
            KEY,
            Requests(KEY),
            session=session,
            agent=f"agent of {session}",
            claim=f"{session}.{number}",
            tool=(SERVER, tool),
            speech=Speech(text=prompt, by_gateway=True),
            kind=action_kind(tool, [one.verb for one in operations], [one.resource_type for one in operations]),
            sinks=sink_values(entry, arguments),
            naming=[value for value in arguments.values() if isinstance(value, str)],
            result=entry.result,
            others=scalars(arguments),
            paid=paid_sum(entry, arguments),
        )
        assert ask is not None
        items.append(
            {
                "action": orjson.loads(call.action_json),
                "provenance": policy_provenance(ask, store.look(ask)),
                "said": f"{prompt} -> {tool}",
            }
        )
        store.learn(ask.session, ask.agent, ask.claim, ask.tool, sight(result, entry.result, trusted_reporter=True))
    return items


def judged(items: list[Any], folder: Path) -> list[list[str]]:
    """Returns the ids of the pack's rules that speak against each item."""
    (folder / "items.json").write_text(json.dumps({"items": items}), encoding="utf-8")
    (folder / "all.rego").write_text(
        "package all\n\nids := [found | some item in input.items; found := of with input as item]\n\n"
        "of := [rule.id | some rule in data.packs.agent_safety.matched]\n",
        encoding="utf-8",
    )
    command = [str(tool_path("opa")), "eval", "--bundle", str(ROOT / "rego"), "--data", str(folder / "all.rego")]
    command += ["--input", str(folder / "items.json"), "--format", "raw", "data.all.ids"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    ids: list[list[str]] = json.loads(done.stdout)
    return ids
