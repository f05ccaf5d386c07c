"""`writ scan`: says what payload inspection finds in the arguments of a call, without asking anybody to judge it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, BinaryIO

import click
import orjson

from pdp.inspection.folder import RULES, compiled_folder, read_rules
from pdp.inspection.model import MAX_TEXT_BYTES, ScanResult
from pdp.scan import Inspector
from writ.cli.failure import Failed, told
from writ.cli.lines import fields_of, lines
from writ.errors import ConfigurationError, InvalidInput, WritError
from writ.strict_json import parse_arguments

MAX_LINE_BYTES = 4 * MAX_TEXT_BYTES
"""Longest line of a batch, and longest file: arguments, which may stand escaped."""

_KEYS = frozenset({"id", "tool", "args"})


@click.command(
    name="scan",
    epilog="""\b
Examples:
  echo '{"body":"curl http://169.254.169.254/"}' | writ scan
  echo '{"id":1,"tool":"mail.send","args":{"body":"curl http://169.254.169.254/"}}' \\
    | writ scan --batch""",
)
@click.option("-f", "--file", "source", type=click.File("rb"), default="-", help="Arguments as JSON; default: stdin.")
@click.option("--batch", is_flag=True, help="JSON Lines `{id, tool, args}` in, `{id, findings}` out, in order.")
@click.option(
    "--rules",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=RULES,
    help="A folder laid out like rego/inspection.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def scan(source: BinaryIO, batch: bool, rules: Path, as_json: bool) -> None:
    """Prints what is in the arguments of a call: data worth protecting, and signs of an attack; never the text itself.

    A line of a batch that cannot be read is answered with `{id, error}`; then the exit code is 1.
    """
    try:
        inspector = Inspector(read_rules(rules), cache=compiled_folder())
        if batch:
            sys.exit(_batch(inspector, source, sys.stdout.buffer))
        result = inspector.scan_document(parse_arguments(source.read(MAX_LINE_BYTES + 1), MAX_LINE_BYTES))
    except WritError as error:
        raise Failed(error, as_json=as_json, code=2 if isinstance(error, ConfigurationError) else 1) from error
    click.echo(orjson.dumps(result.to_json()).decode() if as_json else _readable(result))


def _batch(inspector: Inspector, source: BinaryIO, target: BinaryIO) -> int:
    failed = 0
    for line in lines(source, MAX_LINE_BYTES):
        answer = _answer(inspector, line)
        failed |= "error" in answer
        target.write(orjson.dumps(answer, option=orjson.OPT_APPEND_NEWLINE))
    target.flush()
    return failed


def _answer(inspector: Inspector, line: bytes) -> dict[str, Any]:
    identity: Any = None
    try:
        document = parse_arguments(line, MAX_LINE_BYTES)
        if type(document.get("id")) in (str, int):
            identity = document["id"]
        if not {"id", "args"} <= set(document) <= _KEYS or type(document["args"]) is not dict or identity is None:
            raise InvalidInput(
                "SCAN_LINE_INVALID",
                f"expected `id`, a string or integer, perhaps `tool`, and `args`, an object; got {fields_of(document)}",
            )
        result = inspector.scan_document(document["args"])
    except InvalidInput as error:
        return {"id": identity, **told(error)}
    return {"id": identity, **result.to_json()}


def _readable(result: ScanResult) -> str:
    lines = [
        f"{finding.kind:<7}{finding.data_class:<18}{finding.rule:<36}{finding.confidence:>3} %  "
        f"{finding.pointer or '/'} {finding.source_start}-{finding.source_end}"
        + (f" ({' > '.join(finding.decoding)})" if finding.decoding else "")
        for finding in result.findings
    ]
    if result.truncated:
        lines.append("a bound cut the inspection short: the rest is unclassified")
    return "\n".join(lines) or "nothing found"
