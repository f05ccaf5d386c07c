"""Builds a signed bundle from a folder of Rego and YAML, and tests what was built, not what was written.

1. The source folder holds regular files alone, data files hold no key twice, and `opa build` compiles the sources with the
   allowed built-ins and merges all data into one file. Plain: an optimised build loses METADATA and gains little (design,
   section 8).
2. The revision is computed from the content, and manifest and signature from that, so that the same sources and key
   give the same bytes.
3. What the control plane would refuse at push is refused here: rules that OPA drops without a word, and declarations
   that the decision point cannot read.
4. The tests of the source folder run against the built files.
5. Only then is the archive written, at once and whole.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from control_plane.bundles.activation import BundleCheck, check_installed, verify_activation
from control_plane.bundles.archive import read_archive, write_archive
from control_plane.bundles.manifest import manifest_of
from control_plane.bundles.membership import verify_membership
from control_plane.bundles.model import (
    MANIFEST,
    MAX_EXPANDED_BYTES,
    SIGNATURES,
    BundleRefused,
    Files,
    archive_digest,
    content,
    revision_of,
    write_files,
)
from control_plane.bundles.opa import run_opa
from control_plane.bundles.scopes import verify_scopes
from control_plane.bundles.signature import sign
from control_plane.bundles.sources import verify_data_files, verify_regular
from writ.cli.files import read_file

TEST_SUFFIX = "_test.rego"


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltBundle:
    """What was built. `digest` is the SHA-256 of the archive at `path`; `tests` is what `opa test` reported, `conflicts`
    are those of its scopes."""

    path: Path
    revision: str
    digest: str
    size_bytes: int
    tests: str
    conflicts: tuple[str, ...] = ()


def build_bundle(
    *,
    source: Path,
    out: Path,
    opa: Path,
    capabilities: Path,
    signing_key: ec.EllipticCurvePrivateKey,
    key_id: str,
    scope: str,
    check: BundleCheck = check_installed,
) -> BuiltBundle:
    """Builds, tests and signs `source` into the archive `out`.

    Raises:
        BundleRefused: `BUNDLE_DATA_INVALID`, `BUNDLE_DOES_NOT_COMPILE`, `MEMBERSHIP_DROPPED`, `SCOPES_INVALID`,
            `ACTIVATION_UNDEFINED`, `BUNDLE_DATA_UNREADABLE`, `BUNDLE_TESTS_FAILED`, or `BUNDLE_FILE_REFUSED`, what no bundle
            may hold; `out` is then as it was.
        DependencyFailed: OPA could not be run.
    """
    files = _compiled(source, opa, capabilities)  # (1)
    files[MANIFEST] = manifest_of(files)  # (2)
    files[SIGNATURES] = sign(files, signing_key, key_id, scope)
    revision = revision_of(files)
    verify_membership(content(files), opa)  # (3)
    conflicts = verify_scopes(content(files), opa)
    verify_activation(files, revision, opa, check)
    archive = write_archive(files)
    tests = _tested(files, source, opa)  # (4)
    _write_whole(out, archive)  # (5)
    return BuiltBundle(
        path=out,
        revision=revision,
        digest=archive_digest(archive),
        size_bytes=len(archive),
        tests=tests,
        conflicts=conflicts,
    )


def _compiled(source: Path, opa: Path, capabilities: Path) -> dict[str, bytes]:
    if not source.is_dir():
        raise BundleRefused("BUNDLE_SOURCE_MISSING", f"expected a folder of sources, `{source}` is none")
    verify_regular(source)
    verify_data_files(source)
    with tempfile.TemporaryDirectory(prefix="writ-build-") as name:
        built = Path(name) / "bundle.tar.gz"
        code, said = run_opa(
            opa,
            "build",
            "--bundle",
            ".",
            "--ignore",
            f"*{TEST_SUFFIX}",
            "--capabilities",
            str(capabilities.resolve()),
            "--output",
            str(built),
            cwd=source,
        )
        if code != 0:
            raise BundleRefused("BUNDLE_DOES_NOT_COMPILE", f"opa cannot build `{source}`: {said}")
        return content(read_archive(built.read_bytes()))


def _tested(files: Files, source: Path, opa: Path) -> str:
    with tempfile.TemporaryDirectory(prefix="writ-test-") as name:
        folder = Path(name)
        found = sorted(source.rglob(f"*{TEST_SUFFIX}"))
        tests = {str(path.relative_to(source)): read_file(path, MAX_EXPANDED_BYTES) for path in found}
        if not tests:
            raise BundleRefused("BUNDLE_TESTS_FAILED", f"expected tests `*{TEST_SUFFIX}` in `{source}`, found none")
        write_files(folder, {**content(files), **tests})  # without the signature, which covers no tests
        code, said = run_opa(opa, "test", "--bundle", ".", cwd=folder)
    if code != 0:
        raise BundleRefused("BUNDLE_TESTS_FAILED", f"tests fail on the built bundle: {said}")
    return said


def _write_whole(out: Path, archive: bytes) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    partial = out.with_name(out.name + ".partial")
    partial.write_bytes(archive)
    # A crash before this line leaves the old archive; a reader never sees half of the new one.
    os.replace(partial, out)
