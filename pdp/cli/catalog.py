"""`writ catalog`: drafts catalog entries from tool definitions, and compares a catalog with such a draft."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import BinaryIO

import click
import orjson

from pdp.catalog import Catalog
from pdp.cli.canonicalize import read_catalog
from pdp.suggest.compare import Difference, compare
from pdp.suggest.draft import Draft, draft_server
from pdp.suggest.render import to_catalog, to_data, to_yaml
from pdp.suggest.tools import MAX_TOOLS_BYTES, parse_tools
from writ.cli.failure import Failed
from writ.errors import ConfigurationError, InvalidInput, WritError

_CATALOG = Path(__file__).resolve().parents[2] / "rego" / "catalog"


@click.group(epilog="Example: writ catalog suggest tools.json --server mail-mcp")
def catalog() -> None:
    """Drafts and checks the tool catalog."""


@catalog.command(
    epilog="Example: writ catalog suggest tools.json --server mail-mcp --environment production -o data.yaml"
)
@click.argument("source", type=click.File("rb"), metavar="TOOLS.JSON")
@click.option("--server", default="tools", show_default=True, help="Identity of the tool server.")
@click.option("--environment", default="production", show_default=True, help="Environment of the tool server.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write the YAML to this file.")
@click.option("--json", "as_json", is_flag=True, help="Print the lines as JSON.")
def suggest(source: BinaryIO, server: str, environment: str, output: Path | None, as_json: bool) -> None:
    """Drafts catalog entries from tool definitions (MCP `tools/list` or OpenAI functions; - for stdin)."""
    try:
        drafts = _drafts(source)
        text = to_yaml(drafts, server, environment)
        Catalog.parse(to_catalog(drafts, server, environment))
        if output is not None:
            _write(output, text)
    except WritError as error:
        raise _failed(error, as_json) from error
    if as_json:
        click.echo(orjson.dumps(to_data(drafts, server, environment)).decode())
    elif output is None:
        click.echo(text, nl=False)


@catalog.command(epilog="Example: writ catalog check tools.json --catalog rego/catalog --server billing-mcp")
@click.argument("source", type=click.File("rb"), metavar="TOOLS.JSON")
@click.option(
    "--catalog",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=_CATALOG,
    help="A folder laid out like rego/catalog.",
)
@click.option(
    "--server", default="", help="Identity of the tool server; default: the one that knows most of the tools."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def check(source: BinaryIO, folder: Path, server: str, as_json: bool) -> None:
    """Compares a catalog with what its tools' definitions suggest. Exit 1: a definition is graver than the catalog."""
    try:
        tools = parse_tools(source.read(MAX_TOOLS_BYTES + 1))
        identity, found = compare(tools, read_catalog(folder), server)
    except WritError as error:
        raise _failed(error, as_json) from error
    if as_json:
        differences = [
            {"tool": item.tool, "code": item.code, "graver": item.graver, "message": item.message} for item in found
        ]
        click.echo(orjson.dumps({"server": identity, "differences": differences}).decode())
    else:
        click.echo("\n".join(_row(item) for item in found) or f"{identity}: nothing differs")
    sys.exit(1 if any(item.graver for item in found) else 0)


def _drafts(source: BinaryIO) -> list[Draft]:
    return draft_server(parse_tools(source.read(MAX_TOOLS_BYTES + 1)))


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as e:
        raise ConfigurationError("OUTPUT_FAILED", f"expected to write `{path}`, could not") from e


def _row(item: Difference) -> str:
    return f"{'graver' if item.graver else 'note  '}  {item.tool}  {item.code}  {item.message}"


def _failed(error: WritError, as_json: bool) -> Failed:
    return Failed(error, as_json=as_json, code=1 if isinstance(error, InvalidInput) else 2)
