"""`writ replay`: judges a recorded decision again, with the recorded input and revision."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import click

from pdp.config import load_config
from pdp.evidence.read import EvidenceReader
from pdp.evidence.record import KEYSTORE_FILE
from pdp.keystore import Keystore, load_master_key
from pdp.replay import Replay, recorded_payload, replay, unjudged
from pdp.server import now_ms
from writ.cli.files import MAX_PEM_BYTES, read_file
from writ.cli.places import settings_file
from writ.keys import parse_public_keys
from writ.receipt import MAX_FILE_BYTES, parse_receipt, verify_receipt

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(
    "replay",
    epilog="""\b
Example:
  writ replay receipt.json --bundle bundle.tar.gz --opa .writ/bin/opa \\
    --keys .writ/keys/public/receipt.pem
`writ decide --replay receipt.json` fetches the bundle and names the rest itself.""",
)
@click.argument("receipt", type=_FILE)
@click.option(
    "--config", "settings", type=_FILE, default=settings_file, help="writ.yaml  [default: in the state folder]"
)
@click.option("--keys", type=_FILE, required=True, help="Public receipt keys, PEM.")
@click.option("--bundle", type=_FILE, required=True, help="The recorded revision, as `writ bundle get` writes it.")
@click.option("--opa", type=_FILE, required=True, help="OPA binary.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def replay_(receipt: Path, settings: Path, keys: Path, bundle: Path, opa: Path, as_json: bool) -> None:
    """Judge a recorded decision again. Exit 0: the policy says the same, or was not asked; 1: another answer, or an error."""
    config = load_config(settings)
    parsed = parse_receipt(read_file(receipt, MAX_FILE_BYTES))
    verified = verify_receipt(parsed, parse_public_keys(read_file(keys, MAX_PEM_BYTES)))
    result = unjudged(parsed)
    if result is None:
        evidence = config.evidence
        master = load_master_key(evidence.vault_master_key)
        keystore = Keystore(evidence.vault_folder / KEYSTORE_FILE, master, random=os.urandom, now_ms=now_ms)
        reader = EvidenceReader(evidence.folder, evidence.vault_folder, keystore)
        result = replay(parsed, recorded_payload(parsed, verified, reader), bundle, opa)
    if as_json:
        fields = ("decision_id", "revision", "recorded", "replayed", "own", "differences")
        click.echo(json.dumps({name: getattr(result, name) for name in fields}))
    else:
        click.echo(f"decision  {result.decision_id}\nrevision  {result.revision}")
        click.echo(f"recorded  {json.dumps(result.recorded)}")
        if result.replayed is not None:
            click.echo(f"replayed  {json.dumps(result.replayed)}")
        click.echo(_summary(result))
    sys.exit(1 if result.differences else 0)


def _summary(result: Replay) -> str:
    own = ", ".join(result.own)
    if result.replayed is None:
        return f"not judged by policy: {own}"
    if result.differences:
        return "differs in " + ", ".join(result.differences)
    return f"the policy says the same; the decision point was stricter: {own}" if own else "the same answer"
