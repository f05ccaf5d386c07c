"""The log after kills, torn tails, flipped bits, full disks and misplaced files; real files, real processes."""

from __future__ import annotations

import errno
import os
import resource
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pdp.evidence.mend import mend
from pdp.evidence.read import log_entries
from tests.evidence_support import ISSUER, KEYS, Place, drafts, receipt_of
from writ.chain import LogReport, LogVerifier
from writ.errors import EvidenceFailed
from writ.merkle import leaf_hash
from writ.receipt import verify_receipt
from writ.segment import Mark

ROOT = Path(__file__).parents[3]


def report(place: Place) -> LogReport:
    verifier = LogVerifier(KEYS)
    for file in sorted(place.log.glob("*.seg")):
        verifier.segment(file.name, file.read_bytes())
    return verifier.finish()


def entries(place: Place) -> int:
    return sum(1 for _ in log_entries(place.log))


def only_segment(place: Place) -> Path:
    (path,) = place.log.glob("*.seg")
    return path


def content_length(path: Path) -> int:
    return len(path.read_bytes().rstrip(b"\x00"))


def test_each_opening_is_an_epoch_that_names_the_last_leaf(tmp_path: Path) -> None:
    place = Place(tmp_path)
    leaf = ""
    for epoch in range(1, 4):
        log = place.open()
        first = verify_receipt(receipt_of(log.append(drafts(1))[0]), KEYS)
        assert first.body.epoch == epoch
        assert first.body.sequence == 2 * epoch - 1
        log.close()
        opening = list(log_entries(place.log))[2 * (epoch - 1)].predicate()
        assert opening["kind"] == "epoch"
        assert opening["log"]["previous_leaf"] == (leaf or "0" * 64)
        leaf = first.leaf.hex()
    assert report(place).problems == []


def test_the_log_rotates_and_stays_one_chain(tmp_path: Path) -> None:
    place = Place(tmp_path)
    log = place.open(segment_bytes=16_384)
    for number in range(40):
        log.append(drafts(3, number * 3))
    log.close()
    found = report(place)
    assert found.problems == []
    assert found.segments > 5
    assert (found.entries, found.first_sequence, found.last_sequence) == (121, 0, 120)


def test_a_batch_larger_than_a_segment_gets_a_larger_segment(tmp_path: Path) -> None:
    place = Place(tmp_path)
    log = place.open(segment_bytes=4096)
    log.append(drafts(50))
    log.close()
    assert report(place).entries == 51


def torn_log(place: Place, count: int) -> tuple[bytes, int]:
    """Returns a segment whose last batch was never synced, and where that batch begins."""
    log = place.open()
    log.append(drafts(1))
    log.close()
    log = place.open()
    start = content_length(only_segment(place))
    log.append(drafts(count, 1))
    whole = only_segment(place).read_bytes()
    log.close()
    return whole, start


def test_a_tail_torn_at_any_byte_is_cut_and_kept_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, start = torn_log(Place(tmp_path / "source"), 1)
    monkeypatch.setattr(os, "fsync", lambda _: None)  # thousands of them, and no machine fails here
    path = tmp_path / "0000000001.seg"
    for at in range(start, len(whole.rstrip(b"\x00"))):
        path.write_bytes(whole[:at] + bytes(1000))
        mended = mend(tmp_path, "log", ISSUER)
        tail = whole[start:at].rstrip(b"\x00")
        assert mended.last == Mark(1, start)
        assert (mended.cut.bytes if mended.cut else 0) == len(tail)
        if mended.cut:
            (aside,) = (tmp_path / "cut").iterdir()
            assert aside.read_bytes() == tail
            aside.unlink()


@pytest.mark.parametrize("share", [3, 50, 97])
def test_the_epoch_after_a_cut_names_it(tmp_path: Path, share: int) -> None:
    source, place = Place(tmp_path / "source"), Place(tmp_path / "torn")
    whole, start = torn_log(source, 2)
    end = len(whole.rstrip(b"\x00"))
    at = start + (end - start) * share // 100
    place.log.mkdir(parents=True)
    (place.log / "0000000001.seg").write_bytes(whole[:at] + bytes(len(whole) - at))
    log = place.open()
    cut = log.wal.cut
    log.close()
    assert cut is not None
    assert cut.offset == start
    assert list(log_entries(place.log))[-1].predicate()["cut"] == cut.to_json()
    assert report(place).problems == []


