"""Whether a definition says what is looked at and not what is done: `Reviews of a restaurant`, `What the cameras saw`.

A noun phrase and an order look alike in English (`Fuel cards with a PIN`, `Burn cards with a PIN`), so only forms count
that no order has: a clause that begins with `what` or `who`, a determiner before the noun, a plural before `of`; else the
noun has to be the one that the name of the tool ends in.
"""

from __future__ import annotations

import re

from pdp.fold import fold
from pdp.suggest.costs import has_a_price
from pdp.suggest.lexicon_arguments import PEOPLE, THINGS
from pdp.suggest.lexicon_nouns import BOOKED, FILES, MONEY, OUTSIDE_WRITTEN, RECORD_FIELDS, RIGHTS, TALK
from pdp.suggest.lexicon_verbs import ALSO_NOUNS, LOOSE, STRICT, VIEWS
from pdp.suggest.names import Name
from pdp.suggest.said import READS
from pdp.suggest.words import base_form, first_sentence, singular, word_set
from writ.action import Verb

STRONG, LIKELY, BARE, UNTOLD = 3, 2, 1, -1
"""How sure it is that a description names what is looked at; 0 for one that does not, UNTOLD for one that says that something
else is done. BARE: by a phrase whose first word
may be a verb that nobody knows (`Fuel cards`), so that it counts only where no argument is taken."""

MAX_CHARS = 600
MAX_PHRASE = 4
MIN_CLAUSE = 4
"""Fewest words of a clause that says what is looked at: `What a member owes`, not `What it says`."""

_TOKEN = re.compile(r"[a-z0-9]+(?:['\u2019-][a-z0-9]+)*|[,(]")
_ASKING = word_set("what who whom where which whose whether")
_AMOUNTS = word_set("many much long far often")
_DETERMINERS = word_set(
    "the a an all any every each our my your his her its their this that these those some another both it them"
)
_FIRST = word_set("the a an all any every each our my your")
"""Of these, those that may begin a noun phrase; `this` and `it` begin sentences about the tool."""

_LISTING = word_set("of , that which who whose ( and or")
"""What follows a plural and no verb, where the list that these begin holds no determiner."""

_PLACES = word_set(
    "for with at in on from by to per within about between under over near during since as not still so are is via"
)
_ADJECTIVES = word_set(
    "free current recent latest past upcoming available full detailed basic active own public private unread pending "
    "remaining coming newest oldest next last known saved stored scheduled overdue unpaid"
)
_HEADS = VIEWS | word_set("everything record directory ledger catalogue catalog menu timetable roster")
_PASSIVE = re.compile(r"\b(?:is|are|gets?|be|been|being)\s+(?:then\s+|also\s+)?([a-z]+)\b")
_DONE = word_set("sent told paid put set bought given made shut cut sold written hidden informed taken")
_HANDED = word_set("sent put given told handed mailed posted charged")
_IS_DONE = re.compile(r"\b(?:that|which|who)\s+(?:is|are|gets?|be)\s+(?:then\s+|also\s+)?([a-z]+)\b")
_BY_POST = re.compile(r"\bby (?:sms|text|text message|e-?mail|mail|post|letter|phone|fax|courier)\s*\Z")
"""`Reminders for patients, by SMS`."""
_PARTICIPLE = re.compile(r",\s*([a-z]+ed|sent|put|given)\b(?!\s+by\b)")
_DOES = re.compile(r"\b(?:that|which)\s+([a-z]+)\b")
_ARRANGED = word_set("ordered ranked sorted rated filtered grouped limited")
_OF_WHAT = word_set("of that which who whose (")
_NOTED = word_set("logged recorded audited")
_STRIKING = word_set("binding costs fee fees")
"""Words by which a description says that a call has consequences."""

_GRAVE = frozenset({Verb.PAY, Verb.EXECUTE, Verb.ADMIN, Verb.DELETE})
_NOUNS = THINGS | MONEY | PEOPLE | BOOKED | FILES | OUTSIDE_WRITTEN | RECORD_FIELDS.keys() | RIGHTS | TALK


def shows(description: str, name: Name) -> int:
    """Tells how sure it is that a description names what is looked at: STRONG to BARE, or 0. Only its beginning is read."""
    text = fold(description[:MAX_CHARS])
    sentence = first_sentence(text)
    words = _TOKEN.findall(sentence)
    if not words or _has_effects(text[len(sentence) :]):
        return 0
    if words[0] in _ASKING and words[1:2] and words[1] not in ("to", "this", ","):
        return STRONG
    if (words[0] == "how" and words[1:2] and words[1] in _AMOUNTS) or words[0] == "everything":
        return STRONG
    if words[0] == "when" and "," not in words:  # `When asked to, deletes …`
        return STRONG
    determined = words[0] in _FIRST
    rest = words[1:] if determined else words
    phrase = _until(rest, _LISTING | _PLACES)
    if not 0 < len(phrase) <= MAX_PHRASE or any(word in _DETERMINERS for word in phrase):
        return 0
    head = phrase[-1]
    if not (singular(head) != head or head in _HEADS):
        return 0
    if determined:
        return 0 if any(_is_verb(base_form(word)) or word == "only" for word in phrase) else STRONG
    return _bare(phrase, rest[len(phrase) :], name)


