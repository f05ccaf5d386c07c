"""Reads a user's request: which deeds it asks for, on which things, whether it hands over to what a source says.

By words alone (`pdp.wording.lexicon`), in linear time. Only bits are kept, never words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType

from pdp.fold import fold
from pdp.steps import Steps, finish
from pdp.wording.aside import put_aside
from pdp.wording.families import FAMILIES, Family
from pdp.wording.grammar import (
    AFTER_SPLIT,
    ALSO_BIDS,
    BEFORE_GERUND,
    BEGGING,
    BEGINS_A_CLAUSE,
    BETWEEN_DENIALS,
    BIDDING,
    BY_WISH,
    CHOSEN,
    CHOSEN_OF,
    CONDITIONAL,
    COURTESIES,
    DENIED_OBJECTS,
    DUE,
    FORBIDDING,
    FORGET,
    FORGET_NOT,
    FUNCTION_WORDS,
    INSTEAD,
    INSTEAD_OF,
    LEARNT,
    LETTING,
    MERELY,
    MODAL_NOT,
    NOT,
    NUMBERS,
    OF_A_THING,
    OF_SOMEBODY,
    OPEN_TO,
    PROCEDURE,
    REMINDING,
    SUBORDINATING,
    SWITCHED,
    SWITCHED_TO,
    TELLING,
    TELLING_NO,
    TO_THE_USER,
    TOLD_DONE,
    WANTED,
    WILL_BE,
    WISHING,
)
from pdp.wording.lexicon import (
    ACTS,
    ACTS_OF_TRADE,
    DEEDS,
    DEEDS_ON_OTHERS,
    DOING,
    DONE,
    IDLE,
    LET_DEEDS,
    LIGHT,
    MONEY_SENT,
    NEWS,
    NOUN_DEEDS,
    OFTEN_NOUNS,
    PAID_OUT,
    PARTICLE_VERBS,
    PARTICLES,
    PHRASES,
    SEEING_TO,
    SITES,
    SPLIT_OFF,
    THINGS,
    TRANSFERS,
    TURNS,
    Deed,
    Thing,
)
from pdp.wording.marks import FILE_ENDINGS, identifiers, pieces
from pdp.wording.mood import Bidden, listed, spoken
from pdp.wording.telling import is_sent_a_sum, posted_by, told_there, told_to_others
from pdp.wording.wishes import REACH, READING_FIRST, Wish, delegates, entrusts, singular
from writ.frozen import frozen

NAMED_EMAIL, NAMED_ACCOUNT, NAMED_URL, MEANS_MANY, WISHES, ENTRUSTS, FORBIDS = 1, 2, 4, 8, 16, 32, 64
"""Bits of what a request names by its address; whether it speaks of all or several of a kind; whether it holds a sentence that
neither asks a question, nor asks to read, nor holds a deed that is known, so that it may wish for anything, unless one is refused
by a turn of phrase (WISHES); whether it leaves the details of what it asks for to somebody, "as she says" (ENTRUSTS); whether it
denies anything, so that what it names may be what must not be done (FORBIDS)."""

_MANY = frozenset(
    {"everyone", "everybody", "all", "each", "every", "both", "them", "others", "members", "people", "whoever"}
    | {"participants", "attendees", "guests", "team", "colleagues", "alle", "jeder", "tous", "todos"}
)

_WORDS_A_STEP = 256

_CONDITION_WORDS = 16
"""Words before a clause among which its condition begins."""

_PROPOSING = frozenset({"could", "can", "shall", "should", "may", "might"})
_OR = COURTESIES | {"or", "nor", "ni", "oder", "noch", "ou"}
_FILE_ENDINGS = FILE_ENDINGS - {"go", "log"}
"""What stands before these is the name of a file: "report.pdf"; the others are words as well."""
_NO_DEVICES = FUNCTION_WORDS | READING_FIRST
_BIDDING_BEFORE = DUE | {"to", "and", "please", "then"}

_DENYING = NOT | frozenset(
    {"nothing", "no", "none", "nobody", "neither", "nor", "kein", "nichts", "niemand", "rien", "nada"}
    | {"alone", "forbid", "forbids", "forbidden", "ignore", "refrain", "stop"}
)
"""Words by which a request may deny what it names; of those that are not NOT, "no" may only stand for a number."""

_WORD = re.compile("[^\\W_]+(?:['\u2019-][^\\W_]+)*")
_MONEY_SIGN = re.compile("[$\u20ac\u00a3\u00a5\u20b9](?=\\s?[0-9])")
"""Signs of currencies, which are words of money: "send $50 to Margaret"."""
_ELISION = re.compile("\\b(qu|[dlmnst])'(?=[^\\W\\d_]{3})")
"""French words that are written with the next one: "n'envoie", "d'écrire"."""
_ENDING = frozenset(".!?;\n")
_PARTING = _ENDING | {","}
_BREAKS = frozenset(".:;,!?()\u2013\u2014")

_ONTO = frozenset({"in", "into", "on", "onto", "to"})

_NO_ENDS: Mapping[int, str] = MappingProxyType({})

_BOOKING = int(Deed.PAY | Deed.CREATE)

_TO_SOMEBODY = frozenset({"to", "an", "\u00e0", "a"})
_LAST = MONEY_SENT | COURTESIES

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
    return finish(facts_in_steps(text))


def facts_in_steps(text: str) -> Steps[RequestFacts]:
    """Does what `request_facts` does, in steps."""
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
            things |= _things_of(word)
    hands_over, entrusted = delegates(words, opening), entrusts(words)
    said_by_others, _, _ = clauses(quoted)
    for at, word in enumerate(said_by_others):
        if at % _WORDS_A_STEP == _WORDS_A_STEP - 1:
            yield
        things |= _things_of(word)
    every = [*words, *said_by_others]
    named = 0
    for piece in pieces(text):
        named |= _named(piece)
        yield
    return RequestFacts(
        deeds=bidden.deeds,
        things=things,
        named=named
        | MEANS_MANY * _means_many(every)
        | WISHES * (wish.found and not bidden.refuses)
        | ENTRUSTS * entrusted
        | FORBIDS * (bidden.refuses or not _DENYING.isdisjoint(every)),
        delegates=hands_over,
    )


def _things_of(word: str) -> int:
    things = THINGS.get(singular(word), 0)
    for part in word.split("-") if "-" in word else ():
        things |= THINGS.get(singular(part), 0)
    return things


def deeds_at(words: Sequence[str], at: int, *, opens: bool, ends: Mapping[int, str] = _NO_ENDS) -> int:
    """Returns what the word at a place asks for; `opens`: it begins a clause; `ends`: the places of words that end a part of a
    sentence, behind which no particle of this verb stands."""
    word = words[at]
    if _bids_nothing(words, at) or (not opens and _is_put_aside(words, at)):
        return 0
    denied = _is_denied(words, at, opens=opens)
    phrase = PHRASES.get((word, words[at + 1])) if at + 1 < len(words) else None
    if phrase and not denied:
        return phrase | FAMILIES.get(word, 0)
    if opens and (word in TRANSFERS or word == "money" or word.isdecimal()) and _is_a_sum_for(words, at):
        return int(Deed.PAY)
    if opens and (word in NUMBERS or word.isdecimal()):
        return _booking_deed(words, at)
    if word == "new" and at and words[at - 1] in NUMBERS and not denied:
        return int(Deed.CREATE)
    if _is_reminder(words, at):
        return 0
    particle = 0 if denied else _with_particle(words, at, ends)
    others = 0 if denied else told_to_others(words, at, opens=opens)
    lets = word in LETTING and _is_asked(words, at, opens=opens)
    told = 0 if denied else told_there(words, at)
    light = _light_deed(words, at, ends) if (word in LIGHT or lets) and not denied else 0
    if not light and opens and not denied:
        light = _switched(words, at)
    if light:
        return light | particle | told | others | FAMILIES.get(word, 0)
    particle |= told if denied else told | _wished_done(words, at)
    seen_to = word in SEEING_TO and not denied and (word in WISHING or _is_asked(words, at, opens=opens))
    acted = _acted(words, at, ends, trade=word in DOING) if seen_to else 0
    if acted:
        return acted | particle | others | DEEDS.get(word, 0) | FAMILIES.get(word, 0)
    bits = DEEDS.get(word, 0) | particle
    if (
        bits
        and word in PAID_OUT
        and (MONEY_SENT.intersection(words[at + 1 : at + 2 + REACH]) or is_sent_a_sum(words, at))
    ):
        bits |= int(Deed.PAY)
    bids = opens or word not in OFTEN_NOUNS or words[at - 1] in BIDDING or _is_begged(words, at)
    bids = bids or (words[at - 1] == "not" and at > 1 and words[at - 2] in CONDITIONAL)
    if bits and bids and _is_asked(words, at, opens=opens):
        return bits | others | FAMILIES.get(word, 0)
    return others | (
        _gerund_deed(words, at, ends) if word.endswith("ing") and at and words[at - 1] in BEFORE_GERUND else 0
    )


def _bids_nothing(words: Sequence[str], at: int) -> bool:
    """ "Pay attention", "report.pdf", "delete nothing"."""
    follower = words[at + 1] if at + 1 < len(words) else ""
    if (words[at], follower) in IDLE or (words[at] in OFTEN_NOUNS and follower in _FILE_ENDINGS):
        return True
    if words[at] not in DEEDS or follower != "no":
        return words[at] in DEEDS and follower in DENIED_OBJECTS
    return words[at + 2 : at + 3] == ["one"] or (words[at] not in TELLING_NO and at + 2 < len(words))


def _is_put_aside(words: Sequence[str], at: int) -> bool:
    """ "Archive it rather than delete or purge it", "instead of deleting it", "I forbid you to delete it", "tell me how to delete
    it", "tell me whether I should delete it"."""
    first = at - 1
    while first > 0 and first > at - _CONDITION_WORDS and (words[first] in DEEDS or words[first] in _OR):
        first -= 1  # one of several deeds
    if first < 1:
        return False
    before, word = words[first - 1], words[first]
    if word == "than" or (before, word) in INSTEAD_OF:
        return True
    if word in ("to", "zu", "de") and (
        before in OPEN_TO
        or not FORBIDDING.isdisjoint(words[max(0, first - 4) : first])
        or (word == "zu" and not INSTEAD.isdisjoint(words[max(0, first - REACH) : first]))
    ):
        return True
    return word == "should" and before in ("i", "we") and words[first - 2 : first - 1] in (["if"], ["whether"])


