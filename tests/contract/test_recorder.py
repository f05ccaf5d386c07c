"""The Recorder port: one suite, on the recorder in memory and on the real log."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from pdp.ports import Recorder
from tests.evidence_support import KEYS, NOW_MS, SALT, MemoryRecorder, Place, draft, drafts, receipt_of
from writ.errors import EvidenceFailed
from writ.receipt import VerifiedReceipt, verify_receipt
from writ.receipt_body import undelivered_body


@pytest.fixture(params=["memory", "log"])
def recorder(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Recorder]:
    if request.param == "memory":
        yield MemoryRecorder()
        return
    log = Place(tmp_path).open()
    yield log
    log.close()


def verified(recorder: Recorder, count: int, first: int = 0) -> list[VerifiedReceipt]:
    return [verify_receipt(receipt_of(each), KEYS) for each in recorder.append(drafts(count, first))]


@pytest.mark.parametrize("count", [1, 2, 3, 32, 100])
def test_every_entry_of_a_batch_has_a_receipt_that_verifies_alone(recorder: Recorder, count: int) -> None:
    held = verified(recorder, count)
    assert [each.body.decision_id[-6:] for each in held] == [f"{number:06d}" for number in range(count)]


def test_entries_are_chained_in_commit_order_over_batches(recorder: Recorder) -> None:
    held = verified(recorder, 3) + verified(recorder, 1, 3) + verified(recorder, 2, 4)
    for before, after in pairwise(held):
        assert after.body.sequence == before.body.sequence + 1
        assert after.body.previous_leaf == before.leaf.hex()


def test_nothing_appended_is_nothing_recorded(recorder: Recorder) -> None:
    assert recorder.append([]) == []
    assert len(verified(recorder, 1)) == 1


def test_a_batch_may_hold_entries_of_several_kinds_and_some_without_payload(recorder: Recorder) -> None:
    body = undelivered_body(decision_id="01", time_ms=NOW_MS, organisation="acme", cause="CALLER_GONE", salt=SALT)
    kinds = [
        verify_receipt(receipt_of(each), KEYS).body.kind
        for each in recorder.append(
            [draft(0), replace(draft(payload=b""), body=body), draft(1, subjects=("customer:7", "customer:8"))]
        )
    ]
    assert kinds == ["decision", "undelivered", "decision"]


async def test_syncing_returns_whether_or_not_something_was_appended(recorder: Recorder) -> None:
    await recorder.sync()
    recorder.append(drafts(2))
    await recorder.sync()
    await recorder.sync()
    assert len(verified(recorder, 1)) == 1


async def test_many_may_sync_at_once_while_others_append(recorder: Recorder) -> None:
    async def one(number: int) -> None:
        recorder.append(drafts(2, number))
        await asyncio.sleep(0)
        await recorder.sync()

    await asyncio.gather(*(one(number) for number in range(20)))
    assert verified(recorder, 1)[0].body.sequence >= 40


def test_a_forked_process_does_not_append(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = Place(tmp_path).open()
    with monkeypatch.context() as forked:
        forked.setattr(os, "getpid", lambda: -1)
        with pytest.raises(EvidenceFailed, match="LOG_LOCKED"):
            log.append(drafts(1))
    verified(log, 1)
    log.close()
