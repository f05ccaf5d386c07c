"""`writ up`, `writ doctor` and `writ token`: each parses, calls one function, and prints text or JSON."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
import os
import re
import signal
import sys
import time
from pathlib import Path
from typing import Any

import click

from control_plane.stack.config import StackConfig
from control_plane.stack.doctor import examine
from control_plane.stack.layout import Layout, make_layout
from control_plane.stack.shim import tie_to
from control_plane.stack.supervisor import Supervisor
from control_plane.stack.tokens import DEFAULT_TTL_S, MAX_TTL_S, ORGANISATION, TRUST_DOMAIN, mint_token
from writ.action import MAX_NAME_CHARS
from writ.cli.files import OTHERS
from writ.cli.places import state_folder
from writ.errors import ConfigurationError

_state = click.option(
    "--state",
    type=click.Path(file_okay=False, path_type=Path),
    default=state_folder,
    help="State folder.  [default: .writ in the checkout, else ~/.local/state/writ]",
)
_as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")

SUBJECT = re.compile(rf"({re.escape(TRUST_DOMAIN)})?(agent|gateway|feed|operator)/.{{1,{MAX_NAME_CHARS}}}")
"""Names of our trust domain that decision point and control plane know what to do with."""


@click.command(epilog="Example: writ up --state .writ")
@_state
@click.option(
    "--once-ready", type=click.Path(dir_okay=False, path_type=Path), help="Write this file, as JSON, when all is ready."
)
@click.option(
    "--while", "parent", type=int, metavar="PID", help="Stop as well when this process ends, which must be the parent."
)
@_as_json
def up(state: Path, once_ready: Path | None, parent: int | None, as_json: bool) -> None:
    """Start the stack and stay. Ctrl-C stops it."""
    if parent is not None:
        _tie(parent)
    os.umask(OTHERS)  # of the processes too, some of which make files that anybody may read
    asyncio.run(_up(make_layout(state), once_ready, as_json))


def _tie(parent: int) -> None:
    try:
        tie_to(parent)
    except OSError as error:
        raise ConfigurationError(
            "PARENT_GONE", f"--while: expected the PID of the process that starts this: {error}"
        ) from None


async def _up(layout: Layout, once_ready: Path | None, as_json: bool) -> None:
    started = time.monotonic()
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    supervisor = Supervisor(layout, random=os.urandom, now_s=time.time, report=lambda text: click.echo(text, err=True))
    serving = asyncio.create_task(_serve(supervisor, layout, started, stop, once_ready, as_json))
    stopping = asyncio.create_task(stop.wait())
    # A stop while the stack still starts cancels the start, which ends what runs already.
    await asyncio.wait((serving, stopping), return_when=asyncio.FIRST_COMPLETED)
    if not stopping.done():
        stopping.cancel()
    elif not serving.done():
        serving.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await serving


async def _serve(
    supervisor: Supervisor, layout: Layout, started: float, stop: asyncio.Event, once_ready: Path | None, as_json: bool
) -> None:
    async with supervisor.running() as config:
        places = {"pid": os.getpid(), "state": str(layout.root), **_places(config), "processes": supervisor.pids}
        if once_ready is not None:
            partial = once_ready.with_name(once_ready.name + ".partial")
            partial.write_text(json.dumps(places) + "\n", encoding="utf-8")
            partial.replace(once_ready)
        if as_json:
            click.echo(json.dumps({"ready": True, **places}))
        else:
            click.echo(f"ready in {time.monotonic() - started:.1f} s")
            for name, value in _places(config).items():
                click.echo(f"  {name.replace('_', ' '):<22}{value}")
            click.echo("Ctrl-C stops it")
        sys.stdout.flush()
        await stop.wait()
        click.echo("stopping", err=True)


def _places(config: StackConfig) -> dict[str, str]:
    return {
        "decision_point": config.pdp_listen,
        "metrics": f"http://{config.metrics_listen}/metrics" if config.metrics_listen else "off",
        "control_plane": config.control_plane_listen,
        "bundle_endpoint": f"http://{config.control_plane_http}",
        "opa": f"unix://{config.opa_socket}",
    }


@click.command(epilog="Example: writ doctor --json")
@_state
@_as_json
def doctor(state: Path, as_json: bool) -> None:
    """Say what is missing or wrong, and how to mend it. Exit 1 if anything is."""
    found = asyncio.run(examine(Layout(state.resolve())))
    if as_json:
        click.echo(json.dumps([dataclasses.asdict(finding) for finding in found], indent=2))
    else:
        for finding in found:
            click.echo(f"{'ok   ' if finding.right else 'WRONG'}  {finding.name:<14}  {finding.detail}")
            if finding.mend:
                click.echo(f"       {'':<14}  -> {finding.mend}")
    sys.exit(0 if all(finding.right for finding in found) else 1)


@click.command(epilog="Example: writ token --subject agent/billing-1 --ttl 600")
@_state
@click.option("--subject", required=True, help="Whom it names: agent/ID, gateway/ID, feed/ID or operator/ID.")
@click.option("--organisation", default=ORGANISATION, show_default=True, help="Claim `org`.")
@click.option("--scope", default="", help="Claim `scope`, for example bundle:push.")
@click.option(
    "--ttl", "ttl_s", type=click.IntRange(1, MAX_TTL_S), default=DEFAULT_TTL_S, show_default=True, help="Seconds."
)
@_as_json
def token(state: Path, subject: str, organisation: str, scope: str, ttl_s: int, as_json: bool) -> None:
    """Mint a short-lived credential of the demo issuer."""
    if not SUBJECT.fullmatch(subject):
        came = f"`{subject}`" if len(subject) <= MAX_NAME_CHARS else f"{len(subject)} characters"
        raise click.UsageError(
            "expected --subject agent/ID, gateway/ID, feed/ID or operator/ID, with an ID of 1 to"
            f" {MAX_NAME_CHARS} characters, got {came}"
        )
    now_s = int(time.time())
    minted = mint_token(
        Layout(state.resolve()), subject=subject, now_s=now_s, ttl_s=ttl_s, organisation=organisation, scope=scope
    )
    document: dict[str, Any] = {"token": minted, "subject": subject, "expires_at_s": now_s + ttl_s}
    click.echo(json.dumps(document) if as_json else minted)