def _switched(words: Sequence[str], at: int) -> int:
    """ "Lights off downstairs", "all lights off", "heating up to 22"; not "lights on the stairs"."""
    if words[at] not in OF_A_THING and (words[at] in _NO_DEVICES or words[at] in DEEDS):
        return 0
    device = next((at + step for step, word in enumerate(words[at : at + 3]) if _things_of(word) & Thing.DEVICE), -1)
    so, after = (*words[device + 1 : device + 3], "", "")[:2]
    switched = so in SWITCHED and after not in OF_A_THING and (device == at or so not in ("an", "on"))
    switched = switched or (so in SWITCHED_TO and after in ("to", "by"))
    return int(Deed.UPDATE | Family.SWITCH) if device >= 0 and switched else 0


def _is_proposed(before: Sequence[str]) -> bool:
    """ "Could we drop it from the list?"."""
    return len(before) > 1 and before[-2] in _PROPOSING and before[-1] in ("we", "i")


def _is_begged(words: Sequence[str], at: int) -> bool:
    """ "I'd be glad if you could share it", "can I purchase two tickets?"."""
    if at < 2:
        return False
    anybody = words[at - 2] in BEGGING and words[at - 1] in ("somebody", "someone", "anybody", "anyone")
    return anybody or (words[at - 2] == "you" and words[at - 1] in BEGGING) or _is_proposed(words[at - 2 : at])


