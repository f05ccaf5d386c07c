"""Turns of phrase by which somebody is to be told, given or shown something, though no verb of sending says so.

By words alone (`pdp.provenance_lexicon`), in linear time. What the user himself is to get, "give me the gist", is no sending.
"""

from __future__ import annotations

from collections.abc import Sequence

from pdp.provenance_grammar import (
    ASSURING,
    CLEARLY_THEM,
    FUNCTION_WORDS,
    HAVING_TO,
    LEARNT,
    MOVED_OVER,
    MOVING,
    OF_A_THING,
    OF_THE_ASKER,
    OWED,
    POINTING,
    REACHED,
    TO_THE_USER,
)
from pdp.provenance_lexicon import (
    DEEDS,
    GATHERED_IN,
    GIVING,
    MONEY_SENT,
    NEWS,
    POSTED_IN,
    POSTING,
    READABLE,
    THINGS,
    Deed,
    Thing,
)
from pdp.provenance_wishes import REACH, singular

_JOINING = frozenset({"and", "or", "of", "for", "from", "with", "about", "in", "on", "at", "to"})
_INTO = frozenset({"in", "into", "on", "to", "onto"})
_NEVER_SENT = int(Thing.TRANSPORT | Thing.RIDE | Thing.LODGING | Thing.DINING | Thing.DEVICE)
_PEOPLE = int(Thing.PERSON)
_WHOM_WORDS = 4
"""Words of who is to get something: "make sure that Ada and Bob get it"."""
_LEADING = MOVING | ASSURING | POSTING | {"let", "update"}
_ABOUT = frozenset({"about", "on", "re", "regarding"})


def told_to_others(words: Sequence[str], at: int, *, opens: bool) -> int:
    """ "The landlord wants to see the bill", "she should know that": who is to learn something is told, who is to have money
    is paid. Not who is to hear from somebody: that is for others to do."""
    if words[at] not in HAVING_TO or opens or words[at - 1] in OF_THE_ASKER:
        return 0
    reach = words[at + 1 : at + 2 + REACH]
    owed = not OWED.isdisjoint(reach[:2]) and not (MONEY_SENT | {"paid"}).isdisjoint(reach)
    learnt = next((word for word in reach[:3] if word not in ("to", "also", "have", "a", "be")), "")
    heard_from = learnt == "hear" and not {"back", "from"}.isdisjoint(reach[:4])
    return int(Deed.SEND) * (learnt in LEARNT and not heard_from) | int(Deed.PAY) * owed


def told_there(words: Sequence[str], at: int) -> int:
    """ "Give Ada the gist", "put the main points into the thread", "get the figures over to Bob"."""
    if words[at] in GIVING and _given_to_somebody(words[at + 1 : at + 2 + REACH], gives=words[at] == "give"):
        return int(Deed.SEND)
    if words[at] not in _LEADING:
        return 0
    handed = _handed_over(words, at) or _left_to_have(words, at) or _assured(words, at) or _updated(words, at)
    return int(Deed.SEND) if handed else posted_by(words[at], words, at)


def posted_by(verb: str, words: Sequence[str], at: int) -> int:
    """Returns SEND where `verb`, at a place, puts something where people read it."""
    if verb not in POSTING:
        return 0
    readable = False
    for place, word in enumerate(words[at + 1 : at + 2 + 2 * REACH], start=at + 1):
        word = singular(word)
        is_read = word in POSTED_IN or (readable and word in GATHERED_IN)
        if is_read and not _INTO.isdisjoint(words[max(at + 2, place - 4) : place]):
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
            return bool(what) and _reaches(what, words[place + 1], over=over)
        if words[place] in ("from", "and", "or"):
            return False
        what.append(words[place])
    return False


def _reaches(what: Sequence[str], whom: str, *, over: bool) -> bool:
    """Whether what is moved can be sent, and who is to get it is somebody."""
    things = 0
    for word in what:
        things |= THINGS.get(singular(word), 0)
    if whom in TO_THE_USER or whom in OF_THE_ASKER or whom == "my" or things & _NEVER_SENT:
        return False
    if over or whom in CLEARLY_THEM or THINGS.get(singular(whom), 0) & _PEOPLE:
        return True
    is_name = not (whom in OF_A_THING or whom in FUNCTION_WORDS or whom in DEEDS or singular(whom) in THINGS)
    return bool(things) and is_name and (what[0] in POINTING)


def _left_to_have(words: Sequence[str], at: int) -> bool:
    """ "Let Bob have the figures"; not "let me have" and "let us see what they have"."""
    reach = words[at + 1 : at + 2 + _WHOM_WORDS]
    if words[at] != "let" or not reach or reach[0] in TO_THE_USER:
        return False
    place = next((place for place, word in enumerate(reach) if word == "have"), 0)
    return place > 0 and words[at + place + 2 : at + place + 3] != [] and _is_somebody(reach[:place])


def _assured(words: Sequence[str], at: int) -> bool:
    """ "Make sure Bob gets the deck"; neither "make sure the invoice gets a number" nor "make sure I get it"."""
    if words[at] not in ASSURING:
        return False
    reach = words[at + 1 : at + 3 + _WHOM_WORDS]
    reach = reach[1:] if reach[:1] == ["that"] else reach
    place = next((place for place, word in enumerate(reach) if word in REACHED), 0)
    what = reach[place + 1 : place + 2]
    return place > 0 and what != [] and (what[0] in OF_A_THING or what[0] in POINTING) and _is_somebody(reach[:place])


def _updated(words: Sequence[str], at: int) -> bool:
    """ "Update Bob on the budget", "bring her up to speed"; neither "update me" nor "update the prices on the page"."""
    if words[at] == "bring":
        return "speed" in words[at + 2 : at + 2 + REACH] and words[at + 1] not in TO_THE_USER
    if words[at] != "update":
        return False
    reach = words[at + 1 : at + 2 + _WHOM_WORDS]
    place = next((place for place, word in enumerate(reach) if word in _ABOUT), 0)
    return place > 0 and words[at + place + 2 : at + place + 3] != [] and _is_somebody(reach[:place])


def _is_somebody(words: Sequence[str]) -> bool:
    """Whether words may name people: no thing that is known, and with an article only people that are known."""
    if words[0] in TO_THE_USER or words[0] in OF_THE_ASKER or words[-1].endswith("'s"):
        return False
    if any(THINGS.get(singular(word), 0) & _PEOPLE or word in CLEARLY_THEM for word in words):
        return True
    return words[0] not in OF_A_THING and not any(
        singular(word) in THINGS or word in DEEDS or word in FUNCTION_WORDS - {"and"} for word in words
    )
