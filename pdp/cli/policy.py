"""`writ policy explain`: which scope gave which setting to one action, and what came of it."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import click

from pdp.config import load_config
from pdp.policy_explain import MAX_ACTION_BYTES, BundlePolicy, Policy, RunningPolicy, explain
from writ.cli.places import settings_file
from writ.errors import InvalidInput

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_SETTINGS = click.Path(dir_okay=False, path_type=Path)  # read only without --bundle


@click.group(epilog="Example: writ policy explain -f action.json")
def policy() -> None:
    """Look into the policy that runs."""


@policy.command(
    "explain",
    epilog="""\b
Examples:
  writ policy explain -f action.json
  writ policy explain -f action.json --bundle rego --opa .writ/bin/opa""",
)
@click.option(
    "-f", "--file", "source", type=click.File("rb"), required=True, help="Action or policy input; - for stdin."
)
@click.option(
    "--config",
    "settings",
    type=_SETTINGS,
    default=settings_file,
    help="writ.yaml of the running stack.  [default: in the state folder]",
)
@click.option("--bundle", type=click.Path(exists=True, path_type=Path), help="Bundle or its sources, not what runs.")
@click.option("--opa", type=_FILE, help="OPA binary, with --bundle.")
@click.option(
    "--claimant", type=click.Choice(["gateway", "agent"]), default="gateway", help="Who vouches for the action."
)
@click.option("--organisation", default="", help="Organisation of the credential.")
@click.option("--all", "everything", is_flag=True, help="Also the settings that no scope gives.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def explain_(
    source: BinaryIO,
    settings: Path,
    bundle: Path | None,
    opa: Path | None,
    claimant: str,
    organisation: str,
    everything: bool,
    as_json: bool,
) -> None:
    """Say which scope gave which setting to an action, and what the policy makes of it. Nothing is decided or counted."""
    if (bundle is None) != (opa is None):
        raise click.UsageError("expected --bundle and --opa together")
    where: Policy
    if bundle is not None and opa is not None:
        where = BundlePolicy(bundle, opa)
    else:
        where = RunningPolicy(load_config(settings).opa.socket)
    said = explain(where, _read(source), claimant, organisation, time.time_ns() // 1_000_000)
    click.echo(json.dumps(said, indent=2) if as_json else "\n".join(_lines(said, everything)))


def _read(source: BinaryIO) -> bytes:
    text = source.read(MAX_ACTION_BYTES + 1)
    if len(text) > MAX_ACTION_BYTES:
        raise InvalidInput("ACTION_UNREADABLE", f"expected at most {MAX_ACTION_BYTES} bytes, got more")
    return text


def _lines(said: Mapping[str, Any], everything: bool) -> list[str]:
    outcome = said["outcome"]
    lines = [f"{outcome['effect']}  tier {outcome['tier']}  score {outcome['score']}"]
    lines += [f"  {rule['outcome']:<10} {rule['id']}  {rule['code']}  {rule['message']}" for rule in outcome["rules"]]
    if said.get("organisation") == "":
        lines.append("organisation  none given (--organisation): what asks for one does not hold here")
    lines.append("scopes")
    lines += [
        f"  {scope['name']}  {scope['standing'].lower()}, priority {scope['priority']}, {json.dumps(scope['match'])}"
        for scope in sorted(said["scopes"], key=lambda scope: (-scope["priority"], scope["name"]))
    ] or ["  none holds"]
    lines.append("settings")
    lines += [
        _setting(one) for one in said["settings"] if everything or one["scopes"] or one["value"] != one["base"]
    ] or ["  all as the organisation says"]
    lines += [f"conflict: {conflict}" for conflict in said["conflicts"]]
    return lines


def _setting(one: Mapping[str, Any]) -> str:
    by = ", ".join(one["scopes"]) or "organisation"
    before = "" if one["value"] == one["base"] else f", organisation {json.dumps(one['base'])}"
    return f"  {one['path']} = {json.dumps(one['value'])}  ({by}{before})"
