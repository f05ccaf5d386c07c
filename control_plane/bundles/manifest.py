"""The manifest of a bundle as a function of its content, so that the revision, which leaves it out, still fixes it.

Roots are the top-level names that data and packages use: with explicit roots, OPA refuses a bundle that writes
elsewhere, and nothing can reach `system`, where OPA keeps its authorisation policy and the bundle's revision.
"""

from __future__ import annotations

import json
import re
from typing import Any

from control_plane.bundles.model import DATA, MANIFEST, POLICY_SUFFIX, SIGNATURES, BundleRefused, Files, revision_of
from control_plane.bundles.signature import canonical_json, parse_json

REGO_VERSION = 1
RESERVED_ROOT = "system"

_COMMENT_OR_BLANK = re.compile(r"\s*(#.*)?")
_PACKAGE = re.compile(r"package\s+([A-Za-z_][A-Za-z0-9_]*)(\.\S+|\[.*)?\s*(#.*)?")


def manifest_of(files: Files) -> bytes:
    """Returns the manifest that belongs to the content of a bundle.

    Raises BundleRefused: `BUNDLE_FILE_REFUSED` (a file of another kind), `BUNDLE_DATA_INVALID`, `BUNDLE_ROOT_REFUSED`.
    """
    manifest = {"revision": revision_of(files), "roots": roots_of(files), "rego_version": REGO_VERSION}
    return json.dumps(manifest, separators=(",", ":")).encode()


def roots_of(files: Files) -> list[str]:
    """Returns the sorted top-level names of data and packages."""
    roots: set[str] = set()
    for path, data in files.items():
        if path in (MANIFEST, SIGNATURES):
            continue
        for root in _roots(path, data):
            if root == RESERVED_ROOT:
                raise BundleRefused(
                    "BUNDLE_ROOT_REFUSED", f"`{path}` writes under `{RESERVED_ROOT}`, which belongs to opa"
                )
            roots.add(root)
    return sorted(roots)


def verify_manifest(files: Files) -> str:
    """Verifies that the manifest is the one that belongs to the content, and returns the revision.

    Raises BundleRefused: `MANIFEST_MISSING`, `REVISION_MISMATCH`, `MANIFEST_INVALID`, and those of `manifest_of`.
    """
    if MANIFEST not in files:
        raise BundleRefused("MANIFEST_MISSING", f"expected `{MANIFEST}`, it is missing")
    came: Any = parse_json(MANIFEST, files[MANIFEST])
    expected: Any = parse_json(MANIFEST, manifest_of(files))
    if not isinstance(came, dict):
        raise BundleRefused("MANIFEST_INVALID", f"expected an object in `{MANIFEST}`, got another value")
    if came.get("revision") != expected["revision"]:
        said = str(came.get("revision"))[:64]
        raise BundleRefused(
            "REVISION_MISMATCH", f"`{MANIFEST}` says revision `{said}`, files give `{expected['revision']}`"
        )
    if canonical_json(came) != canonical_json(expected):
        wanted = canonical_json(expected).decode()
        raise BundleRefused("MANIFEST_INVALID", f"expected `{wanted}` in `{MANIFEST}`, got other roots or keys")
    return str(expected["revision"])


def _roots(path: str, data: bytes) -> list[str]:
    if path == DATA:
        document = parse_json(path, data)
        if not isinstance(document, dict):
            raise BundleRefused("BUNDLE_DATA_INVALID", f"expected an object in `{path}`, got another value")
        return list(document)
    if path.endswith(POLICY_SUFFIX):
        return [_package_root(path, data)]
    raise BundleRefused(
        "BUNDLE_FILE_REFUSED", f"`{path}` is none of `{DATA}`, `*{POLICY_SUFFIX}`, `{MANIFEST}` and `{SIGNATURES}`"
    )


def _package_root(path: str, data: bytes) -> str:
    for line in data.decode("utf-8", "replace").splitlines():
        if _COMMENT_OR_BLANK.fullmatch(line):
            continue
        match = _PACKAGE.fullmatch(line.strip())
        if match is None:
            break
        return match[1]
    raise BundleRefused(
        "BUNDLE_FILE_REFUSED", f"expected `package NAME` as the first statement of `{path}`, got another or none"
    )
