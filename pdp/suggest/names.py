"""Which verbs and nouns the name of a tool says."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

from pdp.suggest.lexicon_nouns import BREAKS, FILLERS, SYNONYMS, VAGUE
from pdp.suggest.lexicon_verbs import (
    ALSO_NOUNS,
    HALF_NAMES,
    LOOSE,
    MADE_SO,
    NOUNS_BEFORE_READING,
    NOUNS_OF_TRADE,
    PHRASES,
    READING_ACTS,
    READING_LAST,
    STRICT,
    VIEWS,
)
from pdp.suggest.said import GRAVITY, READS, Said
from pdp.suggest.words import name_words, singular, word_set
from writ.action import Verb
from writ.frozen import frozen

_SEPARATOR = re.compile(r"\.|/|:|__+")
_JOINS = ("and", "or", "then")
_FORMS = word_set("text speech pdf markdown md html json csv xml yaml audio image video docx word png svg sql ascii")
_HEADS = ("send", "delete", "create", "list", "update", "remove", "execute", "search", "get", "post")
_JOINABLE = word_set(
    "mail email message messages sms file files user users money payment payments event events order orders "
    "account accounts contact contacts task tasks record records item items data table tables query code "
    "command text"
)
_ABOUT_A_VERB = word_set("fields meta metadata schema form options permissions status history count log logs")
_LISTS = word_set("list get search find lookup show view")
_LOOKS = word_set("check view watch")
"""Loose words that surely read where a verb that is also a noun follows: `check_notification_setup`."""
_TITLES = word_set("status info weather forecast logs report")
_OF_A_REPORT = word_set("file page url type template schedule row column card format id number section")
_SELDOM_NOUNS = word_set("approve deploy install buy sell")
_PARTICLES = word_set("up out off down away back in over as rid")
_OFFICES = word_set("management manager setup generic reverse aggregate advanced")
"""Nouns of a tool, not of what it is about: `process_manager`."""
_PROGRAMS = word_set("ssh sudo apt npm pip curl scp tar sed")
"""Names of programs, which behind a verb tell what it is about: `add_ssh_key`, `list_npm_packages`."""
_LIGHT = word_set("make place issue close")
"""What the last word of a name tells of, whatever stands between."""
_FEED_LIKE = ("feed", "embed", "speed", "seed")


@frozen
class Name:
    """What a tool's name says. `nouns` are its resources in order, up to where it says by what or where; `others` are
    all its words in the singular; `plural` tells that the last noun is one."""

    words: tuple[str, ...]
    verbs: tuple[Said, ...]
    nouns: tuple[str, ...]
    others: frozenset[str]
    plural: bool = False


@frozen
class _Place:
    start: int
    length: int
    said: Said


def read_name(name: str) -> Name:
    """Returns verbs and nouns of a name. The first verb is what the tool does, others are there when they are graver.

    In `crm.contacts.update` what stands before the last part is where, not what, unless the last part says no verb.
    """
    parts = [words for part in _SEPARATOR.split(name) if (words := _split_joined(name_words(part)))]
    every = tuple(word for part in parts for word in part)
    words = parts[-1] if parts and any(word in STRICT or word in LOOSE for word in parts[-1]) else every
    others = frozenset(singular(word) for word in every)
    if "to" in words[1:-1] and words[-1] in _FORMS and not any(word in STRICT for word in words):  # `pdf_to_text`
        said = Said(verb=Verb.READ, confidence=60, reason="one form to another", word="convert")
        return Name(words=every, verbs=(said,), nouns=_nouns(words, set()), others=others)
    places = _places(words)
    taken = {index for place in places for index in range(place.start, place.start + place.length)}
    nouns = _nouns(words, taken) or (_nouns(every, set()) if words != every else ())
    if not nouns:  # `tweet`, `email`: the verb is the noun
        nouns = tuple(words[index] for index in sorted(taken) if words[index] in LOOSE or words[index] == "tweet")
    plural = bool(nouns) and nouns[-1] not in every and any(singular(word) == nouns[-1] for word in every)
    verbs = _united([place.said for place in places])
    return Name(words=every, verbs=verbs, nouns=nouns, others=others, plural=plural)


def without_verbs(name: Name) -> Name:
    """Returns a name as if its verbs were nouns, as they are in `driver_chat`."""
    return replace(name, verbs=(), nouns=_nouns(name.words, set())) if name.verbs else name


def _split_joined(words: tuple[str, ...]) -> tuple[str, ...]:
    """Parts words written together that start with a common verb: `sendsms`, `listfiles`."""
    out: list[str] = []
    for word in words:
        head = next((verb for verb in _HEADS if word.startswith(verb) and word[len(verb) :] in _JOINABLE), "")
        out += [head, word[len(head) :]] if head else [word]
    return tuple(out)


def _places(words: tuple[str, ...]) -> list[_Place]:
    """Returns the verbs of a name: phrases and strict words, else the first loose one."""
    phrases = {index: (pair[1], PHRASES[pair]) for index, pair in enumerate(pairwise(words)) if pair in PHRASES}
    if words[1:] and words[0] in _LIGHT:  # `make_outbound_call`, `make_folder_public`
        light = (MADE_SO.get(words[-1]) if words[0] == "make" else None) or PHRASES.get((words[0], words[-1]))
        if light is not None:
            phrases.setdefault(0, (words[-1], light))
    found: list[_Place] = []
    for index, word in enumerate(words):
        if index in phrases:
            second, verb = phrases[index]
            pair = f'name says "{word} {second}"'
            length = 2 if word == "git" or (second == words[index + 1] and _is_no_noun(second)) else 1
            found.append(
                _Place(start=index, length=length, said=Said(verb=verb, confidence=85, reason=pair, word=word))
            )
        elif phrases.get(index - 1, ("", None))[0] != word and word in STRICT and not _is_noun_here(words, index):
            sure = 70 if found else 90
            found.append(_Place(start=index, length=1, said=_said(STRICT[word], sure, word)))
        elif _is_joined(words, index):
            found.append(_Place(start=index, length=1, said=_said(LOOSE[word], 70, word)))
    if found and words[0] == "run" and found[0].start > 0 and found[0].said.verb not in READS:  # `run_rollback_plan`
        return [_Place(start=0, length=1, said=_said(LOOSE["run"], 80, "run")), *found]
    if found:
        return found
    loose = _loose(words) or _derived(words) or _nominal(words)
    return [loose] if loose is not None else []


def _is_no_noun(second: str) -> bool:
    """True for the second word of `check_in` and `git_add`; the payment of `receive_payment` is what it is about."""
    return second in BREAKS or second in _PARTICLES or second in STRICT or second in LOOSE


def _said(verb: Verb, confidence: int, word: str, *, weak: bool = False) -> Said:
    return Said(verb=verb, confidence=confidence, reason=f'name says "{word}"', word=word, weak=weak)


def _loose(words: tuple[str, ...]) -> _Place | None:
    """Returns the first loose verb; weak where it stands last, like the head of a noun: `musical_scale`."""
    last = len(words) - 1
    for index, word in enumerate(words):
        if word not in LOOSE or (word == "contact" and (index or not last)) or _only_tells_which(words, index):
            continue
        if word == "report" and index == 0 and last and not _is_a_report(words[1]):
            return _Place(start=index, length=1, said=_said(Verb.SEND, 60, word))
        if word in NOUNS_OF_TRADE and index < last and words[last] in READING_LAST:
            return _Place(start=last, length=1, said=_said(Verb.READ, 60, words[last]))
        return _Place(start=index, length=1, said=_said(LOOSE[word], 80, word, weak=index == last and last > 0))
    return None


def _is_a_report(follower: str) -> bool:
    """True for what a report has (`report_details`); who reports anything else tells others of it: `report_abuse`."""
    return follower in BREAKS | VAGUE | VIEWS | READING_LAST or follower in LOOSE or follower in _OF_A_REPORT


def _only_tells_which(words: tuple[str, ...], index: int) -> bool:
    """True for a reading word that tells which thing a later word names: `access_card`, `weather_hold`, `guest_access`."""
    word, later = words[index], words[index + 1 :]
    if word == "access" and not later:
        return True
    if not later or later[0] in BREAKS | VAGUE | VIEWS | READING_LAST:
        return False
    if word in HALF_NAMES - {"report"}:
        return later[0] == singular(later[0])
    return word in _TITLES and any(LOOSE.get(other, Verb.READ) not in READS for other in later)


def _is_joined(words: tuple[str, ...], index: int) -> bool:
    """True for a loose word right after a verb and `and`: `compare_and_swap`; not for `get_name_and_email`."""
    return (
        index > 1
        and words[index - 1] in _JOINS
        and words[index - 2] in STRICT
        and LOOSE.get(words[index], Verb.READ) not in READS
    )


def _derived(words: tuple[str, ...]) -> _Place | None:
    """Returns the first word that is a known verb done again or undone: `relist_item`, `unmerge_cells`, `repost`."""
    for index, word in enumerate(words):
        again, undone = word.removeprefix("re"), word.removeprefix("un").removeprefix("de")
        stem = next((stem for stem in (again, undone) if stem != word and _changing(stem) is not None), "")
        if stem:
            verb = max(_changing(stem) or Verb.UPDATE, Verb.UPDATE, key=GRAVITY.__getitem__)
            return _Place(start=index, length=1, said=_said(verb, 60, word))
    return None


def _nominal(words: tuple[str, ...]) -> _Place | None:
    """Returns a noun of reading at the end."""
    last = len(words) - 1
    return (
        _Place(start=last, length=1, said=_said(Verb.READ, 60, words[last]))
        if words[last:] and words[last] in READING_ACTS
        else None
    )


def _changing(stem: str) -> Verb | None:
    """The verb of a stem of three letters or more; none for a loose one that reads, since a `detail` is no tail."""
    loose = LOOSE.get(stem)
    return STRICT.get(stem) or (loose if loose not in READS and len(stem) > 3 else None)


def _is_noun_here(words: tuple[str, ...], index: int) -> bool:
    """True for a strict verb that stands where a noun does: `get_like_count`, `create_share_link`; not after `and`."""
    if words[index] == "purchase" and index + 2 < len(words) and words[-1] in _LISTS:
        return True  # `purchase_orders_list`
    if words[index] == "poll" and index and (words[index - 1] in STRICT or words[index - 1] in LOOSE):
        return True  # `start_poll`
    if words[index] in NOUNS_BEFORE_READING and words[-1] in READING_LAST and index == len(words) - 2:
        return True  # `dm_history`
    if index and STRICT.get(words[index - 1]) in READS and words[-1] in _ABOUT_A_VERB and index == len(words) - 2:
        return True  # `get_create_fields`
    if words[index] == "update" and STRICT.get(words[0]) in READS and (words[index + 1 :] or ("by",))[0] in BREAKS:
        return words[index - 1] not in _JOINS  # `get_status_update`, `get_update_by_id`
    if index == 0 or words[index] not in ALSO_NOUNS | _PROGRAMS or words[index - 1] in _JOINS:
        return False
    if words[index] in _SELDOM_NOUNS and index == len(words) - 1:  # `label_approve`, `patch_deploy`
        return any(word in STRICT and (word not in ALSO_NOUNS or STRICT[word] in READS) for word in words[:index])
    return any(word in STRICT or word in _LOOKS for word in words[:index])


def _united(found: list[Said]) -> tuple[Said, ...]:
    """Returns the first verb and graver ones after it. A reading verb gives way to what follows it."""
    if not found:
        return ()
    rest = [said for said in found[1:] if GRAVITY[said.verb] > GRAVITY[found[0].verb]]
    kept = rest if found[0].verb in READS and rest else [found[0], *rest]
    distinct = {said.verb: said for said in reversed(kept)}
    return tuple(said for said in kept if distinct[said.verb] is said)


def _nouns(words: tuple[str, ...], taken: set[int]) -> tuple[str, ...]:
    found: list[str] = []
    started = False
    for index, word in enumerate(words):
        if index in taken:
            started = True
            continue
        if word in BREAKS and found and started:
            break
        is_verb = word in STRICT and not _is_noun_here(words, index)
        is_adjective = len(word) > 4 and word.endswith("ed") and word not in _FEED_LIKE
        if not (is_verb or is_adjective or word.isdigit() or {word, singular(word)} & FILLERS):
            found.append(singular(word))
    return tuple(found)


def resource_of(nouns: tuple[str, ...]) -> str:
    """Returns the resource of a name: its last noun that says what a thing is, "" when there is none."""
    telling = [noun for noun in nouns if noun not in VAGUE | _OFFICES] or list(nouns)
    if not telling:
        return ""
    if telling[-2:] in (["pull", "request"], ["web", "page"]):
        return "_".join(telling[-2:])
    return SYNONYMS.get(telling[-1], telling[-1])
