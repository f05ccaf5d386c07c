"""Reads and writes whole files that somebody named: a device perhaps, the wrong one of two, or one on a full disk.

Does not look into what it reads. What is written may be cut by a crash, and replaces nothing at once.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from writ.errors import InvalidInput

MAX_PEM_BYTES = 1024 * 1024
"""A file of keys or certificates; all the authorities that a browser trusts have a quarter of it."""

MAX_YAML_BYTES = 4 * 1024 * 1024
"""Settings, a catalog, a group of rules: real ones have at most 64 KiB, and reading one of 4 MiB takes half a minute."""

OTHERS = 0o077
"""A umask under which nobody but its owner reads or writes what a process and its children make."""

CHUNK_BYTES = 1024 * 1024
"""How much is asked for at once beyond the size that a file says: a read allocates what it is asked for, however little comes."""


def read_file(path: Path, max_bytes: int) -> bytes:
    """Returns the content of a regular file, at most `max_bytes`; a symbolic link is what it names.

    Raises:
        InvalidInput: with the file's name, `FILE_IRREGULAR`, of which nothing was read and for which nothing was waited: a pipe
            has perhaps no writer, a device no end. Or `FILE_TOO_LARGE`; no more than one byte beyond the bound was read.
        OSError: it cannot be read.
    """
    with open(path, "rb", buffering=0, opener=_opened_at_once) as file:  # a Path has no opener
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise InvalidInput("FILE_IRREGULAR", f"expected a regular file in `{path}`, got {kind_of(found.st_mode)}")
        if found.st_size > max_bytes:
            raise _too_large(path, max_bytes, str(found.st_size))
        parts = [file.read(found.st_size)]
        left = max_bytes - len(parts[0])  # a file may grow
        while chunk := file.read(min(CHUNK_BYTES, left + 1)):
            parts.append(chunk)
            left -= len(chunk)
            if left < 0:
                raise _too_large(path, max_bytes, "more")
    return b"".join(parts)


def _opened_at_once(name: str, flags: int) -> int:
    return os.open(name, flags | os.O_NONBLOCK | os.O_NOCTTY)


def kind_of(mode: int) -> str:
    """Says what a file of a mode (stat(2)) is that is no regular one."""
    return _KINDS.get(stat.S_IFMT(mode), "a device")


_KINDS = {
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFLNK: "a symbolic link",
    stat.S_IFDIR: "a folder",
}


def _too_large(path: Path, max_bytes: int, came: str) -> InvalidInput:
    return InvalidInput("FILE_TOO_LARGE", f"expected at most {max_bytes} bytes in `{path}`, got {came}")


def write_file(path: Path, content: bytes, mode: int = 0o666) -> None:
    """Writes a file; a new one gets the mode, less the umask. Raises OSError with the name of the file, which the error of a
    write does not have."""
    try:
        with open(path, "wb", opener=lambda name, flags: os.open(name, flags, mode)) as file:  # a Path has no opener
            file.write(content)
    except OSError as error:
        error.filename = str(path)
        raise
