"""`writ demo`: starts the stack if none runs, plays the invoice scenario, verifies its receipts offline."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console

from pep.demo.play import Play
from pep.demo.transcript import Transcript
from pep.own_point import own_point
from pep.verbs import command, output_of
from writ.cli.files import MAX_PEM_BYTES, read_file
from writ.cli.places import SETTINGS_NAME, state_folder
from writ.errors import ConfigurationError, DependencyFailed
from writ.keys import parse_public_keys

READY_TIMEOUT_S = 600.0
"""The first start may have to build OPA."""

STOP_TIMEOUT_S = 20.0


@click.command(epilog="Example: writ demo --state /tmp/writ-demo")
@click.option(
    "--state",
    type=click.Path(file_okay=False, path_type=Path),
    default=state_folder,
    help="State folder.  [default: .writ in the checkout, else ~/.local/state/writ]",
)
@click.option("--json", "as_json", is_flag=True, help="Print only a summary, as JSON.")
def demo(state: Path, as_json: bool) -> None:
    """Plays the invoice scenario against a real stack. Exit 0 only if every step ended as it must."""
    if state.is_relative_to(Path.cwd()):
        state = state.relative_to(Path.cwd())  # commands that are shown can be typed again, and are short
    console = Console(quiet=as_json, soft_wrap=True)
    transcript = Transcript(console)
    target = _target(state)
    with _stack(state, target, console):
        agent = f"billing-{time.strftime('%y%m%d%H%M%S', time.gmtime())}"
        receipts = state / "demo" / agent
        receipts.mkdir(parents=True, mode=0o700)
        Play(
            target=target,
            token=lambda subject: output_of(["token", "--state", str(state), "--subject", subject]).strip(),
            permit_keys=parse_public_keys(read_file(state / "keys" / "public" / "permit.pem", MAX_PEM_BYTES)),
            receipts=receipts,
            transcript=transcript,
            agent=agent,
        ).run()
        transcript.headline("Verifying every receipt offline, with public keys alone")
        verify = ["receipt", "verify", str(receipts), "--keys", str(state / "keys" / "public" / "receipt.pem")]
        verified = subprocess.run(command(verify), capture_output=True, text=True, check=False)
        transcript.checked(
            (verified.stdout or verified.stderr).strip().splitlines()[-1], holds=verified.returncode == 0
        )
        transcript.note("again by hand: writ " + " ".join(verify))
    count = sum(1 for _ in receipts.glob("*.json"))
    if as_json:
        click.echo(f'{{"receipts": {count}, "mismatches": {transcript.mismatches}}}')
    console.print(f"\n{count} receipts, {transcript.mismatches} surprises", style="bold")
    sys.exit(1 if transcript.mismatches else 0)


def _target(state: Path) -> str:
    """Returns the socket of the decision point. Raises ConfigurationError for one that asks callers for certificates: the agents
    of the demo have tokens."""
    point = own_point(state)
    if point.certificate is not None:
        raise ConfigurationError(
            "CERTIFICATE_MISSING",
            f"expected a state folder whose decision point takes tokens, got `pdp.tls` in `{state / SETTINGS_NAME}`: name"
            " another with --state, a new one too, or ask this one with `writ decide --certificate --key`",
        )
    return point.address


@contextmanager
def _stack(state: Path, target: str, console: Console) -> Iterator[None]:
    """Runs the stack for the time of the demo, or uses the one that runs on this state folder."""
    if _answers(state, target):
        yield
        return
    ready = state / "demo-ready.json"
    ready.unlink(missing_ok=True)
    # What it says is for people; standard output is the caller's, who may want nothing but JSON there.
    tied = ["up", "--state", str(state), "--once-ready", str(ready), "--while", str(os.getpid())]
    child = subprocess.Popen(command(tied), stdout=sys.stderr)
    try:
        deadline = time.monotonic() + READY_TIMEOUT_S
        while not ready.exists():
            if child.poll() is not None:
                raise DependencyFailed("STACK_FAILED", f"`writ up` ended with exit code {child.returncode}")
            if time.monotonic() > deadline:
                raise DependencyFailed("STACK_FAILED", f"the stack was not ready within {READY_TIMEOUT_S:.0f} s")
            time.sleep(0.05)  # polls a file that another process writes once
        yield
    finally:
        child.send_signal(signal.SIGINT)
        try:
            child.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            child.kill()
            console.print("the stack did not stop in time and was killed", style="red")


def _answers(state: Path, target: str) -> bool:
    doctor = command(["doctor", "--state", str(state), "--json"])
    return (
        Path(target.removeprefix("unix:")).exists()
        and subprocess.run(doctor, capture_output=True, check=False).returncode == 0
    )
