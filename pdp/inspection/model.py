"""What an inspection says, and the bounds it keeps.

A result never holds the text that was found, only where it is: it goes into policy input and receipts.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from writ.frozen import frozen

MAX_TEXT_BYTES = 64 * 1024
"""Most bytes of one call that are inspected as they came; at 10 to 30 ns a byte. Real calls have under 16 KiB."""

MAX_VALUES = 4_096
"""Most strings, numbers and long names that are looked at one by one; real calls have under 1,000."""

MAX_FINDINGS = 256
"""Most findings of one result with a place: policy needs classes and places, not a census."""

MAX_DEAR_US = 2_000
"""Most time of one inspection for validators that take long (`DEAR_US`); what they are not asked about counts as found."""

MAX_JUDGED_HITS = 64
"""Hits of one rule behind which its further matches count as found without a validator: they change no class, and each costs up
to 40 µs."""

MAX_JUDGED_CHARS = 2_048
"""Longest beginning of a match that validators see; at up to 100 ns a character. Nothing that they check is as long."""

MAX_DECODING_DEPTH = 4
"""Most decodings around one another that are opened; honest payloads need two (JSON in base64)."""

MAX_DECODED_BYTES = 40 * 1024
"""Most bytes that all decodings of one inspection may open: a bomb stops here."""

MAX_DECODED_TEXTS = 384
"""Most texts that one inspection opens."""

UNJUDGED = "unjudged"
"""Step of what counts as found because a bound left no work to look for it; its place is the whole call."""

UNCLASSIFIED = "unclassified"
"""Class of what could not be inspected to its end; policy counts it as the most sensitive one."""


class Kind(StrEnum):
    """What a rule looks for: data that is worth protecting, or a sign of an attack."""

    DATA = "DATA"
    THREAT = "THREAT"


@frozen
class Finding:
    """One hit of one rule.

    `pointer` (RFC 6901) names the argument; `start` and `end` count characters of the text that the rule saw, after
    every step of `decoding` (outermost first; empty for text as it came). `source_start` and `source_end` are the
    characters of the argument itself that hold the hit: the same span when nothing was decoded, else the encoded part.
    A hit in the name of a member has `name` as its first step, and counts characters of the name. `decoding` is `unjudged`
    alone for what may be there and was not looked for: one for each class, at the pointer "", with a span of 0 to 0.
    `confidence` and `sensitivity` are 0 to 100.
    """

    rule: str
    kind: Kind
    data_class: str
    pointer: str
    start: int
    end: int
    source_start: int
    source_end: int
    confidence: int
    sensitivity: int
    decoding: tuple[str, ...]

    def to_json(self) -> dict[str, object]:
        """Returns the finding as JSON."""
        return {
            "rule": self.rule,
            "kind": self.kind.value,
            "class": self.data_class,
            "pointer": self.pointer,
            "start": self.start,
            "end": self.end,
            "source_start": self.source_start,
            "source_end": self.source_end,
            "confidence": self.confidence,
            "sensitivity": self.sensitivity,
            "decoding": list(self.decoding),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanResult:
    """Findings, sorted by pointer, place and rule. `truncated`: a bound cut the inspection short."""

    findings: tuple[Finding, ...] = ()
    truncated: bool = False

    @property
    def classes(self) -> frozenset[str]:
        """Classes of all findings, with `unclassified` when the inspection was cut short."""
        found = {finding.data_class for finding in self.findings}
        return frozenset(found | {UNCLASSIFIED} if self.truncated else found)

    def to_json(self) -> dict[str, object]:
        """Returns the result as JSON."""
        return {"findings": [finding.to_json() for finding in self.findings], "truncated": self.truncated}


CLEAN = ScanResult()
"""Nothing was found, and everything was looked at."""
