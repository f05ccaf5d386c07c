"""Levels of rights: who says "let Bob read it" makes nobody its owner.

Tools call levels by one word ("viewer", "can_edit"), requests speak of them by nouns ("as an editor") and by verbs that somebody
is allowed ("so that he can read it"). Each counts as one of five. Pure, by words alone, in linear time.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import IntEnum

from pdp.fold import fold
from pdp.remembered import remembered
from pdp.suggest.words import word_set
from pdp.wording.grammar import NOT


class Level(IntEnum):
    """How much a right allows."""

    READ = 1
    COMMENT = 2
    WRITE = 3
    ADMIN = 4
    OWNER = 5


def _levels(table: Mapping[Level, str]) -> dict[str, Level]:
    return {word: level for level, words in table.items() for word in word_set(words)}


_NOUNS = _levels(
    {
        Level.READ: "readonly viewer betrachter betrachterin lesezugriff leserecht leserechte",
        Level.COMMENT: "commenter commentator kommentator kommentatorin kommentarrecht kommentarrechte",
        Level.WRITE: "contributor editor bearbeiter bearbeiterin redakteur redakteurin schreibrecht schreibrechte schreibzugriff"
        " bearbeitungsrecht bearbeitungsrechte",
        Level.ADMIN: "admin administrator administratorin admins administrators superuser sysadmin adminrecht adminrechte"
        " fullaccess fullcontrol vollzugriff",
        Level.OWNER: "coowner owner owners ownership besitzer besitzerin eigentümer eigentümerin inhaber inhaberin",
    }
)
"""What somebody is, or has, by no other meaning. Of requests these count wherever they stand."""

_ALLOWED = _levels(
    {
        Level.READ: "guest look read reader reading see view viewing ansehen anschauen einsehen gast lesen lesend leser sehen",
        Level.COMMENT: "annotate comment commenting suggest kommentieren",
        Level.WRITE: "change collaborator contribute developer edit editing member modify rw update write writer writing"
        " ändern bearbeiten mitarbeiter mitglied mitschreiben schreiben",
        Level.ADMIN: "administer administrate full maintainer manage manager managing root super verwalten voll vollen",
        Level.OWNER: "own besitzen",
    }
)
"""What a level allows, and what somebody may be anyway. Of requests these count beside a word of right, or where they are allowed
to somebody: "read my mail" limits nobody."""

_RAISING = {
    word: level
    for level, words in {Level.ADMIN: "promote promoted befördere", Level.OWNER: "transfer übertrage übertrag"}.items()
    for word in word_set(words)
}
"""Deeds that ask for a level by themselves."""

_RIGHTS = word_set(
    "access only permission permissions privilege privileges right rights role nur recht rechte rolle zugriff"
)
"""Beside what a level allows, one of these makes it a level: "view access", "edit rights", "the right to read"."""

_ALLOWING = word_set(
    "able allow allows allowed can could let lets may permit permitted darf dürfen erlaube erlauben kann können könnte lass lasse"
    " soll sollen"
)
"""Before what somebody does, one of these allows it to him, "let Bob read it"; in German behind it too, "lesen dürfen"."""

_POLITE = re.compile(r"\b(?:(?:can|could|may) (?:you|i)|let me|kann ich|kannst du|können sie|lass mich)\b")
"""Who begs so allows nothing."""

_DENYING = NOT | word_set("don keinem keinen keiner no")
"""Before a level, one of these refuses it: "not as an owner", "no admin rights"."""

_NEAR, _FAR = 2, 8
"""Words between a level and its word of right, and between who allows something and what it is."""

_OF_A_LEVEL = word_set("access as can control may only permission right role the to user")
"""Beside the word of a level in a value, these say no more: `can_edit`, `full_control`, `read-only`."""

_GIVING = word_set(
    "access accesses acl collaborator collaborators grant grants group invite invitation level member members membership"
    " permission permissions privilege privileges promote right rights role roles share shared sharing shares"
)
"""Of the name of a tool, or of where a value stands in its arguments: what is there may be a level of rights."""

_TAKING = word_set("remove revoke unshare withdraw delete demote drop strip")
"""Of the name of a tool: it takes rights away, whatever their level."""

_INFINITIVE = "en"
_MAX_VALUE_CHARS = 48
"""Longer values are texts."""
_WORD = re.compile(r"[^\W_]+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SENTENCE = re.compile(r"[!?;\n]|\.\s")
_SCOPED = re.compile(r"\b(?:read|view|comment)[ -]only\b")


def level_given(tool: str, pointer: str, text: str) -> Level | None:
    """Returns the level of rights that a value of a call gives, None where it is none, or the call gives no rights. `pointer` is
    where it stands in the arguments (RFC 6901), `tool` the name of the tool."""
    if len(text) > _MAX_VALUE_CHARS or not _gives_rights(tool, pointer):
        return None
    return level_of(text)


@remembered(1_024)
def _gives_rights(tool: str, pointer: str) -> bool:
    called = _parts(tool)
    return _TAKING.isdisjoint(called) and not _GIVING.isdisjoint([*called, *_parts(pointer)])


def level_of(text: str) -> Level | None:
    """Returns the level that a value of a tool stands for (`viewer`, `CAN_EDIT`, `rw`); None where it says anything else."""
    words = _parts(text)
    found = [_NOUNS.get(word) or _ALLOWED.get(word) for word in words]
    told = [level for level in found if level is not None]
    others = [word for word, level in zip(words, found, strict=True) if level is None]
    return max(told) if told and _OF_A_LEVEL.issuperset(others) else None


def may_be_anything(text: str) -> bool:
    """Tells whether what a value calls a level may be something else in a request ("my manager"): there it speaks of levels only
    beside a word of right."""
    return _NOUNS.keys().isdisjoint(_parts(text))


def levels_said(folded: str) -> frozenset[Level]:
    """Returns the levels of rights that a folded request speaks of, given without what it refuses (`pdp.wording.own`)."""
    found: set[Level] = set()
    for sentence in _SENTENCE.split(_POLITE.sub(" ", _SCOPED.sub("readonly", folded))):
        words = _WORD.findall(sentence)
        for at, word in enumerate(words):
            if not _DENYING.isdisjoint(words[max(0, at - _NEAR - 1) : at]):
                continue
            level = _NOUNS.get(word) or _RAISING.get(word)
            if level is None and word in _ALLOWED and _is_right(words, at):
                level = _ALLOWED[word]
            if level is not None:
                found.add(level)
    return frozenset(found)


def _is_right(words: Sequence[str], at: int) -> bool:
    around = words[max(0, at - _NEAR) : at + _NEAR + 1]
    if not _RIGHTS.isdisjoint(around) or not _ALLOWING.isdisjoint(words[max(0, at - _FAR) : at]):
        return True
    return words[at].endswith(_INFINITIVE) and not _ALLOWING.isdisjoint(around)


def _parts(text: str) -> list[str]:
    return _WORD.findall(fold(_CAMEL.sub(" ", text)).replace("_", " "))