def _is_denied(words: Sequence[str], at: int, *, opens: bool) -> bool:
    """ "Don't cancel it", "don't cancel, move or drop it"; but "don't forget to cancel it", "if it is not there, cancel it", "it
    is not final, send it", "why don't you send it" and "if not send it"."""
    if at and not opens and not MODAL_NOT.isdisjoint(words[max(0, at - 2) : at]) and words[at - 1] not in ("you", "u"):
        return True
    if NOT.isdisjoint(words[max(0, at - _CONDITION_WORDS) : at]):
        return False
    place = next((place for place in range(at - 1, max(-1, at - 4), -1) if words[place] in NOT), -1)
    if place > 0 and (words[place - 1] == "why" or (place == at - 1 and words[place - 1] in CONDITIONAL)):
        return False
    if place >= 0 and not opens:
        return not _is_lifted(words, place, at)
    first = at - 1
    while first > at - _CONDITION_WORDS and first > 0 and (words[first] in DEEDS or words[first] in _OR):
        first -= 1  # one of several deeds that one word denies
    if first < 0 or words[first] not in NOT or _is_lifted(words, first, at):
        return False
    return not opens or CONDITIONAL.isdisjoint(words[max(0, at - _CONDITION_WORDS) : at])


def _is_lifted(words: Sequence[str], place: int, at: int) -> bool:
    """Whether what denies at a place denies no deed: "don't forget to send it", "don't just read it, …", "vergiss nicht zu …";
    but "just don't send it"."""
    behind = next((word for word in words[place + 1 : at] if word not in BETWEEN_DENIALS), "")
    before = next((word for word in reversed(words[max(0, place - 2) : place]) if word not in BETWEEN_DENIALS), "")
    return behind in FORGET or behind in MERELY or before in FORGET_NOT


