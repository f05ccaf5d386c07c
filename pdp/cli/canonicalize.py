"""`writ canonicalize`: prints the canonical action and both digests of a call, without asking anybody to judge it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, BinaryIO

import click
import orjson

from pdp.canonicalize import MAX_ARGS_BYTES, Canonicalizer
from pdp.catalog import Catalog
from pdp.model import CanonicalCall
from writ.action import Verb
from writ.cli.failure import Failed, told
from writ.cli.files import MAX_YAML_BYTES, read_file
from writ.cli.lines import fields_of, lines
from writ.errors import ConfigurationError, InvalidInput, WritError
from writ.strict_json import arguments_json, parse_arguments
from writ.strict_yaml import parse_yaml
from writ.v1 import decision_pb2

MAX_LINE_BYTES = 4 * MAX_ARGS_BYTES
"""Longest call: its arguments, which may stand escaped in a string."""

_CATALOG = Path(__file__).resolve().parents[2] / "rego" / "catalog"
_SEVERITY = tuple(Verb)  # the order of the default bundle; it only orders operations

_SPELLINGS = ((field.name, field.json_name) for field in decision_pb2.DecideRequest.DESCRIPTOR.fields)
_KEYS = frozenset(name for pair in _SPELLINGS for name in pair) - {"argsJson"} | {"args"}
"""What an action for `writ decide` may hold: one file does for both verbs."""

MAX_SHOWN_KEY_CHARS = 64
"""How much of an unknown key is quoted; no field's name is longer."""


@click.command(
    name="canonicalize",
    epilog="""\b
Example:
  echo '{"tool":{"server":"billing-mcp","name":"invoices.delete_all"},"args":{"customer":7}}' \\
    | writ canonicalize -f -""",
)
@click.option("-f", "--file", "source", type=click.File("rb"), required=True, help="The call as JSON; - for stdin.")
@click.option("--batch", is_flag=True, help="JSON Lines in, JSON Lines out; a bad line is answered with its reason.")
@click.option(
    "--catalog",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=_CATALOG,
    help="A folder laid out like rego/catalog.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def canonicalize(source: BinaryIO, batch: bool, catalog: Path, as_json: bool) -> None:
    """Prints the canonical action and both digests of a tool call, without asking for a decision."""
    try:
        canonicalizer = Canonicalizer(read_catalog(catalog), _SEVERITY)
        if batch:
            sys.exit(_batch(canonicalizer, source))
        call = canonicalize_line(canonicalizer, source.read(MAX_LINE_BYTES + 1))
    except WritError as error:
        raise Failed(error, as_json=as_json, code=2 if isinstance(error, ConfigurationError) else 1) from error
    click.echo(_to_json(describe(call)) if as_json else _readable(call))


def read_catalog(folder: Path) -> Catalog:
    """Returns the catalog of a folder with one `NAME/data.yaml` for each server.

    Raises:
        ConfigurationError: CATALOG_UNREADABLE, or a reason of `Catalog.parse`.
    """
    data: dict[str, Any] = {}
    for path in sorted(folder.glob("*/data.yaml")):
        try:
            data[path.parent.name] = parse_yaml(read_file(path, MAX_YAML_BYTES))
        except (OSError, InvalidInput) as e:
            raise ConfigurationError("CATALOG_UNREADABLE", f"expected YAML in `{path}`, could not read it: {e}") from e
    if not data:
        raise ConfigurationError("CATALOG_UNREADABLE", f"expected `NAME/data.yaml` in `{folder}`, found none")
    return Catalog.parse(data)


def canonicalize_line(canonicalizer: Canonicalizer, line: bytes) -> CanonicalCall:
    """Returns the canonical call of `{"tool": {"server", "name", "definition_digest"}, "args": {…}}`; `args_json`, a
    string, stands for `args` where the exact bytes matter. The other fields of a DecideRequest may stand beside them, and
    are not read: nothing of a canonical action comes from them. Raises InvalidInput."""
    document: dict[str, Any] = parse_arguments(line, MAX_LINE_BYTES)
    unknown = sorted(set(document) - _KEYS)
    if unknown:
        raise InvalidInput(
            "CALL_INVALID", f"expected fields of an action, got the unknown key `{unknown[0][:MAX_SHOWN_KEY_CHARS]}`"
        )
    tool = document.get("tool")
    if type(tool) is not dict or not {"server", "name"} <= set(tool) <= {"server", "name", "definition_digest"}:
        raise InvalidInput(
            "CALL_INVALID",
            f"expected `tool` with `server`, `name` and perhaps `definition_digest`, got {fields_of(tool)}",
        )
    texts = (tool["server"], tool["name"], tool.get("definition_digest", ""))
    if not all(type(text) is str for text in texts):
        raise InvalidInput("CALL_INVALID", f"expected strings in `tool`, got {fields_of(tool)}")
    given = document.keys() & {"args", "args_json"}
    if given == {"args_json"} and type(document["args_json"]) is str:
        return canonicalizer.canonicalize(*texts, document["args_json"].encode("utf-8"))
    if given != {"args"} or type(document["args"]) is not dict:
        raise InvalidInput(
            "CALL_INVALID",
            f"expected `tool` and either `args`, an object, or `args_json`, a string; got {fields_of(document)}",
        )
    return canonicalizer.canonicalize(*texts, arguments_json(document["args"]))


def describe(call: CanonicalCall) -> dict[str, Any]:
    """Returns what is printed as JSON."""
    return {
        "action": json.loads(call.action_json),
        "action_digest": call.action_digest,
        "execution_digest": call.execution_digest,
        "environment": call.environment,
        "audience": call.audience,
        "tool_known": call.tool_known,
    }


def _batch(canonicalizer: Canonicalizer, source: BinaryIO) -> int:
    failed = 0
    for line in lines(source, MAX_LINE_BYTES):
        try:
            answer = describe(canonicalize_line(canonicalizer, line))
        except InvalidInput as error:
            answer, failed = told(error), 1
        click.echo(_to_json(answer))
    return failed


def _to_json(document: dict[str, Any]) -> str:
    return orjson.dumps(document).decode()


def _readable(call: CanonicalCall) -> str:
    lines = [
        f"environment       {call.environment or 'not known'}",
        f"action_digest     {call.action_digest}",
        f"execution_digest  {call.execution_digest}",
    ]
    for operation in call.action.operations:
        containers = "".join(f" in {item.type} {item.id}" for item in operation.containers)
        ids = f" {', '.join(operation.resource_ids)}" if operation.resource_ids else ""
        rows = "no bound" if operation.max_rows is None else f"at most {operation.max_rows}"
        what = f"{operation.verb} {operation.scope} {operation.resource_type or 'of unknown type'}{ids}{containers}"
        lines.append(f"operation         {what} ({rows}, {operation.reversibility})")
    lines += [f"finding           {item.code} {item.pointer}: {item.message}" for item in call.action.findings]
    return "\n".join(lines)
