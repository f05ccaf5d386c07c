"""What a request refuses or leaves out, word by word: "not to Eve", "except old.txt", "keep 47111", "from my account DE02…".

What stands behind a word that refuses is out until its part of the sentence ends. By words and signs alone, in linear time;
`pdp.wording.own` tells what is left.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from itertools import takewhile

from pdp.suggest.words import word_set
from pdp.wording.grammar import (
    CONDITIONAL,
    COURTESIES,
    FORBIDDING,
    FORGET,
    FORGET_NOT,
    FUNCTION_WORDS,
    MERELY,
    OF_THE_USER,
    REFUSALS,
)
from pdp.wording.lexicon import DEEDS, SEND_VERBS
from pdp.wording.mood import phrase_at
from pdp.wording.naming import ADDRESSING, AND, TITLES
from pdp.wording.things import singular
from writ.frozen import frozen

AROUND = "()[]{}<>\"'`\u2018\u2019\u201c\u201d\u201e\xab\xbb*,;:!?."
"""Signs around a word that are none of it."""

_NAMING = re.compile(r"[0-9]|\w@\w|[\w)][/\\][\w(]|\w\.[^\W\d]")
"""What has one of these names something by itself: an address, a path, a number, an id."""
_MAIL = re.compile(r"\S@\S")
_BANK = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9 -]{0,40}")
_NUMERAL = re.compile(r"[0-9][0-9-]{7,}")
_WORD = re.compile(r"[^\W_]+")
_CLOSING = ")]}>'\"*\u2019\u201d\xbb"
_STOPS, _SIGNS = frozenset(".!?;"), frozenset(",:")

_NOT = word_set("don't dont jamais ne never nicht not nunca")
_MUST_NOT = word_set("can't cannot cant mustn't mustnt shouldn't shouldnt won't")
_IS, _IS_NOT = word_set("are is was were"), word_set("aren't isn't wasn't weren't")
_PERMITTED = word_set("allowed entitled permitted supposed to welcome")
"""Who is not one of these must not, "Eve is not allowed to see it"; "Eve is not happy" tells how she is."""
_REFRAINING = FORBIDDING | word_set("avoid beware refrain")
"""At the beginning of what is bidden, these refuse; so does "stop" before what is done."""
_NOTHING = word_set("nichts nobody nothing rien nada")
_GETTING = word_set("bekommen bekommt erhalten erh\xe4lt get gets receive receives see sees sehen")
"""Beside "nothing", these say who must not have it: "Eve gets nothing"."""
_EXCEPT = word_set(
    "anstatt anstelle ausgenommen au\xdfer ausser barring except excepting excepto except\xe9 excluding salvo sauf statt"
)
_OF_TWO = frozenset(
    {("instead", "of"), ("rather", "than"), ("other", "than"), ("apart", "from"), ("aside", "from"), ("pas", "\xe0")}
    | {("au", "lieu"), ("en", "vez"), ("en", "lugar"), ("no", "a")}
)
_LEAVING_OUT = (
    ("minus",),
    ("save", "for"),
    ("bis", "auf"),
    ("with", "exception", "of"),
    ("with", "the", "exception", "of"),
    ("mit", "ausnahme", "von"),
)
"""Before somebody, or an address, these leave him out of all the others."""
_LEFT_OUT = word_set("ausgenommen excepted excluded")
"""At the end of their part of a sentence, these leave out whom it begins with: "all of them, Eve excluded"."""
_SKIPPING = word_set("exclude omit skip")
_MISSING = word_set("ohne sans sin without")
_ALL = word_set(
    "all alle allen alles anybody anyone anything contacts each every everybody everyone everything todos tous"
)
_ALL_WORDS = 5
_TELLS = word_set("am are been did does had has hat have habe haben i is it's was we were whether why")
"""Before a word that refuses, these tell how things are: "I have not heard of …", "I don't know"."""
_SELF = word_set("du i ich it sie they this that we wir you")
_WISHING, _DONE_TO = word_set("like want wish wollen will"), word_set("any anybody anyone anything to you")
_LIMITS = word_set("before bevor less longer more than til till twice unless until")
"""What is refused beyond these is meant as such: "don't send her more than one mail"."""
_TOWARDS = word_set("an \xe0 into nach onto para to")
_BUT = word_set("aber but however instead mais only pero sino sondern stattdessen then")
_MODALS = word_set("can could darf d\xfcrfen kann may might must shall should soll sollen sollte")
_SUBJECT_WORDS = 6
_REFUSAL_WORDS = 24
"""Words of a refusal that are looked at together."""
_ALSO = AND - {"or", "oder", "ou", "o"}

_KEEPING = word_set("behalte deja garde keep lass laisse leave")
_KEPT_WORDS = 3
_KEPT_OUT = word_set("away out")
"""Whom one of the former keeps so must not have it: "keep Eve out of it"."""
_REACHING = _TOWARDS | _NOT | _EXCEPT | _MISSING | _KEEPING | _SKIPPING | word_set("auf but for minus of than von")
_KEPT_FRESH = word_set("current posted short sync up updated")

_REFUSED = word_set("betrug declined fake fraud phishing refuse refused scam spam won't")
_TOLD_OF = word_set("but das i it it's that that's we which")
_REFUSED_WORDS = 6

_FROM = word_set("ab de desde from off vom von")
_OF_ACCOUNTS = word_set(
    "account bank business checking compte cuenta current giro girokonto iban konto main meinem mein mi mon my our savings "
    "second the unserem"
)
_CAME = word_set(
    "attachment bekam bekommen brief came comes e-mail e-mails email emails erhalten file files got invoice kam letter mail "
    "mails message messages nachricht news note received request sent"
)
_CAME_WORDS = 4
_ANSWERING = word_set(
    "answer antworte antworten ask back block contact invite reply respond responde r\xe9ponds subscribe unsubscribe write"
)
_HE = word_set("er he her him ihm ihn ihnen ihr leur lui she sie")
_HIM = word_set("her him ihm ihn ihnen ihr leur lui them")
_IT = word_set("es ihn it it's its sie them these they this")
_WISHED_WORDS = 6
_REFERS_WORDS, _NEXT_WORDS = 40, 3
"""Words behind a refusal among which what it spoke of may be taken up, "don't delete a.txt, archive it"; and those of
the next sentence."""


@frozen
class Part:
    """A part of a sentence: the places of its words, and whether the sentence ends with it."""

    said: range
    ends: bool


def parts_of(text: str, tokens: Sequence[re.Match[str]], words: Sequence[str]) -> list[Part]:
    """Returns the parts of sentences: up to a sign, a dash, a bracket or the end of a line."""
    found: list[Part] = []
    start = 0
    for at, token in enumerate(tokens):
        last = token.group().rstrip(_CLOSING)[-1:]
        following = tokens[at + 1] if at + 1 < len(tokens) else None
        between = text[token.end() : following.start()] if following else "\n"
        ends = "\n" in between or (last in _STOPS and words[at] not in TITLES)
        if ends or last in _SIGNS or not words[at] or following is None or following.group()[0] == "(":
            found.append(Part(said=range(start, at + 1), ends=ends))
            start = at + 1
    return found


class Refusals:
    """Gathers what a request refuses, part by part. `shown`: its words as they stand; `words`: the same folded, without signs."""

    def __init__(self, shown: Sequence[str], words: Sequence[str]) -> None:
        self._shown, self._words = shown, words
        self._out: set[int] = set()  # whom and what it leaves out for good
        self._taken_up: list[range] = []  # what is refused of it, and may be asked for otherwise
        self._barred: set[int] = set()  # who must not have it
        self._kept: list[range] = []
        self._from: set[int] = set()
        self._ends: set[int] = set()  # places of words that end a sentence
        self._sentence_at = 0
        self._runs_on = False
        self._answers = not _ANSWERING.isdisjoint(words) or not _HE.isdisjoint(words)
        self._sends = not SEND_VERBS.isdisjoint(words)

    def take(self, part: Part) -> None:
        """Takes in the next part of a sentence."""
        said = part.said
        runs_on = self._runs_on and all(self._names(at) or self._words[at] in AND for at in said)
        if runs_on:
            self._out.update(said)  # "not to eve@…, mallory@…"
        elif self._is_taken_back(said):
            self._out.update(range(self._sentence_at, said.stop))
            self._sentence_at = said.stop
        at = said.start
        end = kept = at
        while at < said.stop and not runs_on:
            self._note_source(at, said)
            first, is_verb = self._refused_at(at, said)
            if first >= 0:
                end = self._end(at, said, is_verb=is_verb)
                if is_verb:
                    self._taken_up.append(range(first, end))
                    self._barred.update(range(first, at))
                else:
                    self._out.update(range(first, end))
                at = max(at + 1, end)
                continue
            if at >= kept and self._keeps(at, said):
                kept = self._end(at, said, is_verb=True)
                self._kept.append(range(at, kept))
            at += 1
        self._runs_on = not part.ends and (runs_on or (end == said.stop and end > said.start))
        if part.ends:
            self._sentence_at = said.stop
            self._ends.add(said.stop - 1)

    def sources(self) -> set[int]:
        """Returns the places of accounts that money comes from, and of addresses that a mail came from."""
        return self._from

    def left_out(self) -> set[int]:
        """Returns the places of the addresses, numbers, ids and paths that it refuses."""
        found = {at for at in self._out if self._names(at)}
        for span, kept in [(span, False) for span in self._taken_up] + [(span, True) for span in self._kept]:
            things, people = self._refers(span)
            for at in filter(self._names, span):
                is_mail = self._is_mail(at)
                if not (people or kept if is_mail else things and not self._is_account(at)):
                    found.add(at)
        return found

    def nobody(self) -> set[int]:
        """Returns the places of all the words by which it refuses somebody."""
        return self._out.union(*(span for span in self._taken_up if not self._refers(span)[1]))

    def names(self) -> set[str]:
        """Returns the names of those that it refuses."""
        refused = self.nobody()
        return {
            singular(word)
            for at in refused
            if self._is_capital(at) and (at in self._barred or self._is_reached(at, refused))
            for word in _WORD.findall(self._words[at])
            if word not in FUNCTION_WORDS and word not in TITLES
        }

    def _names(self, at: int) -> bool:
        return _NAMING.search(self._shown[at]) is not None

    def _is_account(self, at: int) -> bool:
        bare = self._shown[at].strip(AROUND)
        return _BANK.fullmatch(bare) is not None or _NUMERAL.fullmatch(bare) is not None

    def _is_capital(self, at: int) -> bool:
        bare = self._shown[at].strip(AROUND)
        return bare[:1].isupper() and not self._names(at) and self._words[at] not in DEEDS

    def _is_reached(self, at: int, refused: Collection[int]) -> bool:
        """ "To Eve", "tell Eve", "except Eve and Zed"; neither "the Lisbon report" nor "on Monday"."""
        first = at - _REFUSAL_WORDS
        while (
            at > first
            and at - 1 in refused
            and self._words[at - 1] not in _REACHING  # a verb with a large letter: "Leave Eve out"
            and (self._is_capital(at - 1) or self._words[at - 1] in AND)
        ):
            at -= 1
        before = self._words[at - 1] if at else ""
        return before in _REACHING or before in DEEDS or before.endswith("ing")

    def _refused_at(self, at: int, said: range) -> tuple[int, bool]:
        """Returns where a refusal begins whose word stands at a place, -1 for none; and whether it refuses a deed, so that
        something else may be done with what it names."""
        words, word = self._words, self._words[at]
        after = words[at + 1] if at + 1 < said.stop else ""
        before = words[at - 1] if at > said.start else ""
        if word in _LEFT_OUT and at + 1 == said.stop and at > said.start and self._is_somebody(said.start):
            return said.start, True
        if at > self._sentence_at and self._leaves_out(at, said):
            return at, False
        if word in _EXCEPT or (word, after) in _OF_TWO or (word in _MISSING and self._is_left_out(at + 1, said)):
            return at, any(one in ADDRESSING or one.endswith("ing") for one in words[at + 1 : min(said.stop, at + 3)])
        if (
            word in _BUT
            and not _ALL.isdisjoint(words[max(said.start, at - _ALL_WORDS) : at])
            and self._is_left_out(at + 1, said)
        ):
            return at, False  # "all my contacts but Eve"
        if not CONDITIONAL.isdisjoint(words[said.start : said.start + 2]):
            return -1, False
        if word in REFUSALS and phrase_at(REFUSALS, words, at):
            return at, True
        if self._bids(at, said):
            kept = words[at + 1 : min(said.stop, at + 2 + _KEPT_WORDS)] if word in _KEEPING else []
            if not _KEPT_OUT.isdisjoint(kept) and _KEPT_FRESH.isdisjoint(kept):
                return at, False
            if word in _SKIPPING and at + 1 < said.stop and (self._is_capital(at + 1) or self._names(at + 1)):
                return at, False
            if word in _REFRAINING or (word == "stop" and after.endswith("ing")):
                return at, True
        return self._denied_at(at, said, before, after)

    def _denied_at(self, at: int, said: range, before: str, after: str) -> tuple[int, bool]:
        """Returns what `_refused_at` does, of a word that denies: "don't write to Eve", "Eve must not see it", "to Bob, not to
        Eve"."""
        words, word = self._words, self._words[at]
        if word in _NOTHING:
            subject = -1 if _GETTING.isdisjoint((before, after)) else self._subject(at, said)
            return (-1, False) if before in _TELLS else (subject if subject >= 0 else at, True)
        barred = (word in _IS_NOT or (word == "not" and before in _IS)) and after in _PERMITTED
        if word in _MUST_NOT or barred or (word in _NOT and not self._only_tells(at, said)):
            subject = self._subject(at, said)
            if subject >= 0:
                return subject, True
            if word == "nicht" and at + 1 == said.stop:
                return said.start, True
            if word in _MUST_NOT or not _LIMITS.isdisjoint(words[at : min(said.stop, at + _REFUSAL_WORDS)]):
                return -1, False
            return at, barred or word not in (
                "not",
                "nicht",
                "pas",
            ) or before == "do" or after in DEEDS or after.endswith("ing")
        denies = word.startswith("n'") or (word == "no" and at == said.start)
        return (at, True) if denies and (word[2:] in DEEDS or after in DEEDS) else (-1, False)

    def _leaves_out(self, at: int, said: range) -> bool:
        for phrase in _LEAVING_OUT:
            behind = at + len(phrase)
            if behind < said.stop and tuple(self._words[at:behind]) == phrase and self._is_somebody(behind):
                whole = self._words[self._sentence_at : at]
                return phrase[0] in ("mit", "with") or not _ALL.isdisjoint(whole) or self._is_mail(behind)
        return False

    def _is_mail(self, at: int) -> bool:
        return _MAIL.search(self._shown[at]) is not None

    def _is_somebody(self, at: int) -> bool:
        return self._is_capital(at) or self._is_mail(at)

    def _is_left_out(self, at: int, said: range) -> bool:
        if at >= said.stop:
            return False
        word = self._words[at]
        return self._names(at) or self._is_capital(at) or word.endswith("ing") or word in _TOWARDS or word in ADDRESSING

    def _only_tells(self, at: int, said: range) -> bool:
        """ "I have not heard of her", "I don't know", "don't forget", "don't just read it"; "I don't want
        order 47110 any longer"; not "I don't want you to touch it"."""
        words = self._words
        before = words[max(said.start, at - 2) : at]
        after = [
            word for word in words[at + 1 : min(said.stop, at + 4)] if word not in ("you", "please", "bitte", "ever")
        ][:1]
        if after and (after[0] in FORGET or after[0] in MERELY):
            return True
        if before and (before[-1] in FORGET_NOT or before[-1] in _TELLS or (before[-1] == "do" and before[0] in _SELF)):
            behind = words[at + 1 : min(said.stop, at + _WISHED_WORDS)]
            return not after or after[0] not in _WISHING or _DONE_TO.isdisjoint(behind)
        return False

    def _subject(self, at: int, said: range) -> int:
        """Returns where the subject of a sentence stands that must not have or get something: "Eve must not see it"; -1 for
        none, or the user or the agent."""
        words = self._words
        near = range(said.start, min(at, said.start + _SUBJECT_WORDS + 1))
        finite = _MODALS | _GETTING | (_IS if words[at] in _NOT else frozenset())
        modal = at if words[at] in _MUST_NOT or words[at] in _IS_NOT else -1
        modal = next((place for place in near if words[place] in finite), modal) if modal < 0 else modal
        subject = range(said.start, max(modal, said.start))
        if (
            not 0 < len(subject) <= _SUBJECT_WORDS
            or at > modal + _SUBJECT_WORDS
            or not _SELF.isdisjoint(words[said.start : modal])
        ):
            return -1
        first = said.start + (words[said.start] in AND)
        return first if not any(words[place] in DEEDS for place in subject) else -1

    def _end(self, at: int, said: range, *, is_verb: bool) -> int:
        """Returns where a refusal ends: before "but", before another deed, and where nothing but a thing is refused before whom
        or where it goes: "not the annex to …"."""
        words = self._words
        for place in range(at + 1, said.stop):
            word = words[place]
            after = words[place + 1] if place + 1 < said.stop else ""
            if word in _BUT or (word in _ALSO and (after in DEEDS or after in _BUT or after in _KEEPING)):
                return place
            if not is_verb and word in _TOWARDS and place > at + 1 and words[place - 1] not in ("than", "of", "lieu"):
                return place
        return said.stop

    def _keeps(self, at: int, said: range) -> bool:
        """ "Keep order 47111", "leave T-102 open"; not "keep notes.txt up to date"."""
        words = self._words
        if words[at] not in _KEEPING or not self._bids(at, said):
            return False
        near = range(at + 1, min(said.stop, at + 1 + _KEPT_WORDS))
        return any(map(self._names, near)) and _KEPT_FRESH.isdisjoint(words[at : min(said.stop, at + _REFUSAL_WORDS)])

    def _bids(self, at: int, said: range) -> bool:
        """Tells whether a verb at a place may bid: it begins its part, or stands behind "and", "please" or the user."""
        before = self._words[at - 1] if at > said.start else "and"
        return before in AND or before in _BUT or before in COURTESIES or before in OF_THE_USER

    def _is_taken_back(self, said: range) -> bool:
        """ "…, which I refused", "…, that is a fraud"."""
        part = self._words[said.start : said.stop]
        if not self._sentence_at < said.start or len(part) > _REFUSED_WORDS or part[0] not in _TOLD_OF:
            return False
        return not _REFUSED.isdisjoint(part)

    def _note_source(self, at: int, said: range) -> None:
        """ "From my account DE02…", "the mail that I got from eve@…"."""
        if self._words[at] not in _FROM:
            return
        first = next((place for place in range(at + 1, said.stop) if self._words[place] not in _OF_ACCOUNTS), said.stop)
        if first == said.stop:
            return
        bare = self._shown[first].strip(AROUND)
        if _BANK.fullmatch(bare):
            self._from.add(first)
        elif first > at + 1 and bare.isdecimal():
            groups = (self._shown[place].strip(AROUND) for place in range(first, said.stop))
            self._from.update(range(first, first + sum(1 for _ in takewhile(str.isdecimal, groups))))
        elif _MAIL.search(bare) and self._sends and not self._answers:
            before = self._words[max(said.start, at - _CAME_WORDS) : at]
            if not _CAME.isdisjoint(before):
                self._from.add(first)

    def _refers(self, span: range) -> tuple[bool, bool]:
        """Tells whether the rest of a sentence, or the beginning of the next, takes up a thing or a person that a refusal speaks
        of: "don't call Bob, send him a mail"; not "don't send it to Bob, he has left"."""
        words = self._words
        things = people = False
        stop = min(len(words), span.stop + _REFERS_WORDS)
        at = span.stop
        if at - 1 in self._ends:
            stop = min(stop, at + _NEXT_WORDS)
        while at < stop:
            goes = words[at] == "them" and at + 1 < len(words) and words[at + 1] in _TOWARDS
            things = things or words[at] in _IT
            people = people or (words[at] in _HIM and not goes)
            if at in self._ends:
                stop = min(stop, at + 1 + _NEXT_WORDS)
            elif words[at] in COURTESIES:
                stop = min(stop + 1, len(words))
            at += 1
        return things, people
