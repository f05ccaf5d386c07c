"""Reads the file of `--token-file`, which holds one bearer token (RFC 6750 2.1).

A file that holds something else must not become a header: gRPC refuses it with its own source lines instead of a reason,
and what stands in the file may be a secret. It may be a pipe, from which a part is read: a token need not lie on a disk. Does not
verify the token.
"""

from __future__ import annotations

import re
from pathlib import Path

from writ.errors import ConfigurationError

MAX_TOKEN_CHARS = 8192
"""As much as a gRPC header holds by default."""

_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")


def read_token(path: Path) -> str:
    """Returns the token of a file, without the blanks around it.

    Raises ConfigurationError `TOKEN_FILE_INVALID`, with the file's name and never with what stands in it.
    """
    try:
        with path.open("rb") as file:
            held = file.read(2 * MAX_TOKEN_CHARS)
    except OSError as e:
        raise ConfigurationError("TOKEN_FILE_INVALID", f"`{path}` cannot be read: {e.strerror}") from e
    token = held.decode("ascii", "replace").strip()
    if not token:
        raise ConfigurationError("TOKEN_FILE_INVALID", f"expected a bearer token in `{path}`, got nothing")
    if len(token) > MAX_TOKEN_CHARS:
        raise ConfigurationError(
            "TOKEN_FILE_INVALID",
            f"expected a bearer token of at most {MAX_TOKEN_CHARS} characters in `{path}`, got more",
        )
    if not _TOKEN.fullmatch(token):
        raise ConfigurationError(
            "TOKEN_FILE_INVALID",
            f"expected one bearer token in `{path}`, such as `writ token` prints; got characters that no token has",
        )
    return token
