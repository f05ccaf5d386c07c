"""To whom a request says that something goes: "send a summary of the Lisbon trip to Ada" speaks of Lisbon, and means Ada.

A mail about Lisbon is a record that holds a word of that request, as the card of Ada is; who wrote it is not meant. Only names
with a capital letter are told from other words, and only where all that the request addresses are such names; else every word of
it may say who is meant, as in "tell whoever wrote about Lisbon". Pure, in linear time.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pdp.fold import fold
from pdp.provenance_grammar import COMMON, DETERMINERS
from pdp.provenance_lexicon import DEEDS, THINGS, Deed
from pdp.provenance_wishes import singular
from pdp.suggest.words import word_set

_TOKEN = re.compile(r"[^\W_]+")
_JOINED = re.compile(r"\s*[,&]?\s*")
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


def addressees(text: str) -> tuple[str, ...]:
    """Returns the folded names to which a request says that something goes; none where it addresses anybody otherwise."""
    tokens = list(_TOKEN.finditer(text))
    found: dict[str, None] = {}
    sends: set[str] = set()
    for at, token in enumerate(tokens[:-1]):
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
        names, end = _names(text, tokens, at + 1)
        after = [fold(each.group()) for each in tokens[end : end + 2]]
        follower = fold(tokens[at + 1].group())
        if names and text[tokens[end - 1].end() : tokens[end - 1].end() + 1] not in _APOSTROPHES:
            if len(after) == 2 and after[0] in _AND and (after[1] in DETERMINERS or after[1] in _SOMEBODY):
                return ()
            found.update(dict.fromkeys(names))
        elif follower in _SOMEBODY or (leads and follower not in _USER and follower not in DEEDS):
            return ()
    return tuple(found)


def _names(text: str, tokens: Sequence[re.Match[str]], at: int) -> tuple[list[str], int]:
    """Returns the names in a row that begin at a place, and the place behind them."""
    found: list[str] = []
    while at < len(tokens):
        token = tokens[at]
        word = fold(token.group())
        between = text[tokens[at - 1].end() : token.start()]
        if not _JOINED.fullmatch(between) and not (_is_title(tokens[at - 1]) and between.strip() == "."):
            break
        if token.group()[0].isupper() and not _is_known(word):
            if len(word) > 2 and word not in _TITLES:
                found.append(word)
        elif word not in _AND or at + 1 == len(tokens) or not tokens[at + 1].group()[0].isupper():
            break
        at += 1
    return found, at


def _is_known(word: str) -> bool:
    return word in COMMON or word in DEEDS or singular(word) in THINGS


def _is_title(token: re.Match[str]) -> bool:
    return fold(token.group()) in _TITLES
