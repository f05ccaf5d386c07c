"""Syntax trees of a bundle's policies, as OPA itself parses them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from control_plane.bundles.model import POLICY_SUFFIX, BundleRefused, Files
from control_plane.bundles.opa import eval_opa

_TREES = "{path: rego.parse_module(path, text) | some path, text in input}"


def syntax_trees(files: Files, opa: Path) -> dict[str, dict[str, Any]]:
    """Returns the tree of every policy file by its path.

    Raises:
        BundleRefused: `BUNDLE_DOES_NOT_COMPILE`.
        DependencyFailed: OPA could not be run.
    """
    texts = {path: data.decode("utf-8", "replace") for path, data in files.items() if path.endswith(POLICY_SUFFIX)}
    trees, complaint = eval_opa(opa, "--stdin-input", _TREES, stdin=json.dumps(texts).encode())
    if not trees:
        raise BundleRefused("BUNDLE_DOES_NOT_COMPILE", f"opa cannot parse the policy: {complaint}")
    found: dict[str, dict[str, Any]] = json.loads(trees)
    return found


def scoped_rules(trees: dict[str, dict[str, Any]]) -> list[dict[str, str]]:
    """Returns pack, id, outcome and scope of every rule of a pack that names its scope in so many words."""
    found: list[dict[str, str]] = []
    for tree in trees.values():
        path = [part["value"] for part in tree["package"]["path"]]
        if path[:2] != ["data", "packs"] or len(path) < 3:
            continue
        found += [
            {"pack": str(path[2]), "id": rule["id"], "outcome": rule["outcome"], "scope": rule["scope"]}
            for rule in _objects(tree.get("rules", []))
            if rule.keys() >= {"id", "outcome", "scope"}
        ]
    return sorted(found, key=lambda rule: (rule["pack"], rule["id"], rule["scope"]))


def _objects(node: Any) -> Iterator[dict[str, str]]:
    """Yields of each object literal in a tree the members whose key and value are texts."""
    if isinstance(node, dict):
        if node.get("type") == "object":
            yield {
                key["value"]: value["value"]
                for key, value in node["value"]
                if key["type"] == "string" and value["type"] == "string"
            }
        for inner in node.values():
            yield from _objects(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from _objects(inner)
