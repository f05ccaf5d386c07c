"""What a description says, anywhere in it, that a call brings about: `Also removes drafts`, `…, deleting old ones`, `Old orders
are cancelled`, `… by charging 1 EUR`. For tools that else only read; what is asked, denied or possible brings nothing about."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pdp.fold import fold
from pdp.suggest.answers import NO_OBJECT, is_of_the_answer
from pdp.suggest.joined import makes_one, parted, verb_with_object
from pdp.suggest.lexicon_verbs import (
    ALSO_NOUNS,
    DESCRIPTION_ONLY,
    MANNER,
    NAME_ONLY,
    PREAMBLE,
    STRICT,
    WITH_AN_OBJECT,
)
from pdp.suggest.means import by_means
from pdp.suggest.outcomes import outcomes
from pdp.suggest.passives import passives
from pdp.suggest.said import GRAVITY, READS
from pdp.suggest.tools import Tool
from pdp.suggest.words import base_form, first_sentence, sentences, singular, stems, word_set
from writ.action import Verb

MAX_CHARS, MAX_SENTENCES = 2048, 16
"""How much of a description is searched."""

_SO_THAT = re.compile(r"\bso that\b")
"""What comes of it is said in a clause of its own: `so that old ones are deleted`."""
_CLAUSE = re.compile(r"[,()]|\s[-\u2013\u2014]+\s")
_WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)?")
_BY_MEANS = re.compile(r"\b(with|using|via|through)\s+`?([a-z0-9]+_\w+)`?")
_READING_IT = re.compile(
    r"\A\s*(?:listing|reading|fetching|viewing|getting|opening|looking|querying|checking|downloading|calling|polling)\s+(?:\w+\s+){0,4}?"
    r"([a-z]+s)\s+(?:the|a|an|any|all|old|older|oldest|expired|stale|it|them|its|their|one)\b"
)
"""`Listing prunes old ones`, `Reading a message deletes it`."""
_POSSIBLE = re.compile(r"\b(?:can|could|may|might|must|should|would|not|never|cannot|without|instead|you)\b|n't\b")
_GERUND = re.compile(
    r"(?:\A|\b(by|while|and|thereby|then|after|involves|includes?|entails|effect of)\s+)"
    r"(?:then\s+|also\s+|automatically\s+)?([a-z]+ing)\s+([a-z0-9]+)"
)
_OPENING = PREAMBLE | word_set(
    "also additionally furthermore moreover then thereby note every each call calls calling running invoking side effect "
    "we command request operation doing so using may might afterwards first next finally default internally"
)
"""Words before the verb of a clause whose subject is the tool or the call."""
_FUTURE = word_set("will may might can")
"""`It will delete expired ones`; what it may do counts as well."""
_OPENED_BY_OTHERS = word_set("user users you agent agents caller callers")
"""`Users delete them`, `You can delete them with …`."""
_SAYING = DESCRIPTION_ONLY.keys() | NAME_ONLY
_ALSO_DONE = word_set("charge refund transfer wire text email mail order book reserve hire fax renew page post mint")
"""Loose words that are surely verbs in a gerund with an object."""
_WRITTEN_DOWN = word_set("add insert register enroll import")
"""Making something is no more than the answer, but for what is put somewhere: `by adding a TXT record`."""
_ANSWERING = word_set("reply respond write")
_GERUND_NOUNS = word_set("shipping writing drawing opening closing building pricing spending selling buying")
_QUALIFIERS = word_set(
    "a an the one all any every each old older expired stale temporary unused outdated past it them its their those these "
    "what whatever anything everything"
)
_SETTLING = word_set("clear")
"""`Creates a bill, clearing the books`: what is cleared beside another deed may be settled as well as removed."""
_ADVISED = re.compile(r"\s*(?:please\s+)?(?:use|call|run|invoke|useful|intended|meant)\b")


def happens(tool: Tool, *, later: bool = False) -> tuple[Verb | None, str]:
    """Returns the gravest thing that a tool's description says a call brings about, and its word; (None, "") for what it says of
    an answer (`The list is sorted`, `Whether a guest is invited`, `Lists orders that were cancelled`). `later`: of a tool that
    changes something, whose first sentence says how, so that only a participle there and later sentences tell of something
    else."""
    text = _SO_THAT.sub(", ", _by_the_call(fold(tool.description[:MAX_CHARS]), tool))
    found = [] if later else [*by_means(first_sentence(text), next(iter(_WORD.findall(text)), ""))]
    for number, sentence in enumerate(sentences(text, MAX_SENTENCES)):
        for index, clause in enumerate(_CLAUSE.split(sentence)):
            participles = _gerunds(clause, first=not index, sure=later)
            found += (deed for deed in participles if number or not later or deed[1] not in _SETTLING)
            if number or index or not later:
                found += outcomes(clause)
            if number or not later:
                found += (*_indicative(clause), *passives(clause), *_by_reading(clause))
    return max(found, key=lambda deed: GRAVITY[deed[0]], default=(None, ""))


def _by_the_call(text: str, tool: Tool) -> str:
    """Returns a text where what is done `with auto_clean` is done by the call, if that is the tool's own name or argument."""
    own = {fold(tool.name), *(fold(name) for argument in tool.arguments for name in argument.names)}
    return _BY_MEANS.sub(lambda found: f"{found[1]} this call" if found[2] in own else found[0], text)


