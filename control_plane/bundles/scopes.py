"""What is wrong with the scopes of a bundle, which of them conflict, and what money has no rate: said when it is built.

A scope that the policy library cannot read refuses the bundle. Two scopes of one priority that may hold together and differ
on a setting, or whose rules come to different outcomes, do not: the stricter value holds and the graver outcome goes first,
so nothing is unsafe; but somebody should know. The library itself finds both
(`data.writ.scopes.report`), so that what is reported is what will be judged by.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from control_plane.bundles.model import BundleRefused, Files, write_files
from control_plane.bundles.opa import eval_opa
from control_plane.bundles.trees import scoped_rules, syntax_trees

RULES = "scoped_rules/data.json"
"""Where the library finds the rules that name a scope: `data.scoped_rules.rules`, at this time only."""

MAX_CONFLICTS = 64
"""As many as somebody reads; the first of them in the order of their names."""


def verify_scopes(files: Files, opa: Path) -> tuple[str, ...]:
    """Returns the conflicts, then what the library warns of, one sentence each; none for a bundle whose library knows no scopes.

    Raises:
        BundleRefused: `SCOPES_INVALID` the library says what is wrong, or cannot read the scopes at all;
            `BUNDLE_DOES_NOT_COMPILE`.
        DependencyFailed: OPA could not be run.
    """
    with tempfile.TemporaryDirectory(prefix="writ-scopes-") as name:
        folder = Path(name)
        rules = {"rules": scoped_rules(syntax_trees(files, opa))}
        write_files(folder, {**files, RULES: json.dumps(rules).encode()})
        result, complaint = eval_opa(
            opa, "--bundle", ".", "--strict-builtin-errors", "data.writ.scopes.report", cwd=folder
        )
    if complaint:
        raise BundleRefused("SCOPES_INVALID", f"the policy library cannot read the scopes: {complaint[:500]}")
    report = json.loads(result) if result else {"problems": [], "conflicts": []}
    if report["problems"]:
        raise BundleRefused("SCOPES_INVALID", "; ".join(report["problems"][:MAX_CONFLICTS]))
    # A library of an older bundle warns of nothing.
    return tuple([*report["conflicts"], *report.get("warnings", ())][:MAX_CONFLICTS])
