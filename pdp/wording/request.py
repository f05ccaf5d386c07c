"""Reads a user's request: which deeds it asks for, on which things, whether it hands over to what a source says.

By words alone (`pdp.wording.lexicon`), in linear time. Only bits are kept, never words.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from pdp.fold import fold
from pdp.steps import Steps, finish
from pdp.suggest.words import word_set
from pdp.wording.aside import put_aside
from pdp.wording.clauses import clauses
from pdp.wording.deeds import deeds_at
from pdp.wording.grammar import ALSO_BIDS, COURTESIES, NOT
from pdp.wording.joining import told_by_name
from pdp.wording.lexicon import DEEDS_ON_OTHERS
from pdp.wording.marks import identifiers, pieces
from pdp.wording.mood import Bidden
from pdp.wording.own import own_words
from pdp.wording.quotations import listed, spoken
from pdp.wording.telling import told_to_others
from pdp.wording.things import things_in
from pdp.wording.wishes import Wish, delegates, entrusts
from writ.frozen import frozen

NAMED_EMAIL, NAMED_ACCOUNT, NAMED_URL, MEANS_MANY, WISHES, ENTRUSTS, FORBIDS = 1, 2, 4, 8, 16, 32, 64
REFUSES = 128
"""Bits of what a request names by its address; whether it speaks of all or several of a kind; whether it holds a sentence that
neither asks a question, nor asks to read, nor holds a deed that is known, so that it may wish for anything, unless one is refused
by a turn of phrase (WISHES); whether it leaves the details of what it asks for to somebody, "as she says" (ENTRUSTS); whether it
denies anything, so that what it names may be what must not be done (FORBIDS), and whether it begins a clause by refusing a deed,
whatever verb it is, "don't tell Bob", "leave it alone" (REFUSES)."""

_MANY = frozenset(
    {"everyone", "everybody", "all", "each", "every", "both", "them", "others", "members", "people", "whoever"}
    | {"participants", "attendees", "guests", "team", "colleagues", "alle", "allen", "jeder", "tous", "todos"}
)

_WORDS_A_STEP = 256


_DENYING = NOT | frozenset(
    {"nothing", "no", "none", "nobody", "neither", "nor", "kein", "nichts", "niemand", "rien", "nada"}
    | {"alone", "forbid", "forbids", "forbidden", "ignore", "refrain", "stop"}
)
"""Words by which a request may deny what it names; of those that are not NOT, "no" may only stand for a number."""
_NEVER = word_set("don't dont jamais never nie niemals nunca")
_KEEPING = word_set("keep leave")
_NOT_LAST = word_set("nicht pas alone")
_HARMLESS = word_set("big doubt hurry idea longer matter object pressure problem problems rush stress surprise worries")
"""Behind "no", these deny nothing that could be done: "send the electrician, money's no object"."""


_ACCOUNT_DIGITS = 9  # a date has eight


@frozen
class RequestFacts:
    """What is kept of a request: `deeds` and `things` are bits of Deed and Thing, `named` of NAMED_*, `delegates` tells
    that it hands over to what some source says."""

    deeds: int = 0
    things: int = 0
    named: int = 0
    delegates: bool = False


def request_facts(text: str) -> RequestFacts:
    """Reads a request (untrusted in form, at most some 16 KiB) in linear time."""
    return finish(facts_in_steps(text, own_words(text).named))


def facts_in_steps(text: str, named_in: str) -> Steps[RequestFacts]:
    """Does what `request_facts` does, in steps. `named_in`: what of it names anything (`pdp.wording.own`)."""
    own, quoted = spoken(fold(listed(text)))
    words, opening, ends = clauses(own)
    things = 0
    wish, bidden = Wish(words, ends), Bidden(words, opening, ends)
    aside = yield from put_aside(words, opening, ends)
    for at, word in enumerate(words):
        if at % _WORDS_A_STEP == _WORDS_A_STEP - 1:
            yield
        here = deeds_at(words, at, opens=at in opening, ends=ends)
        bidden.take(at, here & ~aside.get(at, 0))
        wish.take(at, known=bool(here))
        if not (here and word in DEEDS_ON_OTHERS):
            things |= things_in(word)
    hands_over, entrusted = delegates(words, opening), entrusts(words)
    said_by_others, _, _ = clauses(quoted)
    for at, word in enumerate(said_by_others):
        if at % _WORDS_A_STEP == _WORDS_A_STEP - 1:
            yield
        things |= things_in(word)
    every = [*words, *said_by_others]
    named = 0
    for piece in pieces(named_in):
        named |= _named(piece)
        yield
    refuses = bidden.refuses or _refuses(words, opening, ends)
    return RequestFacts(
        deeds=bidden.deeds | (0 if refuses else told_by_name(named_in)),
        things=things,
        named=named
        | MEANS_MANY * _means_many(every)
        | WISHES * (wish.found and not bidden.refuses)
        | ENTRUSTS * entrusted
        | FORBIDS * (bidden.refuses or _denies(every))
        | REFUSES * refuses,
        delegates=hands_over,
    )


def _denies(words: Sequence[str]) -> bool:
    return any(
        word in _DENYING and not (word == "no" and words[at] in _HARMLESS)
        for at, word in enumerate(words[:-1], start=1)
    ) or (bool(words) and words[-1] in _DENYING)


def _refuses(words: Sequence[str], opening: Collection[int], ends: Mapping[int, str]) -> bool:
    """ "Don't tell Bob", "please never share it", "do not close it", "sag es Bob nicht", "leave it alone", "keep it open"."""
    for at, word in enumerate(words[:-1]):
        begins = at in opening or words[at - 1] in COURTESIES or words[at - 1] in ALSO_BIDS
        if begins and (word in _NEVER or word in _KEEPING or (word == "do" and words[at + 1] == "not")):
            return True
    return any(words[at] in _NOT_LAST for at in ends)


def _means_many(words: Sequence[str]) -> bool:
    """Whether a request may reach several: "them", but not "they", unless they are to learn or to be given something."""
    if not _MANY.isdisjoint(words):
        return True
    return any(one == "they" and told_to_others(words, at, opens=False) for at, one in enumerate(words[:-1], start=1))


def _named(text: str) -> int:
    bits = 0
    for mark in identifiers(text):
        if mark[0] == "e":
            bits |= NAMED_EMAIL
        elif mark[0] == "u":
            bits |= NAMED_URL
        elif sum(character.isdigit() for character in mark) >= _ACCOUNT_DIGITS:
            bits |= NAMED_ACCOUNT
    return bits