def _acted(words: Sequence[str], at: int, ends: Mapping[int, str], *, trade: bool) -> int:
    """ "Help me with the cancellation", "proceed with a purchase": the noun is the deed, unless it only describes another one:
    "the cancellation policy"."""
    reach = _reach(words, at, ends)
    for place in range(at + 1, at + 1 + len(reach)):
        if place > at + 1 and _is_only_about(reach, place - at - 1):
            return 0
        noun = singular(words[place])
        bits = ACTS.get(noun, 0) | (ACTS_OF_TRADE.get(noun, 0) if trade else 0)
        if bits and (place + 1 == len(words) or _ends_a_noun(words[place + 1])):
            return bits
    return 0


def _ends_a_noun(follower: str) -> bool:
    return follower in FUNCTION_WORDS or follower in PROCEDURE or follower.endswith("ing")


def _wished_done(words: Sequence[str], at: int) -> int:
    """ "It has to be cancelled", "make sure that all doors are locked": what is to be done, by the one who reads this."""
    bits = done_deed(words[at])
    if not bits:
        return 0
    before = words[max(0, at - REACH - 2) : at]
    if "be" in before[-3:]:
        return 0 if not WILL_BE.isdisjoint(before[-5:]) else bits
    wanted = next((place for place in range(len(before) - 1, -1, -1) if before[place] in WANTED), -1)
    if wanted < 0 and "have" in before[:-1]:  # "have the report sent to Bob"; not "we have the report signed"
        place = at - len(before) + before.index("have")
        wanted = before.index("have") if not place or words[place - 1] in BIDDING else -1
    ends = at + 1 == len(words) or words[at + 1] in FUNCTION_WORDS
    return bits if wanted >= 0 and ends and TOLD_DONE.isdisjoint(before[wanted + 1 :]) else 0


def done_deed(word: str) -> int:
    """Returns the deed of a participle, 0 when it is none."""
    if not word.endswith("ed"):
        return DEEDS.get(DONE.get(word, ""), 0)
    stem = word[:-2]
    bases = (
        stem,
        word[:-1],
        stem[:-1] if stem[-2:-1] == stem[-1:] else "",
        stem[:-1] + "y" if stem[-1:] == "i" else "",
    )
    return next((DEEDS[base] | FAMILIES.get(base, 0) for base in bases if base in DEEDS), 0)


def _with_particle(words: Sequence[str], at: int, ends: Mapping[int, str]) -> int:
    """ "Take the announcement down": the particle says what is done."""
    if words[at + 1 : at + 2] and words[at + 1] in TO_THE_USER:
        return 0
    return _particle_of(words[at], words, at, ends)


def _particle_of(verb: str, words: Sequence[str], at: int, ends: Mapping[int, str]) -> int:
    if verb not in PARTICLE_VERBS or at in ends:
        return 0
    for place in range(at + 1, min(len(words), at + 2 + REACH)):
        bits = PARTICLES.get((verb, words[place]), 0)
        if bits and _is_particle(words, place, ends):
            return bits
        if (place in ends and not _is_in_a_list(words, place, ends)) or _is_beyond(words, place, at):
            return 0
    return 0


