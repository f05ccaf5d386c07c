"""What a reported result teaches a session: the marks of its fields and texts, apart by who can have written them.

A field counts as one only when its whole value is short and on one line; what stands in prose is free text whatever the
catalog says of the field. Pure: gives marks, stores nothing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Any

from pdp.catalog_model import ContentTrust, ResultSpec
from pdp.fold import fold
from pdp.provenance.forms import is_code, strong_marks, whole_mark
from pdp.provenance.leaves import Leaf, Walk
from pdp.provenance.meant import Pairs
from pdp.provenance.told import bidden_marks, deed_marks, links, own_matter
from pdp.steps import Steps, finish
from pdp.wording.lexicon import DEEDS
from pdp.wording.marks import (
    MAX_TEXT_CHARS,
    address_spellings,
    host_marks,
    is_bank_account,
    pieces,
    spellings,
    text_marks,
)
from pdp.wording.orders import CURT_WORDS, bidden_deeds, is_order, parted
from writ.frozen import frozen

MAX_RESULT_MARKS = 6_000
"""Marks kept of one result, some 30 KiB; beyond them the result counts as one that nobody reported."""

MIN_LEAF_CHARS = 8
"""What a value counts at least: a list of nothing takes time as well."""

MAX_FIELD_CHARS, MAX_FIELD_WORDS = 128, 12
"""A longer value is prose."""

MIN_TELLING_WORDS, MIN_TELLING_VALUES = 2, 6
"""Words of one value, or values of one word beside one another, that may be a sentence."""

MAX_NAME_CHARS = 64
"""A longer value of one word may be anything in another form."""

_LETTERS = re.compile(r"[^\W\d_]{2,}")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z\"'(])|[\r\n]+")
_LEAVES_A_STEP, _RECORDS_A_STEP = 512, 128

_ACCOUNT_FIELD = re.compile(
    r"(?i)iban|acc(?:oun)?t|bank|konto|compte|cuenta|payee|payer|recipient|beneficiary|creditor|debtor|vendor|number|no$|nr$|sender|from|to$"
)
"""Fields in which a bank account stands as such."""

_BESIDE_ADDRESS = re.compile(r"[^<>@\n]{0,64}<[^<>\s]{3,320}>")


@frozen
class Sighting:
    """Marks of one result.

    `ordered` are those of `texts` that stand in a sentence which bids its reader do something: who points at a source
    entrusts what it states, not what it orders. `spoken` are the words of values that order nothing. `bidden` is what orders
    hold in other forms, and `links` lead from ids to what they may call their records (`pdp.provenance.told`). `threats` are
    those of every part that stands beside a threat. `threatened` tells that it holds a threat, wherever. `complete` False:
    something was left out, and the result counts as unreported. `prose`: an instruction could stand in what outsiders wrote of
    it, since it is more than names, numbers and codes."""

    trusted: frozenset[str] = frozenset()
    records: frozenset[str] = frozenset()
    texts: frozenset[str] = frozenset()
    ordered: frozenset[str] = frozenset()
    spoken: frozenset[str] = frozenset()
    bidden: frozenset[str] = frozenset()
    links: tuple[tuple[str, str], ...] = ()
    threats: frozenset[str] = frozenset()
    threatened: bool = False
    complete: bool = True
    untrusted: bool = False
    prose: bool = False

    @property
    def stated(self) -> frozenset[str]:
        """Marks of `texts` that order nothing. A word that stands in an order as well is one of them all the same: a name of
        several words would be lost by it."""
        return (self.texts - self.ordered) | self.spoken


def sight(
    result: Any,
    spec: ResultSpec,
    *,
    trusted_reporter: bool,
    threats: Collection[str] = (),
    complete: bool = True,
) -> Sighting:
    """Does `sight_in_steps` at once."""
    return finish(sight_in_steps(result, spec, trusted_reporter=trusted_reporter, threats=threats, complete=complete))


def sight_in_steps(
    result: Any,
    spec: ResultSpec,
    *,
    trusted_reporter: bool,
    threats: Collection[str] = (),
    complete: bool = True,
) -> Steps[Sighting]:
    """Returns what a result (strictly parsed JSON) holds.

    `trusted_reporter`: a gateway reports what was decided; else nothing of it is trusted. `threats` are JSON pointers of
    values in which inspection found a threat: all that stands in the same object counts as told by it. `complete` False:
    not all was inspected.
    """
    content_trusted = trusted_reporter and spec.content is ContentTrust.TRUSTED
    record_trusted = trusted_reporter and spec.record_trust is ContentTrust.TRUSTED
    declared = (yield from _declared(result, spec)) if record_trusted else frozenset()
    poisoned = {_enclosing(pointer) for pointer in threats}
    trusted: set[str] = set()
    records: set[str] = set()
    texts: set[str] = set()
    ordered: set[str] = set()
    spoken: set[str] = set()
    orders: dict[str, set[str]] = {}
    ordering: set[str] = set()
    bad: set[str] = set()
    vouched: set[str] = set()
    objects: dict[str, list[Leaf]] = {}
    telling = _Telling()
    chars = 0
    walk = Walk(result)
    for leaf in walk:
        if leaf is None:
            yield
            continue
        room = MAX_TEXT_CHARS - chars
        chars += max(MIN_LEAF_CHARS, len(leaf.text))
        if room <= 0 or len(trusted) + len(records) + len(texts) > MAX_RESULT_MARKS:
            break
        text = leaf.text[:room]
        told: set[str] = set()
        for piece in pieces(text):
            told |= text_marks(piece)
            if content_trusted:
                told.update(*address_spellings(piece).values())
            yield
        fields = _field_marks(leaf)
        if content_trusted:
            trusted |= told | fields
        elif fields and leaf.text in declared:
            trusted |= fields
            vouched.add(leaf.pointer)
        else:
            records |= fields
            texts |= told
            telling.take(leaf)
            bids, held = yield from _said(text)
            ordered |= bids
            if not bids:
                spoken.update(mark for mark in told if mark.startswith("w:"))
            if held:
                orders.setdefault(_object(leaf.pointer), set()).update(held)
                ordering.add(leaf.pointer)
        if poisoned and _stands_in(leaf.pointer, poisoned):
            bad |= told | fields
        elif fields:
            for place in _places(leaf, objects):
                objects.setdefault(place, []).append(leaf)
    # What a record says is no name of it, and what it says of its own matter bids nothing else.
    named = {at: [leaf for leaf in leaves if leaf.pointer not in ordering] for at, leaves in objects.items()}
    bidden = {mark for at, held in orders.items() for mark in held - own_matter(named.get(at, ()))}
    complete = (
        complete
        and walk.complete
        and chars <= MAX_TEXT_CHARS
        and len(trusted) + len(records) + len(texts) + len(bidden) <= MAX_RESULT_MARKS
    )
    yield
    listed = list(objects.values())
    alone, shared = yield from _pairs(listed, ordering)
    (trusted if content_trusted else records).update(alone)
    if vouched:
        told_apart, _ = yield from _pairs(
            [[leaf for leaf in leaves if leaf.pointer in vouched] for leaves in listed], ordering
        )
        trusted |= told_apart
    texts |= shared  # the record holds the name, as it does that of others
    named_links = tuple(links(list(named.values())))
    yield
    return Sighting(
        trusted=frozenset(trusted),
        records=frozenset(records),
        texts=frozenset(texts),
        ordered=frozenset(ordered),
        spoken=frozenset(spoken),
        bidden=frozenset(bidden),
        links=named_links,
        threats=frozenset(bad),
        threatened=bool(threats),
        complete=complete,
        untrusted=not content_trusted,
        prose=telling.found,
    )


def _pairs(records: Sequence[Sequence[Leaf]], ordering: Collection[str]) -> Steps[tuple[set[str], set[str]]]:
    pairs = Pairs()
    for start in range(0, len(records), _RECORDS_A_STEP):
        if not pairs.take(records[start : start + _RECORDS_A_STEP], ordering):
            break
        yield
    return pairs.found()


class _Telling:
    """Finds out whether values could tell a reader to do something: by two words in one of them or by text that nobody can
    read (it may be encoded), or by single words of several values that stand beside one another and hold a verb."""

    __slots__ = ("_words", "found")

    def __init__(self) -> None:
        self.found = False
        self._words: dict[str, list[str]] = {}

    def take(self, leaf: Leaf) -> None:
        """Takes in the next value."""
        if self.found:
            return
        parts = _LETTERS.findall(leaf.text)
        self.found = len(parts) >= MIN_TELLING_WORDS or len(leaf.text) > MAX_NAME_CHARS
        if len(parts) != 1:
            return
        beside = self._words.setdefault(_object(leaf.pointer), [])
        beside.append(fold(parts[0]))
        self.found = self.found or (len(beside) >= MIN_TELLING_VALUES and not DEEDS.keys().isdisjoint(beside))


def _declared(result: Any, spec: ResultSpec) -> Steps[frozenset[str]]:
    """Returns the values in the fields that the catalog names."""
    found: set[str] = set()
    for path in spec.records:
        value = path.search(result)  # None when the result has another form than the catalog says
        for number, leaf in enumerate(Walk(value)):
            if leaf is not None:
                found.add(leaf.text)
            if number % _LEAVES_A_STEP == 0:
                yield
    return frozenset(found)


def _said(text: str) -> Steps[tuple[set[str], set[str]]]:
    """Returns the marks of the sentences that bid, and what these hold."""
    ordered: set[str] = set()
    bidden: set[str] = set()
    for sentence in (part for line in _SENTENCE_END.split(text) for part in parted(line)):
        for piece in pieces(sentence):
            order = is_order(piece)
            if order:
                ordered |= text_marks(piece)
                bidden |= bidden_marks(piece)
            if order or len(piece.split(None, CURT_WORDS)) > CURT_WORDS:
                bidden.update(deed_marks(bidden_deeds(piece, order=order)))
            yield
    return ordered, bidden


def _object(pointer: str) -> str:
    """The object that a value belongs to, itself or in a list: who is named by its name is named with its members."""
    return _enclosing(_field(pointer))


def _field(pointer: str) -> str:
    """The field that a value stands in, itself or in a list."""
    head, _, last = pointer.rpartition("/")
    while last.isdecimal() and head:
        pointer = head
        head, _, last = pointer.rpartition("/")
    return pointer


def _places(leaf: Leaf, objects: Collection[str]) -> tuple[str, ...]:
    """The objects that a value belongs to. A member whose name is data is a record of that name and what stands below it, and
    its name belongs to the object that holds them all, as one of a list would: `{"title": …, "shared_with": {ADDRESS: …}}`."""
    if leaf.is_key:
        around = _enclosing(leaf.pointer)
        in_a_field = around and not around.rpartition("/")[2].isdecimal()
        return (leaf.pointer, _enclosing(around)) if in_a_field else (leaf.pointer,)
    field = _field(leaf.pointer)
    place = _enclosing(field)
    return (place, field) if field in objects else (place,)


def _enclosing(pointer: str) -> str:
    """The object or list that holds a value: an order in one field may speak of what stands in the next."""
    return pointer.rpartition("/")[0]


def _stands_in(pointer: str, places: Collection[str]) -> bool:
    """Tells whether a value stands in one of `places`, by the prefixes of its pointer."""
    while pointer:
        if pointer in places:
            return True
        pointer = pointer.rpartition("/")[0]
    return "" in places


def _field_marks(leaf: Leaf) -> set[str]:
    """Marks of a value that is a field; none when it is prose."""
    text = leaf.text.strip()
    if not text or "\n" in text or len(text) > MAX_FIELD_CHARS or len(text.split()) > MAX_FIELD_WORDS:
        return set()
    whole = whole_mark(text)
    if whole.startswith("k:") and not leaf.is_id and not is_code(text):
        return set()
    marks = {whole} | spellings(text)
    strong = strong_marks(text)
    if strong and is_bank_account(strong[0]) and not _ACCOUNT_FIELD.search(_field(leaf.pointer).rpartition("/")[2]):
        return set()  # the body of a mail that holds nothing else is told all the same
    parts = text.replace(",", " ").replace(";", " ").split()
    # Addresses alone, `<ada@example.org>` with a name before it, a number; an address among words is told, not recorded.
    if len(parts) <= len(strong) or _BESIDE_ADDRESS.fullmatch(text) or (strong and strong[0][0] == "a"):
        marks.update(strong, host_marks(strong))
    return marks
