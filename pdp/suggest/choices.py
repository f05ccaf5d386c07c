"""Arguments that choose what a tool does: `action: create, update or delete`. The gravest choice counts, and each verb takes
place only with the choices that say it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import replace

from pdp.suggest.lexicon_arguments import ACTIONS
from pdp.suggest.lexicon_verbs import CHOICES, LOOSE, NAME_ONLY, READING_CHOICES, STRICT
from pdp.suggest.names import Name
from pdp.suggest.roles import Role
from pdp.suggest.said import GRAVITY, READS, Said
from pdp.suggest.words import name_words, text_words, word_set
from writ.action import Verb

_ALL_READING = frozenset(word for word, verb in CHOICES.items() if verb in READS)
_SENT = word_set("newsletter announcement mailing notification reminder")
"""Choices that name what is sent."""
_VAGUE_VERBS = word_set("admin manage handle process control operate administer maintain use run")
"""Verbs of names that leave it to an argument what is done."""
_LISTED_CHOICES = word_set("get list read search find")
_HTTP = frozenset({"get", "post"})


def choices_say(name: Name, roles: Sequence[Role], verbs: Set[Verb]) -> Iterator[tuple[Verb, str]]:
    """Yields what the choices of a call say that is graver than the `verbs` already said, and why. `verbs` may grow meanwhile."""
    known = max((GRAVITY[verb] for verb in verbs), default=-1)
    for role in roles:
        if not _chooses(role):
            continue
        closed = role.argument.choices
        said = closed or text_words(role.argument.description)
        if "method" in role.words and (not closed or {choice.lower() for choice in said} >= _HTTP):
            continue  # of a request, which is judged by where it goes
        first = {word for choice in said for word in name_words(choice)[:1]}
        words = first & (CHOICES.keys() | _SENT)
        if closed and _is_vague(name):  # nothing else says what it does
            words |= {word for word in first - NAME_ONLY if STRICT.get(word, Verb.READ) not in READS}
        if not verbs and words <= _ALL_READING and not (closed and first <= READING_CHOICES | words):
            continue  # what the others do, no word tells
        if verbs and verbs <= READS and not role.argument.required and not words & _LISTED_CHOICES:
            continue  # a filter of what is listed
        for word in sorted(words, key=lambda word: (-GRAVITY[_chosen(word)], word)):
            if GRAVITY[_chosen(word)] > known or word in _SENT:  # what is sent is sent, whatever else may be done
                yield _chosen(word), f'`{role.shown}` may say "{word}"'


def told_apart(name: Name, roles: Sequence[Role], found: Sequence[Said]) -> tuple[Said, ...]:
    """Lets each verb take place with the choices that say it: `action: list` deletes nothing. A verb of the name counts
    with every choice, but for a vague one with those that only read; a choice that no word tells counts for all."""
    role = next((role for role in roles if _chooses(role) and role.argument.choices), None)
    if role is None or role.argument.listed:
        return tuple(found)
    told = {choice: verb for choice in role.argument.choices or () if (verb := _verb_of(choice)) is not None}
    path = role.argument.path
    reading = tuple(choice for choice, verb in told.items() if verb in READS)
    named = {item.verb for item in found if item.word}
    vague = _is_vague(name) or name.verbs[0].verb in READS
    out = []
    for item in found:
        others = tuple(choice for choice, verb in told.items() if verb is not item.verb)
        without = others if not item.word and item.verb not in named else reading if vague else ()
        out.append(replace(item, unless=(path, without)) if without else item)
    writing = tuple(choice for choice, verb in told.items() if verb not in READS)
    if reading and vague and writing:
        why = f'`{role.shown}` may say "{reading[0][:40]}"'
        out.append(Said(verb=Verb.LIST, confidence=60, reason=why, word="", unless=(path, writing)))
    return tuple(out)


def _is_vague(name: Name) -> bool:
    return not name.verbs or name.verbs[0].word in _VAGUE_VERBS


def _chooses(role: Role) -> bool:
    """True for an argument that chooses what is done: by its name, or a `mode` that reads or changes."""
    if not role.argument.is_top or role.kind == "code":
        return False
    first = {word for choice in role.argument.choices or () for word in name_words(choice)[:1]}
    changes = any(CHOICES.get(word, Verb.READ) not in READS for word in first)
    return "_".join(role.words) in ACTIONS or (role.words == ("mode",) and bool(first & READING_CHOICES) and changes)


def _chosen(word: str) -> Verb:
    return CHOICES.get(word) or STRICT.get(word, Verb.SEND)


def _verb_of(choice: str) -> Verb | None:
    """Returns the verb that a choice begins with."""
    word = next(iter(name_words(choice)), "")
    if word in READING_CHOICES:
        return Verb.LIST
    verb = CHOICES.get(word) or STRICT.get(word) or LOOSE.get(word) or (Verb.SEND if word in _SENT else None)
    return None if verb in READS else verb  # `show` may be the opposite of `hide`
