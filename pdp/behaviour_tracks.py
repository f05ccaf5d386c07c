"""Reads the tracks that `pdp/lua/behaviour.lua` keeps of sessions, agents and principals: totals, taint, entries. Pure.

Stored format: see the head of that file. A track of another magic, version or epoch, or one that cannot be read, is lost:
never empty.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import field
from functools import lru_cache

from pdp.behaviour_observe import LETTERS, MAX_VALUE
from writ.frozen import frozen

SHOWN = 32
"""Entries of a track that count one by one; what is older counts by its taint and its volumes."""

SLOTS = 6
"""A burst is counted in so many slots, and one more: too long by at most a slot, never too short."""

EFFECTS = {"p": "PENDING", "a": "ALLOWED", "d": "DENIED", "h": "DENIED", "w": "DENIED"}

_HEADER = struct.Struct("<2s16sHBBddIIdddIIdddIHHHHHHH")
_MAGIC = b"T1"
_VERBS = {letter: verb.value for verb, letter in LETTERS.items()}
_NO_CLASSES: frozenset[str] = frozenset()


@frozen
class Entry:
    """An earlier action. `classes` are of payload and result, `read` of the result alone, `listed` is `classes` sorted."""

    id: str
    effect: str
    at_ms: int
    kind: str
    verb: str
    verbs: frozenset[str]
    resource_type: str
    resource_types: frozenset[str]
    external: bool
    untrusted: bool
    threatened: bool
    reported: bool
    similarity: int
    classes: frozenset[str]
    listed: list[str]
    read: frozenset[str]
    happened: bool
    denied: bool


@frozen
class Taint:
    """What was read: classes, and whether text of outsiders or threats were."""

    classes: frozenset[str] = _NO_CLASSES
    untrusted: bool = False
    threatened: bool = False

    def with_entries(self, entries: Sequence[Entry]) -> Taint:
        """Adds what the entries have read, as far as they happened."""
        happened = [entry for entry in entries if entry.happened]
        classes = self.classes
        for read in {entry.read for entry in happened}:
            if not read <= classes:
                classes |= read
        untrusted = self.untrusted or True in {entry.untrusted for entry in happened}
        threatened = self.threatened or True in {entry.threatened for entry in happened}
        if classes is self.classes and untrusted is self.untrusted and threatened is self.threatened:
            return self
        return Taint(classes=classes, untrusted=untrusted, threatened=threatened)

    def with_taint(self, other: Taint) -> Taint:
        """Adds another taint."""
        return Taint(
            classes=self.classes | other.classes,
            untrusted=self.untrusted or other.untrusted,
            threatened=self.threatened or other.threatened,
        )


CLEAN = Taint()


@frozen
class Track:
    """One track at the time of a decision. Numbers include what is pending, without the action that is judged.

    `known` is False when it was lost. `left` is the taint of what is no longer among `entries`, which are newest first and
    at most SHOWN, or not shown at all where nobody asks for them; `taint` is that of both. `peers` maps agents of a
    principal to the time of their last action.
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
    entries: tuple[Entry, ...] = ()
    ids: frozenset[str] = frozenset()
    peers: Mapping[str, int] = field(default_factory=dict)


EMPTY = Track(known=True)
LOST = Track(known=False)


@lru_cache(maxsize=4_096)
def parse_entry(line: bytes) -> Entry:
    """Reads one line. Raises ValueError for another form; entries recur from action to action, hence the cache."""
    text = line.decode("ascii")
    entry_id, effect, at, _, kind, letters, flags, similarity, _, _, types, payload, result = text.split("|")
    bits = int(flags)
    read = _classes(result)
    classes = read | _classes(payload)
    return Entry(
        id=entry_id,
        effect=EFFECTS[effect],
        at_ms=int(at),
        kind=kind,
        verb=_VERBS[letters[0]],
        verbs=frozenset([_VERBS[letter] for letter in letters]),
        resource_type=types.partition("+")[0],
        resource_types=frozenset(types.split("+")),
        external=bits & 1 != 0,
        untrusted=bits & 2 != 0,
        threatened=bits & 4 != 0,
        reported=bits & 8 != 0,
        similarity=int(similarity, 16),
        classes=classes,
        listed=sorted(classes),
        read=read,
        happened=effect in "pa",
        denied=effect == "d",
    )