def _indicative(clause: str) -> Iterator[tuple[Verb, str]]:
    """Yields the verb in the third person that begins a clause: `Also removes drafts`, `as a side effect, purges drafts`."""
    words = _WORD.findall(clause)
    at = next((at for at, word in enumerate(words) if word not in _OPENING), len(words))
    if at + 1 >= len(words) or words[at + 1] in NO_OBJECT or _OPENED_BY_OTHERS & set(words[:at]):
        return
    word, rest = base_form(words[at]), tuple(words[at + 1 :])
    third = word != words[at]
    if not third and not (_FUTURE | {"we"}) & set(words[:at]):
        return
    verb = _change(word) if word not in ALSO_NOUNS else None
    if verb is None and third and word not in MANNER | _SAYING:
        verb = verb_with_object(word, rest, third=True)
    if verb is not None and verb not in READS and not is_of_the_answer(words[at + 1 :]):
        yield verb, word


def _gerunds(clause: str, *, first: bool, sure: bool) -> Iterator[tuple[Verb, str]]:
    """Yields the gerunds that say what is done besides or thereby: `…, deleting old ones`, `by charging 1 EUR`. `sure`: none but
    those of which ones it is said."""
    for found in _GERUND.finditer(clause.strip()):
        lead, gerund, follower = found.groups()
        words = _WORD.findall(clause.strip()[found.start(3) :])
        word = next((stem for stem in stems(gerund, 3) if stem in STRICT or stem in _ALSO_DONE), "")
        verb = _change(word) or (WITH_AN_OBJECT.get(word) if word in _ALSO_DONE else None)
        if verb is None and follower in _QUALIFIERS:
            parts = filter(None, (parted(stem, tuple(words)) for stem in stems(gerund, 3)))
            verb = next((part for part in parts if part not in READS), None)
        if (lead == "by" and word in _WRITTEN_DOWN and follower in ("a", "an")) or makes_one(word, words):
            verb = Verb.CREATE
        leads = (
            first and lead is None and not found.start()
        )  # `Deleting a record …` is read as the head of the description
        if verb is None or leads or _POSSIBLE.search(clause[: found.start()]):
            continue
        if lead == "after" and _ADVISED.match(clause):
            continue
        certain = follower in _QUALIFIERS or follower.isdigit() or (follower.endswith("ed") and _is_plural(words[1:2]))
        compound = gerund in _GERUND_NOUNS or (lead == "and" and word in _ALSO_DONE)  # `and mailing lists`
        has_object = certain or (not sure and not compound and _is_plural([follower]))
        if (has_object and not is_of_the_answer(words)) or (word in _ANSWERING and follower == "to"):
            yield verb, word or gerund


def _by_reading(clause: str) -> Iterator[tuple[Verb, str]]:
    """Yields what the reading itself is said to do: `Listing prunes old ones`."""
    found = _READING_IT.match(clause)
    word = base_form(found.group(1)) if found else ""
    if (verb := _change(word) or WITH_AN_OBJECT.get(word)) is not None:
        yield verb, word


def _change(word: str) -> Verb | None:
    """Returns what a verb changes, None for one that reads, makes an answer, or says how something is read."""
    verb = STRICT.get(word)
    return None if verb is None or verb in READS or verb is Verb.CREATE or word in MANNER | _SAYING else verb


def _is_plural(words: list[str]) -> bool:
    return any(singular(word) != word for word in words)
