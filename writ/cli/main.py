"""`writ`: finds its verbs by the entry points of group `writ.commands` and loads one only when it is used.

So the contract imports neither side, `writ --help` is quick, and an auditor who installed `writ` alone has the verbs
that work with it. Exit codes: 0 good, 1 refused, failed or denied, 2 usage.
What is said of a failure stands in failure.py.
"""

from __future__ import annotations

import os
import sys
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

import click

from writ.cli.failure import reported, wants_json
from writ.cli.lines import one_line
from writ.cli.places import silence_grpc
from writ.errors import ConfigurationError

GROUP = "writ.commands"

_AS_JSON = "writ.as_json"
"""Key of what a context remembers from its arguments, which the group consumes before a verb reads its own."""

SUMMARIES = {
    "agent": "Show what is usual for an agent; reset, suspend, resume it.",
    "bundle": "Build, push and list policy bundles.",
    "canonicalize": "Print the canonical form of an action and its digests.",
    "catalog": "Draft catalog entries from tool definitions, and compare.",
    "completion": "Print the completion script of a shell.",
    "decide": "Ask for decisions, or judge a recorded one again.",
    "demo": "Play the invoice scenario and verify its receipts.",
    "doctor": "Say what is missing or wrong, and how to mend it.",
    "policy": "Say which scope gives which setting.",
    "receipt": "Show and verify receipts offline.",
    "replay": "Judge a recorded decision again.",
    "rules": "Test inspection rules by their examples.",
    "scan": "Find data and threats in arguments.",
    "state": "Initialise and rebuild counters and facts.",
    "token": "Mint a short-lived credential of the demo issuer.",
    "up": "Start the stack and stay.",
}
"""One line for each verb of ours, so that `--help` loads none of them."""


class Verbs(click.Group):
    """Verbs by their entry points. What any of them raises is reported here."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Reads the options that stand before the verb."""
        as_json = wants_json(args)
        with reported(as_json=as_json):
            _verify_text(args)
            context = super().make_context(info_name, args, parent, **extra)
        context.meta[_AS_JSON] = as_json
        return context

    def invoke(self, ctx: click.Context) -> Any:
        """Loads the verb, has it read its arguments, and runs it."""
        with reported(as_json=ctx.meta[_AS_JSON]):
            return super().invoke(ctx)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        """Returns the names of all installed verbs."""
        return sorted(_found())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Loads one verb, or returns None when there is none of that name.

        Raises:
            ConfigurationError: its package is not installed.
        """
        entry = _found().get(cmd_name)
        return _load(entry) if entry is not None else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Lists the verbs without loading ours."""
        rows = [(name, SUMMARIES.get(name, "")) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def _verify_text(args: list[str]) -> None:
    """Raises UsageError for bytes that are no UTF-8, unless they name a file: no message, token or address can hold them."""
    for one in args:
        if one.encode(errors="replace").decode() != one and not os.path.lexists(one):
            raise click.UsageError(
                f"expected arguments in UTF-8, or names of files that are there, got `{one_line(one)}`"
            )


def _found() -> dict[str, EntryPoint]:
    return {entry.name: entry for entry in entry_points(group=GROUP)}


def _load(entry: EntryPoint) -> click.Command:
    try:
        command = entry.load()
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            "VERB_NOT_INSTALLED",
            f"`writ {entry.name}` needs module `{error.name}`, which is not installed; run `make setup`",
        ) from error
    if not isinstance(command, click.Command):
        raise ConfigurationError("VERB_INVALID", f"entry point `{entry.value}` is no command")
    return command


@click.group(cls=Verbs, epilog="Example: writ up, and then in another terminal: writ decide -f action.json")
@click.version_option(package_name="writ")
def cli() -> None:
    """Writ decides what an AI agent may do, before it does it, and signs every answer."""


def main() -> None:
    """Runs the command line. Refuses a closed standard output, where every answer would be lost without a word; a closed
    standard input is empty, and a closed standard error takes what it is given."""
    if sys.stdout is None:
        sys.exit("writ: FILE_UNUSABLE: `output` cannot be read or written: it is closed")
    if sys.stdin is None:
        sys.stdin = Path(os.devnull).open(encoding="utf-8")  # noqa: SIM115  # for as long as the process runs
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
    silence_grpc()
    cli(prog_name="writ")


if __name__ == "__main__":
    main()
