"""Findings of inspection that the catalog explains: a program where a program belongs, an enrolled host where a URL belongs.

A SQL tool is given SQL, and a parser that knows it better than a pattern has read it. So what inspection says about the place
of a program counts only while the parser could not name everything that the program does. Nothing else is ever taken back:
secrets and people in a query stay findings.
"""

from __future__ import annotations

from collections.abc import Sequence

from pdp.catalog_model import HttpProgram, ProgramSpec, ShellProgram
from pdp.inspection.model import CLEAN, Finding, ScanResult
from writ.action import Action, Verb

_SQL = frozenset({"source_code", "sql_injection"})
_SHELL = frozenset({"source_code", "sql_injection", "shell_injection"})
_URL = frozenset({"ssrf"})


def unexplained(found: ScanResult, programs: Sequence[ProgramSpec], action: Action) -> ScanResult:
    """Returns what is left of the findings of a call whose tool takes `programs`, and which canonicalization read as `action`."""
    if not programs or not found.findings or any(one.verb is Verb.UNKNOWN for one in action.operations):
        return found
    inside = not any(destination.external for one in action.operations for destination in one.destinations)
    explained = {pointer: classes for pointer, classes in (_place(one, inside) for one in programs) if pointer}
    left = tuple(finding for finding in found.findings if not _explains(explained, finding))
    if len(left) == len(found.findings):
        return found
    return ScanResult(findings=left, truncated=found.truncated) if left or found.truncated else CLEAN


def _place(program: ProgramSpec, inside: bool) -> tuple[str, frozenset[str]]:
    if isinstance(program, HttpProgram):
        # A host that the catalog does not enrol is a destination outside.
        return program.url.pointer, _URL if inside else frozenset()
    return program.argument.pointer, _SHELL if isinstance(program, ShellProgram) else _SQL


def _explains(explained: dict[str, frozenset[str]], finding: Finding) -> bool:
    # What stands there encoded was not read by the parser.
    return not finding.decoding and finding.data_class in explained.get(finding.pointer, frozenset())
