"""How a verb says that it failed: one line on standard error, or with `--json` one object on standard output.

The object is `{"error": {"reason", "message"}}`, whatever went wrong: wrong usage, a file, an error of ours. A defect is
none of them and keeps its traceback.
"""

from __future__ import annotations

import errno
import json
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO, Any

import click

from writ.cli.lines import one_line
from writ.errors import ConfigurationError, WritError

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})
"""What a write to a descriptor ends with, which knows no name: standard output above all. EPIPE is click's."""


class Failed(click.ClickException):
    """An error of ours that ends the verb with `code`. click shows it and exits."""

    def __init__(self, error: WritError, *, as_json: bool, code: int = 1) -> None:
        super().__init__(str(error))
        self.exit_code = code  # type: ignore[misc]  # click says: of the class; it reads it of the error
        self._error = error
        self._as_json = as_json

    def show(self, file: IO[Any] | None = None) -> None:
        """Prints the error where who reads it expects it."""
        text = json.dumps(told(self._error)) if self._as_json else _said(self._error)
        click.echo(text, file=file, err=not self._as_json)


def _said(error: WritError) -> str:
    """Returns an error for people. What OPA says has several lines; further ones are indented, so that none looks like another
    error, or another output."""
    return "\n  ".join(one_line(line.expandtabs()) for line in f"writ: {error}".split("\n"))


def told(error: WritError) -> dict[str, Any]:
    """Returns an error as it stands in JSON."""
    return {"error": {"reason": error.reason, "message": error.message}}


def wants_json(arguments: Sequence[str]) -> bool:
    """Whether `--json` stands among arguments that may not be well formed; what follows `--` is no option."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    return "--json" in arguments[:end]


@contextmanager
def reported(*, as_json: bool) -> Iterator[None]:
    """Says how a verb failed and ends it. Raises click's Exit; without `as_json` click's own wrong usage, which shows the usage
    too; and what is a defect. A verb that the user interrupts ends by that signal once it has put its things away."""
    try:
        yield
    except KeyboardInterrupt:
        # Not by an exit code: the shell that runs a loop of verbs goes on after one.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGINT)
        raise  # pragma: no cover  # the signal ends the process
    except (WritError, click.ClickException, OSError) as error:
        failed = _failed(error, as_json)
        if failed is None:
            raise
        try:
            failed.show()  # here, where click looks after an output that nobody reads any more
        except OSError as lost:
            if (unsaid := _failed(lost, as_json)) is None:
                raise
            unsaid.show()
        raise click.exceptions.Exit(failed.exit_code) from error


def _failed(error: Exception, as_json: bool) -> Failed | None:
    """Returns what to say of an error, None for one that others deal with."""
    if isinstance(error, Failed):
        return error
    if isinstance(error, WritError):
        return Failed(error, as_json=as_json)
    if isinstance(error, click.UsageError) and as_json:
        said = ConfigurationError("USAGE_INVALID", f"expected arguments as `--help` says: {error.format_message()}")
        return Failed(said, as_json=True, code=error.exit_code)
    if isinstance(error, click.FileError):
        return Failed(_file_error(error.ui_filename, error.message), as_json=as_json)
    # A file that was named and cannot be read or written.
    if isinstance(error, OSError) and error.strerror is not None and error.filename is not None:
        return Failed(_file_error(error.filename, error.strerror), as_json=as_json)
    if isinstance(error, OSError) and error.errno in _FULL:
        _drop_output()
        return Failed(_file_error("output", str(error.strerror)), as_json=False)  # on standard error, which is left
    return None


def _drop_output() -> None:
    """What waits to be written goes nowhere: Python would try once more at its end, and complain."""
    try:
        sys.stdout.flush()
    except OSError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def _file_error(name: object, why: str) -> ConfigurationError:
    return ConfigurationError("FILE_UNUSABLE", f"`{name}` cannot be read or written: {why}")
