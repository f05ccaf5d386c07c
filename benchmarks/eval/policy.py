"""The policy that is measured: the shipped library and packs, the suites' catalogs, and an ALLOW for known tools.

Left out are packs that would hold whatever a benchmark does, because they judge neither its texts nor its destinations:
another domain's rules, those about the hour of the day and the age of the agent, and limits on records, which no tool
definition bounds. An ALLOW for what no rule objects to
is added, since the packs only hold and forbid; without it every call would be denied and the figures would mean nothing.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from benchmarks.eval.environment import ROOT

REGO = ROOT / "rego"
OVERLAYS = Path(__file__).with_name("corrected")
LEFT_OUT = frozenset({"invoices", "operating_hours", "new_agents", "bulk_operations"})

CORRECTED = ".corrected"
"""Suffix of the server whose catalog a person corrected."""

_ALLOW = """# METADATA
# title: What no rule objects to
# description: For measuring only. Real policy says what is allowed.
# schemas:
#   - input: schema.input
package packs.eval_allow

# METADATA
# title: A known tool may be used
matched contains rule if {
	input.tool.known == true
	rule := {
		"id": "eval_allow.known_tool",
		"outcome": "ALLOW",
		"code": "TOOL_KNOWN",
		"message": "no rule objects",
		"remediation": "",
	}
}
"""

_ALLOW_TEST = """package packs.eval_allow_test

import data.packs.eval_allow

test_a_known_tool_may_be_used if {
	count(eval_allow.matched) == 1 with input as {"tool": {"known": true}}
}

test_an_unknown_tool_may_not if {
	count(eval_allow.matched) == 0 with input as {"tool": {"known": false}}
}
"""


def write_policy(folder: Path, catalogs: dict[str, dict[str, Any]]) -> None:
    """Writes the sources of the bundle into `folder`, which is emptied first; `catalogs` by server."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(REGO, folder, ignore=shutil.ignore_patterns("catalog", "*_test.rego"))
    for name in LEFT_OUT:
        shutil.rmtree(folder / "packs" / name, ignore_errors=True)
        shutil.rmtree(folder / "settings" / "packs" / name, ignore_errors=True)
    allow = folder / "packs" / "eval_allow" / "eval_allow.rego"
    allow.parent.mkdir()
    allow.write_text(_ALLOW, encoding="utf-8")
    allow.with_name("eval_allow_test.rego").write_text(_ALLOW_TEST, encoding="utf-8")
    for server, document in catalogs.items():
        target = folder / "catalog" / server.replace(".", "_") / "data.yaml"
        target.parent.mkdir(parents=True)
        target.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")


def suggested(suite: str, tools: list[dict[str, Any]], folder: Path) -> dict[str, Any]:
    """Returns the catalog as `writ catalog suggest` drafts it from the definitions alone, unchanged.

    Raises:
        RuntimeError: the command failed; its message is passed on.
    """
    folder.mkdir(parents=True, exist_ok=True)
    source = folder / f"{suite}-tools.json"
    source.write_text(json.dumps({"tools": tools}), encoding="utf-8")
    command = [sys.executable, "-m", "writ.cli.main", "catalog", "suggest", str(source), "--server", suite]
    result = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    if result.returncode != 0:
        raise RuntimeError(f"`writ catalog suggest` failed: {result.stderr.strip()[-1000:]}")
    document: dict[str, Any] = yaml.safe_load(result.stdout)
    return document


def corrected(suite: str, draft: dict[str, Any]) -> dict[str, Any] | None:
    """Returns the draft with a person's corrections, None for a suite that nobody corrected. Keys of a tool replace the
    draft's; a key that is null goes away."""
    path = OVERLAYS / f"{suite}.yaml"
    if not path.exists():
        return None
    overlay = yaml.safe_load(path.read_text(encoding="utf-8"))
    tools = {}
    for name, entry in draft["tools"].items():
        merged = entry | (overlay["tools"].get(name) or {})
        tools[name] = {key: value for key, value in merged.items() if value is not None}
    return draft | {"server": suite + CORRECTED, "tools": tools}
