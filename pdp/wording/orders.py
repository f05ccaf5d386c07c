"""Tells which sentences of a text bid their reader do something, and what.

Of what outsiders wrote, who points at a source entrusts what it states and not what it orders. By words alone, in linear time.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pdp.fold import fold
from pdp.suggest.words import word_set
from pdp.wording.acts import LIGHT
from pdp.wording.clauses import clauses
from pdp.wording.deeds import deeds_at
from pdp.wording.families import FAMILIES, Family
from pdp.wording.grammar import BIDDING, COURTESIES, DETERMINERS, FUNCTION_WORDS, MODALS
from pdp.wording.lexicon import DEEDS, DONE, IDLE, NOUNS_FIRST, OFTEN_NOUNS, Deed
from pdp.wording.states import done_deed
from pdp.wording.things import THINGS

_RUN_ON = re.compile(r"(?<=[^\W_][ \t])([A-Z][a-z]{2,})(?=[ \t]+([a-z]+)\b)")

_OBJECTS = DETERMINERS | {"to", "it", "them", "him", "me", "us"}

_TOKEN = re.compile(r"[^\W_]+")

_LETS = re.compile("\\blet['\u2019]s\\b")

_SHOULD = re.compile(
    r"(?i)\b(?:should|must|shall|ought)(?: to)?(?: now)? (?!be\b|have\b|i\b|we\b)[a-z]+|\b(?:should|must) be [^\W\d_]{0,3}\d"
    r"|\b(?:supposed|belongs|instead|whoever|assistant)\b"
)

_BIDS = BIDDING | {"could", "can", "would", "will", "may", "might"}

_STOPS = frozenset(".:;!?")

_OPENING = frozenset(':;,.!?()[]{}<>#*"-\u2013\u2014')
"""Signs after which a verb begins a clause."""

_AROUND = ".,;:!?()[]*\"'\u2013\u2014-"

_BEHIND_CHARS, _LABEL_WORDS = 96, 8
"""What is read behind a word to tell whether it names a record."""

CURT_WORDS = 2
"""So few words are more often a name than an order: `Order pending`, `Print queue`."""

_CODE = re.compile(r"(?=[^\s@]{0,64}\d)(?!\d{9})#?[^\W_][^\s@]{0,63}")
"""What may be the id of a record, and is neither an address nor an account."""

_NAMING = re.compile(r"[\d/@]|[^\W_]\.[^\W_]")
"""What a word that names one thing holds: `ev-11`, `customers.csv`, `a@b.example`."""

_LABELLED = re.compile(
    r":[ \t]+(?:[^\W\d_]{1,16}[ \t]+){0,2}(?!\S{0,64}://)(?=\S{0,64}[^\W\d_])\S{0,64}?(?:[\d/@]|[^\W_]\.[^\W_])"
)
"""Behind a verb, what it is to be done to: "cancel: ev-11"; neither "Pay: 2,400" nor "Unsubscribe: https://…"."""

_RECORDS = word_set(
    "bill call charge deposit draft mail note order post purchase refund rent report request ticket transfer"
)
"""Verbs that before a code or a label name the record of it: "Order O-5512", "Rent for May: 900"."""

_CODED = _RECORDS - {"refund"}
"""Those that stand before an id without more: "Refund O-5513" is hardly a name."""

_NOUNS = _RECORDS | OFTEN_NOUNS

_LABELS = word_set(
    "amount balance charge charges code confirmation costs date day details fee fees history id interval no nr number period"
    " plan rate ref reference run status sum summary total value"
)
"""Behind a record, words of a label of it."""

_FEES = word_set("charge charges costs fee fees")
"""Labels that stand behind any noun: "Change fee 50 EUR"."""

_FINITE = word_set(
    "are came cost costs did didn does doesn got had has hasn have is isn never shows still was wasn went were will"
)
"""What stands behind the subject of a statement, as what ends in "ed" does."""

_ACKNOWLEDGED = word_set(
    "added approved archived assigned booked cancelled canceled closed completed copied created deleted delivered executed"
    " finished forwarded issued logged merged moved opened paid placed posted processed published queued rejected removed"
    " renamed reopened saved scheduled sent shared submitted transferred updated uploaded"
)
_BEHIND_DONE = word_set("and at by for from in into on onto successfully to under via with")
"""Behind a record, what was done with it, as tools acknowledge: "Message sent to U7", "Order placed: 12446"."""

_OF_RECORDS = word_set("for from of per")
"""Behind a record without its id, what tells of it: "Rent for May", "Order of 3 chairs"."""

_SETTING = Deed.ADMIN | Deed.DELETE
"""Who is bidden one of these, or a change, is given a label to set: "Update amount 9000"; but "Book value 900 EUR"."""

_HELD = word_set("call check demo launch release review start test visit")
"""Verbs that before "on" and a day name what takes place then."""

_DAY = re.compile(
    r"\d|(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}\b|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\b"
)

_TO = word_set("an auf into onto to")
_REACHING = _OBJECTS | _TO | word_set("at iban via with")
"""Behind what may be a record, words of what is done with it, or where it goes: "Transfer for Ada 900 EUR to 4711"."""

_MONEY = (
    r"(?:[$\u20ac\u00a3\u00a5\u20b9]\s?\d[\d.,'\u2019]{0,15}|(?:eur|usd|gbp|chf) \d[\d.,'\u2019]{0,15}"
    r"|\d[\d.,'\u2019]{0,15}\s?(?:[$\u20ac\u00a3\u00a5\u20b9]|(?:eur|euros?|usd|dollars?|gbp|pounds?|chf)\b))"
)
_AMOUNT = re.compile(rf"{_MONEY}(?=\s*(?:[.,;()]|$|(?:due|for|from|in|on|paid|per|plus)\b))")
"""A sum and the end of what is said of it."""

_PAID_TO = re.compile(rf"{_MONEY} (?:in)?to (?!be\b|follow\b)")

_JOINED = re.compile(r"-(?:back|by|down|in|off|on|out|over|up)\b")
"""What makes a noun of a verb before it: "move-in date", "follow-up"."""

_PART = re.compile(r"[.;,!?](?:\s|$)")

_REACHED = re.compile(r"@|\+\d|\d(?: ?\d){8}")
"""An address or an account."""

_ID = re.compile(r"[^\W\d_][-_]?\d|\d{5}")
"""What a sum may be moved for: "Transfer 800 EUR for O-5513"; neither a day nor a year."""

_BESIDE = word_set("and by dated from of")
"""Behind the id of a record, what still tells of it."""

_PRESSING = COURTESIES | {"asap", "immediately", "today", "urgently", "svp", "stp"}
"""Words that make a record a thing to be done: "Order O-5512 now"."""

_COURTESY = word_set("bitte favor stp svp veuillez")
"""Please, in languages that put their verb anywhere: "bitte ev-11 absagen"."""

_WISHED = word_set("need needs want wants")

ANYTHING = int(~Deed(0))
"""What an order in words that are not known bids."""


def is_order(sentence: str) -> bool:
    """Tells whether a sentence bids its reader do something: a verb of change begins it, or follows a colon or a word that
    bids, or something is to be done; or it begins as orders do, whatever their verb. "Pay 90 to 4711" does; "Account: 4711",
    "she can be reached at 4711" and "Order 4711 arrived" do not. Two words do where the second names something by its form, or
    they end with a sign of bidding."""
    folded = _LETS.sub("lets", fold(sentence))
    if len(folded.split(None, CURT_WORDS)) <= CURT_WORDS:
        return _is_curt_order(folded.split())
    tokens = list(_TOKEN.finditer(folded))
    before, end, first = "", 0, False
    had = wished = courteous = False  # "have the order delivered to …", "wants it delivered", "bitte …"
    for at, match in enumerate(tokens):
        word = match.group()
        between = folded[end : match.start()]
        label = folded[match.end() : match.end() + 1] == ":"  # "Contact: …" and "Order: …" bid nothing
        label = label and (word in _NOUNS or not _LABELLED.match(folded, match.end()))
        if (before == "be" or had) and _is_done(word):
            return True
        if wished and _is_done(word) and (at + 1 == len(tokens) or tokens[at + 1].group() in FUNCTION_WORDS):
            return True
        if courteous and ((word in DEEDS and word not in _NOUNS) or _is_polite(word, infinitive=True)):
            return True
        had = had or (word == "have" and (not end or bool(_STOPS.intersection(between))))
        wished = wished or word in _WISHED
        courteous = courteous or word in _COURTESY
        opens = not end or before in BIDDING or bool(_OPENING.intersection(between))
        if (
            _may_order(word)
            and not label
            and opens
            and not _is_record(folded, match.end(), word, begged=before in BIDDING)
        ):
            return True
        if first and between.isspace() and _is_bare_verb(before, word):
            return True
        first = not end or bool(_STOPS.intersection(between))
        before, end = word, match.end()
    return bool(tokens) and _is_polite(tokens[0].group()) and not _COURTESY.isdisjoint(folded.split())


def parted(text: str) -> list[str]:
    """Returns the parts of a text without stops, of which one begins as an order does: "18 Elm Street Cancel the order of Ada".
    Titles write the next word large as well, and begin nothing."""
    parts: list[str] = []
    start = 0
    for match in _RUN_ON.finditer(text):
        verb = match[1].lower()
        often = verb in OFTEN_NOUNS and verb != "give"
        if (_may_order(verb) or verb == "have") and (not often or match[2] in _OBJECTS or match[2] in THINGS):
            parts.append(text[start : match.start(1)])
            start = match.start(1)
    return [*parts, text[start:]]


def bidden_deeds(sentence: str, *, order: bool) -> int:
    """Returns the deeds that a sentence bids its reader do: by verbs that begin a clause or follow a word that bids. `order`: it
    bids something (`is_order`), so anything where no verb of it is known. What should or must be may be anything, too."""
    said = {word.strip(".,;:!?") for word in sentence.lower().split()}
    wished = not MODALS.isdisjoint(said) and _SHOULD.search(sentence) is not None
    if not order and not wished and LIGHT.isdisjoint(said):
        return 0
    words, opening, _ = clauses(fold(sentence))
    deeds = 0
    for at, word in enumerate(words):
        if word != "new" and (at in opening or words[at - 1] in _BIDS):
            deeds |= deeds_at(words, at, opens=at in opening)
    return deeds | ANYTHING * wished or ANYTHING * order


def _may_order(word: str) -> bool:
    """ "New year gift" is a name; "give her a discount" is an order, though a request for it says more by its noun."""
    return word == "give" or (word in DEEDS and word != "new" and word not in NOUNS_FIRST)


def _is_curt_order(said: Sequence[str]) -> bool:
    """ "Delete customers.csv!", "cancel: ev-11", "Pay them"; not `fix-tabs`, "Order pending", "Order O-5512"."""
    if len(said) < CURT_WORDS:
        return False
    verb, what = said[0].strip(_AROUND), said[1].strip(_AROUND)
    if not (_may_order(verb) or _is_polite(verb)):
        return False
    if said[0][-1] == ":":
        return verb not in _NOUNS and _LABELLED.match(f": {what}") is not None
    if said[1][-1] == "!":
        return not _is_done(what)
    if verb in _NOUNS and (verb in _CODED or not any(map(str.isalpha, what))) and _CODE.fullmatch(what):
        return False
    return what in _OBJECTS or _NAMING.search(what) is not None


def _is_record(folded: str, end: int, word: str, *, begged: bool) -> bool:
    """Tells whether a word that may be a verb names a record, by what stands behind it: "Order O-5512 arrived", "Transfer
    reference 4711", "Rent for May: 900"; neither "Order O-5512 now!" nor "Transfer 900 EUR to X"."""
    joined = _JOINED.match(folded, end)
    if joined is None and word not in _NOUNS:
        return False
    end = joined.end() if joined else end
    behind = folded[end : end + _BEHIND_CHARS]
    said = behind.split()
    follower = said[0].strip(_AROUND) if said else ""
    if joined:
        return not _is_done_to(behind, follower)
    if follower in _FINITE or (word, follower) in IDLE:
        return True
    further = said[1].strip(_AROUND) if len(said) > 1 else ""
    code = bool(said) and _CODE.fullmatch(follower) is not None
    if code and (further in _FINITE or (word in _RECORDS and further.endswith("ed") and further != "need")):
        return True
    if not begged and _is_acknowledged(said):
        return True
    if "!" in behind or not _PRESSING.isdisjoint(part.strip(_AROUND) for part in said):
        return False
    if not begged and _is_heading(word, behind.lstrip()):
        return True
    if word not in _RECORDS or _PAID_TO.search(behind):
        return False
    if code and word in _CODED and not follower.isdecimal():
        return len(said) == 1 or said[0][-1] in ".,;:)" or said[1][0] in "(\u2013\u2014-" or further in _BESIDE
    return follower in _LABELS or (follower in ("for", "of") and any(part[-1] == ":" for part in said[1:_LABEL_WORDS]))


