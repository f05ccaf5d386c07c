"""Files that somebody named are read within a bound, and what fails has their name."""

from __future__ import annotations

import ast
import os
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from writ.cli.files import read_file, write_file
from writ.errors import InvalidInput

ROOT = Path(__file__).resolve().parents[2]

OWN = {
    "control_plane/bundles/build.py": "what OPA built, read again by `read_archive` within its bounds",
    "control_plane/stack/child.py": "proc(5) and process numbers of ours",
    "control_plane/stack/config.py": "the template of this package",
    "control_plane/stack/doctor.py": "requirements of this checkout",
    "control_plane/stack/go.py": "requirements of this checkout",
    "control_plane/stack/keys.py": "what was just made, compared with what is there",
    "control_plane/stack/policy.py": "keys, bundle and mark that `writ up` made",
    "control_plane/stack/redis_server.py": "control groups of the kernel",
    "control_plane/stack/state.py": "proc(5) and proofs of ours",
    "control_plane/stack/supervisor.py": "proc(5)",
    "control_plane/stack/tools.py": "sources in this checkout",
    "pdp/digests.py": "what the decision point itself wrote",
    "pdp/evidence_read.py": "segments of our own log",
    "pdp/inspection/matcher.py": "what the decision point itself compiled",
    "pdp/mend.py": "segments of our own log",
    "pdp/server.py": "certificates and key, which `pdp.keyring` has read within a bound",
    "pdp/state_client.py": "scripts of this package",
}
"""Modules that read whole files without a bound, and what these are: nothing that somebody else names."""


def test_a_file_of_the_largest_size_is_read(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x" * 10)
    assert read_file(tmp_path / "file", 10) == b"x" * 10


def test_a_larger_file_says_how_large_it_is_and_a_device_that_it_is_larger(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x" * 12)
    for path, came in ((tmp_path / "file", "12"), (Path("/dev/zero"), "more")):
        with pytest.raises(InvalidInput) as refused:
            read_file(path, 10)
        assert str(refused.value) == f"FILE_TOO_LARGE: expected at most 10 bytes in `{path}`, got {came}"


def test_a_bound_costs_no_memory_and_a_file_may_come_in_pieces(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x" * 10)
    assert read_file(tmp_path / "file", 1 << 60) == b"x" * 10
    long = bytes(range(256)) * 10_000
    (tmp_path / "long").write_bytes(long)
    assert read_file(tmp_path / "long", len(long)) == long


def test_what_says_no_size_is_read_to_its_end(tmp_path: Path) -> None:
    long = bytes(range(256)) * 10_000
    os.mkfifo(tmp_path / "fifo")
    for bound in (len(long), len(long) - 1):
        writer = threading.Thread(target=_write, args=(tmp_path / "fifo", long))
        writer.start()
        if bound == len(long):
            assert read_file(tmp_path / "fifo", bound) == long
        else:
            with pytest.raises(InvalidInput, match="got more"):
                read_file(tmp_path / "fifo", bound)
        writer.join()


def _write(fifo: Path, content: bytes) -> None:
    with suppress(BrokenPipeError):
        fifo.write_bytes(content)


def test_of_a_file_that_says_that_it_is_too_large_nothing_is_read(tmp_path: Path) -> None:
    with (tmp_path / "sparse").open("wb") as file:
        file.truncate(1 << 32)
    with pytest.raises(InvalidInput, match=f"at most {1 << 31} bytes in .*, got {1 << 32}"):
        read_file(tmp_path / "sparse", 1 << 31)


@pytest.mark.parametrize("path", ["/dev/full", "/dev/null/file"])
def test_a_file_that_cannot_be_written_is_named(path: str) -> None:
    with pytest.raises(OSError) as failed:
        write_file(Path(path), b"x")
    assert failed.value.filename == path


def test_whole_files_that_others_name_are_read_within_a_bound() -> None:
    found = set()
    for package in ("writ", "pep", "pdp", "control_plane"):
        for path in (ROOT / package).rglob("*.py"):
            calls = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)]
            if any(getattr(call.func, "attr", "") in {"read_bytes", "read_text"} for call in calls):
                found.add(path.relative_to(ROOT).as_posix())
    assert sorted(found ^ OWN.keys()) == []
