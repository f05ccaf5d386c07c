"""For which deeds the clauses of a request name values: "read new.txt, then delete old.txt" names new.txt for no deletion.

A clause names its values for what its verbs ask. One without a verb goes on with the deed before it ("and 47112", "same for …"),
or only says whose a value is ("his account is …"); what else it says names nothing for a deed. Nor does a word before the value
by which it is only spoken of ("about", "from"). By words alone, in linear time.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

from pdp.suggest.words import word_set
from pdp.wording.acts import ACTS
from pdp.wording.deeds import deeds_at
from pdp.wording.grammar import ALSO_BIDS, BEGGING, COURTESIES, DETERMINERS, INTERROGATIVE
from pdp.wording.joining import CONDENSING
from pdp.wording.lexicon import DEEDS, MONEY_SENT, OFTEN_NOUNS, Deed
from pdp.wording.naming_clauses import SPLITS, Clause
from pdp.wording.things import singular, things_in

MAIL, BANK, PHONE, URL, PLACE, NUMBERED = "@", "bank", "+", "://", "#@", "no"
"""Shapes of values that are neither ids nor paths by their form (`pdp.provenance.shapes`)."""
_REACHED = frozenset({MAIL, BANK, PHONE, URL, PLACE})
"""Shapes of what something goes to: "fetch https://a.example and post it to https://b.example" posts nothing to the first."""
_PEOPLE = frozenset({MAIL, BANK, PHONE, PLACE})
_TOLD = _PEOPLE - {BANK}
_MESSAGES = int(Deed.CREATE | Deed.SEND)
_GRAVE = int(Deed.PAY | Deed.EXECUTE | Deed.ADMIN | Deed.DELETE)

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
_WHAT = frozenset({"what", "whatever"})
_FROM, _OF = word_set("from aus"), word_set("of von vom vor ab")
_COPIED = word_set("bcc cc copy kopie")
_SAME = word_set("ditto ebenso gleiche gleichen likewise same")
"""A clause with one of these goes on with the deed before it: "do the same with T-102", "put carol@… in copy"."""
_TOO = frozenset({("as", "well"), ("too",), ("auch",), ("ebenfalls",), ("ebenso",), ("likewise",)})
_TAKING_PART = word_set("copied eingeladen included invited optional required")
_BEING = word_set("are be is ist should sind sollen soll")
"""Behind people, these say that they are meant too: "a sync with ada@…, bob@… is optional"."""
_ANSWERING = word_set("answer antworte beantworte reply respond")
_ONE = word_set("both beide beiden es him ihm ihn ihnen it sie them these those")
"""What takes up a value of the sentence before: "look at T-102 and close it"."""
_COPULAS = word_set("an are auf geht geld goes is ist lauten lautet money nutze sind to use")
_OWNED = word_set("her his ihr ihre its sein seine the der die das their")
_LABELS = word_set(
    "account address adresse bank bic details e-mail email handle iban id konto kontonummer mail new neue number nummer"
    " phone telefon url link"
)

_MENTIONING = word_set(
    "cite citing credit crediting incorporate incorporating mention mentioning tag tagging"
    " erw\xe4hne erw\xe4hnend markiere nenne verlinke"
)
"""A clause that begins so says whom the message that was asked for before it speaks of; it is sent to nobody for that …"""
_COMPOSING = _MENTIONING | word_set(
    "add adding bring bringing cc ccing copy copying include including loop looping ping pinging pull pulling"
)
"""… and one with another of these whom else that message or entry reaches."""
_ELSEWHERE = word_set("als among as at auf from in into is of on onto to under up was zu")
_IN_IT = word_set("cc copy email invitation invite it loop mail message note post text this thread tweet well")
"""Behind such a value, "in the mail" is still the message; "to my contacts" is another place."""
_LISTS = word_set("address blacklist blocklist contact directory liste list number sheet spreadsheet table")
"""To what is sent as one of these, others are added as its entries."""
_SET_ON = word_set("address assign delegate give hand route")
"""What these do to "it" belongs to the making of it: "create a ticket and assign it to @bob"."""
_PROPOSED = frozenset(
    {("how", "about"), ("what", "about"), ("why", "don't"), ("why", "not"), ("wie", "w\xe4re"), ("warum", "nicht")}
)
"""A question that begins so bids: "how about we copy it"."""
_US = word_set("du es i ich if just simply we wenn wir you")
_I = word_set("i i'm im ich mein meine mine my")
_SIGNED_IN = word_set("log logged sign signed")
_OWNING = (
    _I
    | _SIGNED_IN
    | word_set(
        "account am as benutzer benutzerin bin card customer id konto kundennummer login member name number user username wallet"
    )
)
"""Of these words alone is made what the user says of himself: "my user id is u-1", "I'm customer 88123" …"""
_SIGNING_IN = word_set("can for here if in need with you")
"""… and of these, where somebody is signed in."""
_NO_NAME = frozenset({BANK, URL})
"""Shapes of what the user owns, and is not called by."""
_TELLING = word_set("how that what whether who why")
_LABELLING = (
    _LABELS
    | _OWNED
    | _ARTICLES
    | _COPULAS
    | (_ALSO - {"instead", "same", "so"})
    | word_set("at called e.g for-example i.e including like namely nr no number on to via")
) - {"from", "aus", "neu", "new"}
"""In a bracket these only say of what sort the value is: "(user id USR003)"; not "(a copy of new.txt)"."""
_NOW = word_set("from neu new now old to")
"""What is changed is named by these too: "(old: a@…, new: b@…)"."""
_FAR = 5
"""Words before a bracket in which it stands what it is about."""

_ALL_OF_THEM = word_set("all beide both everybody everyone ihnen them these those")
_HAVING = word_set("did do does had has hast hat habe haben have")
_LISTING = ALSO_BIDS | {"or", "oder"}
_BEFORE_A_VERB = ALSO_BIDS | COURTESIES
OWNER = re.compile(r"['\u2019]s?$")
"""The end of a word for whom something belongs to."""

_NEAR_VALUES = 32
"""Values before a pronoun that it may take up."""


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
        self._own: set[int] = set()
        self._mentioned: set[int] = set()
        self._about = False  # the last clause ended with what is only spoken of
        self._near: list[int] = []  # values of the last sentence that has any
        self._last: Sequence[int] = ()  # values of the last clause
        self._sentence = -1
        self._bracket = -1  # where the one begins in which the clause stands

    def of(self, at: int) -> int:
        """Returns the deeds for which the value at a place is named, when all clauses were taken in."""
        return self._deeds_of[at] | (self._all if at in self._labelled and at not in self._topic else 0)

    def is_own(self, at: int) -> bool:
        """Tells whether the value at a place is one that the user is called by, or that he calls his own."""
        return at in self._own

    def is_mentioned(self, at: int) -> bool:
        """Tells whether a message is to speak of or to the value at a place."""
        return at in self._mentioned

    def take(self, part: Clause) -> None:
        """Takes in the next clause."""
        words = self._words
        held = [at for at in part.said if at in self._shapes]
        self._bracket = (part.said.start if self._bracket < 0 else self._bracket) if part.aside else -1
        before, about = (self._before, self._earlier), self._about
        surely, perhaps = (0, 0) if part.asks and self._is_question(part.said) else self._deeds(part.said)
        answers = not _ANSWERING.isdisjoint(words[at] for at in part.said)
        left = {at for at in held if surely & Deed.DELETE and words[at].startswith("#")}  # "remove Bob from #finance"
        self._topic.update(
            at for at in held if at not in left and self._is_topic(part, at, answers=answers, bids=surely != 0)
        )
        if self._is_users(part.said):
            self._own.update(at for at in held if self._shapes[at] not in _NO_NAME)
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
        if self._composes(part.said, held, before[0]):
            if words[self._opens_with(part.said)] in _MENTIONING:
                self._mentioned.update(held)
            else:
                deeds |= before[0] & ~_GRAVE
            self._before, self._earlier = before
        elif self._completes(part.said, before[0]):
            deeds |= before[0]
        for at in held:
            self._deeds_of[at] = 0 if at in self._topic else deeds
        if self._ends_list(part.said, held):
            for at in self._last:
                self._deeds_of[at] |= 0 if at in self._topic else deeds
        self._last = held
        if held:
            near = self._near if part.sentence == self._sentence else []
            self._near = [*near, *held[-_NEAR_VALUES:]][-_NEAR_VALUES:]
            self._sentence, self._about = part.sentence, held[-1] in self._topic
        if part.aside:  # what goes on behind a bracket, goes on with what stood before it
            (self._before, self._earlier), self._about = before, about

    def _opens_with(self, said: range) -> int:
        """Returns the place of the first word of a clause that is no courtesy."""
        return next((at for at in said if self._words[at] not in _BEFORE_A_VERB), said.start)

    def _composes(self, said: range, held: Sequence[int], before: int) -> bool:
        """ "… and mention @bob", "…, looping in ada@…": whom else a message reaches that was asked for."""
        if not held or not before & _MESSAGES or (before & _GRAVE and not before & Deed.SEND):
            return False
        opens = self._opens_with(said)
        if self._words[opens] not in _COMPOSING or {self._shapes[at] for at in held} - _TOLD:
            return False
        if self._words[opens] in _MENTIONING:
            return True
        behind = self._words[held[-1] + 1 : said.stop]
        elsewhere = next((place for place, word in enumerate(behind) if word in _ELSEWHERE), len(behind))
        if self._words[said.stop : said.stop + 1] == ["as"] and self._words[said.stop + 1 : said.stop + 2] != ["well"]:
            return False  # "add eve@… as a contact"
        if elsewhere < len(behind):
            return not _IN_IT.isdisjoint(behind[elsewhere + 1 : elsewhere + 3])
        led = self._words[opens + 1 : held[0]]  # "loop in ada@…"; not "bring up ada@…", "include the link to #general"
        return _ELSEWHERE.isdisjoint(led[led[:1] == ["in"] :]) and not any(singular(w) in _LISTS for w in self._spoken)

    def _completes(self, said: range, before: int) -> bool:
        """ "… and assign it to @bob"."""
        opens = self._opens_with(said)
        sets = self._words[opens] in _SET_ON and opens + 1 in said and self._words[opens + 1] in _ONE
        return sets and bool(before & Deed.CREATE)

    def _ends_list(self, said: range, held: Sequence[int]) -> bool:
        """ "(Mention @ada) and @bob to keep them posted": what is said at the end of a list goes for all of it."""
        listed = len(said) > 2 and self._words[said.start] in _LISTING and said.start + 1 in held
        behind = self._words[said.start + 2 : said.stop]
        return listed and behind[0] == "to" and not _ALL_OF_THEM.isdisjoint(behind)

    def _is_users(self, said: range) -> bool:
        """ "My user id is u-1", "I'm customer 88123"; not "my own account is DE…", "my boss is u-3", "I'm not u-3"."""
        words = [self._words[place] for place in said if place not in self._shapes]
        known = _OWNING | _COPULAS | _LABELS | _ALSO | (frozenset() if _SIGNED_IN.isdisjoint(words) else _SIGNING_IN)
        return not _I.isdisjoint(words) and all(word in known for word in words)

    def _says_too(self, said: range, held: Sequence[int]) -> bool:
        if not held:
            return False
        words = self._words[said.start : said.stop]
        same = any(one in _SAME and two in _TOWARDS for one, two in pairwise(words))
        behind = tuple(self._words[held[-1] + 1 : said.stop])
        people = {self._shapes[at] for at in held} <= _TOLD
        takes_part = people and bool(behind) and behind[-1] in _TAKING_PART and _BEING.issuperset(behind[:-1])
        return same or takes_part or not _COPIED.isdisjoint(words) or behind[:1] in _TOO or behind[:2] in _TOO

    def _deeds(self, said: range) -> tuple[int, int]:
        """Returns what the verbs of a clause ask for, and what any of its words may, wherever they stand."""
        surely = perhaps = 0
        proposed = self._proposed(said)
        opens = True
        for at in said:
            opens = at == proposed or (opens and (at == said.start or self._words[at - 1] in _BEFORE_A_VERB))
            if at in self._shapes:
                continue
            surely |= deeds_at(self._words, at, opens=opens, ends=self._ends)
            if self._words[at] not in OFTEN_NOUNS or (opens and at + 1 not in self._ends):
                perhaps |= DEEDS.get(self._words[at], 0)
        return surely, perhaps

    def _is_question(self, said: range) -> bool:
        words = [self._words[at] for at in said]
        opens = self._opens_with(said) - said.start
        if self._proposed(said) >= 0:
            return False
        return (words[opens] in INTERROGATIVE or words[opens] in _HAVING) and BEGGING.isdisjoint(words)

    def _proposed(self, said: range) -> int:
        """Returns the place of the verb in "how about we copy it", -1 in any other clause."""
        opens = self._opens_with(said)
        if tuple(self._words[opens : opens + 2]) not in _PROPOSED:
            return -1
        return next((at for at in range(opens + 2, said.stop) if self._words[at] not in _US), -1)

    def _is_topic(self, part: Clause, at: int, *, answers: bool, bids: bool) -> bool:
        """ "About T-102", "the mails from eve@…", "about Eve (eve@…)", "eve@…'s order", "debit DE02…"."""
        if at in self._owners:
            return True
        said = part.said
        if part.aside and not answers and (self._is_told_of(self._bracket) or (not bids and self._is_described(at))):
            return True
        before = at - 1
        while before >= said.start and (self._words[before] in DETERMINERS or self._is_noun(before)):
            before -= 1
        word = self._words[before] if before >= said.start else ""
        if word in _WHAT or word in CONDENSING:
            return True  # "what @eve wrote", "summarise #general for #finance"
        if answers:
            return word in _ABOUT  # "reply to the mail from …"
        people = self._shapes[at] in _PEOPLE
        return word in _ABOUT or word in _FROM or (people and word in _OF)

    def _is_told_of(self, bracket: int) -> bool:
        """Tells whether what stands before a bracket is only spoken of."""
        for at in range(bracket - 1, max(-1, bracket - 1 - _FAR), -1):
            word, before = self._words[at], self._words[at - 1] if at else ""
            that = word == "that" and (before in _TOWARDS or before in DEEDS)  # "delete that file (a.txt)"
            if word in _ABOUT or (word in _TELLING and not that):
                return True
            if at in self._ends or at in self._shapes or self._words[at] in _TOWARDS:
                return False
        return False

    def _is_described(self, at: int) -> bool:
        """ "(A copy of new.txt)", "(backup: new.txt)"; neither "(IBAN: DE…)" nor "(mail it to bob@…)"."""
        first = at
        while first > self._bracket and first - 1 not in self._shapes:
            first -= 1
        known = _LABELLING | (_NOW if self._before & Deed.UPDATE else frozenset())
        return not all(word in known or (things_in(word) and word not in ACTS) for word in self._words[first:at])

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
        return word in _FILL or word in SPLITS or not any(map(str.isalpha, word))

    def _is_label(self, said: range, held: Sequence[int]) -> bool:
        """ "His IBAN is …", "Meier's account: …" of whom the deed speaks, "… is her address"; not "my own account is …"."""
        words = [OWNER.sub("", self._words[at]) for at in said if at not in self._shapes]
        known = _COPULAS | _OWNED | _LABELS | self._spoken | _ALSO
        return bool(held) and all(word in known for word in words) and not (_LABELS | _COPULAS).isdisjoint(words)


def may_be_numbered(word: str) -> bool:
    """Tells whether a number behind a word is that of a thing: "PR 42", "account 4711"."""
    return bool(things_in(word)) or singular(word) in _LABELS
