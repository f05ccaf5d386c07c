"""How a verb says that it failed: one line on standard error, or with `--json` one object on standard output.

The object is `{"error": {"reason", "message"}}`, whatever went wrong: wrong usage, a file, an error of ours. A defect is
none of them and keeps its traceback.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO, Any

import click

from writ.errors import ConfigurationError, WritError


class Failed(click.ClickException):
    """An error of ours that ends the verb with `code`. click shows it and exits."""

    def __init__(self, error: WritError, *, as_json: bool, code: int = 1) -> None:
        super().__init__(str(error))
        self.exit_code = code  # type: ignore[misc]  # click says: of the class; it reads it of the error
        self._error = error
        self._as_json = as_json

    def show(self, file: IO[Any] | None = None) -> None:
        """Prints the error where who reads it expects it."""
        text = json.dumps(told(self._error)) if self._as_json else f"writ: {self._error}"
        click.echo(text, file=file, err=not self._as_json)


def told(error: WritError) -> dict[str, Any]:
    """Returns an error as it stands in JSON."""
    return {"error": {"reason": error.reason, "message": error.message}}


def wants_json(arguments: Sequence[str]) -> bool:
    """Whether `--json` stands among arguments that may not be well formed; what follows `--` is no option."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    return "--json" in arguments[:end]


@contextmanager
def reported(*, as_json: bool) -> Iterator[None]:
    """Turns what a verb raises into what click prints. Raises Failed, or without `as_json` click's own wrong usage, which
    shows the usage too."""
    try:
        yield
    except Failed:
        raise
    except WritError as error:
        raise Failed(error, as_json=as_json) from error
    except click.UsageError as error:
        if not as_json:
            raise
        said = ConfigurationError("USAGE_INVALID", f"expected arguments as `--help` says: {error.format_message()}")
        raise Failed(said, as_json=True, code=error.exit_code) from error
    except click.FileError as error:
        raise Failed(_file_error(error.ui_filename, error.message), as_json=as_json) from error
    except OSError as error:  # a file that was named and cannot be read or written
        if error.strerror is None or error.filename is None:
            raise
        raise Failed(_file_error(error.filename, error.strerror), as_json=as_json) from error


def _file_error(name: object, why: str) -> ConfigurationError:
    return ConfigurationError("FILE_UNUSABLE", f"`{name}` cannot be read or written: {why}")
