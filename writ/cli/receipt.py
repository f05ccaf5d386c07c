"""`writ receipt`: shows receipts, and verifies receipts and whole logs offline with keys given from outside."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from writ.body_schema import parse_body
from writ.chain import LogReport, LogVerifier, ReceiptPlace
from writ.cli.files import MAX_PEM_BYTES, read_file
from writ.cli.lines import one_line
from writ.errors import ConfigurationError, InvalidInput, VerificationFailed
from writ.head import parse_head
from writ.keys import KeyId, KeySet, parse_public_keys
from writ.merkle import leaf_hash
from writ.receipt import MAX_FILE_BYTES, Receipt, VerifiedReceipt, parse_receipt, verify_receipt
from writ.segment import MAX_SEGMENT_BYTES

MISSING = 3
"""Exit code when the one fault of the logs is that they lack entries: they were moved away, or taken away."""

NO_RECEIPTS = "bundle-digests.json"
"""What the decision point keeps beside its log."""

_PATH = click.Path(exists=True, path_type=Path)


@click.group("receipt", epilog="Example: writ receipt verify receipts --keys receipt.pem")
def receipt() -> None:
    """Show and verify receipts, offline.

    \b
    Example:
      writ receipt verify receipts --keys .writ/keys/public/receipt.pem
    """


@receipt.command("show")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def show(file: Path, as_json: bool) -> None:
    """Show what a receipt says, without verifying it.

    Example: writ receipt show receipt.json
    """
    try:
        document = _document(parse_receipt(read_file(file, MAX_FILE_BYTES)))
    except VerificationFailed as e:
        raise VerificationFailed(e.reason, f"{file}: {e.message}") from e
    if as_json:
        click.echo(json.dumps(document))
        return
    rows = _rows(document)
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        click.echo(one_line(f"{name:<{width}}  {value}"))
    click.echo("not verified; `writ receipt verify` does that")


@receipt.command("verify")
@click.argument("paths", type=_PATH, nargs=-1, required=True)
@click.option(
    "--keys",
    type=_PATH,
    multiple=True,
    required=True,
    help="PEM file, or folder, of which receipt*.pem are taken; repeatable.",
)
@click.option(
    "--from",
    "from_sequence",
    type=click.IntRange(min=0),
    default=0,
    metavar="SEQUENCE",
    help="Entries before this one are kept elsewhere: their receipts are not asked of the log.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a path, one a line.")
def verify(paths: tuple[Path, ...], keys: tuple[Path, ...], from_sequence: int, as_json: bool) -> None:
    """Verify receipt files, folders of receipt files (*.json) and folders of log segments (*.seg).

    A log is verified as a chain, and compared with the receipts given beside it. Exits 0 when everything holds, 3 when all
    that is there holds but a log, or that of an issuer, lacks entries of which receipts are given, 1 when anything else does
    not hold, 2 for wrong usage.

    \b
    Example:
      writ receipt verify receipts .writ/evidence --keys .writ/keys/public/receipt.pem
    """
    trusted = _load_keys(keys)
    files, logs = _expand(paths)
    verified: dict[ReceiptPlace, bytes] = {}
    good = True
    for file in files:
        good &= _verify_file(file, trusted, verified, as_json)
    reports = [_verify_log(folder, trusted, verified, from_sequence, as_json) for folder in logs]
    reasons = {problem.reason for report in reports for problem in report.problems}
    if logs:
        asked = [issuer for issuer, _, sequence in verified if sequence >= from_sequence]
        reasons |= _without_a_log(asked, {report.issuer for report in reports}, as_json)
    if not good or reasons - {"RECEIPT_MISSING"}:
        sys.exit(1)
    sys.exit(MISSING if reasons else 0)


def _load_keys(paths: tuple[Path, ...]) -> KeySet:
    keys: dict[KeyId, Any] = {}
    for file in (file for path in paths for file in _key_files(path)):
        try:
            keys.update(parse_public_keys(read_file(file, MAX_PEM_BYTES)))
        except ConfigurationError as e:
            raise click.UsageError(f"{file}: {e.message}") from e
    return keys


def _key_files(path: Path) -> list[Path]:
    """Returns the file that was named, or of a folder those whose names say that their keys sign receipts: the keys of permits
    and credentials, which lie beside them in a state folder, are as good Ed25519 keys and must not vouch for any."""
    if not path.is_dir():
        return [path]
    files = sorted(path.glob("receipt*.pem"))
    if not files:
        raise click.UsageError(f"{path}: expected receipt*.pem in the folder, got no file of such a name")
    return files


def _expand(paths: tuple[Path, ...]) -> tuple[list[Path], list[Path]]:
    files: list[Path] = []
    logs: list[Path] = []
    for path in paths:
        if not path.is_dir():
            files.append(path)
            continue
        found, is_log = sorted(path.glob("*.json")), any(path.glob("*.seg"))
        if not found and not is_log:
            raise click.UsageError(f"{path}: expected *.json or *.seg in the folder, got neither")
        files += [file for file in found if not is_log or file.name != NO_RECEIPTS]
        logs += [path] if is_log else []
    return files, logs


def _verify_file(file: Path, keys: KeySet, verified: dict[ReceiptPlace, bytes], as_json: bool) -> bool:
    try:
        held = verify_receipt(parse_receipt(read_file(file, MAX_FILE_BYTES)), keys)
        _no_conflict(held, verified)
    except (OSError, InvalidInput) as e:
        why = e.message if isinstance(e, InvalidInput) else e.strerror
        return _failed(file, VerificationFailed("RECEIPT_UNREADABLE", f"cannot be read: {why}"), as_json)
    except VerificationFailed as e:
        return _failed(file, e, as_json)
    body = held.body
    verified[(body.issuer, body.epoch, body.sequence)] = held.leaf
    document = {
        "path": str(file),
        "ok": True,
        "kind": body.kind,
        "decision_id": body.decision_id,
        "effect": body.effect,
        "issuer": body.issuer,
        "epoch": body.epoch,
        "sequence": body.sequence,
        "leaf": held.leaf.hex(),
        "key_id": held.key_id,
    }
    what = " ".join(part for part in (body.kind, body.decision_id, body.effect) if part)
    _print(as_json, document, f"ok      {file}: {what}, {body.issuer} epoch {body.epoch} sequence {body.sequence}")
    return True


def _failed(file: Path, error: VerificationFailed, as_json: bool) -> bool:
    document = {"path": str(file), "ok": False, "reason": error.reason, "message": error.message}
    _print(as_json, document, f"FAILED  {file}: {error}")
    return False


def _no_conflict(held: VerifiedReceipt, verified: dict[ReceiptPlace, bytes]) -> None:
    body = held.body
    other = verified.get((body.issuer, body.epoch, body.sequence))
    if other is not None and other != held.leaf:
        raise VerificationFailed("RECEIPT_CONFLICT", "two signed receipts stand at the same place of one log")


def _verify_log(
    folder: Path, keys: KeySet, receipts: dict[ReceiptPlace, bytes], from_sequence: int, as_json: bool
) -> LogReport:
    """Prints what the log is, and returns it."""
    verifier = LogVerifier(keys, receipts, from_sequence=from_sequence)
    for file in sorted(folder.glob("*.seg")):
        verifier.segment(file.name, read_file(file, MAX_SEGMENT_BYTES))
    report = verifier.finish()
    problems = report.problems
    document = {
        "path": str(folder),
        "ok": not problems,
        "issuer": report.issuer,
        "segments": report.segments,
        "batches": report.batches,
        "entries": report.entries,
        "first_sequence": report.first_sequence,
        "last_sequence": report.last_sequence,
        "torn_bytes": report.torn_bytes,
        "receipts": report.receipts,
        "empty": report.empty,
        "problems": [problem.to_json() for problem in problems],
        "unlisted": report.unlisted,
    }
    _print(as_json, document, *_log_lines(folder, report))
    return report


def _without_a_log(asked: Iterable[str], issuers: Collection[str], as_json: bool) -> set[str]:
    """Names the issuers of receipts whose log is not among the given ones: somebody may have put another one in its place."""
    lacking = Counter(issuer for issuer in asked if issuer not in issuers)
    for issuer, count in sorted(lacking.items()):
        came = ", ".join(f"`{other}`" for other in sorted(issuers))
        message = f"expected the log of `{issuer}`, of which {count} receipts are given, got logs of {came}"
        document = {"path": "", "ok": False, "issuer": issuer, "reason": "RECEIPT_MISSING", "message": message}
        _print(as_json, document, f"FAILED  RECEIPT_MISSING: {message}")
    return {"RECEIPT_MISSING"} if lacking else set()


def _log_lines(folder: Path, report: LogReport) -> list[str]:
    state = "FAILED" if report.problems else "ok    "
    first = report.first_sequence
    sequences = "" if first is None else f" ({first} to {report.last_sequence})"
    lines = [
        f"{state}  {folder}: {report.issuer or 'no issuer'}, {report.entries} entries{sequences} in {report.batches} batches, "
        f"{report.segments} segments; {report.receipts} of the receipts stand here"
    ]
    if first:
        lines.append(f"        the log begins at {first}: earlier entries are not here")
    lines += [f"        {file} holds no entries" for file in report.empty]
    if report.torn_bytes:
        lines.append(f"        {report.torn_bytes} bytes at the end were never committed")
    for problem in report.problems:
        entry = "" if problem.sequence is None else f" sequence {problem.sequence}"
        about = f" decision {problem.decision_id}" if problem.decision_id else ""
        lines.append(
            f"        {problem.file} offset {problem.offset}{entry}{about}: {problem.reason}: {problem.message}"
        )
    if report.unlisted:
        lines.append(f"        and {report.unlisted} more problems")
    return lines


def _document(given: Receipt) -> dict[str, Any]:
    head = parse_head(given.head)
    body = parse_body(given.body)
    return {
        "verified": False,
        "leaf": leaf_hash(given.body).hex(),
        "key_id": head.key_id,
        "index": given.index,
        "count": head.count,
        "salt": bool(given.salt),
        "statement": body.statement,
    }


def _rows(document: dict[str, Any]) -> list[tuple[str, str]]:
    predicate = document["statement"]["predicate"]
    rows: list[tuple[str, str]] = []
    for name, value in sorted(predicate.items()):
        rows += _flat(name, value)
    position = f"{document['index'] + 1} of {document['count']} in its batch"
    rows += [
        ("time", _moment(predicate["time_ms"])),
        ("position", position),
        ("leaf", document["leaf"]),
        ("signed by key", document["key_id"]),
    ]
    return rows


def _moment(time_ms: int) -> str:
    try:
        return datetime.fromtimestamp(time_ms / 1000, UTC).isoformat(timespec="milliseconds")
    except (ValueError, OverflowError):  # whoever wrote the receipt chose it
        return "of no calendar"


def _flat(name: str, value: Any) -> list[tuple[str, str]]:
    """Lays a nested value out in rows; what is empty is left out."""
    if isinstance(value, dict):
        return [row for key, inner in value.items() for row in _flat(f"{name}.{key}", inner)]
    if isinstance(value, list):
        parts = [item.values() if isinstance(item, dict) else (item,) for item in value]
        return [(name, " ".join(map(str, each))) for each in parts]
    return [] if value is None or value == "" else [(name, str(value))]


def _print(as_json: bool, document: dict[str, Any], *lines: str) -> None:
    # Names of files, and what stands in a log that does not verify, are chosen by whoever made them.
    click.echo(json.dumps(document) if as_json else "\n".join(map(one_line, lines)))