@lru_cache(maxsize=1_024)
def _classes(joined: str) -> frozenset[str]:
    return frozenset(joined.split(",")) if joined else _NO_CLASSES


def parse_track(
    raw: bytes | None, ring: bytes | None, lost_until_ms: int, now_ms: int, keep_ms: int, burst_window_s: int
) -> Track:
    """Reads a track at `now_ms` (Redis TIME). `raw` is its head; None: there is none, which is lost until `lost_until_ms`,
    else new. `ring` is its entries, None where they are not shown. `keep_ms`: how long a bucket of the totals lasts, 0 for
    ever."""
    if raw is None:
        return LOST if now_ms < lost_until_ms else EMPTY
    try:
        return _parse(raw, ring, now_ms, keep_ms, burst_window_s)
    except (ValueError, KeyError, IndexError, OverflowError, struct.error):
        return LOST


def _parse(raw: bytes, ring: bytes | None, now_ms: int, keep_ms: int, burst_window_s: int) -> Track:
    fields = _HEADER.unpack_from(raw)
    magic, _, _, taint, taint_before, lost_until_ms, since_ms = fields[:7]
    volumes = (lost_until_ms, since_ms, *fields[9:12], *fields[14:17])
    if magic != _MAGIC or not all(0 <= number <= MAX_VALUE for number in volumes):  # NaN is within no bounds
        raise ValueError("track")
    line = raw[_HEADER.size :].decode("ascii")
    classes, classes_before, peers, held, held_classes, _ = line.split("|")
    actions, denials, rows, amount, sent = fields[7:12]
    older = fields[12:17]
    age_ms = now_ms - since_ms
    if keep_ms and age_ms >= 2 * keep_ms:
        actions = denials = rows = amount = sent = taint = taint_before = 0
        classes = classes_before = ""
    elif keep_ms and age_ms >= keep_ms:
        taint_before, classes_before = 0, ""
    else:
        actions, denials = actions + older[0], denials + older[1]
        rows, amount, sent = rows + older[2], amount + older[3], sent + older[4]
    entries = tuple(map(parse_entry, ring[1:].split(b"\n")[: -SHOWN - 1 : -1])) if ring else ()
    if keep_ms and entries and now_ms - entries[-1].at_ms > 2 * keep_ms:  # further back than what still counts
        entries = tuple([entry for entry in entries if now_ms - entry.at_ms <= 2 * keep_ms])
    taint |= taint_before
    left = Taint(
        classes=_classes(classes) | _classes(classes_before), untrusted=taint & 2 != 0, threatened=taint & 4 != 0
    )
    read = Taint(classes=_classes(held_classes), untrusted=int(held) & 2 != 0, threatened=int(held) & 4 != 0)
    return Track(
        known=now_ms >= lost_until_ms,
        actions=actions,
        denials=denials,
        rows=int(rows),
        amount=int(amount),
        sent=int(sent),
        burst=_burst(fields[17], fields[18:], now_ms, burst_window_s),
        left=left,
        taint=left.with_entries(entries) if ring else left.with_taint(read),
        entries=entries,
        ids=frozenset([entry.id for entry in entries]),
        peers=parse_peers(peers),
    )


def parse_peers(text: str) -> dict[str, int]:
    """Reads `;name,ms;...`. Raises ValueError for another form."""
    pairs = (pair.split(",") for pair in text.split(";")[1:])
    return {name: int(at) for name, at in pairs}


def _burst(slot: int, counts: tuple[int, ...], now_ms: int, burst_window_s: int) -> int:
    shift = max(0, int(now_ms // slot_ms(burst_window_s)) % (2**32 - 1) - slot)
    return sum(counts[: max(0, SLOTS + 1 - shift)])


def slot_ms(burst_window_s: int) -> float:
    """Length of one slot of a burst, in ms."""
    return burst_window_s * 1000 / SLOTS
