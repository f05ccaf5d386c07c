"""What the user said, read once: a gateway sends the same request with every call of a session.

A long request is read in steps before its action joins a batch (`pdp.preparation`). What was read is kept within a bound on the
length of all texts, since what is made of one takes forty times its length.
"""

from __future__ import annotations

from collections import OrderedDict
from hashlib import blake2b

from pdp.fold import fold
from pdp.provenance.bindings import Written, written_in_steps
from pdp.provenance.forms import hash_marks
from pdp.provenance.meant import request_names_in_steps
from pdp.provenance.model import Lookup
from pdp.provenance.said import marks_in_steps
from pdp.provenance.shapes import written_shapes
from pdp.provenance.told import said_in_steps
from pdp.provenance.unnamed import all_spoken_of
from pdp.steps import Steps, finish
from pdp.wording.opposites import Stands, stands_in_steps
from pdp.wording.own import own_words_in_steps
from pdp.wording.quotations import quoted_spans, without
from pdp.wording.request import RequestFacts, facts_in_steps
from pdp.wording.retractions import TakenBack, taken_back
from pdp.wording.whom import Whom, whom_in_steps
from writ.frozen import frozen

LONG_CHARS = 1_024
"""Longer requests are read in steps; a millisecond for every 200 characters."""

MAX_KNOWN, MAX_KNOWN_CHARS = 1_024, 256 * 1_024
"""Requests that are kept, and characters of all of them: together at most 16 MiB."""

MAX_REMEMBERED = 64
"""Values of one request for which its lookups are kept; calls of one session are about few."""


@frozen
class Request:
    """One request: its keyed digest (8 bytes), facts, what in it stands for or against what tools do
    (`pdp.wording.opposites`), keyed hashes of its marks, the marks that details are compared with, likely names and words that
    may be names (`pdp.provenance.meant`), whom it addresses, the shapes of the ids that it writes out
    (`pdp.provenance.shapes`), the values that it writes out, with the deeds of their clauses (`pdp.provenance.bindings`), its
    folded text; the nouns of which it speaks as all that there are (`pdp.provenance.unnamed`); the names, and the addresses, ids
    and paths, that it refuses (`pdp.wording.own`); and lookups that were made for it, by kind and value."""

    digest: bytes
    facts: RequestFacts
    stands: Stands
    hashes: bytes
    said: frozenset[str]
    names: tuple[str, ...]
    others: tuple[str, ...]
    whom: Whom
    written: frozenset[str]
    bound: tuple[Written, ...]
    taken_back: TakenBack
    folded: str
    all_of: frozenset[str]
    put_out: tuple[str, ...]
    left_out: frozenset[str]
    remembered: dict[tuple[str, str], tuple[Lookup | None, Lookup | None]]


class Requests:
    """Reads requests, and keeps those that were read last. `key`: 16 to 64 bytes, the same on every replica."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._known: OrderedDict[str, Request] = OrderedDict()
        self._chars = 0

    def is_long(self, text: str) -> bool:
        """Tells whether reading a request takes long enough for others to wait for it."""
        return len(text) > LONG_CHARS and text not in self._known

    def read(self, text: str) -> Request:
        """Returns what a request says; reads it at once when it is not known."""
        known = self._known.get(text)
        if known is None:
            return finish(self.read_in_steps(text))
        self._known.move_to_end(text)
        return known

    def read_in_steps(self, text: str) -> Steps[Request]:
        """Does what `read` does, in steps."""
        own = yield from own_words_in_steps(text)
        facts = yield from facts_in_steps(text, own.named)
        stands = yield from stands_in_steps(own.named)
        marks = yield from marks_in_steps(text, own)
        names, others = yield from request_names_in_steps(own.worded)
        whom = yield from whom_in_steps(own.whom)
        yield
        said = yield from said_in_steps(text)
        folded = fold(own.worded)
        bound = yield from written_in_steps(own.named)
        back = taken_back(without(text, (yield from quoted_spans(text))))
        yield
        all_of = all_spoken_of(folded)
        yield
        request = Request(
            digest=blake2b(text.encode(), key=self._key, digest_size=8, person=b"request").digest(),
            facts=facts,
            stands=stands,
            hashes=hash_marks(self._key, marks),
            said=said,
            names=tuple(name for name in names if name not in own.put_out),
            others=others,
            whom=whom,
            written=written_shapes(fold(own.named)),
            bound=bound,
            taken_back=back,
            folded=folded,
            all_of=all_of,
            put_out=tuple(sorted(own.put_out)),
            left_out=own.left_out,
            remembered={},
        )
        self.keep(text, request)
        return request

    def keep(self, text: str, request: Request) -> None:
        """Keeps what was read of a request, and forgets what was asked for longest ago."""
        if text not in self._known:
            self._chars += len(text)
        self._known[text] = request
        self._known.move_to_end(text)
        while len(self._known) > MAX_KNOWN or self._chars > MAX_KNOWN_CHARS:
            oldest, _ = self._known.popitem(last=False)
            self._chars -= len(oldest)
