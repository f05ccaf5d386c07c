"""Keeps receipts as files: what they hold verifies, and with its salt says more than others should know (docs/receipts.md)."""

from __future__ import annotations

import re
from pathlib import Path

from writ.cli.files import write_file
from writ.errors import InvalidInput
from writ.receipt import Receipt, format_receipt
from writ.v1 import decision_pb2

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")

MAX_SHOWN_CHARS = 64
"""Of what is no id, in an error."""

MODE = 0o600
"""Whoever reads the salt can check a guess at the arguments; the folder may be one that others can read."""


def keep_receipt(folder: Path, decision: decision_pb2.Decision) -> None:
    """Writes the receipt of a decision as `<decision_id>.json` into a folder that is there.

    Raises:
        OSError: it cannot be written; the name of the file is in it.
        InvalidInput: `RECEIPT_UNNAMED`, the decision's id is no name of a file: whoever answers could write anywhere by it.
    """
    if not _NAME.fullmatch(decision.decision_id):
        raise InvalidInput(
            "RECEIPT_UNNAMED",
            f"expected a decision id of {_NAME.pattern}, got `{decision.decision_id[:MAX_SHOWN_CHARS]}`",
        )
    receipt = format_receipt(Receipt.of_message(decision.receipt))
    write_file(folder / f"{decision.decision_id}.json", receipt, mode=MODE)
