"""Keeps deferred actions that somebody waits for, until facts come, a pause is over or the wait ends (docs/obligations.md)."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable

from pdp.provenance.speech import LONG_CHARS, MAX_KNOWN_CHARS
from pdp.queue import Entry

WAIT_S, WAIT_MAX_S = 0.1, 2.0
"""Pauses before a deferred action that somebody waits for is judged again, when no facts have come here meanwhile: they may
have come to another decision point."""

FACTS_S = 0.5
"""Least time between two times that changed facts let those of one organisation who wait be judged again: who reports outcomes as
fast as it can would else have up to `MAX_WAITING` judged for each."""

MAX_WAITING = 1_024
"""Calls that may wait at one decision point: each is judged every two seconds."""

MAX_WAITING_PER_CALLER = 64

MAX_LONG_CHARS, MAX_LONG_CHARS_PER_CALLER = MAX_KNOWN_CHARS * 3 // 4, MAX_KNOWN_CHARS // 4
"""Characters of the different long requests of users among those that wait: more would not be known any more when they are judged
again, and read anew every two seconds, a millisecond for every 200."""


class Patience:
    """What waits, each entry with one ask. `put_back` takes an entry for another judgement."""

    def __init__(self, put_back: Callable[[Entry], None]) -> None:
        self._put_back = put_back
        self._timers: dict[Entry, tuple[asyncio.TimerHandle, tuple[str, str], str]] = {}
        self._callers: Counter[tuple[str, str]] = Counter()
        self._long: Counter[tuple[tuple[str, str], str]] = Counter()
        self._changed: dict[str, bool] = {}  # less than FACTS_S ago, by organisation; and whether again since
        self._over = False

    def keeps(self, entry: Entry) -> bool:
        """Tells whether an entry that was judged is deferred, has time and room to wait; it then comes back by itself. So does
        one that waited already and could not be judged this time: a failure that may pass ends no wait before its end."""
        (item,), ask = entry.items, entry.asks[0]
        now_s = asyncio.get_running_loop().time()
        deferral = ask.deferral if item.verdict.failed else item.verdict.deferral
        if deferral is None or self._over or ask.gone:
            return False
        left_s = min(ask.waits_until_s - now_s, (deferral.deadline_ms - item.view.now_ms) / 1000)
        if left_s <= 0:
            return False
        caller = (item.caller.organisation, item.caller.id)
        if len(self._timers) >= MAX_WAITING or self._callers[caller] >= MAX_WAITING_PER_CALLER:
            return False
        text = item.request.user_request if len(item.request.user_request) > LONG_CHARS else ""
        if text and not self._has_room(caller, text):
            return False
        entry.pause_s = min(max(WAIT_S, 2 * entry.pause_s), WAIT_MAX_S)
        pause_s = min(entry.pause_s, left_s)
        self._callers[caller] += 1
        self._long[caller, text] += 1
        self._timers[entry] = (asyncio.get_running_loop().call_later(pause_s, self._release, entry), caller, text)
        return True

    def _has_room(self, caller: tuple[str, str], text: str) -> bool:
        if (caller, text) in self._long:
            return True
        own = sum(len(other) for whose, other in self._long if whose == caller)
        every = sum(len(other) for _, other in self._long)
        return own + len(text) <= MAX_LONG_CHARS_PER_CALLER and every + len(text) <= MAX_LONG_CHARS

    def facts_changed(self, organisation: str) -> None:
        """Lets everything of one organisation be judged: at once, or `FACTS_S` after the last time."""
        if organisation in self._changed:
            self._changed[organisation] = True
            return
        if not self._timers:
            return
        self._changed[organisation] = False
        asyncio.get_running_loop().call_later(FACTS_S, self._rested, organisation)
        for entry, (timer, caller, _) in list(self._timers.items()):
            if caller[0] == organisation:
                timer.cancel()
                self._release(entry)

    def _rested(self, organisation: str) -> None:
        if self._changed.pop(organisation):
            self.facts_changed(organisation)

    def end(self) -> None:
        """From now on nothing waits."""
        self._over = True
        for entry, (timer, _, _) in list(self._timers.items()):
            timer.cancel()
            self._release(entry)

    def _release(self, entry: Entry) -> None:
        _, caller, text = self._timers.pop(entry)
        self._callers[caller] -= 1
        if not self._callers[caller]:
            del self._callers[caller]
        self._long[caller, text] -= 1
        if not self._long[caller, text]:
            del self._long[caller, text]
        self._put_back(entry)
