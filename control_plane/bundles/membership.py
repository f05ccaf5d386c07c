"""Refuses a way of writing rules that OPA 1.22.0 silently drops.

`deny if input.x in {"", input.y}` is undefined although `input.x` equals `input.y`: the rule index records the constants
of the literal only (rule index for `x in {...}`, open-policy-agent/opa pull request 8341). A rule that forbids would
not fire, and no test of OPA's says so. So a literal that is tested for membership holds constants alone, or is bound to a
name first. Found in OPA's own syntax tree, not in the text.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from control_plane.bundles.model import BundleRefused, Files
from control_plane.bundles.trees import syntax_trees

CONSTANTS = frozenset({"string", "number", "boolean", "null"})

MEMBERSHIP = ("internal", "member_2")
"""What `x in xs` is in the tree: a call of this function with `x` and `xs`."""


def verify_membership(files: Files, opa: Path) -> None:
    """Verifies every policy file.

    Raises:
        BundleRefused: `MEMBERSHIP_DROPPED`, naming the file, the rule and the literal.
        DependencyFailed: OPA could not be run.
    """
    for path, tree in syntax_trees(files, opa).items():
        for rule in tree.get("rules", ()):
            for literal in mixed_literals(rule):
                raise BundleRefused(
                    "MEMBERSHIP_DROPPED",
                    f"`{path}` rule `{rule_name(rule)}`: expected a name or constants alone behind `in`, got `{literal}`, "
                    "of which opa sees the constants only; bind it to a name first",
                )


def mixed_literals(node: Any) -> Iterator[str]:
    """Yields the text of each literal in a syntax tree that is tested for membership and holds more than constants."""
    for function, *operands in _calls(node):
        if function.get("type") != "ref" or tuple(part.get("value") for part in function["value"]) != MEMBERSHIP:
            continue
        literal = operands[1]
        if literal["type"] in ("set", "array") and any(entry["type"] not in CONSTANTS for entry in literal["value"]):
            yield _text(literal)


def rule_name(rule: dict[str, Any]) -> str:
    """Returns the name that a rule is defined under."""
    return str(rule["head"]["ref"][0]["value"])


def _calls(node: Any) -> Iterator[list[dict[str, Any]]]:
    """Yields every list of terms in the tree; a call is one whose first term names the function. `some x in xs` looks like
    one and is none: it goes through `xs`."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "symbols":
                yield from (call for symbol in value for call in _calls(symbol["value"]))
                continue
            if key in ("terms", "value") and isinstance(value, list) and value and isinstance(value[0], dict):
                yield value
            yield from _calls(value)
    elif isinstance(node, list):
        for entry in node:
            yield from _calls(entry)


def _text(term: dict[str, Any]) -> str:
    kind, value = term["type"], term["value"]
    if kind in ("set", "array"):
        inner = ", ".join(map(_text, value))
        return f"{{{inner}}}" if kind == "set" else f"[{inner}]"
    if kind == "ref":
        return str(value[0]["value"]) + "".join(f"[{_text(part)}]" for part in value[1:])
    if kind in CONSTANTS:
        return "null" if kind == "null" else json.dumps(value)
    return str(value) if kind == "var" else f"<{kind}>"
