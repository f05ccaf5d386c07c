"""Verifies a bundle before it is stored. Whatever fails here, the revision that is served stays.

1. The archive is small, plain and harmless (`archive.read_archive`).
2. The signature, by the configured key and scope, covers every file, and no other (`signature.verify_signature`). Files
   whose names end in `signatures.json` are covered like any other, or refused by kind; `opa run` has overlooked them.
3. Revision and manifest follow from the content (`manifest.verify_manifest`).
4. The real OPA accepts signature, roots and syntax, and compiles it with the allowed built-ins only; `opa run` would
   take any built-in.
5. No rule is written in a way that this OPA drops without a word (`membership`).
6. The bundle, as OPA would run it, defines `data.writ.activation` with its own revision, and the decision point can read
   it (`activation`): else none could become active, or none would follow.

Left to the caller: whether this revision may be served now (`store`).
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from control_plane.bundles.activation import BundleCheck, check_installed, verify_activation
from control_plane.bundles.archive import read_archive
from control_plane.bundles.manifest import verify_manifest
from control_plane.bundles.membership import verify_membership
from control_plane.bundles.model import SIGNATURES, BundleRefused, VerifiedBundle, archive_digest, content
from control_plane.bundles.opa import run_opa
from control_plane.bundles.signature import parse_verification_key, verify_signature
from control_plane.opa_config import SIGNING_ALGORITHM


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationPolicy:
    """What a bundle is held against. `capabilities` is OPA's capabilities file with the allowed built-ins; `check` reads
    what the bundle declares as the decision point will."""

    opa: Path
    capabilities: Path
    public_key_pem: bytes
    key_id: str
    scope: str
    check: BundleCheck = check_installed


def verify_bundle(archive: bytes, policy: VerificationPolicy) -> VerifiedBundle:
    """Returns the verified bundle.

    Raises:
        BundleRefused: a check failed; the message names the file.
        DependencyFailed: OPA could not be run.
    """
    files = read_archive(archive)  # (1)
    for path in files:
        if path != SIGNATURES and path.rsplit("/", 1)[-1] == SIGNATURES:
            raise BundleRefused("BUNDLE_FILE_REFUSED", f"expected one `{SIGNATURES}` at the root, got `{path}` too")
    verify_signature(files, parse_verification_key(policy.public_key_pem), policy.key_id, policy.scope)  # (2)
    revision = verify_manifest(files)  # (3)
    _verify_with_opa(archive, policy)  # (4)
    verify_membership(content(files), policy.opa)  # (5)
    verify_activation(files, revision, policy.opa, policy.check)  # (6)
    return VerifiedBundle(revision=revision, digest=archive_digest(archive), key_id=policy.key_id, archive=archive)


def _verify_with_opa(archive: bytes, policy: VerificationPolicy) -> None:
    key = parse_verification_key(policy.public_key_pem)
    with tempfile.TemporaryDirectory(prefix="writ-bundle-") as name:
        folder = Path(name)
        (folder / "bundle.tar.gz").write_bytes(archive)
        (folder / "key.pem").write_bytes(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
        code, said = run_opa(
            policy.opa,
            "build",
            "--bundle",
            "bundle.tar.gz",
            "--output",
            "checked.tar.gz",
            "--capabilities",
            str(policy.capabilities.resolve()),
            "--verification-key",
            "key.pem",
            "--verification-key-id",
            policy.key_id,
            "--scope",
            policy.scope,
            "--signing-alg",
            SIGNING_ALGORITHM,
            cwd=folder,
        )
    if code != 0:
        raise BundleRefused("BUNDLE_DOES_NOT_COMPILE", f"opa refuses the bundle: {said}")
