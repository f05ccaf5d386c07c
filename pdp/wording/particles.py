"""Verbs and the particles that say what they do: "take the announcement down", "sag den Termin ab".

By words alone, in linear time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pdp.suggest.words import word_set
from pdp.wording.acts import LIGHT
from pdp.wording.families import Family
from pdp.wording.grammar import (
    AFTER_SPLIT,
    ALSO_BIDS,
    BEGINS_A_CLAUSE,
    LEARNT,
    OF_A_THING,
    OF_SOMEBODY,
    ONTO,
    SUBORDINATING,
    TO_THE_USER,
)
from pdp.wording.lexicon import DEEDS, OFTEN_NOUNS, PARTS, Deed
from pdp.wording.marks import FILE_ENDINGS
from pdp.wording.things import Thing, things_of
from pdp.wording.wishes import REACH, READING_FIRST

SITES = word_set("blog homepage internet portal portals site web website")
"""What is put on these is published."""

_ADDING = int(Deed.CREATE | Deed.UPDATE | Deed.ADMIN | Family.INVITE)

PARTICLES: Mapping[tuple[str, str], int] = {
    **{("put", site): int(Deed.SEND) for site in SITES},
    **{("keep", how): int(Deed.SEND) for how in ("informed", "loop", "posted", "updated")},
    **{("clear", due): int(Deed.PAY) for due in ("balance", "bill", "debt", "invoice")},
    **{("take", where): int(Deed.DELETE) for where in ("away", "down")},
    **{("take", where): int(Deed.DELETE | Deed.UPDATE | Family.SUBSCRIBE) for where in ("off", "out")},
    **{
        (verb, so): int(Deed.UPDATE | Deed.ADMIN | Family.SWITCH)
        for verb in ("flick", "flip", "power", "switch", "turn")
        for so in ("down", "off", "on", "up")
    },
    **{
        (verb, so): int(Deed.EXECUTE | Deed.ADMIN | Family.SWITCH)
        for verb in ("fahr", "fahre")
        for so in ("herunter", "runter", "hoch")
    },
    **{
        (verb, so): int(Deed.UPDATE | Deed.ADMIN)
        for verb in ("heb", "hebe", "setz", "setze")
        for so in ("an", "auf", "herauf", "herab", "herunter", "hoch", "runter")
    },
    **{(verb, so): int(Deed.UPDATE | Deed.ADMIN) for verb in ("bring", "bump") for so in ("down", "up")},
    **{
        ("lift", what): int(Deed.UPDATE | Deed.ADMIN | Family.SWITCH)
        for what in ("ban", "block", "freeze", "lock", "restriction", "restrictions", "suspension")
    },
    **{
        ("withdraw", right): int(Deed.ADMIN)
        for right in ("access", "permission", "permissions", "right", "rights", "role", "roles")
    },
    **{
        (verb, what): int(Deed.DELETE)
        for verb in ("stop", "end", "quit")
        for what in ("membership", "subscription", "subscriptions")
    },
    **{("put", where): _ADDING for where in ("group", "groups")},
    **{(verb, "ab"): int(Deed.UPDATE | Family.JUDGE) for verb in ("lehn", "lehne")},
    **{(verb, "zu"): int(Deed.UPDATE | Deed.SEND | Family.JUDGE) for verb in ("sag", "sage")},
    **{("say", so): int(Deed.UPDATE | Deed.SEND | Family.JUDGE) for so in ("no", "yes")},
    **{(verb, "an"): int(Deed.CREATE | Family.SUBSCRIBE | Family.INVITE) for verb in ("meld", "melde")},
    **{(verb, "ab"): int(Deed.DELETE | Deed.UPDATE | Family.SUBSCRIBE) for verb in ("meld", "melde")},
    **{("nimm", where): int(Deed.DELETE | Deed.ADMIN) for where in ("heraus", "raus")},
    **{("wirf", where): int(Deed.DELETE | Deed.ADMIN) for where in ("hinaus", "raus")},
    **{(verb, "herab"): int(Deed.ADMIN) for verb in ("stuf", "stufe")},
    **{("check", so): int(Deed.EXECUTE) for so in ("builds", "compiles")},
    ("sign", "up"): int(Deed.CREATE | Family.SUBSCRIBE | Family.INVITE),
    ("block", "out"): int(Deed.CREATE),
    ("ship", "to"): int(Deed.UPDATE),
    **{("throw", where): int(Deed.DELETE) for where in ("away", "out")},
    ("call", "off"): int(Deed.DELETE),
    ("hand", "in"): int(Deed.SEND),
    ("put", "through"): int(Deed.SEND),
    ("pass", "on"): int(Deed.SEND),
    ("shut", "down"): int(Deed.ADMIN | Deed.EXECUTE),
    ("tear", "down"): int(Deed.DELETE),
    ("roll", "back"): int(Deed.UPDATE | Deed.EXECUTE),
    ("roll", "out"): int(Deed.EXECUTE | Deed.UPDATE | Deed.ADMIN | Family.SWITCH),
    ("let", "in"): int(Deed.ADMIN | Family.SWITCH),
    ("shut", "up"): int(Deed.UPDATE),
    **{
        (verb, stage): int(Deed.EXECUTE)
        for verb in ("put", "ship", "push", "bring", "move", "release", "roll")
        for stage in ("staging", "production", "prod", "canary")
    },
    **{
        ("withdraw", applied): int(Deed.DELETE)
        for applied in ("order", "orders", "request", "application", "offer", "bid", "complaint")
    },
    **{(verb, "up"): int(Deed.UPDATE | Deed.SEND) for verb in ("kick", "pass", "push")},
    **{("get", so): int(Deed.UPDATE | Deed.EXECUTE) for so in ("going", "running", "started")},
    ("fire", "up"): int(Deed.UPDATE | Deed.EXECUTE),
    ("kick", "off"): int(Deed.EXECUTE | Deed.CREATE),
    **{(verb, "quiet"): int(Deed.UPDATE) for verb in ("keep", "make")},
    ("quiet", "down"): int(Deed.UPDATE),
    **{(verb, so): int(Deed.PAY) for verb, so in (("cough", "up"), ("fork", "out"), ("shell", "out"))},
    ("square", "bill"): int(Deed.PAY),
    ("square", "invoice"): int(Deed.PAY),
    ("spin", "up"): int(Deed.CREATE | Deed.EXECUTE),
    ("spin", "down"): int(Deed.DELETE | Deed.ADMIN),
    ("back", "up"): int(Deed.CREATE),
    ("bring", "up"): int(Deed.EXECUTE | Deed.UPDATE),
    ("bring", "back"): int(Deed.EXECUTE | Deed.UPDATE),
    ("fail", "over"): int(Deed.ADMIN),
    ("lock", "out"): int(Deed.ADMIN),
    ("sign", "off"): int(Deed.UPDATE | Deed.ADMIN | Family.JUDGE),
    ("write", "off"): int(Deed.UPDATE),
    ("top", "up"): int(Deed.PAY | Deed.UPDATE),
    ("bring", "life"): int(Deed.UPDATE | Deed.EXECUTE),
    ("pay", "out"): int(Deed.PAY),
    ("hand", "over"): int(Deed.SEND | Deed.UPDATE),
    ("take", "over"): int(Deed.ADMIN),
    ("take", "offline"): int(Deed.UPDATE | Deed.DELETE | Deed.ADMIN | Family.SWITCH),
    ("give", "back"): int(Deed.PAY | Deed.UPDATE | Deed.SEND),
    ("give", "notice"): int(Deed.DELETE | Deed.SEND),
    ("cover", "bill"): int(Deed.PAY),
    ("pass", "to"): int(Deed.SEND | Deed.UPDATE),
    ("give", "to"): int(Deed.SEND | Deed.UPDATE),
    ("hand", "to"): int(Deed.SEND | Deed.UPDATE),
    ("leave", "to"): int(Deed.SEND | Deed.UPDATE),
    ("put", "online"): int(Deed.SEND),
    ("put", "live"): int(Deed.SEND),
    ("put", "air"): int(Deed.SEND),
    ("get", "out"): int(Deed.SEND),
    ("send", "back"): int(Deed.SEND),
    ("bring", "together"): int(Deed.UPDATE),
    ("make", "public"): int(Deed.SEND | Deed.ADMIN),
    ("make", "visible"): int(Deed.UPDATE),
    ("make", "known"): int(Deed.SEND),
    ("loop", "in"): int(Deed.SEND),
    ("fill", "in"): int(Deed.UPDATE | Deed.SEND),
    ("put", "picture"): int(Deed.SEND),
    ("shoot", "over"): int(Deed.SEND),
    ("shoot", "to"): int(Deed.SEND),
    ("give", "heads"): int(Deed.SEND),
    ("file", "away"): int(Deed.UPDATE | Family.ARCHIVE),
    ("push", "back"): int(Deed.UPDATE),
    ("push", "by"): int(Deed.UPDATE),
    **{
        ("push", day): int(Deed.UPDATE)
        for day in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "tomorrow")
    },
    ("führ", "ab"): int(Deed.PAY),
    ("put", "off"): int(Deed.UPDATE),
    ("pencil", "in"): int(Deed.CREATE),
    ("kill", "light"): int(Deed.UPDATE | Family.SWITCH),
    ("kill", "lights"): int(Deed.UPDATE | Family.SWITCH),
    **{(verb, "hinzu"): _ADDING for verb in ("füg", "füge", "nimm", "nehme", "setz")},
    **{("nimm", where): _ADDING for where in ("auf", "dazu", "hinein", "rein")},
    ("nimm", "weg"): int(Deed.DELETE),
    ("trag", "ein"): int(Deed.CREATE | Deed.UPDATE),
    ("trage", "ein"): int(Deed.CREATE | Deed.UPDATE),
    ("du", "zukommen"): int(Deed.SEND),
    ("lass", "zukommen"): int(Deed.SEND),
    ("ruf", "an"): int(Deed.SEND),
    **{(verb, "ab"): int(Deed.DELETE | Deed.UPDATE | Family.JUDGE) for verb in ("sag", "sage")},
    ("wirf", "weg"): int(Deed.DELETE),
    ("schmeiss", "weg"): int(Deed.DELETE),
    ("leg", "an"): int(Deed.CREATE),
    ("leg", "auf"): int(Deed.UPDATE),
    ("heat", "up"): int(Deed.UPDATE),
    ("warm", "up"): int(Deed.UPDATE),
    ("cool", "down"): int(Deed.UPDATE),
    ("make", "disappear"): int(Deed.DELETE),
    ("get", "touch"): int(Deed.SEND),
    ("touch", "base"): int(Deed.SEND),
    ("sound", "out"): int(Deed.SEND),
    ("seal", "deal"): int(Deed.PAY | Deed.CREATE),
    ("square", "up"): int(Deed.PAY),
    ("chip", "in"): int(Deed.PAY),
    ("keep", "copy"): int(Deed.CREATE),
    ("type", "up"): int(Deed.CREATE),
    ("whip", "up"): int(Deed.CREATE),
    ("draw", "up"): int(Deed.CREATE),
    ("squeeze", "in"): int(Deed.CREATE),
    ("fit", "in"): int(Deed.CREATE),
    ("bring", "forward"): int(Deed.UPDATE),
    ("wrap", "up"): int(Deed.UPDATE | Family.FINISH),
    ("fire", "off"): int(Deed.EXECUTE | Deed.SEND),
    ("give", "go"): int(Deed.EXECUTE),
    ("set", "alarm"): int(Deed.CREATE),
    **{
        (verb, way): int(Deed.UPDATE | Family.SWITCH)
        for verb in ("mach", "mache", "dreh", "drehe", "schalt", "schalte", "stell", "stelle")
        for way in ("an", "aus", "ein", "zu", "auf", "ab")
    },
}
"""Verbs whose particle stands some words later: "take the post down"."""

PARTICLE_VERBS = frozenset(verb for verb, _ in PARTICLES)

_PART_ENDS = ALSO_BIDS | word_set("aus from in of on out von with")
"""Behind these stands what a part is taken from, or another deed."""

_WANTED_OFF = word_set("get take need needs want wants")
_OTHERS_SAY = word_set("he if said says she that they wants who why")
"""Before such a wish, these only tell of it: "Eve said she wants him off the list"."""
_GATHERED = word_set("channel chat forum group list project roster team thread")
"""Where people stand, who are taken off it: "off the thread"."""
_TAKING_OFF = int(Deed.DELETE | Deed.UPDATE | Deed.ADMIN | Family.WITHDRAW)

SPLIT_OFF = word_set("ab an aus ein weg zu")
"""Particles that German puts last: elsewhere they are prepositions, "ab Montag"."""

TURNS: Mapping[str, tuple[str, ...]] = {
    "air": (" on",),
    "go": (" a", " another"),
    "life": (" to",),
    "loop": (" in the",),
    "picture": (" in the",),
    "touch": (" in",),
}
"""Nouns of PARTICLES that mean it only behind one of these: "put Ada in the picture", but "put a picture there"."""


def with_particle(words: Sequence[str], at: int, ends: Mapping[int, str]) -> int:
    """ "Take the announcement down": the particle says what is done."""
    if words[at + 1 : at + 2] and words[at + 1] in TO_THE_USER:
        return 0
    return particle_of(words[at], words, at, ends)


def particle_of(verb: str, words: Sequence[str], at: int, ends: Mapping[int, str]) -> int:
    if verb not in PARTICLE_VERBS or at in ends:
        return 0
    for place in range(at + 1, min(len(words), at + 2 + REACH)):
        bits = PARTICLES.get((verb, words[place]), 0)
        if bits and _is_particle(words, place, ends):
            return bits
        if (place in ends and not is_in_a_list(words, place, ends)) or _is_beyond(words, place, at):
            return 0
    return 0


_TOLD_BY = word_set("about by from of on said says what")
"""Among what is taken off, these make it words: "get what Bob said off the thread"."""


def taken_off(words: Sequence[str], at: int, ends: Mapping[int, str]) -> int:
    """ "Rafferty wants someone off the thread", "get Bob out of the group"; neither "Bob wants Friday off" nor "get the price off
    the page"."""
    if (
        words[at] not in _WANTED_OFF
        or at in ends
        or words[at + 1 : at + 2] == ["to"]
        or not _OTHERS_SAY.isdisjoint(words[max(0, at - 3) : at])
    ):
        return 0
    for place in range(at + 1, min(len(words) - 2, at + 2 + REACH)):
        first = place + 1 + (list(words[place : place + 2]) == ["out", "of"])
        if (words[place] == "off" or first > place + 1) and words[first] in OF_A_THING:
            where = words[first + 1 : first + 3]
            off = words[at + 1 : place]
            read = any(things_of(word) & (Thing.MESSAGE | Thing.FILE) or word.endswith("'s") for word in off)
            read = read or not _TOLD_BY.isdisjoint(off)
            return 0 if read or _GATHERED.isdisjoint(where) else _TAKING_OFF
        if place in ends or words[place] in BEGINS_A_CLAUSE:
            return 0
    return 0


