"""What a description says, anywhere in it, that a call brings about: `Also removes drafts`, `…, deleting old ones`, `Old orders
are cancelled`, `… by charging 1 EUR`. For tools that else only read; what is asked, denied or possible brings nothing about."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pdp.fold import fold
from pdp.suggest.lexicon_verbs import ALSO_NOUNS, DESCRIPTION_ONLY, HARMLESS, LOOSE, NAME_ONLY, PREAMBLE, STRICT
from pdp.suggest.readings import PERSONS, READERS
from pdp.suggest.said import GRAVITY, READS
from pdp.suggest.words import base_form, sentences, singular, word_set
from writ.action import Verb

MAX_CHARS, MAX_SENTENCES = 2048, 16
"""How much of a description is searched."""

_CLAUSE = re.compile(r"[,()]|\s[-\u2013\u2014]+\s")
_WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)?")
_PASSIVE = re.compile(
    r"\b([a-z]+)\s+(is|are|gets?|(?:is|are) being|will be|will get)\s+"
    r"(then|also|immediately|afterwards|thereby|thereupon|automatically)?\s*([a-z]+)\b(?!\s+by\b)"
)
_ASKED = re.compile(
    r"\b(?:whether|if|which|who|what|how|when|where|why|that|until|unless|because|no|none|nothing|never|neither)\b"
)
_WHICH_ONES = re.compile(r"\s(?:that|which|who)\s+(?:is|are|was|were|has been|have been)\s+[a-z]+")
"""Tells of which ones something is said: `Orders that are older than 30 days are cancelled`."""
_POSSIBLE = re.compile(r"\b(?:can|could|may|might|must|should|would|not|never|cannot|without|instead|you)\b|n't\b")
_GERUND = re.compile(
    r"(?:\A|\b(?:by|while|and|thereby|then)\s+)(?:then\s+|also\s+|automatically\s+)?([a-z]+ing)\s+([a-z0-9]+)"
)
_OPENING = PREAMBLE | word_set(
    "also additionally furthermore moreover then thereby note every each call calls calling running invoking side effect"
)
"""Words before the verb of a clause whose subject is the tool or the call."""
_FUTURE = word_set("will may might")
"""`It will delete expired ones`; what it may do counts as well."""
_OPENED_BY_WHAT_IS_LISTED = word_set("user users")
_NO_OBJECT = word_set("and or of for in to from with at on by as is are was were via per")
_SAYING = DESCRIPTION_ONLY.keys() | NAME_ONLY
_MANNER = word_set(
    "set put enter follow match like complete finish fill link switch connect join split label tag merge resolve apply "
    "correct adjust crop resize skip accept navigate submit serve simulate interpret clean sweep confirm simulate "
    "optimize associate bind rank extend relate highlight encrypt decrypt reconcile squash deny decline reject refuse permit"
)
"""Verbs of change that as often say how something is read, or what is refused: `following redirects`, `joining tables`."""
_ALSO_DONE = word_set("charge refund transfer wire text email mail order book")
"""Loose words that are surely verbs in a gerund with an object."""
_GERUND_NOUNS = word_set("shipping writing drawing opening closing building pricing spending selling buying")
_ANSWER = HARMLESS | word_set(
    "result response answer output request query call connection retry timeout duplicate whitespace blank null html markup "
    "accent stopword prefix suffix cache default argument parameter header status state nothing none"
)
"""What is sent, cut or dropped on the way of an answer: `Duplicates are removed`, `by sending a request`."""
_QUALIFIERS = word_set(
    "a an the one all any every each old older expired stale temporary unused outdated past it them its their"
)
_INFORMED = word_set("told notified informed emailed mailed messaged alerted warned asked invited texted paged called")
_IRREGULAR = {"sent": "send", "paid": "pay", "bought": "buy", "sold": "sell", "withdrawn": "withdraw"}
_PASSING = word_set("archive overwrite reset")
"""Updates that a passive tells of as an event; others as often tell how things are: `The list is updated daily`."""
_GRAVE = frozenset({Verb.DELETE, Verb.PAY, Verb.SEND})


def happens(description: str) -> tuple[Verb | None, str]:
    """Returns the gravest thing that a description says a call brings about, and its word; (None, "") for what it says of an
    answer (`The list is sorted`, `Whether a guest is invited`, `Lists orders that were cancelled`)."""
    found = [
        deed
        for sentence in sentences(fold(description[:MAX_CHARS]), MAX_SENTENCES)
        for index, clause in enumerate(_CLAUSE.split(sentence))
        for deed in (*_indicative(clause), *_gerunds(clause, first=not index), *_passives(clause))
    ]
    return max(found, key=lambda deed: GRAVITY[deed[0]], default=(None, ""))


def _indicative(clause: str) -> Iterator[tuple[Verb, str]]:
    """Yields the verb in the third person that begins a clause: `Also removes drafts`, `as a side effect, purges drafts`."""
    words = _WORD.findall(clause)
    at = next((at for at, word in enumerate(words) if word not in _OPENING), len(words))
    if at + 1 >= len(words) or words[at + 1] in _NO_OBJECT or _OPENED_BY_WHAT_IS_LISTED & set(words[:at]):
        return
    word = base_form(words[at])
    if (
        (word != words[at] or _FUTURE & set(words[:at]))
        and word not in ALSO_NOUNS
        and (verb := _change(word))
        and not _is_of_the_answer(words[at + 1 :])
    ):
        yield verb, word


def _gerunds(clause: str, *, first: bool) -> Iterator[tuple[Verb, str]]:
    """Yields the gerunds that say what is done besides or thereby: `…, deleting old ones`, `by charging 1 EUR`."""
    for found in _GERUND.finditer(clause.strip()):
        gerund, follower = found.groups()
        word = next((stem for stem in _stems(gerund, 3) if stem in STRICT or stem in _ALSO_DONE), "")
        verb = _change(word) or (LOOSE.get(word) if word in _ALSO_DONE else None)
        leads = first and not found.start()  # `Deleting a record …` is read as the head of the description
        if verb is None or leads or gerund in _GERUND_NOUNS or _POSSIBLE.search(clause[: found.start()]):
            continue
        words = _WORD.findall(clause.strip()[found.start(2) :])
        has_object = follower in _QUALIFIERS or follower.isdigit() or singular(follower) != follower
        if has_object and not _is_of_the_answer(words):
            yield verb, word


def _passives(clause: str) -> Iterator[tuple[Verb, str]]:
    """Yields the passives that tell of an event: `The driver is told`, `Expired orders get deleted`."""
    clause = _WHICH_ONES.sub("", clause)
    for found in _PASSIVE.finditer(clause):
        subject, how, also, participle = found.groups()
        if _ASKED.search(clause[: found.start(2)]):
            continue
        if participle in _INFORMED and singular(subject) in PERSONS - READERS:
            yield Verb.SEND, participle
            continue
        irregular = _IRREGULAR.get(participle, "")
        word = next((stem for stem in (irregular, *_stems(participle, 2)) if stem in STRICT), "")
        verb = STRICT.get(word, Verb.READ) if irregular or participle.endswith("ed") else Verb.READ
        if verb in READS or (
            not also and (word in _MANNER or _is_of_the_answer(_WORD.findall(clause[: found.end(1)])[-3:]))
        ):
            continue
        if also or verb in _GRAVE or word in _PASSING or how.endswith(("get", "gets")):
            yield verb, participle


def _change(word: str) -> Verb | None:
    """Returns what a verb changes, None for one that reads, makes an answer, or says how something is read."""
    verb = STRICT.get(word)
    return None if verb is None or verb in READS or verb is Verb.CREATE or word in _MANNER | _SAYING else verb


def _stems(word: str, ending: int) -> tuple[str, ...]:
    """Returns the verbs that a participle or gerund may come from: `deleted` → `delete`, `cancelled` → `cancel`."""
    stem = word[:-ending]
    return stem + "e", stem, stem[:-1], stem[:-1] + "y"


def _is_of_the_answer(words: list[str]) -> bool:
    """True where what is done something to is part of an answer or of how it is fetched: `removes all duplicates`."""
    end = next((at for at, word in enumerate(words) if word in _NO_OBJECT), len(words))
    return any(singular(word) in _ANSWER for word in words[:end][:4])
