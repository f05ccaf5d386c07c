"""`writ bundle`: what is no token is named before anybody is asked."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize("verb", ["push", "list", "get"])
@pytest.mark.parametrize("held", [b"bad token here", b"a\nb", b"a\xffb", b""])
def test_a_file_that_holds_no_token_is_named_in_one_line(tmp_path: Path, verb: str, held: bytes) -> None:
    token, archive = tmp_path / "ci.jwt", tmp_path / "bundle.tar.gz"
    token.write_bytes(held)
    archive.write_bytes(b"archive")
    own = {"push": [str(archive)], "list": [], "get": ["a" * 64, "--out", str(tmp_path / "out.tar.gz")]}
    arguments = [*own[verb], "--address", f"unix:{tmp_path}/none.sock", "--token-file", str(token)]
    done = subprocess.run(
        [sys.executable, "-m", "writ.cli.main", "bundle", verb, *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("writ: TOKEN_FILE_INVALID: ")
    assert f"`{token}`" in line
