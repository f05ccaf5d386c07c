"""Stage 2: a raw tool call becomes the canonical action and its two digests, by the catalog of one bundle revision.

Deterministic, and independent of how the call was spelled: the same deletion by SQL, REST, MCP or shell gives the same
operations and one `action_digest`. What cannot be told is UNKNOWN. Does not decide anything and keeps no state but a
bounded cache of parsed programs.
"""

from __future__ import annotations

from collections.abc import Sequence

from pdp.catalog import Catalog
from pdp.catalog_model import Entry, Server
from pdp.mapping import program_operation, subjects_of, unknown_operation
from pdp.model import CanonicalCall
from pdp.operation import Notes, build_operations
from pdp.program_arguments import Programs
from writ.action import Action, Finding, Operation, Verb
from writ.canonical import action_digest, execution_digest, record_bytes
from writ.errors import ConfigurationError
from writ.strict_json import JsonObject, parse_arguments

MAX_ARGS_BYTES = 256 * 1024
"""Default limit of the arguments (proto DecideRequest.args_json)."""

MAX_ODD = 16_384
"""Most values of arguments that have to be gone through one by one (see `parse_arguments`): some 5 ms. 256 KiB hold 12,000
fractions at full length."""

HEAVY_BYTES = 2048
"""Arguments of a program tool beyond this are parsed outside the event loop: a parser may take milliseconds."""


class Canonicalizer:
    """Canonicalizes calls by one catalog. Safe to share within one thread; `catalog` and `severity` never change."""

    def __init__(self, catalog: Catalog, severity: Sequence[str], *, max_args_bytes: int = MAX_ARGS_BYTES) -> None:
        """`severity` lists every verb from mild to grave. Raises ConfigurationError SEVERITY_INVALID otherwise."""
        if sorted(severity) != sorted(Verb) or severity[-1] != Verb.UNKNOWN:
            raise ConfigurationError(
                "SEVERITY_INVALID",
                f"expected each of {', '.join(Verb)} once, UNKNOWN last, got {len(severity)} entries",
            )
        self.catalog = catalog
        self.severity = tuple(severity)
        self._rank = {Verb(verb): -index for index, verb in enumerate(severity)}
        self._max_args_bytes = max_args_bytes
        self._programs = Programs(catalog)

    def canonicalize(self, server: str, tool: str, definition_digest: str, args_json: bytes) -> CanonicalCall:
        """Returns the canonical call. `args_json` is untrusted.

        Raises:
            InvalidInput: the arguments are not strict JSON; the reasons are those of `parse_arguments`.
        """
        arguments = parse_arguments(args_json, self._max_args_bytes, max_odd=MAX_ODD)
        enrolled = self.catalog.servers.get(server)
        entry = enrolled.entry(tool) if enrolled is not None else None
        notes = Notes()
        subjects: list[str] = []
        if enrolled is None or entry is None:
            code = "SERVER_NOT_ENROLLED" if enrolled is None else "TOOL_NOT_KNOWN"
            notes.note(code, "", "expected a server and tool that the catalog knows")
            operations = [unknown_operation()]
        else:
            notes.findings += _changed(entry, definition_digest)
            operations = self._operations(entry, enrolled, arguments, notes, subjects)
        call = (server, tool, definition_digest, arguments)
        return self._call(call, enrolled, entry is not None, operations, notes.findings, subjects)

    def unknown(
        self, server: str, tool: str, definition_digest: str, args_json: bytes, finding: Finding
    ) -> CanonicalCall:
        """Returns the call as UNKNOWN with one finding, for programs that could not be parsed in time."""
        call = (server, tool, definition_digest, parse_arguments(args_json, self._max_args_bytes, max_odd=MAX_ODD))
        enrolled = self.catalog.servers.get(server)
        entry = enrolled.entry(tool) if enrolled is not None else None
        findings = [] if entry is None else _changed(entry, definition_digest)
        return self._call(call, enrolled, entry is not None, [unknown_operation()], [*findings, finding], [])

    def is_heavy(self, server: str, tool: str, args_json: bytes) -> bool:
        """True when a program argument may be longer than 2 KiB, so that it belongs into another process."""
        if len(args_json) <= HEAVY_BYTES:
            return False
        enrolled = self.catalog.servers.get(server)
        entry = enrolled.entry(tool) if enrolled is not None else None
        return entry is not None and bool(entry.programs)

    def _operations(
        self, entry: Entry, server: Server, arguments: JsonObject, notes: Notes, subjects: list[str]
    ) -> list[Operation]:
        operations = build_operations(entry.operations, arguments, notes)
        if server.subjects:
            for operation in operations:
                subjects += subjects_of(operation, server)
        for program in entry.programs:
            operations += self._programs.operations(program, arguments, notes, subjects)
        if not operations and not notes.unknown:
            operations.append(program_operation())
        pointer = entry.coverage.unmapped(arguments)
        if pointer:
            notes.doubt(
                "ARGUMENT_NOT_MAPPED", pointer, "expected an argument that the catalog maps or lists as irrelevant"
            )
        if notes.unknown:
            operations.append(unknown_operation())
        return operations

    def _call(
        self,
        call: tuple[str, str, str, JsonObject],
        enrolled: Server | None,
        tool_known: bool,
        operations: list[Operation],
        findings: list[Finding],
        subjects: list[str],
    ) -> CanonicalCall:
        server, tool, definition_digest, arguments = call
        audience = enrolled.audience if enrolled is not None else ""
        if len(operations) == 1:
            body = b"[%b]" % record_bytes(operations[0].to_json())
        else:
            operations, body = self._order(operations)
        noted = record_bytes([finding.to_json() for finding in findings]) if findings else b"[]"
        return CanonicalCall(
            action=Action(operations=tuple(operations), findings=tuple(findings)),
            action_json=b'{"findings":%b,"operations":%b}' % (noted, body),
            action_digest=action_digest(b'{"operations":%b}' % body),
            execution_digest=execution_digest(
                server=server,
                tool=tool,
                definition_digest=definition_digest,
                audience=audience,
                arguments=arguments,
            ),
            environment=enrolled.environment if enrolled is not None else "",
            tool_known=tool_known,
            audience=audience,
            subjects=tuple(sorted(set(subjects))) if subjects else (),
            arguments=arguments,
        )

    def _order(self, operations: list[Operation]) -> tuple[list[Operation], bytes]:
        """Returns distinct operations, the gravest first, then by canonical JSON, and the list's canonical JSON."""
        by_json = {record_bytes(operation.to_json()): operation for operation in operations}
        ordered = sorted(by_json.items(), key=lambda item: (self._rank[item[1].verb], item[0]))
        return [operation for _, operation in ordered], b"[%b]" % b",".join(text for text, _ in ordered)


def _changed(entry: Entry, definition_digest: str) -> list[Finding]:
    """The finding that the agent was shown another definition of the tool than the one that a person reviewed. Only a caller
    that says what it was shown, and an entry that says what was reviewed, can differ."""
    if not definition_digest or not entry.definition or definition_digest == entry.definition:
        return []
    message = f"expected {entry.definition[:12]}, got {definition_digest[:12]}"
    return [Finding(code="DEFINITION_CHANGED", pointer="", message=message)]
