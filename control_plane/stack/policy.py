"""Builds, tests, signs and pushes the bundle of a stack when its sources have changed since the last push, or it is gone.

Does not decide what a bundle may hold; the control plane checks every push.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from control_plane.bundles.build import build_bundle
from control_plane.bundles.client import BundleClient, ControlPlaneRefused
from control_plane.bundles.signature import parse_signing_key
from control_plane.opa_config import BUNDLE_NAME, SidecarSettings, opa_config_json
from control_plane.stack.config import StackConfig
from control_plane.stack.layout import Layout
from control_plane.stack.tokens import mint_token

PUSH_SCOPE = "bundle:push"
PUSH_TOKEN_S = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """An archive and the digest of what it was built from."""

    archive: Path
    source_digest: str
    revision: str


def source_digest(rego: Path, opa: Path, public_key: bytes) -> str:
    """Returns SHA-256 over every source file, the tool that builds and the key that signs."""
    digest = hashlib.sha256(f"{opa.parent.name}\0".encode() + public_key)
    for path in sorted(path for path in rego.rglob("*") if path.is_file()):
        with path.open("rb") as file:
            content = hashlib.file_digest(file, "sha256")
        digest.update(f"{path.relative_to(rego).as_posix()}\0".encode() + content.digest())
    return digest.hexdigest()


def build_if_changed(layout: Layout, rego: Path, opa: Path) -> Built | None:
    """Returns a new archive, or None when the one that was pushed last is of the same sources. Raises like `build`."""
    return None if _pushed(layout)[0] == _digest(layout, rego, opa) else build(layout, rego, opa)


def build(layout: Layout, rego: Path, opa: Path) -> Built:
    """Returns a new archive.

    Raises:
        WritError: the sources do not compile, or their tests fail.
    """
    digest = _digest(layout, rego, opa)
    built = build_bundle(
        source=rego,
        out=layout.root / "bundle" / "bundle.tar.gz",
        opa=opa,
        capabilities=rego / "capabilities.json",
        signing_key=parse_signing_key(layout.key("bundle.pem").read_bytes()),
        key_id=BUNDLE_NAME,
        scope=BUNDLE_NAME,
    )
    return Built(archive=built.path, source_digest=digest, revision=built.revision)


def push(layout: Layout, config: StackConfig, built: Built, now_s: int) -> None:
    """Stores the archive in the control plane and has it served. Going back is allowed: the sources here say so.

    Raises:
        WritError: the control plane refused it.
    """
    with _client(layout, config, now_s) as client:
        client.push(built.archive.read_bytes(), activate=True, allow_rollback=True)
    # A crash before this line pushes the same revision once more at the next start.
    _mark(layout).write_text(f"{built.source_digest} {built.revision}", encoding="ascii")


def is_stored(layout: Layout, config: StackConfig, now_s: int) -> bool:
    """Asks the control plane whether it holds what was pushed last: its database may be another one now, or an older copy.
    One that serves something else beside it has got that from somebody, and goes on.

    Raises:
        WritError: the control plane does not say.
    """
    with _client(layout, config, now_s) as client:
        try:
            client.get(_pushed(layout)[1])
        except ControlPlaneRefused as error:
            if error.reason != "BUNDLE_NOT_FOUND":
                raise
            return False
    return True


def write_opa_config(layout: Layout, config: StackConfig) -> Path:
    """Writes OPA's configuration for this stack and returns its path."""
    settings = SidecarSettings(
        socket=config.opa_socket,
        bundle_url=f"http://{config.control_plane_http}",
        key_id=BUNDLE_NAME,
        public_key_pem=(layout.public_keys / "bundle.pem").read_text(encoding="ascii"),
        scope=BUNDLE_NAME,
        state_folder=layout.root / "opa",
    )
    path = layout.root / "opa" / "config.json"
    path.write_text(opa_config_json(settings), encoding="utf-8")
    return path


def _client(layout: Layout, config: StackConfig, now_s: int) -> BundleClient:
    token = mint_token(layout, subject="operator/writ-up", now_s=now_s, ttl_s=PUSH_TOKEN_S, scope=PUSH_SCOPE)
    return BundleClient(config.control_plane_listen, token)


def _digest(layout: Layout, rego: Path, opa: Path) -> str:
    return source_digest(rego, opa, (layout.public_keys / "bundle.pem").read_bytes())


def _pushed(layout: Layout) -> tuple[str, str]:
    """Returns digest of the sources and revision of what was pushed last, "" for what is not known."""
    mark = _mark(layout)
    digest, _, revision = (mark.read_text(encoding="ascii") if mark.exists() else "").partition(" ")
    return (digest, revision) if revision else ("", "")


def _mark(layout: Layout) -> Path:
    return layout.root / "bundle" / "pushed.sha256"
