"""What the evidence log tells about the state: whom it counted for, how far it came, and everything a rebuild counts again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pdp.evidence.read import GRANTS, EvidenceReader, log_entries
from pdp.model import Counts, Final
from pdp.state.rebuild import CountedRecord, CountedReservation
from pdp.state.seal import Receipted
from pdp.state.wire import parse_ticket
from writ.errors import EvidenceFailed
from writ.v1 import decision_pb2, receipt_pb2

RECENT_SEGMENTS = 2
"""What a crash left open was reserved moments before it, so its organisations stand at the end of the log."""


def recent_organisations(folder: Path) -> frozenset[str]:
    """Returns the organisations that the last segments of a log decided for."""
    return frozenset(
        predicate["organisation"]
        for entry in log_entries(folder, last=RECENT_SEGMENTS)
        if "organisation" in (predicate := entry.predicate())
    )


def receipted(folder: Path) -> Iterator[Receipted]:
    """Yields how far the state of each organisation came by the end of a log, one for each epoch that stands there. It looks
    at the last segments, and at all where no decision stands in those. Raises EvidenceFailed: the log cannot be read."""
    found: dict[tuple[str, str], Receipted] = {}
    for last in (RECENT_SEGMENTS, 0):
        for entry in log_entries(folder, last=last):
            predicate = entry.predicate()
            if predicate["kind"] != "decision" or not (predicate["ticket"] or predicate["effect"] in GRANTS):
                continue
            epoch, drawn = "", 0
            if predicate["ticket"]:
                ticket = parse_ticket(predicate["ticket"])
                epoch, drawn = ticket.epoch, ticket.hold
            key = (predicate["organisation"], epoch)
            before = found.get(key)
            found[key] = Receipted(
                organisation=key[0],
                epoch=epoch,
                drawn=max(drawn, before.drawn if before else 0),
                time_ms=max(predicate["time_ms"], before.time_ms if before else 0),
            )
        if found:
            break
    yield from found.values()


def counted_records(reader: EvidenceReader, since_ms: int = 0) -> Iterator[CountedRecord]:
    """Yields what every decision of a log counted. An erased payload counts as nothing and is passed over.

    Raises:
        EvidenceFailed: the log or a payload cannot be read.
    """
    for entry, raw in reader.payloads(since_ms):
        predicate = entry.predicate()
        if predicate["kind"] != "decision" or not raw:
            continue
        payload = receipt_pb2.Payload.FromString(raw)
        request = decision_pb2.DecideRequest.FromString(payload.request)
        if payload.final not in {final.value for final in Final}:
            raise EvidenceFailed("PAYLOAD_MALFORMED", f"payload of {predicate['decision_id']} has no known `final`")
        yield CountedRecord(
            organisation=predicate["organisation"],
            caller_id=payload.caller_id,
            request_id=request.request_id,
            execution_digest=payload.execution_digest,
            now_ms=predicate["time_ms"],
            reservations=tuple(_reservation(kept) for kept in payload.reservations),
            final=Final(payload.final),
        )


def _reservation(kept: receipt_pb2.CountedReservation) -> CountedReservation:
    return CountedReservation(
        key=kept.key,
        start_ms=kept.start_ms,
        end_ms=kept.end_ms,
        amount=kept.amount,
        counts=Counts(kept.counts),
        element=kept.element,
    )
