"""Where a reported result holds instructions to a model: the values beside which nothing is believed.

A long result may pass the bounds of one inspection, which then says nothing of it; so its parts are inspected one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from pdp.catalog_path import escape_pointer
from pdp.inspection.model import ScanResult

THREAT_CLASSES = frozenset({"prompt_injection"})
"""Classes that address a model. A suspicious link in a mail is a matter of its own, and no order."""

MAX_PARTS = 256
"""Inspections of one result: a hundred mails with their fields are fewer."""


def threat_pointers(scan: Callable[[Any], ScanResult], result: Any) -> tuple[frozenset[str], bool]:
    """Returns JSON pointers (RFC 6901) of values that hold a threat, and whether all of `result` was inspected."""
    found: set[str] = set()
    waiting = [("", result)]
    complete = True
    for number in range(MAX_PARTS):
        if not waiting:
            break
        pointer, value = waiting.pop()
        inspected = scan(value)
        threats = [finding for finding in inspected.findings if finding.data_class in THREAT_CLASSES]
        found.update(pointer + finding.pointer for finding in threats)
        if inspected.truncated:
            parts = list(_parts(pointer, value))
            # Room for all of them, or they would be dropped silently.
            complete = complete and 0 < len(parts) <= MAX_PARTS - number - 1 - len(waiting)
            waiting += parts
    return frozenset(found), complete and not waiting


def _parts(pointer: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, list):
        for index, inner in enumerate(value):
            yield f"{pointer}/{index}", inner
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield f"{pointer}/{escape_pointer(name)}", inner