def says_enough(description: str, name: Name) -> bool:
    """Tells whether what `shows` finds may be believed where no word of the name reads. A noun alone says nothing of what is
    done with it (`Jars.`), unless the name says the same one; nor does one that something happens to (`Flyers, sent to all
    households`, `Jars at a fee of 2 euro`)."""
    if has_a_price(description):
        return False
    sentence = first_sentence(fold(description[:MAX_CHARS]))
    words = _TOKEN.findall(sentence)
    if words[0] in _ASKING or words[0] in ("how", "when"):
        return len(words) >= MIN_CLAUSE
    rest = words[1:] if words[0] in _FIRST else words
    phrase = _until(rest, _LISTING | _PLACES)
    after = rest[len(phrase) :]
    if _is_moved(sentence) or after[:1] in (["to"], ["as"], ["is"], ["are"]):
        return False
    tells_which = any(word in _PLACES | _OF_WHAT for word in after[:-1])
    same = bool(phrase) and name.nouns[-1:] == (singular(phrase[-1]),)
    return tells_which or (same and (phrase[-1] in _HEADS or begins_with_a_noun(name)))


def _is_moved(sentence: str) -> bool:
    """True when something is done to what a sentence names: `Stickers that are sent to a customer`."""
    if _BY_POST.search(sentence) or any(_moves(word) for word in _IS_DONE.findall(sentence)):
        return True
    if any(word not in _ARRANGED and _changes(word) for word in _PARTICIPLE.findall(sentence)):
        return True
    return any(STRICT.get(word, Verb.READ) not in READS and word not in ALSO_NOUNS for word in _DOES.findall(sentence))


def _moves(participle: str) -> bool:
    stems = (participle[:-1], participle[:-2], participle[:-3]) if participle.endswith("ed") else ()
    return participle in _HANDED or any(STRICT.get(stem) in (Verb.SEND, Verb.DELETE) for stem in stems)


def _bare(phrase: list[str], rest: list[str], name: Name) -> int:
    """Judges a phrase without a determiner: its first word may be a verb."""
    first, head = phrase[0], phrase[-1]
    after = rest[0] if rest else ""
    reads = bool(name.verbs) and name.verbs[0].verb in READS
    known = name.nouns[-1:] == (singular(head),)
    if len(phrase) == 1:
        if _is_verb(base_form(first)) and first not in _HEADS:
            return 0
        if (after in ("and", "or") and _are_verbs(first, rest)) or (first in STRICT and _goes_on_with_a_verb(rest)):
            return 0
        listed = not any(word in _DETERMINERS for word in _until(rest[1:], _PLACES | {"of", "that", "which", "who"}))
        if (after in _LISTING or not after) and (after not in (",", "and", "or") or listed):
            return STRONG
        return LIKELY if known and after in _PLACES and LOOSE.get(base_form(first), Verb.READ) in READS else 0
    if any(singular(word) != word and "'" not in word for word in phrase[:-1]):
        return 0  # `Burns company cards`
    if first in _ADJECTIVES:
        return STRONG
    named = singular(first) in name.nouns and reads  # `list_repairs`: Repair tickets of a unit
    if named:
        return LIKELY
    if not known or _is_verb(first) or (first in LOOSE and not reads):
        return 0
    unknown = not name.verbs and name.words[:1] == (first,) and first not in _NOUNS
    return BARE if unknown else LIKELY


def _are_verbs(first: str, rest: list[str]) -> bool:
    """True for `Inserts or patches configurations`: two plurals that may be verbs, before something that is done so."""
    second, object_ = rest[1:2], rest[2:3]
    acts = all(base_form(word) != word and base_form(word) in STRICT.keys() | LOOSE.keys() for word in (first, *second))
    return acts and bool(object_) and object_[0] not in _PLACES | _LISTING


def _goes_on_with_a_verb(rest: list[str]) -> bool:
    """True for the rest of `List, create and revoke tokens`."""
    return rest[:1] in ([","], ["and"], ["or"]) and bool(rest[1:]) and _is_verb(rest[1])


def _until(words: list[str], ends: frozenset[str]) -> list[str]:
    end = next((at for at, word in enumerate(words) if word in ends or (at and word.endswith("ed"))), len(words))
    return words[:end]


def _is_verb(word: str) -> bool:
    """True for a word that is a verb rather than a noun."""
    return word in STRICT and word not in ALSO_NOUNS


def _has_effects(text: str) -> bool:
    """True when later sentences tell of something that a call does: `The driver is told`."""
    words = set(_TOKEN.findall(text))
    if words & _STRIKING:
        return True
    return any(_changes(word) for word in _PASSIVE.findall(text))


def _changes(participle: str) -> bool:
    if participle in _DONE:
        return True
    if participle in _NOTED:
        return False
    stems = (participle[:-1], participle[:-2], participle[:-3]) if participle.endswith("ed") else ()
    return any((STRICT.get(stem) or LOOSE.get(stem, Verb.READ)) not in READS for stem in stems)


def yields(name: Name, shown: int) -> bool:
    """Tells whether the verb of a name is a noun beside a description that names what is looked at: `rate_offers` beside
    `Offers of a supplier` rates nothing. A plain verb and a grave one yield to no description."""
    changing = [said for said in name.verbs if said.verb not in READS]
    plain = any(_is_verb(said.word) or said.verb in _GRAVE for said in changing)
    return shown == STRONG and bool(changing) and not plain


def begins_with_a_noun(name: Name) -> bool:
    """True for a plural whose first word is known as a noun: `notifications`, `account_limits`; `noparams` may be anything."""
    return name.plural and singular(name.words[0]) in _NOUNS