def test_a_flipped_bit_before_the_last_mark_refuses_to_start_and_says_where(tmp_path: Path) -> None:
    place = Place(tmp_path)
    log = place.open()
    log.append(drafts(3))
    log.close()
    path = only_segment(place)
    whole = path.read_bytes()
    end = content_length(path)
    mark = whole.rindex(b"\x00\xffWRITMARK") - 9
    for at in range(0, mark, 41):
        changed = bytearray(whole)
        changed[at] ^= 1 << at % 8
        path.write_bytes(changed)
        with pytest.raises(EvidenceFailed, match=f"LOG_CORRUPT.*{path.name}.*offset|SEGMENT_"):
            place.open()
    assert mark < end
    path.write_bytes(whole)
    place.open().close()


def test_a_flipped_bit_behind_the_last_mark_is_a_torn_tail(tmp_path: Path) -> None:
    whole, start = torn_log(Place(tmp_path / "source"), 2)
    place = Place(tmp_path / "flipped")
    place.log.mkdir(parents=True)
    changed = bytearray(whole)
    changed[start + 500] ^= 4
    (place.log / "0000000001.seg").write_bytes(changed)
    log = place.open()
    assert log.wal.cut is not None
    assert log.wal.cut.offset == start
    log.close()


def test_two_writers_never_share_a_log(tmp_path: Path) -> None:
    place = Place(tmp_path)
    log = place.open()
    with pytest.raises(EvidenceFailed, match="LOG_LOCKED"):
        place.open()
    log.close()
    place.open().close()


