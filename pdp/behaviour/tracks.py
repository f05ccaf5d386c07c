"""Reads the tracks that `pdp/lua/behaviour.lua` keeps of sessions, agents and principals: totals, taint, entries. Pure.

Stored format: see the head of that file. A track of another magic, version or epoch, or one that cannot be read, is lost:
never empty. The head alone says what was counted and read; entries are only parsed where somebody asks for them.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from math import isfinite
from typing import Any

from pdp.behaviour.observe import LETTERS, MAX_VALUE
from writ.frozen import frozen

LISTED = 48
"""Entries that are looked at most: a track keeps no more (FULL in behaviour.lua), but for those of one long batch. What
is older counts by its taint and its volumes."""

SLOTS = 6
"""A burst is counted in so many slots, and one more: too long by at most a slot, never too short."""

EFFECTS = {"p": "PENDING", "a": "ALLOWED", "d": "DENIED", "h": "DENIED", "w": "DENIED"}

_HEADER = struct.Struct("<2s16sHBBBBdddIIdddIIdddIHHHHHHHII4s")
_MAGIC = b"T3"
_VERBS = {letter: verb.value for verb, letter in LETTERS.items()}
_NO_CLASSES: frozenset[str] = frozenset()
_EFFECT, _SIMILARITY = 17, slice(19, 35)  # places in a line
_DENIED = ord("d")
_MOST = 2**32 - 1


@frozen
class Entry:
    """An earlier action, as steps of sequences look at it. `classes` are of payload and result, `read` of the result
    alone."""

    at_ms: int
    verbs: frozenset[str]
    resource_types: frozenset[str]
    external: bool
    untrusted: bool
    threatened: bool
    classes: frozenset[str]
    read: frozenset[str]
    happened: bool
    denied: bool


@frozen
class Taint:
    """What was read: classes, and whether text of outsiders or threats were. `misreported`: an outcome was reported of an action
    that was not permitted; no entry says so, only the track itself."""

    classes: frozenset[str] = _NO_CLASSES
    untrusted: bool = False
    threatened: bool = False
    misreported: bool = False

    def with_entries(self, entries: Iterable[Entry]) -> Taint:
        """Adds what the entries have read, as far as they happened."""
        taint = self
        for entry in entries:
            if entry.happened:
                taint = taint.plus(entry.read, untrusted=entry.untrusted, threatened=entry.threatened)
        return taint

    def with_taint(self, other: Taint) -> Taint:
        """Adds another taint; returns one of the two where the other adds nothing."""
        if self is other or self is CLEAN:
            return other
        joined = self.plus(other.classes, untrusted=other.untrusted, threatened=other.threatened)
        return replace(joined, misreported=True) if other.misreported and not joined.misreported else joined

    def plus(self, classes: frozenset[str], *, untrusted: bool, threatened: bool) -> Taint:
        """Adds what was read; returns itself where that adds nothing."""
        if classes <= self.classes and untrusted <= self.untrusted and threatened <= self.threatened:
            return self
        return Taint(
            classes=self.classes | classes,
            untrusted=self.untrusted or untrusted,
            threatened=self.threatened or threatened,
            misreported=self.misreported,
        )


CLEAN = Taint()


@frozen
class Track:
    """One track at the time of a decision. Numbers include what is pending, without the action that is judged.

    `known` is False when it was lost. `denials` are those of the last session ttl, or up to twice that. `left` is the taint of
    what is no longer among the entries; `taint` is that of both. `last_kind` is of the last action, "^^^^" for none. `lines`
    are the entries as stored, oldest first, b"" where they are not shown. `peers` is for `parse_peers`.
    """

    known: bool
    actions: int = 0
    denials: int = 0
    rows: int = 0
    amount: int = 0
    sent: int = 0
    burst: int = 0
    left: Taint = CLEAN
    taint: Taint = CLEAN
    last_kind: str = "^^^^"
    lines: bytes = b""
    peers: str = ""


EMPTY = Track(known=True)
LOST = Track(known=False)


def entry_line(entry_id: str, effect: str, at_ms: int, kind_before: str, body: str) -> bytes:
    """Returns an entry as it is stored. `body`: see `pdp.behaviour.observe.Observation`."""
    similarity, _, rest = body.partition("|")
    return f"{entry_id}|{effect}|{similarity}|{at_ms}|{kind_before}|{rest}".encode()


def parse_entry(line: bytes) -> Entry:
    """Reads one line. Raises ValueError, KeyError or IndexError for another form."""
    _, effect, _, at, _, _, letters, flags, _, _, types, payload, result = line.decode("ascii").split("|")
    bits = int(flags)
    read = _classes(result)
    return Entry(
        at_ms=int(at),
        verbs=_verbs(letters),
        resource_types=_types(types),
        external=bits & 1 != 0,
        untrusted=bits & 2 != 0,
        threatened=bits & 4 != 0,
        classes=read | _classes(payload),
        read=read,
        happened=effect in "pa",
        denied=effect == "d",
    )


def recent(line: bytes, now_ms: int) -> dict[str, Any]:
    """Returns the JSON of `writ.v1.PolicyRecent` of one line. Raises ValueError, KeyError or IndexError for another form."""
    _, effect, _, at, _, _, letters, flags, _, _, types, payload, result = line.decode("ascii").split("|")
    verb, resource_type, classes, external, untrusted = _shown(letters, flags, types, payload, result)
    return {
        "age_ms": max(0, now_ms - int(at)),
        "verb": verb,
        "resource_type": resource_type,
        "classes": list(classes),
        "effect": EFFECTS[effect],
        "external": external,
        "untrusted": untrusted,
    }


def split_lines(lines: bytes) -> list[bytes]:
    """Returns the entries of a track, oldest first."""
    return lines[1:].split(b"\n") if lines else []


def distances(lines: Sequence[bytes], similarity: int) -> bytes:
    """Returns of each entry in how many of the 8 lanes it differs from `similarity`; `NEAR` at most is nearly the same. Raises
    ValueError for lines of another form. All entries are compared at once, as words of one number."""
    if not lines:
        return b""
    words = b"".join([line[_SIMILARITY] for line in lines])
    if len(words) != 16 * len(lines):
        raise ValueError("track")
    each_word, each_lane, pairs, fours, eights = _masks(len(lines))
    differences = int(words, 16) ^ similarity * each_word
    sevens = 0x7F * each_lane
    lanes = ((differences & sevens) + sevens | differences) >> 7 & each_lane  # 1 where a lane is not zero
    lanes = (lanes & pairs) + (lanes >> 8 & pairs)
    lanes = (lanes & fours) + (lanes >> 16 & fours)
    lanes = (lanes & eights) + (lanes >> 32 & eights)
    return lanes.to_bytes(8 * len(lines), "big")[7::8]


@lru_cache(maxsize=64)
def _masks(count: int) -> tuple[int, ...]:
    """Of so many words of 8 bytes: 1 in each word, 1 in each byte, and every other byte, two bytes, four bytes."""
    patterns = ("0000000000000001", "01" * 8, "00ff" * 4, "0000ffff" * 2, "00000000ffffffff")
    return tuple([int(pattern * count, 16) for pattern in patterns])


NEAR = 2
"""Lanes in which an entry that is nearly the same differs at most, as in `nearly_same`."""


def denied_since(lines: Iterable[bytes], since_ms: int) -> int:
    """Returns how many of the entries were denied at `since_ms` or later. Raises ValueError and IndexError for another form."""
    denied = [line for line in lines if line[_EFFECT] == _DENIED]
    return sum([int(line.split(b"|", 4)[3]) >= since_ms for line in denied])


@lru_cache(maxsize=1_024)
def _classes(joined: str) -> frozenset[str]:
    return frozenset(joined.split(",")) if joined else _NO_CLASSES


@lru_cache(maxsize=256)
def _verbs(letters: str) -> frozenset[str]:
    return frozenset([_VERBS[letter] for letter in letters])


@lru_cache(maxsize=1_024)
def _types(joined: str) -> frozenset[str]:
    return frozenset(joined.split("+"))


@lru_cache(maxsize=1_024)
def _shown(
    letters: str, flags: str, types: str, payload: str, result: str
) -> tuple[str, str, tuple[str, ...], bool, bool]:
    """What rules see of an entry beside its time and effect."""
    classes = tuple(sorted(_classes(payload) | _classes(result)))
    return _VERBS[letters[0]], types.partition("+")[0], classes, int(flags) & 1 != 0, int(flags) & 2 != 0


def parse_track(
    raw: bytes | None,
    ring: bytes | None,
    lost_until_ms: int,
    now_ms: int,
    keep_ms: int,
    burst_window_s: int,
    session_ttl_s: int,
) -> Track:
    """Reads a track at `now_ms` (Redis TIME). `raw` is its head; None: there is none, which is lost until `lost_until_ms`,
    else new. `ring` is its entries, None where they are not shown. `keep_ms`: how long a bucket of the totals lasts, 0 for
    ever."""
    if raw is None:
        return LOST if now_ms < lost_until_ms else EMPTY
    try:
        return _parse(raw, ring, lost_until_ms, now_ms, keep_ms, burst_window_s, session_ttl_s * 1000)
    except (ValueError, KeyError, IndexError, OverflowError, struct.error):
        return LOST


def _parse(
    raw: bytes, ring: bytes | None, gone_until_ms: int, now_ms: int, keep_ms: int, burst_window_s: int, span_ms: int
) -> Track:
    fields = _HEADER.unpack_from(raw)
    magic, _, _, bits, bits_before, held, _, lost_until_ms, since_ms, renewed_ms = fields[:10]
    actions, denials, rows, amount, sent = fields[10:15]
    older_actions, older_denials, older_rows, older_amount, older_sent = fields[15:20]
    slot, bursts, span, ring_bytes, last_kind = fields[20], fields[21:28], fields[28], fields[29], fields[30]
    volumes = (lost_until_ms, since_ms, renewed_ms, rows, amount, sent, older_rows, older_amount, older_sent)
    # A NaN or an infinity among them would make the sum one.
    if magic != _MAGIC or not isfinite(sum(volumes)) or min(volumes) < 0 or max(volumes) > MAX_VALUE:
        raise ValueError("track")
    # behaviour_look.lua shows no similarities of what was denied.
    classes, classes_before, peers, held_classes, end = raw[_HEADER.size :].decode("ascii").split("|")
    if end:
        raise ValueError("track")
    if ring is not None and len(ring) != ring_bytes:
        return LOST  # head and entries are two keys, and one of them went without the other
    age_ms = now_ms - since_ms
    aged = keep_ms > 0 and age_ms >= keep_ms
    if aged and age_ms >= 2 * keep_ms:
        actions = rows = amount = sent = bits = bits_before = 0
        classes = classes_before = ""
    elif aged:
        bits_before, classes_before = 0, ""
    else:
        actions, rows = actions + older_actions, rows + older_rows
        amount, sent = amount + older_amount, sent + older_sent
    left = _taint(classes, bits)
    if classes_before or bits_before:
        left = left.with_taint(_taint(classes_before, bits_before))
    lines = ring or b""
    if aged and ring is not None:  # behaviour.lua shows them then: some may be too old to count
        lines = _since(lines, now_ms - 2 * keep_ms)
        taint = left.with_entries(map(parse_entry, split_lines(lines)))
    else:
        taint = left.with_taint(_taint(held_classes, held))
    return Track(
        known=now_ms >= lost_until_ms and now_ms >= gone_until_ms,
        actions=actions,
        denials=_still(denials, older_denials, now_ms // span_ms % _MOST - span),
        rows=int(rows),
        amount=int(amount),
        sent=int(sent),
        burst=_burst(slot, bursts, now_ms, burst_window_s),
        left=left,
        taint=taint,
        last_kind=last_kind.decode("ascii"),
        lines=lines,
        peers=peers,
    )


@lru_cache(maxsize=1_024)
def _taint(classes: str, bits: int) -> Taint:
    return Taint(
        classes=_classes(classes),
        untrusted=bits & 2 != 0,
        threatened=bits & 4 != 0,
        misreported=bits & 16 != 0,
    )


def _still(now: int, before: int, passed: int) -> int:
    """What two buckets hold that follow each other, `passed` of their spans later."""
    if passed <= 0:
        return now + before
    return now if passed == 1 else 0


def _since(lines: bytes, oldest_ms: int) -> bytes:
    kept = [line for line in split_lines(lines) if int(line.split(b"|", 4)[3]) >= oldest_ms]
    return b"".join([b"\n" + line for line in kept])


def parse_peers(text: str) -> dict[str, int]:
    """Reads `;name,ms;...`. Raises ValueError for another form."""
    pairs = (pair.split(",") for pair in text.split(";")[1:])
    return {name: int(at) for name, at in pairs}


def _burst(slot: int, counts: tuple[int, ...], now_ms: int, burst_window_s: int) -> int:
    shift = max(0, int(now_ms // slot_ms(burst_window_s)) % _MOST - slot)
    return sum(counts[: max(0, SLOTS + 1 - shift)])


def slot_ms(burst_window_s: int) -> float:
    """Length of one slot of a burst, in ms."""
    return burst_window_s * 1000 / SLOTS
