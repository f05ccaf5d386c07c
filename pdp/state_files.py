"""What the evidence log tells about the state: whom it counted for, and everything a rebuild counts again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pdp.evidence_read import EvidenceReader, log_entries
from pdp.model import Counts, Final
from pdp.rebuild import CountedRecord, CountedReservation
from writ.errors import EvidenceFailed
from writ.v1 import decision_pb2, receipt_pb2

RECENT_SEGMENTS = 2
"""What a crash left open was reserved moments before it, so its organisations stand at the end of the log."""


def recent_organisations(folder: Path) -> frozenset[str]:
    """Returns the organisations that the last segments of a log decided for."""
    segments = sorted(path for path in folder.iterdir() if path.is_file() and path.suffix == ".seg")
    older = segments[: -RECENT_SEGMENTS or None]
    since_ms = int(older[-1].stat().st_mtime * 1000) if older else 0
    return frozenset(
        predicate["organisation"]
        for entry in log_entries(folder, since_ms)
        if "organisation" in (predicate := entry.predicate())
    )


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