def test_a_log_of_another_issuer_is_refused(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.open().close()
    with pytest.raises(EvidenceFailed, match="SEGMENT_MISMATCH"):
        place.open(issuer="else")


def test_duplicated_missing_and_misnamed_segments_are_refused(tmp_path: Path) -> None:
    place = Place(tmp_path)
    log = place.open(segment_bytes=4096)
    for number in range(6):
        log.append(drafts(1, number))
    log.close()
    first, second, *_, last = sorted(place.log.glob("*.seg"))
    copy = last.with_name(f"{int(last.stem) + 1:010d}.seg")
    shutil.copy(first, copy)
    with pytest.raises(EvidenceFailed, match="SEGMENT_MISMATCH"):
        place.open(segment_bytes=4096)
    assert report(place).problems
    copy.unlink()
    odd = place.log / "copy.seg"
    shutil.copy(first, odd)
    with pytest.raises(EvidenceFailed, match="SEGMENT_MISNAMED"):
        place.open(segment_bytes=4096)
    odd.unlink()
    second.rename(tmp_path / "away")
    with pytest.raises(EvidenceFailed, match="SEGMENT_MISSING"):
        place.open(segment_bytes=4096)
    assert report(place).problems


def test_a_segment_that_was_only_allocated_is_no_loss(tmp_path: Path) -> None:
    place = Place(tmp_path)
    log = place.open()
    log.append(drafts(1))
    log.close()
    (place.log / "0000000002.seg").write_bytes(bytes(4096))
    (place.vault / "0000000002.seg").write_bytes(b"")
    log = place.open()
    assert log.wal.cut is None
    log.append(drafts(1, 1))
    log.close()
    assert report(place).problems == []


_APPENDER = """
import os, sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from tests.evidence_support import Place, drafts
log = Place(Path(sys.argv[1])).open(segment_bytes=1 << 18)
number = 0
while True:
    done = log.append(drafts(4, number))
    number += 4
    os.write(1, b"".join(__import__("hashlib").sha256(b"\\0" + each.body).digest() for each in done))
"""


def test_a_killed_writer_loses_nothing_that_it_had_answered(tmp_path: Path) -> None:
    place = Place(tmp_path)
    answered: set[bytes] = set()
    for _ in range(6):
        child = subprocess.Popen([sys.executable, "-c", _APPENDER, str(tmp_path), str(ROOT)], stdout=subprocess.PIPE)
        assert child.stdout is not None
        seen = child.stdout.read(32 * 400)
        child.send_signal(signal.SIGKILL)
        seen += child.stdout.read()
        child.stdout.close()
        child.wait()
        answered |= {seen[at : at + 32] for at in range(0, len(seen) - 31, 32)}
    place.open(segment_bytes=1 << 18).close()
    held = {leaf_hash(entry.body) for entry in log_entries(place.log)}
    assert len(answered) >= 2400
    assert answered <= held
    assert report(place).problems == []


_FULL = """
import resource, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from tests.evidence_support import Place, drafts
from writ.errors import EvidenceFailed
place = Place(Path(sys.argv[1]))
log = place.open(segment_bytes=1 << 16)
for number in range(4):
    log.append(drafts(2, number * 2))
resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, resource.RLIM_INFINITY))
failed = 0
for number in range(8, 40):
    try:
        log.append(drafts(2, number * 2))
    except EvidenceFailed as e:
        assert e.reason == "LOG_WRITE_FAILED", e
        failed += 1
assert failed > 20, failed
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
log.append(drafts(2, 90))
log.close()
"""


def test_a_file_that_may_not_grow_fails_appends_and_recovers_when_it_may(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", _FULL, str(tmp_path), str(ROOT)], check=True)
    place = Place(tmp_path)
    found = report(place)
    assert found.problems == []
    assert found.torn_bytes == 0
    assert list(log_entries(place.log))[-1].predicate()["decision_id"].endswith("000091")
    place.open().close()
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY


def test_no_space_for_the_next_segment_fails_appends_until_there_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Place(tmp_path)
    log = place.open(segment_bytes=4096)
    allocate = os.posix_fallocate

    def full(fd: int, offset: int, length: int) -> None:
        raise OSError(errno.ENOSPC, "no space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    before = entries(place)
    reasons = []
    for number in range(5):
        with pytest.raises(EvidenceFailed) as caught:
            log.append(drafts(3, number))
        reasons.append(caught.value.reason)
    assert set(reasons) == {"LOG_WRITE_FAILED"}
    assert entries(place) == before
    monkeypatch.setattr(os, "posix_fallocate", allocate)
    log.append(drafts(3))
    log.close()
    assert entries(place) == before + 3
    assert report(place).problems == []


@pytest.mark.parametrize("written", [0, 1, 700, None])
def test_a_failed_or_short_write_commits_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: int | None
) -> None:
    place = Place(tmp_path)
    log = place.open()
    log.append(drafts(1))
    real = os.pwrite

    def broken(fd: int, data: bytes, offset: int) -> int:
        if written is None:
            real(fd, data[: len(data) // 2], offset)
            raise OSError(errno.EIO, "input/output error")
        return real(fd, data[:written], offset)

    monkeypatch.setattr(os, "pwrite", broken)
    with pytest.raises(EvidenceFailed, match="LOG_WRITE_FAILED"):
        log.append(drafts(2, 1))
    monkeypatch.setattr(os, "pwrite", real)
    assert entries(place) == 2
    log.append(drafts(2, 3))
    log.close()
    assert entries(place) == 4
    assert report(place).problems == []


async def test_pages_that_the_kernel_does_not_take_back_are_no_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def refused(_: int, offset: int, length: int, advice: int) -> None:
        asked.append((offset % 4096, length > 0, advice))
        raise OSError(errno.EINVAL, "not here")

    monkeypatch.setattr(os, "posix_fadvise", refused)
    place = Place(tmp_path)
    log = place.open()
    log.append(drafts(3))
    await log.sync()
    log.append(drafts(3, 3))
    await log.sync()
    log.close()
    assert set(asked) == {(0, True, os.POSIX_FADV_DONTNEED)}
    assert len(list(log_entries(place.log))) == 7


async def test_a_failed_sync_stops_the_log_until_it_was_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Place(tmp_path)
    failures: list[str] = []
    log = place.open()
    log._failure = failures.append
    log.append(drafts(1))

    def broken(fd: int) -> None:
        raise OSError(errno.EIO, "input/output error")

    monkeypatch.setattr(os, "fdatasync", broken)
    with pytest.raises(EvidenceFailed, match="LOG_SYNC_FAILED"):
        await log.sync()
    monkeypatch.undo()
    with pytest.raises(EvidenceFailed, match="LOG_SYNC_FAILED"):
        log.append(drafts(1, 1))
    with pytest.raises(EvidenceFailed, match="LOG_SYNC_FAILED"):
        await log.sync()
    assert failures == ["LOG_SYNC_FAILED", "LOG_SYNC_FAILED"]
    log.close()
    place.open().close()
