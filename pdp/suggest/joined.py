"""Verbs that a sentence joins to its first, and words that an object makes verbs: `Estimate and book shipping`, `Checks the stock
and refunds orders`, `Mails the bill to the tenant`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pdp.fold import fold
from pdp.suggest.answers import is_of_the_answer
from pdp.suggest.lexicon_nouns import BOOKED, CREDENTIALS, VAGUE
from pdp.suggest.lexicon_verbs import (
    ALSO_NOUNS,
    DESCRIPTION_ONLY,
    HARMLESS,
    LOOSE,
    MANNER,
    NAME_ONLY,
    PHRASES,
    STRICT,
    VEHICLES,
    VIEWS,
    WITH_AN_OBJECT,
)
from pdp.suggest.readings import PERSONS, READERS
from pdp.suggest.said import READS
from pdp.suggest.words import base_form, singular, word_set
from writ.action import Verb

MAX_CHARS = 600
"""How much of a sentence is searched for verbs that stand side by side."""

DETERMINERS = word_set("a an the it its them their all any your this that these those every each")
_OBJECTS_BEGIN = (DETERMINERS - {"that"}) | word_set(
    "what whatever whichever anything everything one two three another new old missing both some more several"
)
_SUBORDINATE = word_set("when whenever if once as where until again")
_ENDS_OBJECT = _SUBORDINATE | word_set("and or of for in to from with at on by about via per then after before")
_JOINS = word_set("and or then also")
_BETWEEN = _JOINS | frozenset(",/&") | word_set("optionally even")
PARTICLES = word_set("up out off down away back")
_FOR = word_set("for")
"""`Search for and buy shares`."""
_PRONOUNS = word_set("it they them you he she")
_DID = word_set("is was were are has have had wrote made sent took gave paid bought owns holds uses")
_CHOOSING = word_set(
    "named identified selected specified affected concerned assigned involved listed registered subscribed"
)
"""Participles that tell which one is meant: `Emails a customer affected by the outage`."""
_PREDICATES = word_set(
    "pending due outstanding open today yesterday tomorrow available online left so far folder file page only"
)
"""What is said of a plural before it: `charges due`; no object of a verb."""
_TOKEN = re.compile(r"[a-z0-9]+(?:'[a-z]+)?|[,/&]")
_TELL_AGAIN = word_set("return print echo process handle combine mix see know learn tell give provide")
"""What a reading does with what it read: `Read and return a file`."""

_SPEAKING = word_set("ask call contact request")
"""Who asks a person speaks to that person; who asks the server or requests a page reads."""
_BARGAINS = word_set("order bet bid trade")
_BOOKING = word_set("book reserve hire")
_APPLIED = word_set(
    "discount coupon voucher credit patch migration change configuration label policy fix update penalty fee"
)
_RUN_TO_LOOK = HARMLESS | word_set("report check diagnostic simulation test lookup list page numbering count timer")
"""What is run or started to look at something."""
_MAKING = word_set("create make generate compose build produce issue mint cut")
_RENEWING = word_set("roll rotate renew reissue regenerate refresh")
_NEW = word_set("a an new fresh another one short temporary")


def verb_with_object(word: str, rest: tuple[str, ...], *, third: bool, bare: bool = False) -> Verb | None:
    """Returns what a word does that only an object makes a verb, None where none follows. `rest` follows the word; `third`
    tells that it stands in the third person, where a plural is an object, too (`refunds orders`), or, if `bare`, any noun."""
    near = {singular(item) for item in rest[:4]}
    if (phrase := parted(word, rest)) is not None:
        return phrase
    if word in ("place", "file") and near & _BARGAINS and third:
        return Verb.PAY
    if (
        not _begins_an_object(rest, third=third, bare=bare)
        or is_of_the_answer(list(rest))
        or _is_what_somebody_did(rest)
    ):
        return None
    if (word in VEHICLES or word == "start") and near & _RUN_TO_LOOK:
        return None
    if word in _SPEAKING:
        asked = (*rest[:3], *(rest[rest.index("from") :][:4] if "from" in rest else ()))
        return Verb.SEND if {singular(item) for item in asked} & (PERSONS - READERS) else None
    if word == "order" and "by" in rest:
        return None  # `Orders the entries by date`
    if word == "apply":
        return Verb.UPDATE if near & _APPLIED else None
    if word in _BOOKING and near & BOOKED:
        return Verb.PAY
    return PHRASES.get((word, rest[1] if rest[0] in DETERMINERS and rest[1:] else rest[0])) or WITH_AN_OBJECT.get(word)


def _begins_an_object(rest: tuple[str, ...], *, third: bool, bare: bool) -> bool:
    """True where words begin with a determiner, or, after the third person, with a plural that is an object whole. `bare`: one
    noun will do (`and blocks traffic`), where no sentence begins (`Alerts fire when …`)."""
    if not rest:
        return False
    if rest[0] in _OBJECTS_BEGIN or rest[0].isdigit():
        return True
    noun = singular(rest[0])
    is_noun = noun not in VAGUE | VIEWS | _PREDICATES | _ENDS_OBJECT and not noun.endswith("ed")
    return (
        third
        and is_noun
        and (bare or noun != rest[0])
        and (not rest[1:] or rest[1] in _ENDS_OBJECT | {"that", "which"})
    )


def parted(word: str, rest: tuple[str, ...]) -> Verb | None:
    """Returns what a verb with its particle does, which an object may part: `shuts down`, `tops it up`, `checks a guest in`."""
    for place, item in enumerate(rest[:4]):
        if item in PARTICLES and (verb := PHRASES.get((word, item))) is not None:
            return verb
        if item in _ENDS_OBJECT:
            return PHRASES.get((word, item)) if not rest[place + 1 :] else None
    return None


def _is_what_somebody_did(rest: tuple[str, ...]) -> bool:
    """True for what follows a plural that tells which: `messages a user posted`, `runs it started`."""
    somebody = rest[0] in DETERMINERS and len(rest) > 1 and singular(rest[1]) in PERSONS
    did = rest[1:2] if rest[0] in _PRONOUNS else rest[2:3] if somebody else ()
    return bool(did) and did[0] not in _CHOOSING and (did[0].endswith("ed") or did[0] in _DID)


def makes_a_credential(word: str, rest: tuple[str, ...]) -> bool:
    """True for `mint a new API token` and `roll the signing keys`: what is made lets in whoever has it. A password that is
    generated is a proposal."""
    begins = _NEW if word in _MAKING else DETERMINERS | _NEW if word in _RENEWING else frozenset()
    end = next((at for at, item in enumerate(rest) if at and item in _ENDS_OBJECT), len(rest))
    made = singular(rest[:end][-1]) if end > 1 and rest[0] in begins else ""
    return made in CREDENTIALS and not (word == "generate" and made == "password")


def joined(words: tuple[str, ...], *, third: bool) -> Iterator[tuple[Verb, str]]:
    """Yields further verbs of a sentence, which have the form of the first: `reads and deletes`, `read, then delete`."""
    for place in range(1, len(words) - 1):
        if words[place] not in _JOINS:
            continue
        follower = place + 1
        while follower < len(words) - 1 and (words[follower] in _JOINS | {"thereby"} or is_adverb(words[follower])):
            follower += 1
        came = words[follower]
        if came.startswith("drop") and words[place - 1].startswith("drag"):
            continue
        word = base_form(came) if third else came
        if (word != came) is not third or word in DESCRIPTION_ONLY or word in NAME_ONLY:
            continue
        verb = _joined_verb(word, words[follower + 1 :], third=third, then=words[follower - 1] == "then")
        if verb is not None:  # what is made anew is no mere form of the answer, so it is said in two words
            rest = words[follower + 1 :]
            yield verb, f"{word} {rest[0]}" if makes_one(word, rest) else word


def makes_one(word: str, rest: Sequence[str]) -> bool:
    """True for `creates it if absent` and `making one`: what is looked for is made."""
    return (
        (STRICT.get(word) or WITH_AN_OBJECT.get(word)) is Verb.CREATE
        and bool(rest)
        and rest[0] in ("it", "one", "them")
    )


def _joined_verb(word: str, rest: tuple[str, ...], *, third: bool, then: bool) -> Verb | None:
    determined = bool(rest) and rest[0] in DETERMINERS
    if rest and (word not in STRICT or word in ALSO_NOUNS) and _is_what_somebody_did(rest):
        return None
    if word in _BOOKING or word == "order":
        return verb_with_object(word, rest, third=third, bare=True)
    if (word in STRICT and (word not in ALSO_NOUNS or determined)) or (word in LOOSE and determined):
        return STRICT.get(word) or LOOSE[word]
    if word in STRICT:
        conditional = third and bool(rest) and rest[0] in _SUBORDINATE
        acts = then or conditional or (word not in MANNER and _begins_an_object(rest, third=third, bare=True))
        return STRICT[word] if acts else None
    if then and rest and word in WITH_AN_OBJECT:  # `quote, then order parts`
        return WITH_AN_OBJECT[word]
    return verb_with_object(word, rest, third=third, bare=True)


def coordinated(sentence: str, preamble: int) -> Iterator[tuple[Verb, str]]:
    """Yields the verbs that stand side by side at the head of a sentence and share an object: `Estimate, book and pay for
    shipping`, `Find/delete files`. `preamble` words before the first one are passed over."""
    tokens = _TOKEN.findall(fold(sentence[:MAX_CHARS]))
    at = 0
    for _ in range(preamble):
        at = next((place for place in range(at, len(tokens)) if tokens[place] not in ",/&"), at) + 1
    heads: list[tuple[str, str]] = []
    while at < len(tokens):
        came = tokens[at]
        at += 1
        particle = tokens[at] if at < len(tokens) and tokens[at] in PARTICLES | _FOR else ""
        follower = at + bool(particle)
        after = next((place for place in range(follower, len(tokens)) if not _is_between(tokens[place])), len(tokens))
        heads.append((came, particle))
        if after == follower:
            at = follower
            break
        at = after
    if len(heads) < 2 or at >= len(tokens) or tokens[at] in _ENDS_OBJECT:
        return
    third = heads[0][0] not in STRICT.keys() | LOOSE.keys() and base_form(heads[0][0]) != heads[0][0]
    words = [(base_form(came) if third else came, particle) for came, particle in heads]
    if not any(_is_plain(word, third=third) for word, _ in words):
        return  # `Likes and shares …` may well be plurals
    for word, particle in words[1:]:
        verb = PHRASES.get((word, particle)) or STRICT.get(word) or WITH_AN_OBJECT.get(word) or LOOSE.get(word)
        if verb is not None and verb not in READS and word not in _TELL_AGAIN | NAME_ONLY:
            yield verb, word


def _is_plain(word: str, *, third: bool) -> bool:
    return word in STRICT and (word not in ALSO_NOUNS or (not third and STRICT[word] in READS))


def _is_between(token: str) -> bool:
    return token in _BETWEEN or is_adverb(token)


def is_adverb(word: str) -> bool:
    """True for `permanently`; not for `reply` and `apply`."""
    return word.endswith("ly") and word not in STRICT and word not in LOOSE
