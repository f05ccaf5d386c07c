"""Files that somebody named are read within a bound, and what fails has their name."""

from __future__ import annotations

from pathlib import Path

import pytest

from writ.errors import InvalidInput
from writ.files import read_file, write_file


def test_a_file_of_the_largest_size_is_read(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x" * 10)
    assert read_file(tmp_path / "file", 10) == b"x" * 10


def test_a_larger_file_says_how_large_it_is_and_a_device_that_it_is_larger(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x" * 12)
    for path, came in ((tmp_path / "file", "12"), (Path("/dev/zero"), "more")):
        with pytest.raises(InvalidInput) as refused:
            read_file(path, 10)
        assert str(refused.value) == f"FILE_TOO_LARGE: expected at most 10 bytes in `{path}`, got {came}"


@pytest.mark.parametrize("path", ["/dev/full", "/dev/null/file"])
def test_a_file_that_cannot_be_written_is_named(path: str) -> None:
    with pytest.raises(OSError) as failed:
        write_file(Path(path), b"x")
    assert failed.value.filename == path
