"""To whom a request says that something goes: "send a summary of the Lisbon trip to Ada" speaks of Lisbon, and means Ada.

A mail about Lisbon is a record that holds a word of that request, as the card of Ada is; who wrote it is not meant. That holds
where all that the request addresses are names or mail addresses; else every word of it may say who is meant, as in "tell whoever
wrote about Lisbon". Pure, in linear time.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pdp.fold import fold
from pdp.provenance_grammar import COMMON, DETERMINERS, FUNCTION_WORDS
from pdp.provenance_lexicon import DEEDS, THINGS, Deed
from pdp.provenance_wishes import singular
from pdp.steps import Steps, finish
from pdp.suggest.words import word_set

_TOKENS_A_STEP = 64
"""A millisecond, or two."""

_TOKEN = re.compile(r"[^\W_]+")
_MAIL = re.compile(r"[^\s<>,;:()\"']+@[^\s<>,;:()\"']+")
_ADDRESS = "Xaddressx"
"""Stands for a mail address: a name that nobody has."""
_JOINED = re.compile(r"\s*[,&]?\s*[<(\"']?")
_ENDS = re.compile(r"[!?;\n]|\.\s")

_TO = word_set("to an à")
_APOSTROPHES = ("'", "\N{RIGHT SINGLE QUOTATION MARK}")
_AND = word_set("and or und oder et ou y o plus")
_TITLES = word_set("mr mrs ms dr prof herr frau mme sr sra")
_TELLING = word_set(
    "alert answer ask bcc call cc congratulate contact inform invite message notify remind tell text thank update warn"
)
"""Verbs before whom they address; after others stands what is sent."""

_SOMEBODY = word_set("anybody anyone everybody everyone he her him people she somebody someone them who whoever whom")
_USER = word_set("me us")


def addressees(text: str) -> tuple[str, ...] | None:
    """Returns the folded names to which a request says that something goes, without addresses that it gives; None where it
    addresses nobody, or anybody in other words."""
    return finish(addressees_in_steps(text))


def addressees_in_steps(text: str) -> Steps[tuple[str, ...] | None]:
    """Does what `addressees` does, in steps."""
    text = _MAIL.sub(_ADDRESS, text)
    tokens = list(_TOKEN.finditer(text))
    found: dict[str, None] = {}
    sends: set[str] = set()
    for at, token in enumerate(tokens[:-1]):
        if at % _TOKENS_A_STEP == _TOKENS_A_STEP - 1:
            yield
        word, before = fold(token.group()), fold(tokens[at - 1].group()) if at else ""
        if at and _ENDS.search(text, tokens[at - 1].end(), token.start()) and before not in _TITLES:
            sends.clear()
        if DEEDS.get(word, 0) & Deed.SEND and before not in DETERMINERS:
            sends.add(word)
            leads = word in _TELLING
        elif sends and (word in _TO or (word == "with" and "share" in sends)):
            leads = True
        else:
            continue
        names, end = _names(text, tokens, at + 1, of_verb=word in sends)
        after = [fold(each.group()) for each in tokens[end : end + 2]]
        follower = fold(tokens[at + 1].group())
        if names and text[tokens[end - 1].end() : tokens[end - 1].end() + 1] not in _APOSTROPHES:
            if len(after) == 2 and after[0] in _AND and (after[1] in DETERMINERS or after[1] in _SOMEBODY):
                return None
            found.update(dict.fromkeys(names))
        elif follower in _SOMEBODY or (leads and follower not in _USER and follower not in DEEDS):
            return None
    given = fold(_ADDRESS)
    return tuple(name for name in found if name != given) if found else None


def _names(text: str, tokens: Sequence[re.Match[str]], at: int, *, of_verb: bool) -> tuple[list[str], int]:
    """Returns the names in a row that begin at a place, and the place behind them: words with a capital letter, or one that
    nothing else is known of and that stands alone."""
    found: list[str] = []
    first = at
    while at < len(tokens):
        token = tokens[at]
        word = fold(token.group())
        between = text[tokens[at - 1].end() : token.start()]
        if not _JOINED.fullmatch(between) and not (_is_title(tokens[at - 1]) and between.strip() == "."):
            break
        if not _is_known(word) and (
            token.group()[0].isupper() or (at == first and _stands_alone(text, tokens, at, of_verb=of_verb))
        ):
            if len(word) > 2 and word not in _TITLES:
                found.append(word)
        elif word not in _AND or at + 1 == len(tokens) or not tokens[at + 1].group()[0].isupper():
            break
        at += 1
    return found, at


def _stands_alone(text: str, tokens: Sequence[re.Match[str]], at: int, *, of_verb: bool) -> bool:
    """Tells whether a word in small letters is all that stands where a name may: "to ada", "send ada the plan"; not "to
    accounting folks", "send plans"."""
    word = fold(tokens[at].group())
    if word in FUNCTION_WORDS or word in DETERMINERS or not word.isalpha():
        return False
    if at + 1 == len(tokens):
        return not of_verb
    follower = fold(tokens[at + 1].group())
    if of_verb:
        return follower in DETERMINERS
    between = text[tokens[at].end() : tokens[at + 1].start()]
    return follower in FUNCTION_WORDS or follower in DETERMINERS or any(sign in between for sign in ".,;!?\n")


def _is_known(word: str) -> bool:
    return word in COMMON or word in DEEDS or singular(word) in THINGS


def _is_title(token: re.Match[str]) -> bool:
    return fold(token.group()) in _TITLES
