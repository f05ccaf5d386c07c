"""Files that somebody named are read within a bound, and what fails has their name."""

from __future__ import annotations

import ast
import os
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
    "control_plane/stack/policy.py": "keys, bundle and mark that `writ up` made",
    "control_plane/stack/redis_server.py": "control groups of the kernel",
    "control_plane/stack/state.py": "proc(5) and proofs of ours",
    "control_plane/stack/supervisor.py": "proc(5)",
    "control_plane/stack/tools.py": "sources in this checkout",
    "pdp/digests.py": "what the decision point itself wrote",
    "pdp/evidence/read.py": "segments of our own log",
    "pdp/inspection/matcher.py": "what the decision point itself compiled",
    "pdp/evidence/mend.py": "segments of our own log",
    "pdp/server.py": "certificates and key, which `pdp.keyring` has read within a bound",
    "pdp/state/client.py": "scripts of this package",
    "pdp/windows.py": "time zones of a package",
    "writ/cli/files.py": "`read_file` itself",
    "writ/cli/tokens.py": "a credential of which a bounded part is read, from a pipe too: it need not lie in a file",
}
"""Modules that read files by other means than `read_file`, and what these are: nothing that somebody else names."""


def test_a_file_of_the_largest_size_is_read(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x" * 10)
    assert read_file(tmp_path / "file", 10) == b"x" * 10


def test_a_larger_file_says_how_large_it_is(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x" * 12)
    with pytest.raises(InvalidInput) as refused:
        read_file(tmp_path / "file", 10)
    assert str(refused.value) == f"FILE_TOO_LARGE: expected at most 10 bytes in `{tmp_path / 'file'}`, got 12"


def test_what_is_no_regular_file_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "link").symlink_to("fifo")
    for path, came in ((tmp_path / "fifo", "pipe"), (tmp_path / "link", "pipe"), (Path("/dev/zero"), "device")):
        with pytest.raises(InvalidInput) as refused:
            read_file(path, 10)
        assert str(refused.value) == f"FILE_IRREGULAR: expected a regular file in `{path}`, got a {came}"
    (tmp_path / "file").write_bytes(b"x")
    (tmp_path / "good").symlink_to("file")
    assert read_file(tmp_path / "good", 10) == b"x"


def test_a_bound_costs_no_memory_and_a_file_may_come_in_pieces(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x" * 10)
    assert read_file(tmp_path / "file", 1 << 60) == b"x" * 10
    long = bytes(range(256)) * 10_000
    (tmp_path / "long").write_bytes(long)
    assert read_file(tmp_path / "long", len(long)) == long


def test_what_says_no_size_is_read_to_its_end() -> None:
    status = Path("/proc/self/status")
    assert status.stat().st_size == 0
    assert read_file(status, 1 << 20).startswith(b"Name:")
    with pytest.raises(InvalidInput, match="got more"):
        read_file(status, 10)


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


def test_files_that_others_name_are_read_by_what_refuses_pipes_and_has_a_bound() -> None:
    found = set()
    for package in ("writ", "pep", "pdp", "control_plane"):
        for path in (ROOT / package).rglob("*.py"):
            calls = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)]
            if any(_reads(call) for call in calls):
                found.add(path.relative_to(ROOT).as_posix())
    assert sorted(found ^ OWN.keys()) == []


def _reads(call: ast.Call) -> bool:
    """Whether it reads a whole file, or opens one to read it."""
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    values = [argument.value for argument in call.args if isinstance(argument, ast.Constant)]
    return name in {"read_bytes", "read_text"} or (name == "open" and bool({"r", "rb"}.intersection(values)))
