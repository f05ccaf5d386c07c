"""`writ receipt` on real files: exit codes, and that a changed entry is named."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from zlib import crc32

import orjson
import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.evidence_support import ISSUER, KEY, Place, drafts, receipt_of
from writ.chain import Problem
from writ.cli.main import cli
from writ.head import format_head, parse_head, sign_head
from writ.merkle import MAX_LEAVES, leaf_hash, root_of
from writ.receipt import format_receipt
from writ.segment import (
    HeadRecord,
    RecordType,
    SegmentHeader,
    SegmentScan,
    format_head_record,
    format_header,
    pack_record,
    parse_head_record,
)


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli, ["receipt", *map(str, arguments)])


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    path = tmp_path / "receipt.pem"
    path.write_bytes(KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return path


@pytest.fixture
def log(tmp_path: Path) -> Place:
    """Twelve decisions in three batches, and a receipt file of each in `receipts`."""
    place = Place(tmp_path / "evidence")
    recorder = place.open()
    (tmp_path / "receipts").mkdir()
    for number in range(0, 12, 4):
        for index, recorded in enumerate(recorder.append(drafts(4, number))):
            (tmp_path / "receipts" / f"{number + index:02d}.json").write_bytes(format_receipt(receipt_of(recorded)))
    recorder.close()
    return place


def rewrite(place: Place, sequence: int, *, crc: bool = True, sign: bool = False, leaves: bool = True) -> None:
    """Changes one entry as an insider would: with a right checksum, even with new leaves and a new signature."""
    (path,) = place.log.glob("*.seg")
    data = path.read_bytes()
    out = format_header(SegmentHeader(kind="log", issuer=ISSUER, number=1, opened_ms=1_790_000_000_000))
    at, bodies = 0, []
    for record in SegmentScan(data):
        payload, sound = record.payload, True
        if record.type == RecordType.HEADER:
            continue
        if record.type == RecordType.BODY:
            if at == sequence:
                payload, sound = payload.replace(b'"effect":"ALLOW"', b'"effect":"DENY"'), crc
                assert payload != record.payload
            bodies.append(payload)
            at += 1
        elif record.type == RecordType.HEAD:
            payload = _head(payload, bodies, sign) if leaves else payload
            bodies = []
        packed = pack_record(RecordType(record.type), payload)
        out += packed if sound else packed[:4] + bytes(4) + packed[8:]
    path.write_bytes(out)


def _head(payload: bytes, bodies: list[bytes], sign: bool) -> bytes:
    stored = parse_head_record(payload)
    if not sign:
        return payload
    hashes = tuple(leaf_hash(body) for body in bodies)
    head = format_head(replace(parse_head(stored.head), root=root_of(hashes).hex()))
    return format_head_record(HeadRecord(signature=sign_head(KEY, head), leaves=hashes, head=head))


def test_receipts_and_the_log_verify(keys: Path, log: Place, tmp_path: Path) -> None:
    result = run("verify", tmp_path / "receipts", log.log, "--keys", keys)
    assert result.exit_code == 0, result.output
    assert result.output.count("ok ") == 13
    assert "13 entries (0 to 12) in 4 batches" in result.output


def test_json_has_one_object_a_line(keys: Path, log: Place, tmp_path: Path) -> None:
    result = run("verify", tmp_path / "receipts", log.log, "--keys", keys.parent, "--json")
    documents = [orjson.loads(line) for line in result.output.splitlines()]
    assert [document["ok"] for document in documents] == [True] * 13
    assert documents[0]["decision_id"].endswith("000000")
    assert documents[-1]["problems"] == []


@pytest.mark.parametrize("sequence", [1, 4, 5, 12])
@pytest.mark.parametrize("crc", [True, False])
def test_a_changed_entry_is_named(keys: Path, log: Place, sequence: int, crc: bool) -> None:
    rewrite(log, sequence, crc=crc)
    result = run("verify", log.log, "--keys", keys, "--json")
    assert result.exit_code == 1
    problems = orjson.loads(result.output)["problems"]
    assert {problem["sequence"] for problem in problems} == {sequence}
    assert problems[0]["reason"] == "ENTRY_CHANGED"
    assert problems[0]["decision_id"].endswith(f"{sequence - 1:06d}")


@pytest.mark.parametrize("sequence", [1, 4, 5])
def test_an_entry_changed_and_signed_anew_is_named_by_the_one_after_it(keys: Path, log: Place, sequence: int) -> None:
    rewrite(log, sequence, sign=True)
    result = run("verify", log.log, "--keys", keys, "--json")
    assert result.exit_code == 1
    problems = orjson.loads(result.output)["problems"]
    assert (problems[0]["reason"], problems[0]["sequence"]) == ("ENTRY_CHANGED", sequence)


@pytest.mark.parametrize("sequence", [1, 4, 5, 12])
def test_an_entry_changed_and_signed_anew_is_named_by_its_receipt(
    keys: Path, log: Place, tmp_path: Path, sequence: int
) -> None:
    rewrite(log, sequence, sign=True)
    result = run("verify", tmp_path / "receipts", log.log, "--keys", keys, "--json")
    assert result.exit_code == 1
    problems = orjson.loads(result.output.splitlines()[-1])["problems"]
    assert ("RECEIPT_CONFLICT", sequence) in {(problem["reason"], problem["sequence"]) for problem in problems}


def test_a_receipt_that_the_log_does_not_hold_is_named(keys: Path, log: Place, tmp_path: Path) -> None:
    (path,) = log.log.glob("*.seg")
    data = path.read_bytes()
    heads = [record for record in SegmentScan(data) if record.type == RecordType.HEAD]
    path.write_bytes(data[: heads[-2].end])
    result = run("verify", tmp_path / "receipts", log.log, "--keys", keys)
    assert result.exit_code == 3
    assert result.output.count("RECEIPT_MISSING") == 4


@pytest.fixture
def late(log: Place) -> Place:
    """The log without its first two batches, sequence 0 (the epoch) to 4."""
    (path,) = log.log.glob("*.seg")
    data = path.read_bytes()
    records = list(SegmentScan(data))
    heads = [record for record in records if record.type == RecordType.HEAD]
    path.write_bytes(data[: records[0].end] + data[heads[1].end :])
    return log


def test_a_receipt_of_an_entry_before_the_first_one_is_named(keys: Path, late: Place, tmp_path: Path) -> None:
    result = run("verify", tmp_path / "receipts", late.log, "--keys", keys)
    assert result.exit_code == 3
    assert result.output.count("RECEIPT_MISSING") == 4
    assert "8 entries (5 to 12)" in result.output
    assert "8 of the receipts stand here" in result.output
    # Something that does not hold is graver than something that is not there.
    (tmp_path / "receipts" / "00.json").write_text("{}")
    assert run("verify", tmp_path / "receipts", late.log, "--keys", keys).exit_code == 1


def test_a_log_that_begins_late_says_so(keys: Path, late: Place) -> None:
    result = run("verify", late.log, "--keys", keys)
    assert result.exit_code == 0
    assert "the log begins at 5: earlier entries are not here" in result.output


def test_receipts_before_the_named_sequence_are_not_asked_of_the_log(keys: Path, late: Place, tmp_path: Path) -> None:
    assert run("verify", tmp_path / "receipts", late.log, "--keys", keys, "--from", "5").exit_code == 0
    early = run("verify", tmp_path / "receipts", late.log, "--keys", keys, "--from", "4")
    assert early.exit_code == 1
    assert "expected a log that begins at 4 or before, got one from 5" in early.output
    assert run("verify", late.log, "--keys", keys, "--from", "-1").exit_code == 2
    assert run("verify", late.log, "--keys", keys, "--from", "13").exit_code == 0
    beyond = run("verify", tmp_path / "receipts", late.log, "--keys", keys, "--from", "14")
    assert beyond.exit_code == 1
    assert "SEQUENCE_MISMATCH: expected --from within 0 to 13, where the log ends, got 14" in beyond.output


def test_a_log_in_the_place_of_another_one_is_named_by_the_receipts_of_that(
    keys: Path, log: Place, tmp_path: Path
) -> None:
    other = Place(tmp_path / "other")
    recorder = other.open(issuer="pdp-other")
    recorder.append(drafts(4, 0))
    recorder.close()
    both = run("verify", tmp_path / "receipts", log.log, other.log, "--keys", keys)
    assert both.exit_code == 0, both.output
    swapped = run("verify", tmp_path / "receipts", other.log, "--keys", keys, "--json")
    assert swapped.exit_code == 3
    said = orjson.loads(swapped.output.splitlines()[-1])
    assert (said["ok"], said["issuer"], said["reason"]) == (False, ISSUER, "RECEIPT_MISSING")


def test_receipts_in_the_folder_of_a_log_are_verified_too(keys: Path, log: Place) -> None:
    (log.log / "bundle-digests.json").write_text("{}")
    assert run("verify", log.log, "--keys", keys).exit_code == 0
    (log.log / "forged.json").write_text("{}")
    result = run("verify", log.log, "--keys", keys)
    assert result.exit_code == 1
    assert "forged.json: RECEIPT_MALFORMED" in result.output


@pytest.mark.parametrize(
    "record", [b"\x09", b"\x03", b"\x04junk", b"\x05"], ids=["no type", "no head", "no mark", "vault"]
)
def test_a_log_of_faults_alone_takes_no_more_than_its_size(
    keys: Path, log: Place, monkeypatch: pytest.MonkeyPatch, record: bytes
) -> None:
    compared = [0]
    equal = Problem.__eq__

    def counted(one: Problem, other: object) -> bool:
        compared[0] += 1
        return equal(one, other)

    monkeypatch.setattr(Problem, "__eq__", counted)
    monkeypatch.setattr("writ.chain.MAX_PROBLEMS", 500)
    (path,) = log.log.glob("*.seg")
    faults = 2_000
    packed = (len(record)).to_bytes(4, "big") + crc32(record).to_bytes(4, "big") + record
    path.write_bytes(format_header(SegmentHeader(kind="log", issuer=ISSUER, number=1, opened_ms=1)) + packed * faults)
    said = orjson.loads(run("verify", log.log, "--keys", keys, "--json").output)
    assert len(said["problems"]) == 500
    assert len(said["problems"]) + said["unlisted"] == faults + 1  # and LOG_EMPTY
    assert compared[0] <= faults


def test_entries_without_a_head_are_held_up_to_the_largest_batch(keys: Path, log: Place) -> None:
    (path,) = log.log.glob("*.seg")
    header = format_header(SegmentHeader(kind="log", issuer=ISSUER, number=1, opened_ms=1))
    for entries, said in (
        (MAX_LEAVES, "were never committed"),
        (MAX_LEAVES + 1, "expected a head after at most 65536"),
    ):
        path.write_bytes(header + pack_record(RecordType.BODY, b"") * entries)
        result = run("verify", log.log, "--keys", keys)
        assert result.exit_code == 1
        assert said in result.output


def test_a_segment_whose_number_is_below_0_is_refused(keys: Path, log: Place) -> None:
    (path,) = log.log.glob("*.seg")
    path.write_bytes(format_header(SegmentHeader(kind="log", issuer=ISSUER, number=-1, opened_ms=1)))
    assert (
        "SEGMENT_MALFORMED: expected `number` and `opened_ms` of 0 to" in run("verify", log.log, "--keys", keys).output
    )


def test_what_names_and_logs_hold_looks_like_no_line_of_ours(keys: Path, log: Place, tmp_path: Path) -> None:
    forged = "x\nok      all of it: \x1b[2K"
    (tmp_path / "receipts" / os.fsdecode(b"\xff\nok      x.json")).write_text("{}")
    (path,) = log.log.glob("*.seg")
    path.write_bytes(format_header(SegmentHeader(kind="log", issuer=forged, number=1, opened_ms=1)))
    result = run("verify", tmp_path / "receipts", log.log, "--keys", keys)
    assert result.exit_code == 1
    assert result.output.isascii()
    assert "\x1b" not in result.output
    assert len([line for line in result.output.splitlines() if line.startswith("ok ")]) == 12
    assert run("verify", tmp_path / "receipts", "--keys", keys, "--json").exit_code == 1
    alone = run("show", tmp_path / "receipts" / os.fsdecode(b"\xff\nok      x.json"))
    assert [line[:2] for line in alone.output.splitlines()] == ["wr", "  "]


def test_a_log_without_entries_does_not_verify(keys: Path, log: Place, tmp_path: Path) -> None:
    (path,) = log.log.glob("*.seg")
    whole = path.read_bytes()
    path.write_bytes(whole[:8])
    result = run("verify", log.log, "--keys", keys)
    assert result.exit_code == 1
    assert f"{path.name} holds no entries" in result.output
    assert "LOG_EMPTY: expected entries, got none" in result.output
    # As a killed writer leaves it: the next segment, of which nothing is written yet.
    path.write_bytes(whole)
    (log.log / "0000000002.seg").write_bytes(whole[:8])
    begun = run("verify", tmp_path / "receipts", log.log, "--keys", keys)
    assert begun.exit_code == 0
    assert "0000000002.seg holds no entries" in begun.output


def test_a_changed_receipt_file_fails_and_the_others_do_not(keys: Path, log: Place, tmp_path: Path) -> None:
    file = tmp_path / "receipts" / "03.json"
    file.write_bytes(file.read_bytes().replace(b'"index":3', b'"index":2'))
    result = run("verify", tmp_path / "receipts", "--keys", keys)
    assert result.exit_code == 1
    assert f"FAILED  {file}: ROOT_MISMATCH" in result.output
    assert result.output.count("ok ") == 11


def test_wrong_usage_exits_with_2(keys: Path, log: Place, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    assert run("verify", tmp_path / "receipts").exit_code == 2
    assert run("verify", "--keys", keys).exit_code == 2
    assert run("verify", tmp_path / "receipts", "--keys", empty).exit_code == 2
    assert run("verify", empty, "--keys", keys).exit_code == 2
    assert run("verify", tmp_path / "missing", "--keys", keys).exit_code == 2
    assert run("verify", tmp_path / "receipts", "--keys", tmp_path / "receipts" / "01.json").exit_code == 2


def test_a_vault_is_no_log(keys: Path, log: Place) -> None:
    result = run("verify", log.vault, "--keys", keys)
    assert result.exit_code == 1
    assert "SEGMENT_MISMATCH" in result.output


def test_a_receipt_is_shown_as_unverified(log: Place, tmp_path: Path) -> None:
    result = run("show", tmp_path / "receipts" / "02.json")
    assert result.exit_code == 0
    for text in ("ALLOW", "billing-7", "not verified", "3 of 4 in its batch", "2026-09-21T"):
        assert text in result.output
    assert "ann@example.org" not in result.output
    shown = orjson.loads(run("show", tmp_path / "receipts" / "02.json", "--json").output)
    assert shown["statement"]["predicate"]["effect"] == "ALLOW"


def test_showing_something_else_fails(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("{}")
    result = run("show", tmp_path / "x.json")
    assert result.exit_code == 1
    assert "RECEIPT_MALFORMED" in result.output
