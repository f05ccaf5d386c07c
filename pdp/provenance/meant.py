"""Whom the user means by a name: the record that holds the name holds the address as well.

"Tell Ada" names nobody by an address. A directory says `{name: Ada Lovelace, id: U7}`; so `U7` is meant, and `U9` is not.
A result leaves marks of pairs (a word of a record, a value of the same record), and an action asks for the pairs of its
recipients with the words of the request. A word that leads to several values of one field, as the room does of all who write in
it, tells none of them from the others: such pairs are kept apart. Pure; gives marks, judges nothing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import lru_cache
from itertools import pairwise

from pdp.fold import fold
from pdp.provenance.beside import accounts, is_labelled
from pdp.provenance.forms import addresses, strong_marks
from pdp.provenance.leaves import Leaf
from pdp.provenance.model import BANK, HANDLE, MAIL, NUMBER, PLACE, ROOM
from pdp.steps import Steps, finish
from pdp.wording.grammar import BIDDING, COMMON, NOT, OF_A_THING, OF_SOMEBODY
from pdp.wording.lexicon import DEEDS
from pdp.wording.marks import FILE_ENDINGS, words
from pdp.wording.things import THINGS, singular

MEANT_KINDS = frozenset({"recipient", "channel", "account"})
"""Sinks that people name by what somebody or some place is called."""

TARGET_KINDS = MEANT_KINDS | {"id", "path"}
"""Sinks that say on whom or what an action is done."""

MIN_PART_CHARS = 4
"""A shorter part of a name stands in texts by chance."""

MAX_NAMES = 10
"""Words of a request that may be names; those with a capital letter first. Each costs a look-up for each recipient."""

MAX_PAIRS = 1_500
"""Pairs of one result, some 7 KiB; of what lies beyond nobody is meant."""

MAX_RECORD_LEAVES, MAX_VALUE_CHARS, MAX_FIELD_WORDS = 24, 64, 12

_TOKENS_A_STEP = 128

_TOKEN = re.compile(r"[^\W_]+")
_DOMAIN = re.compile(r"(?<=[^\s,;<>()])@[^\s,;<>()]+")
"""The end of a mail address, which many share."""
_NUMBER_SIGNS = " +-()./"
"""What stands in numbers of accounts and telephones, and is left out of their one spelling."""
_HANDLE_FIELD = re.compile(r"(?i)(?:user_?name|user|handle|login|nick(?:_?name)?|screen_?name|alias)$")
"""Fields of what people are reached by in chats."""
_TELLER_FIELD = re.compile(r"(?i)(?:sender|from|author|user|user_?name|handle|poster|by)$")
"""Fields of who wrote what stands beside."""
_CHANNEL_FIELD = re.compile(r"(?i)(?:channel|channel_?name|name)$")
_SENTENCE_SIGN = re.compile(r"[.!](?:\s|$)")
_ABBREVIATED = frozenset({"co", "corp", "e.v", "inc", "jr", "llc", "ltd", "sr"})
_FIELD = re.compile(r"[a-z]+|[A-Z][a-z]*")
_SHOWN = re.compile(r"(?:[^<>@]{0,64}<|(?i:mailto):)\s*[^<>\s]+\s*>?|[^<>()\s]+\s*\([^<>()@]{0,64}\)")
"""A mail address with its owner's name or a label: what stands in a sentence is nobody's by that."""


class Pairs:
    """Pairs of the objects of one result, each given as the short leaves that stand directly in it."""

    __slots__ = ("_count", "_full", "_led_to", "_named")

    def __init__(self) -> None:
        self._led_to: dict[tuple[str, str], set[str]] = {}
        self._named: set[str] = set()
        self._count = 0
        self._full = False

    def take(self, records: Sequence[Sequence[Leaf]], ordering: Collection[str]) -> bool:
        """Takes in the next objects, with the pointers of values that bid something; returns whether there is room for more."""
        for leaves in records:
            alone = len(leaves) == 1 and "@" in leaves[0].text  # `{"from": {"email": …}}` has a name all the same
            if (len(leaves) < 2 and not alone) or len(leaves) > MAX_RECORD_LEAVES:
                continue
            told = [set(_names(leaf.text)) for leaf in leaves]
            said = [leaf.pointer in ordering or _is_said(leaf.text) for leaf in leaves]
            fields = [_field_name(leaf.pointer.rpartition("/")[0] if leaf.is_key else leaf.pointer) for leaf in leaves]
            # A sentence names nobody who says it, nor anybody with a mail address, and of values of one form in one list none
            # names the next; a room is the one in which something was said.
            told_by = [
                "@" in leaf.text or _TELLER_FIELD.search(field) is not None
                for leaf, field in zip(leaves, fields, strict=True)
            ]
            forms = [_form(leaf.text) for leaf in leaves]
            for at, leaf in enumerate(leaves):
                value = _value(leaf.text)
                if not value:
                    continue
                field = fields[at]
                near = _field_words(field).union(
                    _own_names(value, field),
                    told[at] if "@" in value and " " in leaf.text else (),
                    *(
                        other
                        for place, other in enumerate(told)
                        if place != at
                        and not (told_by[at] and said[place])
                        and not (forms[place] == forms[at] and fields[place] == field)
                    ),
                )
                for word in near:
                    values = self._led_to.setdefault((word, field), set())
                    self._count += value not in values
                    values.add(value)
                if _CHANNEL_FIELD.search(field):
                    self._named.add(f"c:{value}")
                for sort in _sorts(value, field):
                    self._named.update(f"{sort}:{word}" for word in near)
            self._full = self._count + len(self._named) > MAX_PAIRS
            if self._full:
                break
        return not self._full

    def found(self) -> tuple[set[str], set[str]]:
        """Returns the marks of pairs that tell a value from others, with those of names of records at all; and of pairs that
        do not, as all when what else the words lead to was left out."""
        telling: set[str] = set(self._named)
        shared: set[str] = set()
        for (word, _), values in self._led_to.items():
            (telling if len(values) == 1 and not self._full else shared).update(f"n:{word}|{value}" for value in values)
        return telling, shared - telling


def pushed_marks(value: str) -> tuple[str, ...]:
    """Returns what together shows that a sentence which bids holds a value; none for one of many words."""
    strong = strong_marks(value)
    if strong:
        return strong
    parts = words(value)
    if len(parts) == 1:
        return (f"w:{parts[0]}",)
    pairs = dict.fromkeys(f"b:{one} {two}" for one, two in pairwise(parts))
    return tuple(pairs) if 0 < len(parts) <= MAX_FIELD_WORDS else ()


def file_marks(path: str) -> list[tuple[str, ...]]:
    """Returns what else together shows that a sentence speaks of a file: its name without the folders, "delete books.xlsx", and
    without its ending where that tells, "delete the customers file"."""
    name = re.split(r"[/\\\\]", path.strip())[-1]
    found = [pushed_marks(name)] if name != path.strip() else []
    parts = words(name.rpartition(".")[0])
    if len(parts) == 1 and len(parts[0]) >= MIN_PART_CHARS and _tells(parts[0]):
        stem = parts[0]
        tells_alone = stem not in DEEDS and singular(stem) not in THINGS
        found.append((f"w:{stem}",) if tells_alone else (f"b:{stem} file",))
    return [marks for marks in found if marks]


def meant_marks(names: Sequence[str], value: str) -> tuple[str, ...]:
    """Returns the pairs of one value with the names in a request, each of which shows that the user may have meant it."""
    bare = _value(value)
    return tuple(f"n:{singular(name)}|{bare}" for name in names) if bare else ()


def part_marks(value: str) -> tuple[str, ...]:
    """Returns the parts of a name of two or three words by which people call who has it: "Mireille" for Mireille Castel."""
    parts = value.split()
    if not 2 <= len(parts) <= 3 or not all(part.isalpha() and part[0].isupper() for part in parts):
        return ()
    named = (fold(part) for part in parts if len(part) >= MIN_PART_CHARS)
    return tuple(f"w:{part}" for part in named if _tells(part) and part not in DEEDS and singular(part) not in THINGS)


def naming_marks(names: Sequence[str], value: str) -> tuple[str, ...]:
    """Returns marks each of which shows that a request with the given likely names names some record that could have stood in
    for a value: somebody with a mail address where a mail goes; who names a town names nobody."""
    sort = "q" if "@" in value else "a" if _number(value) else "p"
    return tuple(f"{sort}:{singular(name)}" for name in names)


def called_marks(sort: str, names: Sequence[str]) -> tuple[str, ...]:
    """Returns marks each of which shows that records have a channel of one of these names (sort "c"), a handle for whom they
    call so ("u"), or one of them as a value by itself ("v")."""
    return tuple(f"{sort}:{singular(name) if sort == 'u' else name}" for name in names)


def reach_of(kind: str, value: str) -> str:
    """Returns how a value of a sink reaches somebody, as in `pdp.provenance.model`."""
    if "@" in value:
        return MAIL
    number = _number(value) if kind in ("account", "recipient") else ""
    if number and (kind == "account" or not number.isdecimal()):
        return BANK  # a number of digits alone may be a telephone's
    if kind == "account":
        return ""
    has_digits = any(character.isdigit() for character in value)
    if kind == "recipient":
        return NUMBER if has_digits else HANDLE
    if kind == "channel":
        return ROOM if has_digits else PLACE
    return ""


def _sorts(value: str, field: str) -> str:
    """Returns the sorts of marks, a letter each, by which the names of records with such a value are found; none for a value that
    reaches nobody."""
    if "@" in value:
        return "q"
    sorts = "u" if _HANDLE_FIELD.search(field) else ""
    if any(character.isdigit() for character in value):
        sorts += "pa" if _number(value) else "p"
    return sorts


def _form(text: str) -> str:
    """Returns a sign for what values of one list have in common: addresses, numbers, single words; phrases are apart."""
    if "@" in text:
        return "@"
    if len(text.split()) > 1:
        return text
    return "0" if any(character.isdigit() for character in text) else "a"


def _number(value: str) -> str:
    """Returns an account number in its one spelling, also behind a label (`tel:+49 …`), "" for any other value."""
    if not any(character.isdigit() for character in value):
        return ""
    strong = strong_marks(value)
    if len(value) <= MAX_VALUE_CHARS and (not strong or is_labelled(value)):
        strong, beside = accounts(value)
        strong = () if beside else strong
    return strong[0][2:] if len(strong) == 1 and strong[0][0] == "a" else ""


def _own_names(value: str, field: str) -> list[str]:
    """Returns the names in a mail address or handle itself: `ada.byron@…` is Ada's."""
    if "@" in value:
        return _names(value.partition("@")[0])
    return _names(value) if _HANDLE_FIELD.search(field) else []


