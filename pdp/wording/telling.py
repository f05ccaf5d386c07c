"""Turns of phrase by which somebody is to be told, given or shown something, though no verb of sending says so.

By words alone (`pdp.wording.lexicon`), in linear time. What the user himself is to get, "give me the gist", is no sending.
"""

from __future__ import annotations

from collections.abc import Sequence

from pdp.wording.acts import NOUN_DEEDS
from pdp.wording.grammar import (
    ASSURING,
    CLEARLY_THEM,
    COURTESIES,
    FUNCTION_WORDS,
    HAVING_TO,
    LEARNT,
    MOVED_OVER,
    MOVING,
    OF_A_THING,
    OF_SOMEBODY,
    OF_THE_ASKER,
    ONTO,
    OWED,
    POINTING,
    REACHED,
    TO_THE_USER,
)
from pdp.wording.lexicon import (
    DEEDS,
    GATHERED_IN,
    GIVING,
    MONEY_SENT,
    NEWS,
    POSTED_IN,
    POSTING,
    READABLE,
    TOLD_BY_NUMBER,
    Deed,
)
from pdp.wording.naming import may_be_names
from pdp.wording.things import THINGS, Thing, singular, things_of
from pdp.wording.wishes import REACH

_JOINING = frozenset({"and", "or", "of", "for", "from", "with", "about", "in", "on", "at", "to"})
_AFTER_A_SUM = COURTESIES | {"for", "f\u00fcr", "pour", "por", "today"}
_NEVER_SENT = int(Thing.TRANSPORT | Thing.RIDE | Thing.LODGING | Thing.DINING | Thing.DEVICE)
_READ = int(Thing.FILE | Thing.MESSAGE)
_PEOPLE = int(Thing.PERSON)
_WHOM_WORDS = 4
"""Words of who is to get something: "make sure that Ada and Bob get it"."""

_UPDATING = frozenset({"brief", "debrief", "update"})
_LEADING = MOVING | ASSURING | POSTING | _UPDATING | {"go", "goes", "let", "show"}
_ABOUT = frozenset({"about", "on", "re", "regarding", "via"})


def told_to_others(words: Sequence[str], at: int, *, opens: bool) -> int:
    """ "The landlord wants to see the bill", "she has to know that", "he should get the report": who is to learn or get something
    is sent it, who is to have money is paid. Not who is to hear from somebody: that is for others to do."""
    reach = words[at + 1 : at + 2 + REACH]
    has_to = words[at] in HAVING_TO or (words[at] in ("has", "have") and reach[:1] == ["to"])
    if not has_to or opens or words[at - 1] in OF_THE_ASKER:
        return 0
    owed = not OWED.isdisjoint(reach[:2]) and not (MONEY_SENT | {"paid"}).isdisjoint(reach)
    learnt = next((word for word in reach[:3] if word not in ("to", "also", "have", "a", "be")), "")
    heard_from = learnt == "hear" and not {"back", "from"}.isdisjoint(reach[:4])
    gets = learnt in ("get", "receive") and any(_is_readable(word) for word in reach[:_WHOM_WORDS])
    return int(Deed.SEND) * (gets or (learnt in LEARNT and not heard_from)) | int(Deed.PAY) * owed


def told_there(words: Sequence[str], at: int) -> int:
    """ "Give Ada the gist", "put the main points into the thread", "get the figures over to Bob"."""
    if words[at] == "give" and _is_paid(words[at + 1 : at + 2 + REACH]):
        return int(Deed.PAY)
    if words[at] in GIVING and _given_to_somebody(words[at + 1 : at + 2 + REACH], gives=words[at] == "give"):
        return int(Deed.SEND)
    if words[at] not in _LEADING:
        return 0
    handed = _handed_over(words, at) or _left_to_have(words, at) or _assured(words, at) or _updated(words, at)
    handed = handed or _goes_to(words, at) or _shown(words, at)
    return int(Deed.SEND) if handed else posted_by(words[at], words, at)


