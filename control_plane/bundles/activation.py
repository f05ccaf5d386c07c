"""What a bundle tells the decision point when it becomes active, and whether somebody who reads it can.

`data.writ.activation`, evaluated as OPA would run the bundle, is handed to every check that is installed as an entry
point of group `writ.bundle_checks`: who reads the data knows best whether it is readable, and the control plane imports
no decision point. Without a single check nothing can be known, and every bundle is refused.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from control_plane.bundles.model import SIGNATURES, BundleRefused, Files, write_files
from control_plane.bundles.opa import eval_opa
from control_plane.opa_config import BUNDLE_NAME
from writ.errors import ConfigurationError, DependencyFailed

GROUP = "writ.bundle_checks"

BundleCheck = Callable[[Mapping[str, Any]], None]
"""Takes the activation; raises WritError, whose message names the key, what was expected and what came."""


def verify_activation(files: Files, revision: str, opa: Path, check: BundleCheck) -> None:
    """Verifies that the bundle defines its activation, with its own revision, and that `check` can read it.

    Raises:
        BundleRefused: `ACTIVATION_UNDEFINED` or `BUNDLE_DATA_UNREADABLE`.
        DependencyFailed: OPA could not be run, or no check is installed.
    """
    activation = _activation(files, revision, opa)
    try:
        check(activation)
    except ConfigurationError as error:
        raise BundleRefused(
            "BUNDLE_DATA_UNREADABLE", f"the decision point cannot read what the bundle declares: {error}"
        ) from error


def check_installed(activation: Mapping[str, Any]) -> None:
    """Runs every installed check. Raises what they raise, and DependencyFailed when there is none or one is broken."""
    found = sorted(entry_points(group=GROUP), key=lambda entry: entry.name)
    if not found:
        raise DependencyFailed("BUNDLE_CHECK_MISSING", f"expected an entry point of group `{GROUP}`, found none")
    for entry in found:
        try:
            check: BundleCheck = entry.load()
        except (ImportError, AttributeError) as error:
            raise DependencyFailed(
                "BUNDLE_CHECK_MISSING", f"entry point `{entry.value}` of group `{GROUP}` cannot be loaded"
            ) from error
        check(activation)


def _activation(files: Files, revision: str, opa: Path) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="writ-bundle-") as name:
        folder = Path(name)
        # OPA names a bundle after its folder, so that this one stands where the sidecar's would.
        write_files(folder / BUNDLE_NAME, {path: data for path, data in files.items() if path != SIGNATURES})
        result, complaint = eval_opa(opa, "--bundle", BUNDLE_NAME, "data.writ.activation", cwd=folder)
    document = json.loads(result) if result else None
    came = document.get("revision") if isinstance(document, dict) else None
    if not isinstance(document, dict) or came != revision:
        raise BundleRefused(
            "ACTIVATION_UNDEFINED",
            f"expected `data.writ.activation` with revision `{revision}`, got `{(complaint or str(came))[:200]}`",
        )
    return document