def _is_said(text: str) -> bool:
    """Tells whether a value is a sentence, which speaks of somebody and calls nobody: "Ada says hello."."""
    parts = text.split()
    if len(parts) < 3 or not _SENTENCE_SIGN.search(text):
        return False
    ends = parts[-1][-1] in ".!" and fold(parts[-1]).strip(".!") not in _ABBREVIATED
    return ends or (len(parts) > 4 and _SENTENCE_SIGN.search(text.rstrip(".!")) is not None)


def request_names(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Returns the words of a request that are likely names, at most `MAX_NAMES`, and those that ask for something as
    often: "launch" may be a channel."""
    return finish(request_names_in_steps(text))


def request_names_in_steps(text: str) -> Steps[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Does what `request_names` does, in steps."""
    capital: dict[str, None] = {}
    others: dict[str, None] = {}
    common: dict[str, None] = {}
    text = _DOMAIN.sub(" ", text)
    for number, match in enumerate(_TOKEN.finditer(text)):
        if number % _TOKENS_A_STEP == _TOKENS_A_STEP - 1:
            yield
        word = match.group()
        if text[match.start() - 1 : match.start()] == "." and word.lower() in FILE_ENDINGS:
            continue  # `minutes.docx` speaks of minutes, and not of every document
        for name in _names(word):
            likely = capital if word[:1].isupper() and match.start() else others
            (common if name in DEEDS or name in THINGS else likely)[name] = None
    return tuple({**capital, **others})[:MAX_NAMES], tuple(common)[:MAX_NAMES]


def _names(text: str) -> list[str]:
    if len(text) > MAX_VALUE_CHARS * 2:
        return []
    parts = words(text)
    if len(parts) > MAX_FIELD_WORDS:
        return []
    return [singular(part) for part in parts if _tells(part)]


def _tells(part: str) -> bool:
    if len(part) < 3 or part in COMMON or part.isdecimal():
        return False
    return not (part in OF_A_THING or part in OF_SOMEBODY or part in BIDDING or part in NOT)


def _field_name(pointer: str) -> str:
    """Returns the name of the field that a value stands in, itself or in a list."""
    return next((part for part in reversed(pointer.split("/")) if part and not part.isdecimal()), "")


@lru_cache(maxsize=4096)
def _field_words(name: str) -> frozenset[str]:
    # "channel" says what an id is of, not whom somebody means by it; "manager" does.
    return frozenset(word for part in _FIELD.findall(name) if _tells(word := part.lower()) and word not in THINGS)


def _value(text: str) -> str:
    """Returns a value that may stand for somebody, "" for a phrase; of a mail address with its owner's name the address alone."""
    if "@" in text and len(text) <= 2 * MAX_VALUE_CHARS and _SHOWN.fullmatch(text.strip()):
        held = addresses(text)
        if len(held) == 1 and held[0][0] == "e":
            return held[0][2:]
    bare = fold(text).strip()
    if any(character.isdigit() for character in bare) and any(sign in bare for sign in _NUMBER_SIGNS):
        number = _number(text).lower()
        if number or len(bare.split()) > 1:
            return number
    return bare if 1 < len(bare) <= MAX_VALUE_CHARS and len(bare.split()) == 1 else ""
