"""Items that are over a limit only by what others have reserved before them, and have not settled (design, section 3)."""

from __future__ import annotations

from collections import Counter

from pdp.queue import Entry

LAST_JUDGEMENT = 0.25
"""Share of the caller's time that a contended item keeps for its last judgement."""


def may_wait(entry: Entry, now_s: float, contention_s: float) -> bool:
    """Tells whether a contended entry has somebody before it to wait for, and time. Whenever one of them is settled,
    `contention_s` begins anew: the earliest never waits, so living ones settle one after the other."""
    pending = pending_before(entry)
    if not entry.contended_until_s or pending < entry.pending_before:
        left_s = min(ask.deadline_s for ask in entry.asks) - now_s
        entry.contended_until_s = now_s + min(contention_s, left_s * (1 - LAST_JUDGEMENT))
        entry.pending_before, entry.pause_s = pending, 0.0
    return pending > 0 and now_s < entry.contended_until_s


def pending_before(entry: Entry) -> int:
    """Returns how much others have reserved before the entry's items and not settled; its own items are settled together,
    so none waits for another."""
    total = 0
    own: Counter[str] = Counter()
    for item in entry.items:
        for reservation in item.state_ask.reservations:
            view = item.view.counters.get(reservation.counter)
            total += max(0, view.pending - own[reservation.key]) if view else 0
        for reservation in item.state_ask.reservations:
            own[reservation.key] += reservation.amount
    return total