def of_a_part(deeds: int, words: Sequence[str], at: int, ends: Mapping[int, str]) -> int:
    """Returns deeds without a deletion that is only of a part of a text: "delete the last line of notes.txt"."""
    if not deeds & Deed.DELETE or at in ends:
        return deeds
    for place in range(at + 1, min(len(words), at + 1 + REACH)):
        if words[place] in PARTS and not FILE_ENDINGS.intersection(words[place + 1 : place + 2]):
            return int(deeds & ~(Deed.DELETE | Deed.ADMIN) | Deed.UPDATE | Family.PARTLY)
        whole = things_of(words[place]) & (Thing.FILE | Thing.MESSAGE)
        if whole or place in ends or words[place] in BEGINS_A_CLAUSE or words[place] in _PART_ENDS:
            return deeds
    return deeds


def is_in_a_list(words: Sequence[str], place: int, ends: Mapping[int, str]) -> bool:
    """Whether a comma stands in a list of two words at most each: "put Bob, Ada and Kim in the picture"."""
    return ends[place] == "," and not ALSO_BIDS.isdisjoint(words[place + 2 : place + 4])


def _is_particle(words: Sequence[str], place: int, ends: Mapping[int, str]) -> bool:
    """Whether a word that may be a particle is one: "sag den Termin ab", "put Ada in the picture"; but "sag ihr, ab Montag …" and
    "put a picture into it"."""
    word = words[place]
    if word in SPLIT_OFF:
        return place in ends or place + 1 == len(words) or words[place + 1] in AFTER_SPLIT
    if word in SITES:
        return not ONTO.isdisjoint(words[max(0, place - 3) : place])
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