def _is_in_a_list(words: Sequence[str], place: int, ends: Mapping[int, str]) -> bool:
    """Whether a comma stands in a list of two words at most each: "put Bob, Ada and Kim in the picture"."""
    return ends[place] == "," and not ALSO_BIDS.isdisjoint(words[place + 2 : place + 4])


def _is_particle(words: Sequence[str], place: int, ends: Mapping[int, str]) -> bool:
    """Whether a word that may be a particle is one: "sag den Termin ab", "put Ada in the picture"; but "sag ihr, ab Montag …" and
    "put a picture into it"."""
    word = words[place]
    if word in SPLIT_OFF:
        return place in ends or place + 1 == len(words) or words[place + 1] in AFTER_SPLIT
    if word in SITES:
        return not _ONTO.isdisjoint(words[max(0, place - 3) : place])
    return word not in TURNS or f" {' '.join(words[place - 2 : place])}".endswith(TURNS[word])


def _is_beyond(words: Sequence[str], place: int, at: int) -> bool:
    """Whether another clause begins at a place behind the verb at `at`: "let Ada know …", "clear the list and show …"."""
    word, before = words[place], words[place - 1]
    if word in BEGINS_A_CLAUSE or word in SUBORDINATING:
        return True
    if word == "that" and place > at + 1 and place + 1 < len(words):
        return words[place + 1] in OF_A_THING or words[place + 1] in OF_SOMEBODY
    verb = word in LEARNT or (word in DEEDS and word not in OFTEN_NOUNS)
    if before in ALSO_BIDS:
        return verb or word in DEEDS or word in READING_FIRST or word in LIGHT
    return verb and before not in OF_A_THING and (before == "to" or words[at] == "let")


def _means_many(words: Sequence[str]) -> bool:
    """Whether a request may reach several: "them", but not "they", unless they are to learn or to be given something."""
    if not _MANY.isdisjoint(words):
        return True
    return any(one == "they" and told_to_others(words, at, opens=False) for at, one in enumerate(words[:-1], start=1))


def _is_reminder(words: Sequence[str], at: int) -> bool:
    """ "Remind me tomorrow to answer Ada" asks for a reminder, not for the answer."""
    before = words[max(0, at - 2 * REACH) : at]
    if not before or before[-1] not in ("to", "zu"):
        return False
    told = next((place for place in range(len(before) - 1, 0, -1) if before[place - 1] in REMINDING), 0)
    return bool(told) and ALSO_BIDS.isdisjoint(before[told:])


def clauses(folded: str) -> tuple[list[str], set[int], dict[int, str]]:
    """Returns the words, the positions of those that begin a clause, and of those that end a sentence or a part of one, with its
    sign."""
    words: list[str] = []
    opening: set[int] = set()
    ends: dict[int, str] = {}
    end = 0
    folded = _MONEY_SIGN.sub(" money ", folded).replace("\u2019", "'")  # phones write "don\u2019t"
    folded = _ELISION.sub(r"\1 ", folded)
    for match in _WORD.finditer(folded):
        between = folded[end : match.start()] if end else ""
        if not end or _BREAKS.intersection(between):
            opening.add(len(words))
        if len(between) > 1 and _PARTING.intersection(between):  # the dot of `example.org` ends nothing
            ends[len(words) - 1] = _sign(between)
        words.append(match.group())
        end = match.end()
    if words:
        ends[len(words) - 1] = "?" if "?" in folded[end:] else "."
    return words, opening, ends


def _sign(between: str) -> str:
    if "?" in between:
        return "?"
    return "." if _ENDING.intersection(between) else ","


def _reach(words: Sequence[str], at: int, ends: Mapping[int, str]) -> Sequence[str]:
    """Returns the next words of the same part of a sentence."""
    last = min(len(words), at + 2 + REACH)
    end = next((place for place in range(at, last) if place in ends and not _is_in_a_list(words, place, ends)), last)
    return words[at + 1 : end + 1][: REACH + 1]


