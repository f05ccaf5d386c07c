"""Which verbs a description says. Untrusted prose: only the heads of sentences count, and they only ever raise."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from pdp.suggest.joined import (
    DETERMINERS,
    PARTICLES,
    coordinated,
    is_adverb,
    joined,
    makes_a_credential,
    parted,
    verb_with_object,
)
from pdp.suggest.lexicon_nouns import VAGUE
from pdp.suggest.lexicon_verbs import (
    ALSO_NOUNS,
    DESCRIPTION_ONLY,
    HALF_NAMES,
    HARMLESS,
    LOOSE,
    NAME_ONLY,
    PHRASES,
    PREAMBLE,
    STRICT,
    SURE_LEADS,
    VEHICLES,
    VIEWS,
    WITH_AN_OBJECT,
)
from pdp.suggest.readings import addressed
from pdp.suggest.said import READS, Said
from pdp.suggest.words import base_form, first_sentence, sentences, singular, text_words, word_set
from writ.action import Verb

_LABEL = re.compile(r"\A.{0,600}?\b(?:tool )?description: *", re.DOTALL | re.IGNORECASE)
"""What some publishers put before the description proper; all of it is text of the same hand."""

_OF = word_set("for of from in")
_AUXILIARIES = word_set("is are was were can may will must should have do not")
_WHICH = word_set("that which who")
_OF_ARGUMENTS = word_set("accept follow match label complete tag like fix link switch skip resolve")
"""What a later sentence says of the arguments and of the answer: `Accepts names`, `Follows redirects`."""
_READERS = word_set("user agent caller model assistant reader")
"""Whom a tool gives what it reads: `Gives the user the role of a member`."""
_GOES_ON = word_set("to for of on in at by with as and or over")
_GRANTED_RIGHTS = word_set("right permission role badge key")
_GRANTED = word_set("discount bonus credit voucher coupon raise title grade rank")
"""What somebody has once it is given, so that giving it changes something."""

_ARTICLES = word_set("a an the")
_OBJECT_PRONOUNS = word_set("it them")
_HARMLESS_HEADS = word_set(
    "look expect choose pick yield output surface walk traverse iterate tally sum average shuffle "
    "normalize normalise tokenize tokenise hash capitalize guess infer interpolate simplify factor derive integrate "
    "differentiate dump contain represent denote indicate mean imply specify include concern "
    "wrap quote cite group pad flatten embed escape "
    "after before when where whether why how while during until since if once unless as like unlike given based per by via "
    "from in on at for with within without across among between through about around over under of to into only both all "
    "each every any just even such not no what who whom whose which here there and or but be being is are was were has have "
    "had do does did than"
)
"""Words at the head of a description that read something, tell of its arguments, or are no verbs."""

_HARMLESS_WITH = (
    (word_set("answer address"), word_set("question query")),
    (
        word_set("take"),
        word_set(
            "screenshot string text word sentence list array name id number integer input url date query argument parameter "
            "expression"
        ),
    ),
    (
        word_set("limit cap keep trim strip reverse"),
        word_set("number result output response answer text string list array"),
    ),
    (word_set("cover support implement"), word_set("range case api protocol endpoint format topic")),
)
"""Verbs at the head of a description that change most things, and what of an answer or an argument they may be done to."""

MAX_SENTENCES = 6
"""Sentences looked at. Further down descriptions give examples and advice."""


def read_description(text: str) -> tuple[Said, ...]:
    """Returns the verbs at the head of a description's first sentence, and those of later sentences that say what the
    tool does (`Deletes …`). A request to the reader (`Delete it afterwards`) says nothing of the tool."""
    text = _LABEL.sub("", text, count=1).replace("&", " and ").replace(" + ", " and ")
    found = list(_of_sentence(first_sentence(text)))
    for later in sentences(text, MAX_SENTENCES)[1:]:
        words = _without_preamble(text_words(later))
        word = base_form(words[0]) if words else ""
        turned = addressed(word, words) if words and word != words[0] else None
        if turned is not None:
            found.append(replace(_said(turned, word, 50), later=True))
        elif word != (words[0] if words else "") and word not in STRICT and (verb := _later(word, words[1:])):
            found.append(replace(_said(verb, word, 50), later=True))
        elif word in STRICT and word != words[0] and word not in NAME_ONLY | _OF_ARGUMENTS and not _is_subject(words):
            found.append(replace(_said(STRICT[word], word, 50), later=True))
    return tuple(found)


def says_an_unknown_verb(text: str) -> bool:
    """True for `Bakes an image`, `Conjure a bot`, `Counts votes and declares the winner`: what such a tool does, no word tells,
    whatever its name says of reading."""
    words = _without_preamble(text_words(first_sentence(_LABEL.sub("", text, count=1))))
    if not words:
        return False
    heads = [words]
    if base_form(words[0]) != words[0]:  # what is joined has the form of the first
        joins = (place for place, word in enumerate(words) if place and word in ("and", "or", "then"))
        heads += [words[at + 1 :] for at in joins if words[at + 1 :] and base_form(words[at + 1]) != words[at + 1]]
    return any(_is_unknown(head, joined=place > 0) for place, head in enumerate(heads))


def beside_an_unknown_verb(text: str) -> tuple[Said, ...]:
    """Returns what a first sentence joins to a verb that nobody knows: `Conjures a bot and deletes the old one`."""
    sentence = first_sentence(_LABEL.sub("", text, count=1))
    words = _without_preamble(text_words(sentence))
    return tuple(_beside_the_first(sentence, words, third=base_form(words[0]) != words[0])) if words else ()


def _is_unknown(words: tuple[str, ...], *, joined: bool) -> bool:
    place = 2 if words[1:2] and words[1] in PARTICLES else 1
    if len(words) <= place or words[place] not in _ARTICLES | (_OBJECT_PRONOUNS if joined else set()):
        return False
    forms = {words[0], base_form(words[0]), _verb_word(words[0])}
    known = STRICT.keys() | LOOSE.keys() | DESCRIPTION_ONLY.keys() | WITH_AN_OBJECT.keys() | _HARMLESS_HEADS | PREAMBLE
    if any(
        forms & heads and objects & {singular(word) for word in words[place + 1 : place + 4]}
        for heads, objects in _HARMLESS_WITH
    ):
        return False
    return words[0].isalpha() and not forms & known and not any((form, words[1]) in PHRASES for form in forms)


def _later(word: str, rest: tuple[str, ...]) -> Verb | None:
    """What a later sentence does whose first word is no plain verb: `Mails the bill to the tenant`, `Spins up a box`."""
    verb = verb_with_object(word, rest, third=True) or (PHRASES.get((word, rest[0])) if rest else None)
    return None if verb in READS else verb


def _is_subject(words: tuple[str, ...]) -> bool:
    """True for a plural that something is said of: `Labels are folders`, `Drafts that are old are deleted`."""
    then = words[2:3] if words[1:2] and words[1] in _WHICH else words[1:2]
    return words[1:3] == ("no", "longer") or (then != () and then[0] in _AUXILIARIES)


def _without_preamble(words: tuple[str, ...]) -> tuple[str, ...]:
    index = 0
    while index < min(len(words), 8) and (words[index] in PREAMBLE or is_adverb(words[index])):
        index += 1
    return words[index:]


def _of_sentence(sentence: str) -> Iterator[Said]:
    words = _without_preamble(text_words(sentence))
    if not words:
        return
    lead = words[0]
    if words[1:3] in (("this", "tool"), ("this", "function")):
        return  # `Call this tool when …` is for the reader
    word = _verb_word(lead)
    rest = words[2:] if words[1:2] and words[1] in DETERMINERS else words[1:]
    pair = (word, rest[0] if rest else "")
    if word in VEHICLES and HARMLESS & set(rest[:3]):
        yield _said(Verb.READ, word, 55)
        return
    third = lead != word and lead.endswith("s")
    verb = (
        _granted(word, words)
        or DESCRIPTION_ONLY.get(word)
        or PHRASES.get(pair)
        or parted(word, words[1:])
        or STRICT.get(word)
        or LOOSE.get(word)
        or verb_with_object(word, words[1:], third=False)
    )
    if verb is None or word in NAME_ONLY or _is_half_a_name(lead, words):
        return
    turned = addressed(word, words) if verb in READS else None
    if turned is not None:
        yield _said(turned, word, 55)
        return
    if verb in (Verb.CREATE, Verb.UPDATE) and makes_a_credential(word, words[1:]):
        verb = Verb.ADMIN
    if third and (word in ALSO_NOUNS or word in LOOSE) and words[1:2] and words[1] in _OF:
        return  # `Replies for a message` are a plural
    weak = pair not in PHRASES and not _is_sure(word, words, third=third)
    yield replace(_said(verb, word, 55 if weak else 65), weak=weak)
    yield from _beside_the_first(sentence, words, third=third)


def _beside_the_first(sentence: str, words: tuple[str, ...], *, third: bool) -> Iterator[Said]:
    """Yields the verbs that a sentence joins to its first; `words` are those without the preamble."""
    seen = set()
    preamble = len(text_words(sentence)) - len(words)
    for other, came in (*joined(words, third=third), *coordinated(sentence, preamble)):
        if (other, came) not in seen:
            seen.add((other, came))
            yield _said(other, came, 55)


def _is_half_a_name(lead: str, words: tuple[str, ...]) -> bool:
    """True for `Access card for a member` and `Sample pack to an address`, where the first word only tells which."""
    follower = words[1] if len(words) > 1 else ""
    if lead not in HALF_NAMES or follower in DETERMINERS | _OF | {"about", "on"} or (lead, follower) in PHRASES:
        return False
    return bool(follower) and follower not in VAGUE | VIEWS and follower == singular(follower)


def _granted(word: str, words: tuple[str, ...]) -> Verb | None:
    """What it is to give somebody something: `Gives a member the right to …`, not `Gives the balance`, nor `Gives the date a key
    expires`."""
    if word != "give" or len(words) < 5 or not {words[1], words[3]} <= DETERMINERS or words[2] in _READERS:
        return None
    for place in range(4, min(len(words), 7)):
        given, ends = singular(words[place]), words[place + 1 : place + 2]
        if given in _GRANTED_RIGHTS | _GRANTED and (not ends or ends[0] in _GOES_ON):
            return Verb.ADMIN if given in _GRANTED_RIGHTS else Verb.UPDATE
    return None


def _verb_word(lead: str) -> str:
    if lead in STRICT or lead in LOOSE:
        return lead
    if lead.endswith("ing"):
        return next((stem for stem in (lead[:-3], lead[:-3] + "e", lead[:-4]) if stem in STRICT), lead)
    return base_form(lead)


def _is_sure(word: str, words: tuple[str, ...], *, third: bool) -> bool:
    """True for a first word that surely is a verb: `Deletes …`, `Delete an order`, `Book a cab`; not `Order history`."""
    follower = words[1] if len(words) > 1 else ""
    has_object = follower in DETERMINERS or (follower != singular(follower) and singular(follower) not in VAGUE)
    if word in STRICT:
        return word not in ALSO_NOUNS or third or has_object
    if word in SURE_LEADS:
        return third or has_object
    return verb_with_object(word, words[1:], third=False) is not None


def _said(verb: Verb, word: str, confidence: int) -> Said:
    return Said(verb=verb, confidence=confidence, reason=f'description says "{word}"', word=word)