def posted_by(verb: str, words: Sequence[str], at: int) -> int:
    """Returns SEND where `verb`, at a place, puts something where people read it."""
    if verb not in POSTING:
        return 0
    readable = False
    for place, word in enumerate(words[at + 1 : at + 2 + 2 * REACH], start=at + 1):
        word = singular(word)
        is_read = word in POSTED_IN or (readable and word in GATHERED_IN)
        if is_read and not ONTO.isdisjoint(words[max(at + 2, place - 4) : place]):
            return int(Deed.SEND)
        readable = readable or word in READABLE
    return 0


def _given_to_somebody(reach: Sequence[str], *, gives: bool) -> bool:
    """Whether somebody stands between the verb and the news, which "the current price" and "Ada's number" do not say."""
    place = next((place for place, word in enumerate(reach) if singular(word) in NEWS), 0)
    article = next((at for at in range(place - 1, 0, -1) if reach[at] in OF_A_THING), 0)
    whom = reach[: article or place]
    if not whom or whom[0] in TO_THE_USER or not _JOINING.isdisjoint(whom) or whom[-1].endswith("'s"):
        return False
    return not OF_A_THING.issuperset(whom) if article else gives and whom[0] not in OF_A_THING


def _is_readable(word: str) -> bool:
    word = singular(word)
    return bool(THINGS.get(word, 0) & _READ) or word in NEWS or bool(NOUN_DEEDS.get(word, 0) & Deed.SEND)


def _is_paid(reach: Sequence[str]) -> bool:
    """ "Give Jo the 20 euros", "give the landlord $500"; neither "give me 20 euros" nor "give Jo 20 euros off"."""
    sums = (place for place in range(1, len(reach)) if reach[place].isdecimal())
    place = next(sums, 0)
    whom = list(reach[: place - (reach[place - 1] == "money") if place else 0])
    whom = whom[:-1] if len(whom) > 1 and whom[-1] in OF_A_THING else whom
    money = place > 0 and (
        "money" in reach[place - 1 : place] or not MONEY_SENT.isdisjoint(reach[place + 1 : place + 2])
    )
    return money and bool(whom) and is_somebody(whom) and {"off", "discount", "credit"}.isdisjoint(reach)


def is_sent_a_sum(words: Sequence[str], at: int) -> bool:
    """ "Send Meier 900", "send Ada 12.50 for lunch"; neither "send Bob 3 photos" nor "send chapter 12"."""
    place = next((place for place in range(at + 2, min(len(words), at + 4)) if words[place].isdecimal()), 0)
    if not place or not is_somebody(words[at + 1 : place]) or not TOLD_BY_NUMBER.isdisjoint(words[at + 1 : place]):
        return False
    behind = place + 1 + (place + 1 < len(words) and words[place + 1].isdecimal())
    return behind == len(words) or words[behind] in _AFTER_A_SUM


def _handed_over(words: Sequence[str], at: int) -> bool:
    """ "Get the figures over to Bob", "get it to her", "get the contract to Susan"; neither "get the figures from Bob" nor "get
    the bus to Berlin"."""
    if words[at] not in MOVING or words[at + 1 : at + 2] == [] or words[at + 1] in TO_THE_USER:
        return False
    what: list[str] = []
    for place in range(at + 1, min(len(words) - 1, at + 2 + REACH)):
        if words[place] == "to":
            over = bool(what) and what[-1] in MOVED_OVER
            what = what[:-1] if over else what
            return bool(what) and _reaches(what, words[place + 1], " ".join(words[place + 2 : place + 3]), over=over)
        if words[place] in ("from", "and", "or"):
            return False
        what.append(words[place])
    return False


