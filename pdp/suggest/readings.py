"""Words that read as a rule, and when they do not: `collect_payment`, `Tells the driver where to unload`, `Shows an ad to the
public`. Each rule needs a noun or a form that no reading has; a word that none of them meets keeps what the lexicon says."""

from __future__ import annotations

from collections.abc import Mapping, Set

from pdp.suggest.lexicon_arguments import PEOPLE
from pdp.suggest.lexicon_nouns import MONEY, RIGHTS, VAGUE
from pdp.suggest.lexicon_verbs import VIEWS
from pdp.suggest.words import singular, word_set
from writ.action import Verb

_OWED = MONEY | word_set("debt due rent fare fee toll tax fine premium subscription contribution levy arrears")
_GOODS = word_set(
    "good goods delivery shipment consignment parcel package inventory stock pallet luggage baggage waste"
)
_STORES = word_set(
    "range network subnet cluster volume disk partition pool storage capacity filesystem quota limit subscription plan fleet"
)
_CARRIERS = word_set("truck lorry van vehicle container trailer ship wagon cart dishwasher washer kiln")
PROGRAMS_LOADED = word_set("plugin extension module addon library driver skill")
"""What runs once it is loaded."""
_CASES = word_set("ticket case issue incident request complaint conversation alert dispute")
_BECOMES = word_set(
    "lead prospect opportunity trial point mile reward quote draft account subscription plan user contact member guest "
    "customer candidate ticket deal order"
)
_CHOSEN = word_set(
    "seat cabin bed berth plan winner candidate meal bid offer supplier vendor carrier room slot tariff variant courier "
    "applicant tender quote"
)
_LOCKS = word_set("lock mutex semaphore")
"""What nobody else has once somebody gets it; who gets a `lock` may look at that of a door."""
_REMEMBERED = word_set(
    "memory memories conversation chat fact context knowledge entity observation information history detail preference"
)

PERSONS = (PEOPLE - {"name", "login"}) | word_set(
    "patient student guest driver tenant teacher visitor supplier staff team player subscriber resident crew oncall engineer "
    "responder reviewer approver maintainer developer operator manager boss teammate author moderator organizer organiser "
    "instructor coach trainer nurse doctor courier rider cook chef waiter janitor"
)
_CALLED = word_set("audience participant channel group support helpdesk everyone somebody someone whoever me us")
"""Whom a ping reaches besides; whatever else is pinged is a machine."""

_CHANGING: Mapping[str, tuple[tuple[Set[str], Verb], ...]] = {
    "collect": ((_OWED, Verb.PAY), (_GOODS, Verb.UPDATE)),
    "capture": ((_OWED, Verb.PAY),),
    "gather": ((_OWED, Verb.PAY),),
    "receive": ((_GOODS, Verb.UPDATE),),
    "convert": ((_BECOMES, Verb.UPDATE),),
    "solve": ((_CASES, Verb.UPDATE),),
    "ping": ((PERSONS | _CALLED, Verb.SEND),),
    "get": ((_LOCKS - {"lock"}, Verb.UPDATE),),
    "obtain": ((_LOCKS, Verb.UPDATE),),
    "poll": ((PEOPLE | {"audience", "team", "participant"}, Verb.SEND),),
    "extract": ((word_set("archive zip tarball tar backup"), Verb.CREATE),),
    "expand": ((_STORES, Verb.UPDATE),),
    "display": ((word_set("ad advert advertisement banner announcement notice"), Verb.SEND),),
    "load": ((_CARRIERS | {"snapshot", "dump"}, Verb.UPDATE), (PROGRAMS_LOADED, Verb.EXECUTE)),
    "track": ((word_set("event conversion time hour expense calorie meal workout mood purchase"), Verb.CREATE),),
    "map": ((RIGHTS - {"column", "table", "index", "schema"}, Verb.ADMIN),),
    "suggest": ((word_set("edit change correction amendment revision"), Verb.CREATE),),
}
"""Verbs that change something where they have such an object."""

READERS = word_set("user agent caller model assistant reader you client")
"""Whom a tool gives what it reads: `Returns the balance to the caller`."""
_AFTER_TOLD = word_set("to that about where when what how who which not")
_TAKE_BACK = PERSONS | word_set(
    "shop store seller sender vendor merchant warehouse library stock shelf owner pool depot"
)
_ELSEWHERE = word_set(
    "bucket s3 ftp sftp cloud dropbox storage webhook vendor partner auditor accountant address destination location uri url"
)
"""Where an export leaves the server: `Exports the ledger to a bucket`."""
_SHOWING = word_set("show display present exhibit screen feature stream")
_AUDIENCE = word_set(
    "public everyone everybody anyone anybody all others world audience visitors customers followers subscribers passers "
    "guests strangers"
)
_PUBLIC_PLACES = word_set(
    "public website homepage storefront billboard noticeboard wall window gallery loudspeaker kiosk"
)
_DETERMINERS = word_set("a an the our your their its his her this that")
_PREPOSITIONS = word_set("of for from in to by with on at into as and or that which who about")
_NEVER_GIVEN = word_set(
    "sent given put set due visible available open similar specific relevant close known subject belonging access related "
    "answer answers reply replies response responses path link distance"
)
"""What stands before `to` where nothing moves: `Returns the grades given to a student`."""
_COUNTS = word_set("one two three four five six seven eight nine ten twenty fifty hundred thousand")


