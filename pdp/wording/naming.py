"""Names in a request: where they stand, and what is none. By words and capital letters alone, in linear time."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pdp.suggest.words import word_set
from pdp.wording.grammar import COMMON, DETERMINERS, FUNCTION_WORDS, OF_A_THING
from pdp.wording.lexicon import DEEDS
from pdp.wording.things import THINGS, Thing, singular, things_of
from writ.frozen import frozen

TOKENS_A_STEP = 64
"""A millisecond, or two."""

TOKEN = re.compile(r"[^\W_]+")
ENDS = re.compile(r"[!?;\n]|\.\s")
_JOINED = re.compile(r"[,&]?\s*[<(\"']?")
MAX_WHOM = 24
"""Names that a request addresses; who addresses more may mean anybody. Each costs a look-up for each recipient."""

APOSTROPHES = ("'", "\N{RIGHT SINGLE QUOTATION MARK}")

AND = word_set("and or und oder et ou y o plus")
TITLES = word_set("mr mrs ms dr prof herr frau mme sr sra")
ADDRESSING = word_set(
    "alert answer ask bcc call cc congratulate contact inform invite message notify remind tell text thank update warn"
)
"""Verbs before whom they address; after others stands what is sent."""

_NEVER_NAMES = FUNCTION_WORDS - {"and"}

_OWNING = word_set("her his my our their your")
_CALLED_SO = 2
"""Words before a name that say who it is: "our new landlord Meier"."""


@frozen
class Reading:
    """A request without its mail addresses, its words where they stand, and folded."""

    text: str
    tokens: Sequence[re.Match[str]]
    words: Sequence[str]

    def before(self, at: int) -> str:
        """Returns what stands between the word at a place and the one before it."""
        return self.text[self.tokens[at - 1].end() : self.tokens[at].start()] if at else ""

    def behind(self, at: int) -> str:
        """Returns the character behind the word at a place."""
        return self.text[self.tokens[at].end() : self.tokens[at].end() + 1]

    def is_capital(self, at: int) -> bool:
        """Tells whether the word at a place has a capital letter."""
        return self.tokens[at].group()[0].isupper()


def names_at(read: Reading, at: int, *, of_verb: bool) -> tuple[list[str], int]:
    """Returns the names in a row that begin at a place, and the place behind them: words with a capital letter, or one that
    nothing else is known of and that stands alone."""
    found: list[str] = []
    first = at
    while at < len(read.words):
        word = read.words[at]
        between = read.before(at)
        if not _JOINED.fullmatch(between.strip()) and not (read.words[at - 1] in TITLES and between.strip() == "."):
            break
        if not is_known(word) and (read.is_capital(at) or (at == first and _stands_alone(read, at, of_verb=of_verb))):
            if len(word) > 2 and word not in TITLES:
                found.append(word)
        elif word not in AND or at + 1 == len(read.words) or not read.is_capital(at + 1):
            break
        at += 1
    return found, at


def called_at(read: Reading, at: int, *, of_verb: bool) -> tuple[list[str], int]:
    """Returns the names behind what says who they are, "to our landlord Meier"; none where they only describe what follows,
    "to the new Lisbon office"."""
    owned = read.words[at] in (_OWNING if of_verb else DETERMINERS)
    first = at + owned  # "pay landlord Meier"
    for place in range(first, min(len(read.words) - 1, first + _CALLED_SO)):
        word = read.words[place]
        things = things_of(word)
        if not read.tokens[place].group().islower() or word in FUNCTION_WORDS or (things and not things & Thing.PERSON):
            break
        if not read.is_capital(place + 1):
            continue
        names, end = names_at(read, place + 1, of_verb=False)
        return (names, end) if names and ends_a_name(read, end) else ([], at)
    return [], at


def ends_a_name(read: Reading, at: int) -> bool:
    if at == len(read.words) or read.before(at).strip():
        return True
    word = read.words[at]
    return word in FUNCTION_WORDS or word in DETERMINERS or not word.isalpha()


def _stands_alone(read: Reading, at: int, *, of_verb: bool) -> bool:
    """Tells whether a word in small letters is all that stands where a name may: "to ada", "send ada the plan", "tell ada
    about it"; not "to accounting folks", "send plans"."""
    word = read.words[at]
    if word in FUNCTION_WORDS or word in DETERMINERS or not word.isalpha():
        return False
    if at + 1 == len(read.words):
        return not of_verb
    follower = read.words[at + 1]
    if of_verb:
        return follower in DETERMINERS or (follower in FUNCTION_WORDS and read.words[at - 1] in ADDRESSING)
    between = read.before(at + 1)
    return follower in FUNCTION_WORDS or follower in DETERMINERS or any(sign in between for sign in ".,;!?\n")


def is_no_name(word: str) -> bool:
    return word in DETERMINERS or word in FUNCTION_WORDS or word in COMMON or word in AND


def is_known(word: str) -> bool:
    return word in COMMON or word in DEEDS or singular(word) in THINGS


def may_be_names(words: Sequence[str]) -> bool:
    """Tells whether folded words in a row, one at least, may name somebody: they begin with no article, and none but "and" is a
    noun, a verb or a small word that is known."""
    return words[0] not in OF_A_THING and not any(
        singular(word) in THINGS or word in DEEDS or word in _NEVER_NAMES for word in words
    )
