"""`writ state`: what stands in Redis, from the operator's side."""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from pdp.cli.shared import print_fields, run_on_state
from pdp.config import load_config
from pdp.evidence.read import EvidenceReader, log_issuers
from pdp.evidence.record import KEYSTORE_FILE
from pdp.evidence.segment import lock_folder, sync_folder
from pdp.keystore import Keystore, load_master_key
from pdp.server import now_ms
from pdp.state.files import counted_records, receipted
from pdp.state.rebuild import rebuild
from pdp.state.redis_state import RedisState
from pdp.state.seal import resume, seal, unseal
from writ.cli.places import settings_file
from writ.errors import EvidenceFailed, StateFailed

EPOCH_BYTES = 8

_config = click.option(
    "--config",
    "settings",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=settings_file,
    help="writ.yaml  [default: in the state folder]",
)
_as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group(epilog="Example: writ state rebuild")
def state() -> None:
    """Begin, or rebuild from receipts, what limits rest on."""


@state.command("init", epilog="Example: writ state init")
@_config
@_as_json
def init(settings: Path, as_json: bool) -> None:
    """Declare an empty Redis as the beginning. Does nothing where one has begun; never mends a loss."""

    async def run(store: RedisState) -> dict[str, Any]:
        await store.check_server()
        return {"begun": True, "already": not await store.continuity.initialise(secrets.token_hex(EPOCH_BYTES))}

    print_fields(run_on_state(load_config(settings), run), as_json)


@state.command("check", epilog="Example: writ state check")
@_config
@_as_json
def check(settings: Path, as_json: bool) -> None:
    """Say whether limits have data, and of which organisations they have none. Changes nothing; exit 1 when some have none."""

    async def run(store: RedisState) -> dict[str, Any]:
        await store.check_server()
        return {"begun": await store.continuity.begun(), "lost": await store.continuity.lost()}

    found = run_on_state(load_config(settings), run)
    print_fields(found, as_json)
    sys.exit(0 if found["begun"] and not found["lost"] else 1)


@state.command("rebuild", epilog="Example: writ state rebuild")
@_config
@click.option(
    "--evidence",
    "others",
    type=(
        click.Path(exists=True, file_okay=False, path_type=Path),
        click.Path(exists=True, file_okay=False, path_type=Path),
        click.Path(exists=True, dir_okay=False, path_type=Path),
    ),
    multiple=True,
    help="Log folder, vault folder and vault master key of another decision point; once for each.",
)
@click.option(
    "--without",
    "gone",
    multiple=True,
    help="Issuer of a decision point that is gone for good with its log: what it counted is free again.",
)
@click.option("--unless-sealed", "mark", default="", help="Count nothing when Redis still has the seal of this mark.")
@click.option(
    "--unless-killed", "run_id", default="", help="Nor when it is the server of this run id, killed and back."
)
@click.option(
    "--spend",
    "proofs",
    type=click.Path(dir_okay=False, path_type=Path),
    multiple=True,
    help="File that keeps such a mark or run id: destroyed right before anything is changed.",
)
@_as_json
def rebuild_(
    settings: Path,
    others: tuple[tuple[Path, Path, Path], ...],
    gone: tuple[str, ...],
    mark: str,
    run_id: str,
    proofs: tuple[Path, ...],
    as_json: bool,
) -> None:
    """Count again, from every decision point's receipts, what an emptied or replaced Redis has lost."""
    config = load_config(settings)
    own = (config.evidence.folder, config.evidence.vault_folder, config.evidence.vault_master_key)
    here = {
        config.evidence.issuer,
        *(issuer for folders in (own, *others) if gone for issuer in log_issuers(folders[0])),
    }
    if given := sorted(here & set(gone)):
        raise click.UsageError(
            f"expected --without of decision points that are gone with their logs, got {', '.join(f'`{one}`' for one in given)},"
            " whose log is here"
        )

    def spend() -> None:
        for proof in proofs:
            _destroy(proof)

    async def run(store: RedisState) -> dict[str, Any]:
        await store.check_server()
        logs = (own, *others)
        if mark and await unseal(store, mark, (one for folders in logs for one in receipted(folders[0])), spend):
            return {"requests": 0, "sealed": True}
        if run_id and await resume(store, run_id, (one for folders in logs for one in receipted(folders[0])), spend):
            return {"requests": 0, "resumed": True}
        logs_of = frozenset(issuer for folders in logs for issuer in log_issuers(folders[0]))
        if missing := sorted(await store.continuity.issuers() - logs_of - set(gone)):
            raise StateFailed(
                "STATE_LOGS_MISSING",
                f"no log was given of {', '.join(f'`{issuer}`' for issuer in missing)}, whose counts would be lost: name each"
                " log with --evidence, or with --without who is gone for good",
            )
        spend()
        for issuer in gone:
            await store.continuity.forget_issuer(issuer)
        records = (record for folders in logs for record in counted_records(_reader(*folders)))
        return {"requests": await rebuild(store, records, epoch=secrets.token_hex(EPOCH_BYTES))}

    print_fields(run_on_state(config, run), as_json)


@state.command("seal", epilog="Example: writ state seal --mark 9f86d081884c7d65")
@_config
@click.option("--mark", required=True, help="Random text; `writ state rebuild --unless-sealed` takes it back once.")
@_as_json
def seal_(settings: Path, mark: str, as_json: bool) -> None:
    """Mark what Redis holds as whole, after every decision point has stopped and before Redis does."""

    async def run(store: RedisState) -> dict[str, Any]:
        await store.check_server()
        return {"organisations": await seal(store, mark)}

    if not mark:
        raise click.UsageError("expected random text as --mark, got none, which says nothing of a restart")
    config = load_config(settings)
    with _stopped(config.evidence.folder):
        found = run_on_state(config, run)
    print_fields(found, as_json)


@contextmanager
def _stopped(folder: Path) -> Iterator[None]:
    """Keeps a decision point from starting on its log, as a running one keeps others: it would reserve behind the seal, or have
    no data from it on. Those of other logs are not seen. Raises StateFailed `STATE_IN_USE`."""
    if not folder.exists():  # no decision point has begun there
        yield
        return
    try:
        lock = lock_folder(folder)
    except EvidenceFailed as error:
        raise StateFailed(
            "STATE_IN_USE", f"expected that every decision point has stopped, got one that writes to `{folder}`"
        ) from error
    try:
        yield
    finally:
        os.close(lock)


def _destroy(path: Path) -> None:
    """At return the file is gone for good, after a crash of the machine too."""
    path.unlink(missing_ok=True)
    sync_folder(path.parent)


def _reader(folder: Path, vault: Path, master: Path) -> EvidenceReader:
    keystore = Keystore(vault / KEYSTORE_FILE, load_master_key(master), random=os.urandom, now_ms=now_ms)
    return EvidenceReader(folder, vault, keystore)


if __name__ == "__main__":
    state()
