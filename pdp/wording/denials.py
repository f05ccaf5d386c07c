"""Which verbs of a request are denied or put aside: "don't cancel it", "rather than delete it", "tell me how to delete it".

By words alone, in linear time. What a whole sentence or request refuses, `pdp.wording.mood` tells.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from pdp.suggest.words import word_set
from pdp.wording.grammar import (
    ALSO_BIDS,
    BETWEEN_DENIALS,
    CONDITIONAL,
    COURTESIES,
    DENIED_OBJECTS,
    DENYING_AFTER,
    FORBIDDING,
    FORGET,
    FORGET_NOT,
    INSTEAD,
    INSTEAD_OF,
    MERELY,
    MODAL_NOT,
    NOT,
    OPEN_TO,
    TELLING_NO,
)
from pdp.wording.lexicon import DEEDS, IDLE, OFTEN_NOUNS
from pdp.wording.marks import FILE_ENDINGS
from pdp.wording.wishes import REACH

_NO_SE = word_set("debe debes deben hay la las le les lo los puede puedes pueden quiero se te")
"""Behind "no", Spanish words of a denial: "no se debe borrar"; the other "no" is a number's, or "no rush"."""
_CONDITION_WORDS = 16
"""Words before a clause among which its condition begins."""

_OR = COURTESIES | {"or", "nor", "ni", "oder", "noch", "ou"}

_EXPLAINING = frozenset({"describe", "explain", "know", "me", "say", "see", "understand", "us"})
_MEANING = frozenset({"did", "do", "does", "mean", "means", "would"})
_ASKS_AGAIN = ALSO_BIDS | COURTESIES | {"can", "could", "to", "would", "you"}
_EXPLAINED_WORDS = 8

_TURNING = frozenset({"aber", "but", "mais", "pero", "sondern"})
"""Behind these is bidden what was not denied before."""

_RATHER = word_set("instead rather simply stattdessen")
"""… and beside these."""
_NEVER = word_set("don't dont never nie niemals nunca jamais")
_MODAL = word_set("bitte can could do may must please shall should will would darfst sollst")
"""Before "not", these deny the verb that follows, though something is said in between."""

_FILE_ENDINGS = FILE_ENDINGS - {"go", "log"}
"""What stands before these is the name of a file: "report.pdf"; the others are words as well."""


def bids_nothing(words: Sequence[str], at: int) -> bool:
    """ "Pay attention", "report.pdf", "delete nothing"."""
    follower = words[at + 1] if at + 1 < len(words) else ""
    if words[at] == "do" and follower == "not":
        return True
    if (words[at], follower) in IDLE or (words[at] in OFTEN_NOUNS and follower in _FILE_ENDINGS):
        return True
    if words[at] not in DEEDS or follower != "no" or "".join(words[at + 2 : at + 3]).isdecimal():  # "refund no. 47110"
        return words[at] in DEEDS and follower in DENIED_OBJECTS
    return words[at + 2 : at + 3] == ["one"] or (words[at] not in TELLING_NO and at + 2 < len(words))


def is_put_aside(words: Sequence[str], at: int) -> bool:
    """ "Archive it rather than delete or purge it", "instead of deleting it", "I forbid you to delete it", "tell me how to delete
    it", "tell me whether I should delete it"."""
    if _is_explained(words, at):
        return True
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


def _is_explained(words: Sequence[str], at: int) -> bool:
    """ "Explain what `rm -rf build` does", "tell me what deploying means"."""
    before = words[max(0, at - _EXPLAINED_WORDS) : at]
    what = next((place for place in range(len(before) - 1, 0, -1) if before[place] == "what"), 0)
    if not what or before[what - 1] not in _EXPLAINING or not _ASKS_AGAIN.isdisjoint(before[what:]):
        return False
    behind = words[at + 1 : at + 1 + _EXPLAINED_WORDS]
    meant = next((place for place, word in enumerate(behind) if word in _MEANING), -1)
    return meant >= 0 and ALSO_BIDS.isdisjoint(behind[:meant])


def is_denied(words: Sequence[str], at: int, ends: Mapping[int, str], *, opens: bool) -> bool:
    """ "Don't cancel it", "don't cancel, move or drop it"; but "don't forget to cancel it", "if it is not there, cancel it", "it
    is not final, just send it", "why don't you send it", "if not send it" and "don't keep it but send it"."""
    first = _part_begins(words, at, ends)
    near = words[max(first, at - 3) : at]
    if not opens and any(one == "no" and other in _NO_SE for one, other in pairwise(near)):
        return True
    if not opens and near[-1:] == ["to"] and "too" in words[max(0, at - 4) : at]:
        return True  # "it is too early to delete it"
    if (
        at
        and not opens
        and not MODAL_NOT.isdisjoint(words[max(first, at - 2) : at])
        and words[at - 1] not in ("you", "u")
    ):
        return True
    if _is_interrupted(words, at, ends):
        return True
    if NOT.isdisjoint(words[max(0, at - _CONDITION_WORDS) : at]):
        return False
    place = next((place for place in range(at - 1, max(-1, at - 4), -1) if words[place] in NOT), -1)
    if place > 0 and (words[place - 1] == "why" or words[place - 1] in CONDITIONAL):
        return False
    if place >= first and not opens:
        return not is_lifted(words, place, at)
    first = at - 1
    while first > at - _CONDITION_WORDS and first > 0 and (words[first] in DEEDS or words[first] in _OR):
        first -= 1  # one of several deeds that one word denies
    if first < 0 or words[first] not in NOT or is_lifted(words, first, at):
        return False
    if first in ends and words[first] in DENYING_AFTER:
        return False  # "ich kann nicht, sag es Ada"
    return not opens or CONDITIONAL.isdisjoint(words[max(0, at - _CONDITION_WORDS) : at])


def _is_interrupted(words: Sequence[str], at: int, ends: Mapping[int, str]) -> bool:
    """ "Never, ever delete it", "you must not, whatever he says, delete it"; but "please don't, just archive it"."""
    for place in range(at - 1, max(-1, at - _CONDITION_WORDS), -1):
        if ends.get(place, ",") != "," or words[place] in _TURNING or words[place] in MERELY or words[place] in _RATHER:
            return False
        if place not in ends:
            continue
        if words[place] in _NEVER:
            return True
        if words[place] in MODAL_NOT or (words[place] in ("not", "nicht") and place and words[place - 1] in _MODAL):
            return place < at - 1 and at - 1 in ends  # "I can't, delete it for me"
    return False


def _part_begins(words: Sequence[str], at: int, ends: Mapping[int, str]) -> int:
    """Returns where the part of a sentence begins in which a denial close to a verb is that verb's."""
    return next(
        (place + 1 for place in range(at - 1, max(-1, at - 4), -1) if place in ends or words[place] in _TURNING), 0
    )


def is_lifted(words: Sequence[str], place: int, at: int) -> bool:
    """Whether what denies at a place denies no deed: "don't forget to send it", "don't just read it, …", "vergiss nicht zu …";
    but "just don't send it"."""
    behind = next((word for word in words[place + 1 : at] if word not in BETWEEN_DENIALS), "")
    before = next((word for word in reversed(words[max(0, place - 2) : place]) if word not in BETWEEN_DENIALS), "")
    return behind in FORGET or behind in MERELY or before in FORGET_NOT


def is_gerund_denied(words: Sequence[str], at: int, ends: Mapping[int, str]) -> bool:
    for place in range(at - 1, max(-1, at - 6), -1):
        if place in ends or words[place] in ALSO_BIDS:
            return False
        if words[place] in NOT:
            return not is_lifted(words, place, at)
    return False