def _reaches(what: Sequence[str], whom: str, after: str, *, over: bool) -> bool:
    """Whether what is moved can be sent, and who is to get it is somebody; `after` is the word behind "the"."""
    whom = after if whom in OF_A_THING and whom not in CLEARLY_THEM and things_of(after) & _PEOPLE else whom
    things = 0
    for word in what:
        things |= things_of(word)
    if whom in TO_THE_USER or whom in OF_THE_ASKER or whom == "my" or things & _NEVER_SENT:
        return False
    if over or whom in CLEARLY_THEM or things_of(whom) & _PEOPLE:
        return True
    is_name = not (whom in OF_A_THING or whom in FUNCTION_WORDS or whom in DEEDS or singular(whom) in THINGS)
    return bool(things) and is_name and (what[0] in POINTING)


def _goes_to(words: Sequence[str], at: int) -> bool:
    """ "The report goes to Bob", "this must go out to the team"; neither "the train goes to Berlin" nor "did it go to Bob"."""
    place = at + 2 if words[at + 1 : at + 2] and words[at + 1] in MOVED_OVER else at + 1
    if words[at] not in ("go", "goes") or words[place : place + 1] != ["to"] or place + 1 == len(words):
        return False
    first = at - 1
    while first >= 0 and words[first] in HAVING_TO | {"to", "has"}:
        first -= 1
    is_due = words[at] == "goes" or first < at - 1
    what = words[max(0, first - _WHOM_WORDS) : first + 1]
    begins = next((step for step in range(len(what) - 1, -1, -1) if what[step] in POINTING), -1)
    after = " ".join(words[place + 2 : place + 3])
    return is_due and begins >= 0 and _reaches(what[begins:], words[place + 1], after, over=False)


def _shown(words: Sequence[str], at: int) -> bool:
    """ "Show Bob the plan"; neither "show me the plan" nor "show Bob's plan"."""
    what = words[at + 2 : at + 3]
    if words[at] != "show" or not what or words[at + 1] == "all" or words[at + 1] in OF_A_THING - {"her"}:
        return False
    return what[0] in OF_A_THING and is_somebody(words[at + 1 : at + 2])


def _left_to_have(words: Sequence[str], at: int) -> bool:
    """ "Let Bob have the figures"; not "let me have" and "let us see what they have"."""
    reach = words[at + 1 : at + 2 + _WHOM_WORDS]
    if words[at] != "let" or not reach or reach[0] in TO_THE_USER:
        return False
    place = next((place for place, word in enumerate(reach) if word == "have"), 0)
    return place > 0 and words[at + place + 2 : at + place + 3] != [] and is_somebody(reach[:place])


def _assured(words: Sequence[str], at: int) -> bool:
    """ "Make sure Bob gets the deck"; neither "make sure the invoice gets a number" nor "make sure I get it"."""
    if words[at] not in ASSURING:
        return False
    reach = words[at + 1 : at + 3 + _WHOM_WORDS]
    reach = reach[1:] if reach[:1] == ["that"] else reach
    place = next((place for place, word in enumerate(reach) if word in REACHED), 0)
    what = reach[place + 1 : place + 2]
    return place > 0 and what != [] and (what[0] in OF_A_THING or what[0] in POINTING) and is_somebody(reach[:place])


def _updated(words: Sequence[str], at: int) -> bool:
    """ "Update Bob on the budget", "bring her up to speed"; neither "update me" nor "update the prices on the page"."""
    if words[at] == "bring":
        return "speed" in words[at + 2 : at + 2 + REACH] and words[at + 1] not in TO_THE_USER
    if words[at] not in _UPDATING or (at and (words[at - 1] in OF_A_THING or words[at - 1] in OF_SOMEBODY)):
        return False
    reach = words[at + 1 : at + 2 + _WHOM_WORDS]
    place = next((place for place, word in enumerate(reach) if word in _ABOUT), 0)
    return place > 0 and words[at + place + 2 : at + place + 3] != [] and is_somebody(reach[:place])


def is_somebody(words: Sequence[str]) -> bool:
    """Tells whether words, one at least, may name people: no thing that is known, with an article only people who are known."""
    if words[0] in TO_THE_USER or words[0] in OF_THE_ASKER or words[-1].endswith("'s"):
        return False
    if any(things_of(word) & _PEOPLE or word in CLEARLY_THEM for word in words):
        return True
    return may_be_names(words)