def changes(word: str, objects: Set[str], *, plural: bool = False) -> Verb | None:
    """Returns what a reading verb does to one of these objects (words in the singular), None where it only reads."""
    if word == "consume":
        return Verb.UPDATE  # who consumes something leaves less of it, be it a message of a queue
    if word == "recall":
        return None if not objects or objects & _REMEMBERED else Verb.UPDATE
    if word == "select":
        return Verb.UPDATE if objects & _CHOSEN and not plural else None
    return next((verb for nouns, verb in _CHANGING.get(word, ()) if objects & nouns), None)


def addressed(word: str, words: tuple[str, ...]) -> Verb | None:
    """Returns what the reading verb that begins a sentence does where the rest of it names whom it reaches; None for
    an answer to the caller."""
    objects = _objects(words)
    if word == "tell":
        return Verb.SEND if _told(words) else None
    if word == "give":
        return Verb.UPDATE if _given(words) else None
    if word == "return":
        return Verb.UPDATE if _ends_at(words, _TAKE_BACK) else None
    if word == "export":
        return (
            Verb.SEND
            if any(_ELSEWHERE & set(words[at + 1 : at + 5]) for at, item in enumerate(words) if item == "to")
            else None
        )
    if word == "report":
        return Verb.SEND if words[1:2] and words[1] in ("a", "an") and not set(objects) & (VAGUE | VIEWS) else None
    if word in _SHOWING and _is_shown_to_others(words):
        return Verb.SEND
    return changes(word, {singular(item) for item in objects}, plural=any(singular(item) != item for item in objects))


def _objects(words: tuple[str, ...]) -> list[str]:
    """Returns the nearest words after the verb, up to where a sentence says how, of what or for whom."""
    found: list[str] = []
    for item in words[1:6]:
        if item in _PREPOSITIONS:
            break
        if item not in _DETERMINERS:
            found.append(item)
    return found


def _told(words: tuple[str, ...]) -> bool:
    """True for `Tells the driver where to unload`, `Tells customers that …`; not for `Tells the time in a city`."""
    place = 2 if words[1:2] and words[1] in _DETERMINERS else 1
    whom, then = words[place : place + 1], words[place + 1 : place + 2]
    return bool(whom and then) and whom[0] not in READERS and then[0] in _AFTER_TOLD and whom[0] not in _AFTER_TOLD


def _given(words: tuple[str, ...]) -> bool:
    """True for `Gives a member ten points` and `Gives points to a member`."""
    if words[1:2] and words[1] in _DETERMINERS and len(words) > 3 and words[2] in PERSONS - READERS:
        return words[3] in _COUNTS or words[3].isdigit() or (words[3] in _DETERMINERS and words[2] != words[-1])
    return _ends_at(words, PERSONS)


def _ends_at(words: tuple[str, ...], ends: Set[str]) -> bool:
    """True when the object itself goes to one of these: `… the goods to the supplier`, not `… orders sent to the supplier`."""
    place = next((at for at, item in enumerate(words) if item in _PREPOSITIONS), 0)
    if place < 2 or words[place] != "to" or words[place - 1].endswith("ed") or words[place - 1] in _NEVER_GIVEN:
        return False
    near = [item for item in words[place + 1 : place + 4] if item not in _DETERMINERS]
    return bool(near) and singular(near[0]) in ends - READERS


def _is_shown_to_others(words: tuple[str, ...]) -> bool:
    """True for `Shows an ad to the public`, `Displays a picture on our website`; not for `Shows packages in the registry`."""
    one = words[1:2] and words[1] in ("a", "an", "the", "this")
    for place in range(2, len(words) - 1):
        near = [item for item in words[place + 1 : place + 4] if item not in _DETERMINERS]
        if words[place] == "to" and near and near[0] in _AUDIENCE:
            return True
        if one and words[place] in ("in", "on", "at") and near and set(near[:2]) & _PUBLIC_PLACES:
            return singular(words[2]) == words[2]
    return "publicly" in words[2:]
