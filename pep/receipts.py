"""Keeps receipts as files: what they hold verifies, and with its salt says more than others should know (docs/receipts.md)."""

from __future__ import annotations

from pathlib import Path

from writ.cli.files import write_file
from writ.receipt import Receipt, format_receipt
from writ.v1 import decision_pb2

MODE = 0o600
"""Whoever reads the salt can check a guess at the arguments; the folder may be one that others can read."""


def keep_receipt(folder: Path, decision: decision_pb2.Decision) -> None:
    """Writes the receipt of a decision as `<decision_id>.json` into a folder that is there.

    Raises:
        OSError: it cannot be written; the name of the file is in it.
        WritError: the message is no receipt.
    """
    receipt = format_receipt(Receipt.of_message(decision.receipt))
    write_file(folder / f"{decision.decision_id}.json", receipt, mode=MODE)
