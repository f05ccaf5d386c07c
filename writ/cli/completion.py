"""`writ completion`: prints the completion script of a shell. Changes no file."""

from __future__ import annotations

import json

import click
from click.shell_completion import get_completion_class

from writ.cli.main import cli
from writ.errors import ConfigurationError

VARIABLE = "_WRIT_COMPLETE"
"""Set by the script when it asks `writ` for completions; click reads it."""


@click.command(
    epilog="""\b
Example:
  writ completion bash > ~/.local/share/bash-completion/completions/writ"""
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def completion(shell: str, as_json: bool) -> None:
    """Print the completion script of SHELL."""
    kind = get_completion_class(shell)
    if kind is None:
        raise ConfigurationError("SHELL_UNKNOWN", f"expected bash, zsh or fish, got `{shell}`")
    script = kind(cli, {}, "writ", VARIABLE).source()
    click.echo(json.dumps({"shell": shell, "script": script}) if as_json else script)