def _light_deed(words: Sequence[str], at: int, ends: Mapping[int, str]) -> int:
    """ "Drop her a line", "make a payment": the noun says what is done; not "I want to see the flight" and "a look at it"."""
    reach = _reach(words, at, ends)
    if reach[:1] == ["to"] and not LEARNT.isdisjoint(reach[1:2]):
        return 0
    about = next((place for place in range(1, len(reach)) if _is_only_about(reach, place)), len(reach))
    meant = (NOUN_DEEDS.get(singular(word), 0) for word in reach[:about])  # "I need the address of the hotel"
    wished = words[at] in BY_WISH
    if wished and any(word in CHOSEN and other in CHOSEN_OF for word, other in pairwise(reach)):
        return _BOOKING
    told = next((bits for bits in meant if bits and (wished or bits & _BOOKING != _BOOKING)), 0)
    if reach and reach[0] in TO_THE_USER:
        return told & ~int(Deed.SEND)  # "let me know"
    if words[at] in LETTING:
        further = words[at + 1 : at + 2 + 2 * REACH]
        told |= next((LET_DEEDS[word] for word in further if word in LET_DEEDS), 0)
    return told


def _is_only_about(reach: Sequence[str], place: int) -> bool:
    """Whether what follows is only read or written about: "a look at the payment", "a list of the flights"."""
    of = singular(reach[place - 1])
    is_read = of in NEWS or of in LEARNT or bool(THINGS.get(of, 0) & Thing.FILE)
    return reach[place] in ("of", "at", "about") and is_read


def _booking_deed(words: Sequence[str], at: int) -> int:
    """ "Two tickets for Friday": no verb, and yet a wish."""
    noun = singular(words[at + 1]) if at + 1 < len(words) else ""
    return NOUN_DEEDS.get(noun, 0) if NOUN_DEEDS.get(noun, 0) & Deed.PAY else 0


def _is_a_sum_for(words: Sequence[str], at: int) -> bool:
    """ "900 EUR to Meier", "Überweisung an Meier 900 Euro"; neither "900 EUR to USD" nor "900 EUR to me"."""
    reach = words[at + 1 : at + 2 + REACH]
    place = next((place for place, word in enumerate(reach) if word in _TO_SOMEBODY), len(reach))
    whom = reach[place + 1 : place + 2]
    if not whom or whom[0] in MONEY_SENT or whom[0] in TO_THE_USER or whom[0].isdecimal():
        return False
    if words[at] in TRANSFERS:
        return (
            not place and any(word.isdecimal() for word in reach[2:]) and (reach[-1].isdecimal() or reach[-1] in _LAST)
        )
    named = all(word in MONEY_SENT or word.isdecimal() for word in reach[:place])
    return named and (words[at] == "money" or place > 0)


def _gerund_deed(words: Sequence[str], at: int, ends: Mapping[int, str]) -> int:
    """ "By sending", "take care of paying", "help me in placing an order"; not "don't even think about deleting it"."""
    if _is_gerund_denied(words, at, ends):
        return 0
    stem = words[at][:-3]
    undoubled = stem[:-1] if stem[-2:-1] == stem[-1:] else stem
    bits = 0
    for base in {stem, stem + "e", undoubled}:
        if base in DEEDS:
            bits |= DEEDS[base] | FAMILIES.get(base, 0)
        if base in DOING:
            bits |= _acted(words, at, ends, trade=True)
        bits |= _particle_of(base, words, at, ends) | posted_by(base, words, at)
    return bits


def _is_gerund_denied(words: Sequence[str], at: int, ends: Mapping[int, str]) -> bool:
    for place in range(at - 1, max(-1, at - 6), -1):
        if place in ends or words[place] in ALSO_BIDS:
            return False
        if words[place] in NOT:
            return not _is_lifted(words, place, at)
    return False


def _is_asked(words: Sequence[str], at: int, *, opens: bool) -> bool:
    before = words[max(0, at - 3) : at]
    if before and not opens and (before[-1] in OF_A_THING or (before[-1].endswith("'s") and before[-1] not in BIDDING)):
        return False
    if words[at] in TELLING and words[at + 1 : at + 2] and words[at + 1] in TO_THE_USER:
        return False
    told = not opens and before and before[-1] not in _BIDDING_BEFORE and OF_SOMEBODY.intersection(before[-2:])
    if told and not _is_begged(words, at):
        return False
    return not _is_denied(words, at, opens=opens)


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
