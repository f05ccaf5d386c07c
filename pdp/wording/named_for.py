"""For which deeds the clauses of a request name values: "read new.txt, then delete old.txt" names new.txt for no deletion.

A clause names its values for what its verbs ask. One without a verb goes on with the deed before it ("and 47112", "same for …"),
or only says whose a value is ("his account is …"); what else it says names nothing for a deed. Nor does a word before the value
by which it is only spoken of ("about", "from"). By words alone, in linear time.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from pdp.suggest.words import word_set
from pdp.wording.deeds import deeds_at
from pdp.wording.grammar import ALSO_BIDS, BEGGING, CONDITIONAL, COURTESIES, DETERMINERS, INTERROGATIVE, SUBORDINATING
from pdp.wording.lexicon import DEEDS, MONEY_SENT, OFTEN_NOUNS
from pdp.wording.things import singular, things_in
from writ.frozen import frozen

MAIL, BANK, PHONE, URL, PLACE, NUMBERED = "@", "bank", "+", "://", "#@", "no"
"""Shapes of values that are neither ids nor paths by their form (`pdp.provenance.shapes`)."""
_REACHED = frozenset({MAIL, BANK, PHONE, URL, PLACE})
"""Shapes of what something goes to: "fetch https://a.example and post it to https://b.example" posts nothing to the first."""
_PEOPLE = frozenset({MAIL, BANK, PHONE, PLACE})

_SPLITS = (ALSO_BIDS | CONDITIONAL | SUBORDINATING - {"pour", "que", "si"}) | word_set(
    "as after because before bevor da denn nachdem or oder since sobald so that until weil which while who whoever whereas"
)
"""Words that begin a clause of their own. "As" goes on in "as well", and is no word then."""
_ALSO = (
    ALSO_BIDS
    | COURTESIES
    | word_set(
        "also as auch au\xdferdem bcc beide both cc ditto ebenfalls ebenso either gleiche gleichen instead kopie likewise or oder"
        " same so sowie too well"
    )
)
_TOWARDS = word_set(
    "an as at auf aus bei by f\xfcr for from in into into mit nach on onto per statt to unter via von with zu zum zur"
)
_ARTICLES = DETERMINERS | word_set("das dem den der die ein eine einen seine ihre")
_FILL = (
    _ALSO
    | _TOWARDS
    | _ARTICLES
    | MONEY_SENT
    | word_set("account address adresse id ids konto mail nr no number of order iban")
)
_ABOUT = word_set(
    "about after against before bevor betreffend betreffs concerning gegen regarding re \xfcber \xe0-propos wegen"
    " debit debiting belaste charge"
)
"""Behind these stands what is spoken of, or where money comes from."""
_FROM, _OF = word_set("from aus"), word_set("of von vom vor ab")
_COPIED = word_set("bcc cc copy kopie")
_SAME = word_set("ditto ebenso gleiche gleichen likewise same")
"""A clause with one of these goes on with the deed before it: "do the same with T-102", "put carol@… in copy"."""
_TOO = frozenset({("as", "well"), ("too",), ("auch",), ("ebenfalls",), ("ebenso",), ("likewise",)})
_ANSWERING = word_set("answer antworte beantworte reply respond")
_ONE = word_set("both beide beiden es him ihm ihn ihnen it sie them these those")
"""What takes up a value of the sentence before: "look at T-102 and close it"."""
_COPULAS = word_set("an are auf geht geld goes is ist lauten lautet money nutze sind to use")
_OWNED = word_set("her his ihr ihre its sein seine the der die das their")
_LABELS = word_set(
    "account address adresse bank bic details e-mail email handle iban id konto kontonummer mail new neue number nummer"
    " phone telefon url link"
)

_HAVING = word_set("did do does had has hast hat habe haben have")
_LISTING = ALSO_BIDS | {"or", "oder"}
_BEFORE_A_VERB = ALSO_BIDS | COURTESIES
OWNER = re.compile(r"['\u2019]s?$")
"""The end of a word for whom something belongs to."""

_NEAR_VALUES = 32
"""Values before a pronoun that it may take up."""


@frozen
class Clause:
    """The places of the words of a clause, the number of its sentence, and whether that is a question."""

    said: range
    sentence: int
    asks: bool = False


class Naming:
    """Gathers the deeds (bits of Deed and Family) of values while the clauses of a request are read in order. `shapes`: those of
    the values, by their places; `owners`: the places of those to whom something else belongs, "eve@…'s order"."""

    def __init__(
        self, words: Sequence[str], shapes: Mapping[int, str], owners: set[int], ends: Mapping[int, str]
    ) -> None:
        self._deeds_of = dict.fromkeys(shapes, 0)
        self._words, self._shapes, self._owners, self._ends = words, shapes, owners, ends
        self._all = self._before = 0  # deeds of all clauses, and of the last one that had any
        self._earlier = 0  # of the one before it
        self._spoken: set[str] = set()  # words of clauses with a deed
        self._topic: set[int] = set()
        self._labelled: set[int] = set()
        self._about = False  # the last clause ended with what is only spoken of
        self._near: list[int] = []  # values of the last sentence that has any
        self._sentence = -1

    def of(self, at: int) -> int:
        """Returns the deeds for which the value at a place is named, when all clauses were taken in."""
        return self._deeds_of[at] | (self._all if at in self._labelled and at not in self._topic else 0)

    def take(self, part: Clause) -> None:
        """Takes in the next clause."""
        words = self._words
        held = [at for at in part.said if at in self._shapes]
        surely, perhaps = (0, 0) if part.asks and self._is_question(part.said) else self._deeds(part.said)
        answers = not _ANSWERING.isdisjoint(words[at] for at in part.said)
        self._topic.update(at for at in held if self._is_topic(part.said, at, answers=answers))
        deeds = surely
        banks = all(self._shapes[at] == BANK for at in held)
        if (banks or not surely) and self._is_label(part.said, held):
            self._labelled.update(held)
        else:
            deeds = surely or perhaps
        if deeds:
            self._earlier, self._before = self._before, deeds
            self._all |= deeds
            self._spoken.update(words[at] for at in part.said if at not in self._shapes)
            self._take_up(part.said, held, deeds)
        elif self._goes_on(part.said, held):
            if self._about and words[part.said.start] in _LISTING:
                self._topic.update(held)
            deeds = self._before
        if self._says_too(part.said, held):
            deeds |= self._before | self._earlier
        for at in held:
            self._deeds_of[at] = 0 if at in self._topic else deeds
        if held:
            before = self._near if part.sentence == self._sentence else []
            self._near = [*before, *held[-_NEAR_VALUES:]][-_NEAR_VALUES:]
            self._sentence, self._about = part.sentence, held[-1] in self._topic

    def _says_too(self, said: range, held: Sequence[int]) -> bool:
        if not held:
            return False
        words = self._words[said.start : said.stop]
        same = any(one in _SAME and two in _TOWARDS for one, two in pairwise(words))
        behind = tuple(self._words[held[-1] + 1 : said.stop])
        return same or not _COPIED.isdisjoint(words) or behind[:1] in _TOO or behind[:2] in _TOO

    def _deeds(self, said: range) -> tuple[int, int]:
        """Returns what the verbs of a clause ask for, and what any of its words may, wherever they stand."""
        surely = perhaps = 0
        opens = True
        for at in said:
            opens = opens and (at == said.start or self._words[at - 1] in _BEFORE_A_VERB)
            if at in self._shapes:
                continue
            surely |= deeds_at(self._words, at, opens=opens, ends=self._ends)
            if self._words[at] not in OFTEN_NOUNS or (opens and at + 1 not in self._ends):
                perhaps |= DEEDS.get(self._words[at], 0)
        return surely, perhaps

    def _is_question(self, said: range) -> bool:
        words = [self._words[at] for at in said]
        first = next((word for word in words if word not in _BEFORE_A_VERB), "")
        return (first in INTERROGATIVE or first in _HAVING) and BEGGING.isdisjoint(words)

    def _is_topic(self, said: range, at: int, *, answers: bool) -> bool:
        """ "About T-102", "the mails from eve@…", "eve@…'s order", "debit DE02…"."""
        if at in self._owners:
            return True
        before = at - 1
        while before >= said.start and (self._words[before] in DETERMINERS or self._is_noun(before)):
            before -= 1
        word = self._words[before] if before >= said.start else ""
        if answers:
            return word in _ABOUT  # "reply to the mail from …"
        people = self._shapes[at] in _PEOPLE
        return word in _ABOUT or word in _FROM or (people and word in _OF)

    def _is_noun(self, at: int) -> bool:
        word = self._words[at]
        return may_be_numbered(word)

    def _take_up(self, said: range, held: Sequence[int], deeds: int) -> None:
        if _ONE.isdisjoint(self._words[at] for at in said):
            return
        here = {self._shapes[at] for at in held} & _REACHED
        for at in self._near:
            if at not in self._topic and self._shapes[at] not in here:
                self._deeds_of[at] |= deeds

    def _goes_on(self, said: range, held: Sequence[int]) -> bool:
        """ "And order 47112 as well", "b.txt to Bob"; not "T-102 is urgent"."""
        if not held:
            return False
        beside = [at for at in range(said.start, held[-1]) if at not in self._shapes]
        behind = self._words[held[-1] + 1 : said.stop]
        led = next((place for place, word in enumerate(behind) if word in _TOWARDS or word in _ARTICLES), len(behind))
        return all(self._fills(self._words[at]) or self._is_noun(at) for at in beside) and all(
            map(self._fills, behind[:led])
        )

    def _fills(self, word: str) -> bool:
        return word in _FILL or word in _SPLITS or not any(map(str.isalpha, word))

    def _is_label(self, said: range, held: Sequence[int]) -> bool:
        """ "His IBAN is …", "Meier's account: …" of whom the deed speaks, "… is her address"; not "my own account is …"."""
        words = [OWNER.sub("", self._words[at]) for at in said if at not in self._shapes]
        known = _COPULAS | _OWNED | _LABELS | self._spoken | _ALSO
        return bool(held) and all(word in known for word in words) and not (_LABELS | _COPULAS).isdisjoint(words)


def clauses_of(
    named: str, tokens: Sequence[re.Match[str]], words: Sequence[str]
) -> tuple[list[Clause], dict[int, str]]:
    """Returns the clauses of a text, and the places of words that end a part of a sentence, with its sign. `tokens`: its words as
    they stand; `words`: the same folded, without signs."""
    parts: list[Clause] = []
    asking: set[int] = set()
    ends: dict[int, str] = {}
    start = sentence = 0
    for at, token in enumerate(tokens):
        follows = tokens[at + 1] if at + 1 < len(tokens) else None
        between = named[token.end() : follows.start()] if follows else "\n"
        last = token.group().rstrip(")]}>'\"*\u2019\u201d\xbb")[-1:]
        stops = "\n" in between or last in ".;!?"
        sign = "," if last in ",:" or not words[at] else ""
        if last == "?":
            asking.add(sentence)
        if stops or sign:
            ends[at] = "?" if last == "?" else "." if stops else ","
        well = follows is not None and words[at + 1] == "as" and words[at + 2 : at + 3] == ["well"]
        if stops or sign or follows is None or follows.group()[0] == "(" or (words[at + 1] in _SPLITS and not well):
            parts.append(Clause(said=range(start, at + 1), sentence=sentence))
            start = at + 1
            sentence += stops
    return [replace(part, asks=part.sentence in asking) for part in parts], ends


def may_be_numbered(word: str) -> bool:
    """Tells whether a number behind a word is that of a thing: "PR 42", "account 4711"."""
    return bool(things_in(word)) or singular(word) in _LABELS
