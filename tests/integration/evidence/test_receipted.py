"""How far a log says that the state came: what `writ state rebuild --unless-killed` holds Redis to."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pdp.evidence.record import LogRecorder
from pdp.evidence.segment import segment_numbers
from pdp.state.files import RECENT_SEGMENTS, receipted
from pdp.state.seal import Receipted
from tests.evidence_support import NOW_MS, SALT, Place, body, draft
from writ.receipt_body import undelivered_body

ONE, OTHER = "0123456789abcdef", "fedcba9876543210"


def decided(log: LogRecorder, number: int, ticket: str, *, effect: str = "DENY") -> None:
    log.append([replace(draft(number), body=body(number, effect=effect, ticket=ticket))])


def told(place: Place) -> list[Receipted]:
    return sorted(receipted(place.log), key=lambda one: one.epoch)


def acme(epoch: str, drawn: int) -> Receipted:
    return Receipted(organisation="acme", epoch=epoch, drawn=drawn, time_ms=NOW_MS)


def test_the_highest_number_of_each_epoch_stands_for_it(tmp_path: Path) -> None:
    place = Place(tmp_path)
    log = place.open()
    # Batches are recorded in the order in which they are judged, which need not be that of their reservations.
    for number, ticket in enumerate([f"{ONE}.4.4", f"{ONE}.2.9", f"{ONE}.3.3", f"{OTHER}.1.1"]):
        decided(log, number, ticket)
    log.close()
    assert told(place) == [acme(ONE, 9), acme(OTHER, 1)]


def test_what_was_allowed_without_a_state_is_told_and_what_was_denied_without_one_is_not(tmp_path: Path) -> None:
    place = Place(tmp_path)
    log = place.open()
    decided(log, 0, f"{ONE}.1.1")
    decided(log, 1, "")
    assert told(place) == [acme(ONE, 1)]
    decided(log, 2, "", effect="TRANSFORM")
    assert told(place) == [acme("", 0), acme(ONE, 1)]
    log.close()


def test_a_log_is_looked_at_from_its_end(tmp_path: Path) -> None:
    place = Place(tmp_path)
    log = place.open(segment_bytes=8192)
    undelivered = undelivered_body(decision_id="1", time_ms=NOW_MS, organisation="acme", cause="CALLER_GONE", salt=SALT)
    decided(log, 0, f"{OTHER}.7.7")
    while len(segment_numbers(place.log)) <= RECENT_SEGMENTS:
        log.append([replace(draft(payload=b""), body=undelivered)])
    assert told(place) == [acme(OTHER, 7)], "nothing stands at its end, so all of it is looked at"
    decided(log, 1, f"{ONE}.1.1")
    assert told(place) == [acme(ONE, 1)]
    log.close()


def test_an_empty_log_tells_nothing(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.open().close()
    assert list(receipted(place.log)) == []
