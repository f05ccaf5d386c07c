"""The bounded queue between the front and the pipeline: fair between callers, bounded per caller and in all.

What arrives while batches are in flight waits here and forms the next batch. No timer, no lock: one event loop owns it.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass, field

from pdp.item import Item
from pdp.model import Ask
from writ.errors import Overloaded
from writ.v1 import decision_pb2


@dataclass(slots=True, kw_only=True, eq=False)
class Entry:
    """Asks that must be decided in one batch, in order: one ask, or the items of a DecideBatch with its semantic. `caller` is
    whose line they wait in: organisation and id, once the engine knows them.

    The rest is progress, kept when an entry comes back to the queue: the prepared items; the asks that were answered
    without a judgement, and whether their answer permits; whether items were made again for another bundle; until when
    (loop seconds) they wait for reservations before theirs (0: they do not), and how much of that was left when they were
    judged last; and how long the entry stayed out of the queue the last time.
    """

    asks: list[Ask]
    semantic: decision_pb2.BatchSemantic.ValueType = decision_pb2.BATCH_SEMANTIC_EXECUTE_ALL
    caller: tuple[str, str] = ("", "")
    items: list[Item] = field(default_factory=list)
    answered: dict[Ask, bool] = field(default_factory=dict)
    remade: bool = False
    contended_until_s: float = 0.0
    pending_before: int = 0
    pause_s: float = 0.0
    size: int = field(init=False)

    def __post_init__(self) -> None:
        self.size = sum(len(ask.request) for ask in self.asks)


class _Line:
    """What waits of one caller, and how many asks that are."""

    __slots__ = ("caller", "count", "entries")

    def __init__(self, caller: tuple[str, str]) -> None:
        self.caller = caller
        self.entries: deque[Entry] = deque()
        self.count = 0


class FairQueue:
    """Draws one entry of each caller in turn, so that a flood of one caller delays the others by one entry a turn."""

    def __init__(self, *, per_caller: int, total: int) -> None:
        self._per_caller = per_caller
        self._total = total
        self._lines: OrderedDict[tuple[str, str], _Line] = OrderedDict()
        self._count = 0

    def __len__(self) -> int:
        """Number of asks that wait."""
        return self._count

    def put(self, entry: Entry) -> None:
        """Appends an entry.

        Raises:
            Overloaded: the caller, or all together, have too many waiting.
        """
        items = len(entry.asks)
        line = self._lines.get(entry.caller)
        if (line.count if line is not None else 0) + items > self._per_caller:
            raise Overloaded("CALLER_OVERLOADED", f"expected at most {self._per_caller} waiting requests of one caller")
        if self._count + items > self._total:
            raise Overloaded("OVERLOADED", f"expected at most {self._total} waiting requests")
        self._append(line, entry, items)

    def put_back(self, entry: Entry) -> None:
        """Appends an entry that was drawn before and is not finished; never refused, since it was counted once."""
        self._append(self._lines.get(entry.caller), entry, len(entry.asks))

    def draw(self, max_items: int, max_bytes: int) -> list[Entry]:
        """Takes entries round-robin until a bound is met; at least one entry when any waits."""
        drawn: list[Entry] = []
        items = size = 0
        while self._lines:
            line = next(iter(self._lines.values()))
            entry = line.entries[0]
            count = len(entry.asks)
            if drawn and (items + count > max_items or size + entry.size > max_bytes):
                break
            drawn.append(line.entries.popleft())
            items += count
            size += entry.size
            line.count -= count
            if not line.entries:
                del self._lines[line.caller]
            elif len(self._lines) > 1:
                self._lines.move_to_end(line.caller)
        self._count -= items
        return drawn

    def _append(self, line: _Line | None, entry: Entry, items: int) -> None:
        if line is None:
            line = self._lines[entry.caller] = _Line(entry.caller)
        line.entries.append(entry)
        line.count += items
        self._count += items
