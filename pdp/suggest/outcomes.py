"""What a description says in a roundabout way that comes of a call: `This results in the removal of old ones`, `It makes the
server delete them`, `The partner gets a copy`. What is denied, asked or advised comes of nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pdp.suggest.lexicon_verbs import ALSO_NOUNS, MANNER, STRICT
from pdp.suggest.means import DEED_NOUNS
from pdp.suggest.readings import READERS
from pdp.suggest.said import READS
from pdp.suggest.words import singular, stems, word_set
from writ.action import Verb

_BRINGS = re.compile(
    r"\b(?:results? in|resulting in|leads? to|leading to|brings? about|causes|causing|triggers|triggering|initiates|performs|does"
    r"|carries out|issues|(includes|involves|entails))\s+(?:an?\s+|the\s+|any\s+)?((?:\w+\s+){0,2}?)"
    rf"({'|'.join(sorted(DEED_NOUNS))})s?\b(?=\s+(?:of|to|on|for|from|and|in)\b|\s*\Z)"
)
"""`Leads to the removal of old ones`; a noun that another follows only tells which (`performs a payment lookup`)."""
_MAKES = re.compile(
    r"\b(?:makes|lets|causes|forces|instructs)\s+(?:the|an?|your|our)\s+(\w+)\s+(?:to\s+)?([a-z]+)\s+\w"
)
_TO_BE = re.compile(r"\b(?:causes|leads)\s[^.;]{1,40}?\bto be ([a-z]+ed|sent|paid)\b")
_GETS = re.compile(
    r"\b(\w+)\s+(?:then\s+|also\s+)?(?:gets?|receives?|is given)\s+(?:an?|the)\s+(?:\w+\s+)?"
    r"(?:copy|e-?mail|mail|message|notification|letter|call|sms|text|notice|reminder|invoice|bill)\s*\Z"
)
_GOES = re.compile(
    r"\b(?:copy|e-?mail|mail|message|notification|letter|sms|reminder|invoice)\s+(?:goes|is passed|is handed)\s+"
    r"(?:out\s+|on\s+|over\s+)?to\s+(?:the\s+|an?\s+)?(\w+)"
)
_GONE = re.compile(
    r"\b(?:go(?:es)?|moves?|is moved|are moved)\s+(?:in)?to\s+the\s+(?:recycle\s+)?(?:bin|trash)\b"
    r"|\b(?:(?:is|are|gets?|(?:will|going to)\s+(?:then\s+)?be)\s+(?:then\s+|permanently\s+)?(?:lost|gone)"
    r"|(?:loses?|losing)\s+(?:all|any|the|its|their|your)\s+(?:\w+\s+)?(?:data|changes?|content|contents|history|work|settings|records)"
    r"|no\s+longer\s+exists?|disappears?|vanish(?:es)?)(?:\s+(?:afterwards|then|thereby|forever))?\s*\Z"
)
_GAINS = re.compile(
    r"\b(?:(?:is|are|gets?)\s+(?:given|granted)|gains?)\s+(?:full\s+)?(?:access|rights?|permissions?)\b"
)
_UNLIKE = re.compile(
    r"\b(?:not|no|never|nothing|without|instead|cannot|whether|if|which|who|whom|whose|what|how|when|where|why|unless|because|that|can|could"
    r"|may|might|should|would)\b|n't\b|\A\s*(?:please\s+)?(?:use|call|run|invoke|see|before|after)\b"
)
"""Words before it that make it something denied, asked, possible or advised."""
_OF_AN_ANSWER = word_set("query search request lookup api response result list page connection")


def outcomes(clause: str) -> Iterator[tuple[Verb, str]]:
    """Yields what comes of a call by a folded clause, each with the word that says it."""
    for found in _BRINGS.finditer(clause):
        verb, noun = DEED_NOUNS[found[3]], found[3]
        is_field = found[1] is not None and verb is not Verb.DELETE  # `includes the charge of the bank`
        if not (is_field or _UNLIKE.search(clause[: found.start()]) or _OF_AN_ANSWER & set(found[2].split())):
            yield verb, noun
    for found in _MAKES.finditer(clause):
        verb = STRICT.get(found[2], Verb.READ)
        plain = verb not in READS and verb is not Verb.CREATE and found[2] not in ALSO_NOUNS | MANNER
        if plain and singular(found[1]) not in READERS and not _UNLIKE.search(clause[: found.start()]):
            yield verb, found[2]
    for found in _TO_BE.finditer(clause):
        verb = next((STRICT[stem] for stem in (*stems(found[1], 2), found[1][:-1] + "d") if stem in STRICT), Verb.READ)
        if verb not in READS and not _UNLIKE.search(clause[: found.start()]):
            yield verb, found[1]
    for found in (*_GETS.finditer(clause), *_GOES.finditer(clause)):
        if singular(found[1]) not in READERS and not _UNLIKE.search(clause[: found.end()]):
            yield Verb.SEND, found[1]
    for pattern, verb in ((_GONE, Verb.DELETE), (_GAINS, Verb.ADMIN)):
        for found in pattern.finditer(clause):
            if not _UNLIKE.search(clause[: found.start()]):
                yield verb, found.group()
