"""What stands in a quotation and is the user's own all the same: what he dictates, and what is to run. Pure, and bounded: a few
words before the quotation tell."""

from __future__ import annotations

import re

from pdp.suggest.words import word_set
from pdp.wording.grammar import REWORDING, TELLING
from pdp.wording.lexicon import DEEDS

WORD = re.compile(r"[^\W_]+")
PAPERS = word_set("attachment e-mail email letter mail message nachricht note post quote review text")
STOPS = frozenset(".!?")

_RUNS = re.compile(r"\b(?:command|exec|execute|invoke|run|type)(?: these| this| the following)?[:,]? $")
"""Before a quotation, these make it what is to be done: `run "rm old.txt"`."""
_RUNS_CHARS, _BEFORE_CHARS = 32, 120
_SENTENCE = re.compile(r"[.!?\n]\s")
_SAYING = word_set("as called named reading saying titled with")
_BY_SOMEBODY = word_set(
    "asked asks bat got here it's received reads replied said says schreibt schrieb sagt sagte sent that the this told wants "
    "writes wrote"
)
_REWORDING = REWORDING - {"correct", "korrigiere"}
"""Who has a text translated dictates none of it; who corrects a line to "see https://…" does."""


def is_to_run(text: str, start: int) -> bool:
    """Tells whether what begins at `start` is to run: `run "rm old.txt"`."""
    before = text[max(0, start - _RUNS_CHARS) : start].lower()
    return _RUNS.search(before.replace("\n", " ")) is not None


def is_dictated(text: str, start: int) -> bool:
    """Tells whether the user says himself what stands in a quotation: `reply "see https://…"`, `send Bob a mail "…"`; neither
    `forward the mail "…"`, `he wrote: "…"` nor `translate "…"`."""
    before = text[max(0, start - _BEFORE_CHARS) : start].rstrip().lower()
    if before[-1:] in STOPS:
        return False
    words = WORD.findall(before[max((match.end() for match in _SENTENCE.finditer(before)), default=0) :])
    told = any(word in _SAYING or word in TELLING or word in DEEDS for word in words)
    pointed = any(
        word in PAPERS and not _BY_SOMEBODY.isdisjoint(words[max(0, at - 2) : at]) for at, word in enumerate(words)
    )
    return told and not pointed and (_BY_SOMEBODY - {"the", "this", "that"} | _REWORDING).isdisjoint(words)
