"""What one inspection may do, whatever it is given: one budget of reckoned time, so that no call takes long.

Work is counted, not timed: the same call is cut at the same place on every machine. The figures are the
usual ones of a quiet core; where every pattern is at its slowest, the same work takes twice as long.
"""

from __future__ import annotations

MAX_WORK_NS = 4_250_000
"""Most work of one inspection; 16 KiB of prose take a twentieth of it, a list of 25 customers most."""

SEARCH_NS = MAX_WORK_NS // 3
"""What is kept for the search: beyond, patterns are not tried before it."""

PARSED_QUOTE_NS = 25
"""A quote in JSON that is parsed: each string has two."""

PASS_NS, PASS_BYTE_NS = 2_000, 5
"""One pass of many patterns, and each byte of its text where `prefilter` does not say that it takes longer."""

HIT_NS = 2_000
"""A pattern that a pass names."""

PROGRAM_NS, PROGRAM_KIB_NS = 700, 1_600
"""A pattern that RE2 tries, and each KiB that it is tried on."""

TEXT_NS, JOINED_NS = 300, 4_000
"""A text that is looked at by itself, and one that several values are together."""

MATCH_NS, JUDGED_NS, FOUND_NS = 1_200, 2_500, 2_800
"""A match that is looked at, one that is put before validators, which say what they take, and one that they take."""

FIELD_NS, NAME_NS = 100, 600
"""A text whose member is looked up among the fields of rules, and each name that members have."""

RUN_NS, RUN_BYTE_NS = 700, 8
"""A run of an encoding, and a byte of a text in which runs are looked for."""

TRIAL_NS, DECODED_BYTE_NS, LETTER_NS = 2_000, 20, 60
"""A run or a text that is decoded, each of its bytes, and each letter that is read otherwise."""

DOCUMENT_NS, OPENED_NS = 8_000, 1_500
"""A text that is parsed as JSON, and one that came of a decoding."""

SURVEY_BYTE_NS = 60
"""Each byte of what was decoded, which is not looked at unless as much is left; and of JSON whose neighbours are."""


def program_ns(size: int) -> int:
    """Returns what RE2 takes to try a pattern on `size` bytes."""
    return PROGRAM_NS + (PROGRAM_KIB_NS * size >> 10)


class Work:
    """What is left of the work of one inspection."""

    __slots__ = ("left_ns",)

    def __init__(self) -> None:
        self.left_ns = MAX_WORK_NS

    @property
    def is_over(self) -> bool:
        """True when nothing is left: what was not looked at counts as found."""
        return self.left_ns < 0

    def spend(self, nanoseconds: int) -> bool:
        """Takes away; False when there was not as much."""
        self.left_ns -= nanoseconds
        return self.left_ns >= 0