def _is_acknowledged(said: Sequence[str]) -> bool:
    """ "Message sent to U7", "File report.pdf moved to archive"; neither "Mail sent items to …" nor "Mail eve@… shared plans"."""
    done = 1 if said and _NAMING.search(said[0]) and "@" not in said[0] else 0
    if done >= len(said) or said[done].strip(_AROUND) not in _ACKNOWLEDGED:
        return False
    ends = done + 1 == len(said) or said[done][-1] in _STOPS
    return ends or said[done + 1].strip(_AROUND) in _BEHIND_DONE


def _is_done_to(behind: str, follower: str) -> bool:
    """Tells whether somebody is bidden behind what may be a verb and its particle: "Hand-over the keys", "Pay-out 900 EUR to X";
    neither "Move-in on Friday" nor "Check-in at the hotel"."""
    said = {part.strip(_AROUND) for part in _PART.split(behind, 1)[0].split()}
    return (
        follower in _OBJECTS
        or "!" in behind
        or _REACHED.search(behind) is not None
        or not said.isdisjoint(_TO | _PRESSING)
    )


def _is_heading(word: str, behind: str) -> bool:
    """Tells whether a word that is a noun as well heads a statement: "Deposit 900 EUR", "Rent for May 900 EUR", "Review on
    2026-11-26", "Book value 900 EUR"; neither "Deposit 900 EUR into GB82 …" nor "Order it for Bob"."""
    said = [part.strip(_AROUND) for part in _PART.split(behind, 1)[0].split()]
    if not said or not _REACHING.isdisjoint(said) or _REACHED.search(behind):
        return False
    if any(part in DEEDS and part not in _NOUNS and part not in _LABELS for part in said):
        return False
    if word in _RECORDS and (amount := _AMOUNT.match(behind)):
        return not _ID.search(_PART.split(behind[amount.end() :], 1)[0])
    if word in _RECORDS and said[0] in _OF_RECORDS:
        return not any(map(str.isdigit, " ".join(said))) or _AMOUNT.search(behind) is not None
    if word in _HELD and said[0] == "on" and len(said) > 1 and _DAY.match(said[1]):
        return True
    labels = _FEES if DEEDS.get(word, 0) & _SETTING or FAMILIES.get(word, 0) & Family.CHANGE else _LABELS
    label = next((place for place, part in enumerate(said[:2]) if part in labels), -1)
    coded = label == 0 or (label == 1 and word in _RECORDS and any(map(str.isdigit, said[0])))
    rest = " ".join(said[label + 1 :])
    return coded and (rest == "" or _AMOUNT.match(rest) is not None or _DAY.match(rest) is not None)


def _is_bare_verb(word: str, follower: str) -> bool:
    """Tells whether the first two words of a clause look like an order in whatever words: "scrap the …", "bar her …"."""
    return (
        follower in DETERMINERS
        and len(word) > 2
        and word not in FUNCTION_WORDS
        and word not in DEEDS
        and not word.endswith(("ing", "ed", "ly", "s"))
        and word.isalpha()
    )


def _is_done(word: str) -> bool:
    """ "Is to be paid", "must be booked"."""
    return word in DONE or bool(done_deed(word))


def _is_polite(word: str, *, infinitive: bool = False) -> bool:
    """Tells whether a word is a verb in the form of courtesy: "annulez", "cancele", "stornieren"; or "annuler"."""
    if word.endswith("ez"):
        return word[:-2] + "e" in DEEDS
    if word.endswith("en") or (infinitive and word.endswith("er")):
        return word[:-1] in DEEDS
    return word.endswith("e") and word[:-1] + "a" in DEEDS
