"""Tells whether a request bids nothing but the opposite of what a tool is called after: who asks to unlock a door has it locked
by nobody.

The verb of the tool's name is compared with the words of the request that comes with the call, by a table of antonyms and by the
prefixes that undo a verb ("mute", "unmute"). Two-sided: words that speak for the tool count wherever they stand, in any form;
words against it only where they bid. A request with words of both sides, or of neither, is opposed to nothing. By words alone, in
linear time; which deeds are asked for at all, `pdp.wording.intent` tells.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from pdp.fold import fold
from pdp.remembered import remembered
from pdp.steps import Steps, finish
from pdp.suggest.words import word_set
from pdp.wording.antonyms import AXES, CARRIERS, PARTICLES, REALLY_OTHERS, SETTING, STATES_BEHIND
from pdp.wording.clauses import clauses
from pdp.wording.deeds import deeds_at
from pdp.wording.grammar import AFTER_SPLIT, DETERMINERS, NOT, OF_A_THING
from pdp.wording.lexicon import DEEDS, OFTEN_NOUNS
from pdp.wording.particles import SPLIT_OFF
from writ.frozen import frozen

_WORD = re.compile(r"[^\W_]+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_UNDOING = ("un", "dis", "de", "ent")
_REACH = 8
"""Words between a verb and its particle: "schalte das Licht in der Küche aus"."""
_SHORT = 4
"""Words of a part of a sentence that may be a wish without a verb: "lights off, please", "Licht im Flur aus"."""
_WORDS_A_STEP = 256

_AFTER_WISH = AFTER_SPLIT | {"in", "please"}
_SPLIT_OFF = SPLIT_OFF | {"auf"}
_STOPPING = frozenset({"cease", "quit", "stop"})
_EITHER = frozenset({"lock", "start"})
_MODE_CHARS = 16
_PARTICLE = "~"


@frozen
class Stands:
    """What of a request stands for or against a tool: base forms of verbs, and particles with "~" before them. `said`: in any
    form, anywhere; `bids`: only where they bid."""

    said: frozenset[str] = frozenset()
    bids: frozenset[str] = frozenset()


@frozen
class Sides:
    """What a tool does by the verb in its name: the words of a request that stand for it, and those against it. Both empty for a
    tool that is called after nothing that has an opposite. `either`: such tools often do both by an argument."""

    done: frozenset[str] = frozenset()
    undone: frozenset[str] = frozenset()
    either: bool = False


def _tables() -> tuple[Mapping[str, frozenset[str]], Mapping[str, frozenset[str]]]:
    done: defaultdict[str, set[str]] = defaultdict(set)
    undone: defaultdict[str, set[str]] = defaultdict(set)
    for axis in AXES:
        for side, other in (axis, axis[::-1]):
            verbs, asked, excuses = (word_set(words) for words in side)
            against, more, _ = (word_set(words) for words in other)
            for verb in verbs:
                done[verb] |= verbs | asked | excuses
                undone[verb] |= against | more
    return (
        {verb: frozenset(words) for verb, words in done.items()},
        {verb: frozenset(undone[verb] - words) for verb, words in done.items()},
    )


_DONE, _UNDONE = _tables()
_KNOWN = frozenset().union(*_DONE.values(), *_UNDONE.values(), DEEDS)


@remembered(4_096)
def sides_of(tool: str) -> Sides:
    """Returns the sides of what a tool is called after, in whatever spelling: `unlock_door`, `ticket.reopen`, `turnOffLight`."""
    words = _WORD.findall(fold(_CAMEL.sub(" ", tool).replace("_", " ")))
    verb = _verb_of(words)
    if not verb:
        return Sides()
    undone = _UNDONE.get(verb, frozenset()) | {prefix + verb for prefix in _UNDOING}
    base = next((verb.removeprefix(prefix) for prefix in _UNDOING if verb.startswith(prefix)), "")
    if base in _KNOWN and verb not in REALLY_OTHERS:
        undone |= {base}
    done = _DONE.get(verb, frozenset()) | {verb, f"re{verb}"}
    if not done.isdisjoint(words) and not undone.isdisjoint(words):
        return Sides()  # `lock_or_unlock`
    return Sides(done=done, undone=undone - done, either=verb in _EITHER)


def _verb_of(words: Sequence[str]) -> str:
    """Returns the verb that a name says: its first one, or what it sets ("turn off", "mark paid"), or its last word."""
    for at, word in enumerate(words):
        if word in SETTING:
            return next((f"~{so}" if f"~{so}" in _DONE else so for so in words[at + 1 :] if _is_state(so)), "")
        if word in _DONE or word in DEEDS or _base(word):
            return word if word in _DONE or _base(word) else words[-1] if words[-1] in _DONE else word
    return ""


def _is_state(word: str) -> bool:
    return word in _DONE or f"~{word}" in _DONE


def _base(word: str) -> str:
    return next((word[len(one) :] for one in _UNDOING if word.startswith(one) and word[len(one) :] in _KNOWN), "")


def is_opposed(stands: Stands, sides: Sides) -> bool:
    """Tells whether a request bids the opposite of what a tool does, and not that as well."""
    return not sides.undone.isdisjoint(stands.bids) and sides.done.isdisjoint(stands.said)


def is_unspoken(stands: Stands, sides: Sides) -> bool:
    """Tells whether a request holds no word for what a tool is called after, nor against it: it is a step of the agent's own.
    A particle says so only where it bids: who says "the tank is filled up" speaks of no lock."""
    said = {word for word in stands.said if word[0] != _PARTICLE} | stands.bids
    return bool(sides.done) and (sides.done | sides.undone).isdisjoint(said)


def turns_round(sides: Sides, arguments: Mapping[str, object]) -> bool:
    """Tells whether an argument of a call turns round what its tool is called after: `lock(unlock=true)`,
    `enable(enabled=false)`, `start_engine(mode="STOP")`."""
    for name, value in arguments.items():
        if isinstance(value, bool):
            words = {
                base for word in _WORD.findall(fold(_CAMEL.sub(" ", name).replace("_", " "))) for base in _bases(word)
            }
            if not words.isdisjoint(sides.undone if value else sides.done):
                return True
        elif sides.either and isinstance(value, str) and len(value) <= _MODE_CHARS and fold(value) in sides.undone:
            return True
    return False


def stands(text: str) -> Stands:
    """Reads a request (untrusted in form, at most some 16 KiB) without what it quotes and refuses."""
    return finish(stands_in_steps(text))


def stands_in_steps(text: str) -> Steps[Stands]:
    """Does what `stands` does, in steps."""
    words, opening, ends = clauses(fold(text))
    said: set[str] = set()
    bids: set[str] = set()
    part_at, carried_at = 0, -_REACH - 1
    for at, word in enumerate(words):
        if at % _WORDS_A_STEP == _WORDS_A_STEP - 1:
            yield
        if at in opening:
            part_at, carried_at = at, -_REACH - 1
        bases = [base for base in _bases(word) if base in _KNOWN or _base(base)]
        if at and words[at - 1] in _STOPPING and word.endswith("ing"):
            bids.update(f"un{base}" for base in bases)  # "stop sharing it"
        elif not (at and (_denies(words[at - 1]) or (word in OFTEN_NOUNS and words[at - 1] in OF_A_THING))):
            said.update(bases)  # "it is not solved", "out of the archive"
        if word in PARTICLES:
            if word not in _SPLIT_OFF or _ends(words, at, ends):
                said.add(f"~{word}")
            if _is_particle(words, at, part_at, carried_at, ends):
                bids.add(f"~{word}")
        if bases and _bids(words, at, bases, opens=at in opening, ends=ends):
            bids.update(bases)
        if not CARRIERS.isdisjoint(_bases(word)):
            carried_at = at
    return Stands(said=frozenset(said), bids=frozenset(bids))


def _bids(words: Sequence[str], at: int, bases: Sequence[str], *, opens: bool, ends: Mapping[int, str]) -> bool:
    asked = deeds_at(words, at, opens=opens, ends=ends)
    if asked or (at and words[at - 1] in STATES_BEHIND):
        means = DEEDS.get(words[at], 0)
        return not asked or not means or bool(asked & means)  # "drop her a line" drops nothing
    word = words[at]
    bare = word in bases or f"{word[:-1]}" in bases or (word.endswith("en") and word[:-2] in bases)
    return bare and DEEDS.keys().isdisjoint((word, *bases)) and not (at and words[at - 1] in OF_A_THING)


def _is_particle(words: Sequence[str], at: int, part_at: int, carried_at: int, ends: Mapping[int, str]) -> bool:
    """ "Turn the light off", "switch off the light", "mach das Ventil zu", "lights off"; not "put it on the list"."""
    after = words[at + 1] if at + 1 < len(words) and at not in ends else ""
    if words[at] in _SPLIT_OFF:
        if not _ends(words, at, ends):
            return False
    elif at - carried_at == 1:
        return not (words[at] == "back" and after == "to")  # "get back to Ada"
    elif words[at] == "on" and after in DETERMINERS:
        return False
    if at - carried_at <= _REACH:
        return True
    return (not after or after in _AFTER_WISH) and 0 < at - part_at < _SHORT


def _ends(words: Sequence[str], at: int, ends: Mapping[int, str]) -> bool:
    """Whether a German particle stands last in its part of the sentence; elsewhere it is a preposition."""
    return at in ends or at + 1 == len(words) or words[at + 1] in AFTER_SPLIT


def _denies(word: str) -> bool:
    return word in NOT or word.endswith("n't")


def _bases(word: str) -> Iterator[str]:
    """Yields what a word may be a form of: "closing", "stopped", "denied", "sperre", "gelöscht"."""
    yield word
    stems = [word.removeprefix("ge")] if word.startswith("ge") and len(word) > 5 else []
    for one in (word, *stems):
        if len(one) < 4:
            continue
        yield one
        if one[-1] in "esdtn":
            yield one[:-1]
        if one.endswith(("ed", "es", "en", "et")):
            yield one[:-2]
            if one.endswith("ied"):
                yield f"{one[:-3]}y"
            elif one[-4:-2] and one[-3] == one[-4]:
                yield one[:-3]
        elif one.endswith("ing"):
            yield one[:-3]
            yield f"{one[:-3]}e"
            if len(one) > 5 and one[-4] == one[-5]:
                yield one[:-4]
