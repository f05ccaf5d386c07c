"""The vault on disk: what is read back, what is erased, and what nobody can read."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from pdp.evidence.read import EvidenceReader, allowed_tickets
from pdp.evidence.record import KEYSTORE_FILE, LogRecorder
from pdp.evidence.vault import destroy_month, destroy_subject, open_sealed, parse_sealed, sealed_payloads
from pdp.keystore import Keystore, load_master_key
from tests.evidence_support import ISSUER, KEY, KEYS, MASTER_KEY, NOW_MS, Place, body, draft, drafts, receipt_of
from writ.errors import ConfigurationError, EvidenceFailed
from writ.receipt import verify_receipt
from writ.segment import SegmentScan

ID = "01ARZ3NDEKTSV4RRFFQ6%06d"


OPENED: list[Keystore] = []


def keystore(place: Place, master: bytes = MASTER_KEY) -> Keystore:
    opened = Keystore(place.vault / KEYSTORE_FILE, master, random=bytes_of, now_ms=lambda: NOW_MS)
    OPENED.append(opened)
    return opened


@pytest.fixture(autouse=True)
def _close_keystores() -> Iterator[None]:
    yield
    while OPENED:
        OPENED.pop().close()


def bytes_of(count: int) -> bytes:
    return bytes(count)


def reader(place: Place) -> EvidenceReader:
    return EvidenceReader(place.log, place.vault, keystore(place))


def test_payloads_are_read_back_by_decision_over_many_segments(tmp_path: Path) -> None:
    place = Place(tmp_path)
    log = place.open(segment_bytes=8192)
    for number in range(0, 60, 3):
        log.append(drafts(3, number))
    log.close()
    read = reader(place)
    assert read.read_payload(ID % 0) == b"payload 0"
    assert read.read_payload(ID % 59) == b"payload 59"
    with pytest.raises(EvidenceFailed, match="NOT_RECORDED"):
        read.read_payload(ID % 60)
    found = [payload for entry, payload in read.payloads() if entry.predicate()["kind"] == "decision"]
    assert found == [b"payload %d" % number for number in range(60)]


def test_a_payload_is_nowhere_on_disk_in_the_clear(tmp_path: Path) -> None:
    place = Place(tmp_path)
    log = place.open()
    log.append([draft(payload=b"very secret text", subjects=("customer:ann@example.org",))])
    log.close()
    for file in (path for path in tmp_path.rglob("*") if path.is_file()):
        raw = file.read_bytes()
        assert b"very secret" not in raw
        assert b"ann@example.org" not in raw
        assert file.stat().st_mode & 0o077 == 0


def test_destroying_any_one_subject_erases_and_every_receipt_still_verifies(tmp_path: Path) -> None:
    place = Place(tmp_path)
    log = place.open()
    recorded = log.append(
        [
            draft(0, subjects=("customer:7", "customer:8")),
            draft(1, subjects=("customer:8",)),
            draft(2, subjects=("customer:9",)),
            draft(3),
        ]
    )
    assert destroy_subject(log.vault.keystore, "acme", "customer:8") == 1
    assert destroy_subject(log.vault.keystore, "acme", "customer:8") == 0
    assert destroy_subject(log.vault.keystore, "other", "customer:7") == 0
    log.append([draft(4, subjects=("customer:8",))])
    log.close()
    read = reader(place)
    for number in (0, 1):
        with pytest.raises(EvidenceFailed, match="PAYLOAD_ERASED"):
            read.read_payload(ID % number)
    for number in (2, 3, 4):
        assert read.read_payload(ID % number) == b"payload"
    assert [payload for _, payload in read.payloads()] == [None, None, None, b"payload", b"payload", b"payload"]
    for each in recorded:
        verify_receipt(receipt_of(each), KEYS)


def test_destroying_a_month_erases_what_knew_no_subject(tmp_path: Path) -> None:
    place = Place(tmp_path)
    log = place.open()
    november = NOW_MS + 60 * 86_400_000
    log.append([draft(0), draft(1, subjects=("customer:7",)), replace(draft(2), now_ms=november)])
    log.close()
    assert destroy_month(keystore(place), "acme", "2026-09") == 1
    read = reader(place)
    with pytest.raises(EvidenceFailed, match="PAYLOAD_ERASED"):
        read.read_payload(ID % 0)
    assert read.read_payload(ID % 1) == read.read_payload(ID % 2) == b"payload"


def test_a_key_destroyed_by_another_process_is_used_no_more(tmp_path: Path) -> None:
    place = Place(tmp_path)
    log = place.open()
    log.append([draft(0, subjects=("customer:7",))])
    assert destroy_subject(keystore(place), "acme", "customer:7") == 1
    log.append([draft(1, subjects=("customer:7",))])
    log.close()
    read = reader(place)
    with pytest.raises(EvidenceFailed, match="PAYLOAD_ERASED"):
        read.read_payload(ID % 0)
    assert read.read_payload(ID % 1) == b"payload"


def test_a_destroyed_key_is_gone_from_the_file(tmp_path: Path) -> None:
    place = Place(tmp_path)
    log = place.open()
    log.append([draft(0, subjects=("customer:7",))])
    store = log.vault.keystore
    path = place.vault / KEYSTORE_FILE
    store._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with closing(sqlite3.connect(path)) as database:
        (wrapped,) = database.execute("SELECT wrapped FROM keys").fetchone()
    assert wrapped in path.read_bytes()
    destroy_subject(store, "acme", "customer:7")
    for file in place.vault.glob(KEYSTORE_FILE + "*"):
        assert wrapped not in file.read_bytes()
    log.close()


def test_another_master_key_opens_nothing(tmp_path: Path) -> None:
    place = Place(tmp_path)
    log = place.open()
    log.append([draft(0)])
    log.close()
    other = EvidenceReader(place.log, place.vault, keystore(place, bytes(32)))
    with pytest.raises(EvidenceFailed, match="KEYSTORE_FAILED"):
        other.read_payload(ID % 0)
    with pytest.raises(EvidenceFailed, match="KEYSTORE_FAILED"):
        EvidenceReader(place.log, place.vault).read_payload(ID % 0)


def test_a_changed_entry_or_one_moved_to_another_leaf_does_not_open(tmp_path: Path) -> None:
    place = Place(tmp_path)
    log = place.open()
    log.append([draft(0)])
    log.close()
    (sealed,) = reader(place)._sealed(0)
    for changed in (
        replace(sealed, leaf=bytes(32)),
        replace(sealed, sealed=sealed.sealed[:-1] + bytes([sealed.sealed[-1] ^ 1])),
        replace(sealed, salt=bytes(32)),
        replace(sealed, index=1),
    ):
        with pytest.raises(EvidenceFailed, match="PAYLOAD_MALFORMED"):
            open_sealed(changed, keystore(place))


def places(place: Place) -> list[tuple[bytes, int]]:
    """Returns salt and index of every entry of the vault, in order."""
    found = []
    for path in sorted(place.vault.glob("*.seg")):
        found += [(each.salt, each.index) for each in sealed_payloads(iter(SegmentScan(path.read_bytes())))]
    return found


def test_no_two_entries_are_wrapped_at_one_place_under_a_salt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pdp.evidence.vault.MAX_INDEX", 8)
    place = Place(tmp_path)
    for start in (0, 20):
        log = place.open()
        for number in range(start, start + 20, 3):
            log.append(drafts(3, number))
        log.close()
    found = places(place)
    assert len(found) == len(set(found)) == 42
    assert max(index for _, index in found) < 8
    assert reader(place).read_payload(ID % 13) == b"payload 13"


def test_a_place_is_spent_even_when_writing_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = Place(tmp_path)
    log = place.open()
    with monkeypatch.context() as broken:
        broken.setattr(
            log.vault.store, "append", lambda _: (_ for _ in ()).throw(EvidenceFailed("LOG_WRITE_FAILED", "x"))
        )
        with pytest.raises(EvidenceFailed, match="LOG_WRITE_FAILED"):
            log.append(drafts(3))
    log.append(drafts(2))
    log.close()
    assert [index for _, index in places(place)] == [3, 4]


@pytest.mark.parametrize("raw", [b"", bytes(100), b"\x02" + bytes(200), b"\x01" + bytes(68) + b"\x05" + bytes(40)])
def test_a_malformed_entry_is_refused(raw: bytes) -> None:
    with pytest.raises(EvidenceFailed, match="PAYLOAD_MALFORMED"):
        parse_sealed(raw)


def test_entries_without_payload_and_orphans_do_not_lose_the_rest(tmp_path: Path) -> None:
    place = Place(tmp_path)
    log = place.open()
    log.append(drafts(2))
    log.vault.put([draft(77)], [bytes(32)])  # what a kill between vault and log leaves
    log.append([draft(2, payload=b""), draft(3, payload=b"three")])
    log.close()
    payloads = [payload for _, payload in reader(place).payloads()]
    assert payloads == [None, b"payload 0", b"payload 1", None, b"three"]
    with pytest.raises(EvidenceFailed, match="PAYLOAD_MISSING"):
        reader(place).read_payload(ID % 2)


def test_allowed_tickets_are_those_of_allowing_decisions(tmp_path: Path) -> None:
    place = Place(tmp_path)
    log = place.open()
    log.append([draft(0, ticket="t-1"), replace(draft(1), body=body(1, effect="DENY", ticket="t-2")), draft(2)])
    assert allowed_tickets(place.log) == {"t-1"}
    log.append([replace(draft(3), body=body(3, effect="TRANSFORM", ticket="t-3"))])
    log.close()
    read = reader(place)
    assert [read.was_allowed(ticket) for ticket in ("t-1", "t-2", "t-3", "")] == [True, False, True, False]


def test_a_recorded_entry_makes_a_receipt_again(tmp_path: Path) -> None:
    place = Place(tmp_path)
    log = place.open()
    recorded = log.append(drafts(5))
    log.close()
    entry = reader(place).find(ID % 3)
    assert entry.receipt() == receipt_of(recorded[3], b"")
    verify_receipt(entry.receipt(), KEYS)


def test_old_segments_are_left_out_of_a_read(tmp_path: Path) -> None:
    place, clock = Place(tmp_path), [NOW_MS]
    for now_ms in (NOW_MS, NOW_MS + 100 * 86_400_000):
        clock[0] = now_ms
        log = LogRecorder.open(
            folder=place.log,
            vault_folder=place.vault,
            issuer=ISSUER,
            key=KEY,
            master_key=MASTER_KEY,
            now_ms=lambda: clock[0],
            segment_bytes=4096,
        )
        for number in range(4):
            log.append([draft(number)])
        log.close()
    read = reader(place)
    everything = [payload for _, payload in read.payloads()]
    recent = [payload for _, payload in read.payloads(NOW_MS + 50 * 86_400_000)]
    assert everything.count(b"payload") == 8
    assert 4 <= recent.count(b"payload") < 8


@pytest.mark.parametrize(
    "raw", [bytes(range(32)), bytes(range(32)).hex().encode(), bytes(range(32)).hex().encode() + b"\n"]
)
def test_a_master_key_is_raw_or_hex(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "master"
    path.write_bytes(raw)
    path.chmod(0o600)
    assert load_master_key(path) == bytes(range(32))
    path.chmod(0o640)
    with pytest.raises(ConfigurationError, match="0640"):
        load_master_key(path)


@pytest.mark.parametrize("raw", [b"", b"x" * 31, b"zz" * 32, b"\xff" * 33, b" " * 2**21])
def test_a_master_key_of_another_form_is_refused(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "master"
    path.write_bytes(raw)
    path.chmod(0o600)
    with pytest.raises(ConfigurationError, match="MASTER_KEY_INVALID"):
        load_master_key(path)
    with pytest.raises(ConfigurationError, match="MASTER_KEY_INVALID"):
        load_master_key(tmp_path / "missing")
