"""`writ bundle`: build, push and list. Each verb parses, calls one function, and prints a table or JSON.

Exit codes: 0 good, 1 refused or failed, 2 usage.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from control_plane.bundles.build import build_bundle
from control_plane.bundles.client import BundleClient, bundle_fields
from control_plane.bundles.model import MAX_ARCHIVE_BYTES
from control_plane.bundles.signature import parse_signing_key
from control_plane.stack.tools import tool_path
from writ.cli.files import MAX_PEM_BYTES, read_file, write_file
from writ.cli.lines import one_line
from writ.cli.tokens import read_token

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)

_as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
_address = click.option(
    "--address", required=True, help="gRPC address of the control plane, for example unix:///run/cp."
)
_token = click.option("--token-file", type=_FILE, required=True, help="File that holds the bearer JWT.")


@click.group(epilog="Example: writ bundle build --help")
def bundle() -> None:
    """Build, push and list policy bundles."""


@bundle.command(
    epilog="""\b
Example:
  writ bundle build --source rego --signing-key .writ/keys/bundle.pem \\
    --out build/bundle.tar.gz"""
)
@click.option("--source", type=_FOLDER, required=True, help="Folder of Rego and data, tests included.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="Archive to write.")
@click.option("--signing-key", type=_FILE, required=True, help="ECDSA P-256 private key, PEM.")
@click.option("--key-id", default="writ", show_default=True, help="Name of the key in OPA's configuration.")
@click.option("--scope", default="writ", show_default=True, help="What the signature is for.")
@click.option("--capabilities", type=_FILE, help="Allowed built-ins. [default: capabilities.json in the source folder]")
@click.option("--opa", type=_FILE, help="OPA binary. [default: the one that Writ builds]")
@_as_json
def build(
    source: Path,
    out: Path,
    signing_key: Path,
    key_id: str,
    scope: str,
    capabilities: Path | None,
    opa: Path | None,
    as_json: bool,
) -> None:
    """Compile, test and sign a bundle. The same sources and key give the same bytes."""
    allowed = capabilities or source / "capabilities.json"
    if not allowed.is_file():
        raise click.UsageError(f"expected --capabilities, or `capabilities.json` in `{source}`, got neither")
    built = build_bundle(
        source=source,
        out=out,
        opa=(opa or tool_path("opa")).absolute(),
        capabilities=allowed,
        signing_key=parse_signing_key(read_file(signing_key, MAX_PEM_BYTES)),
        key_id=key_id,
        scope=scope,
    )
    fields = {
        "revision": built.revision,
        "digest": built.digest,
        "size_bytes": built.size_bytes,
        "path": str(built.path),
        "tests": built.tests,
        "conflicts": list(built.conflicts),
    }
    _print(fields, as_json)


@bundle.command(
    epilog="""\b
Example:
  writ bundle push build/bundle.tar.gz --token-file ci.jwt \\
    --address unix://$PWD/.writ/control-plane.sock"""
)
@click.argument("archive", type=_FILE)
@_address
@_token
@click.option("--activate/--no-activate", default=True, show_default=True, help="Serve it from now on.")
@click.option("--allow-rollback", is_flag=True, help="Serve it although it was served before.")
@_as_json
def push(archive: Path, address: str, token_file: Path, activate: bool, allow_rollback: bool, as_json: bool) -> None:
    """Store a signed bundle, and serve it."""
    with BundleClient(address, read_token(token_file)) as client:
        answer = client.push(read_file(archive, MAX_ARCHIVE_BYTES), activate=activate, allow_rollback=allow_rollback)
    _print({**bundle_fields(answer.bundle), "created": answer.created}, as_json)


@bundle.command(
    "list",
    epilog="""\b
Example:
  writ token --subject operator/ci --scope bundle:read > ci.jwt
  writ bundle list --token-file ci.jwt --address unix://$PWD/.writ/control-plane.sock""",
)
@_address
@_token
@click.option("--limit", type=click.IntRange(1, 1000), default=100, show_default=True, help="At most this many.")
@_as_json
def list_bundles(address: str, token_file: Path, limit: int, as_json: bool) -> None:
    """List stored revisions, newest first."""
    with BundleClient(address, read_token(token_file)) as client:
        bundles = [bundle_fields(stored) for stored in client.list(limit)]
    if as_json:
        click.echo(json.dumps(bundles, indent=2))
        return
    for fields in bundles:
        mark = "*" if fields["active"] else " "
        row = f"{mark} {fields['revision']}  {fields['pushed_at']}  {fields['pushed_by']}  {fields['size_bytes']} bytes"
        click.echo(one_line(row))


@bundle.command(
    "get",
    epilog="""\b
Example:
  writ bundle get REVISION --out bundle.tar.gz --token-file ci.jwt \\
    --address unix://$PWD/.writ/control-plane.sock""",
)
@click.argument("revision")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="Archive to write.")
@_address
@_token
@_as_json
def get(revision: str, out: Path, address: str, token_file: Path, as_json: bool) -> None:
    """Write the stored bytes of one revision, for replay and audit."""
    with BundleClient(address, read_token(token_file)) as client:
        answer = client.get(revision)
    write_file(out, answer.archive)
    _print({**bundle_fields(answer.bundle), "path": str(out)}, as_json)


def _print(fields: dict[str, Any], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(fields, indent=2))
        return
    width = max(len(name) for name in fields)
    for name, value in fields.items():
        click.echo(one_line(f"{name:<{width}}  {value}"))
