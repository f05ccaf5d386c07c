"""Which verbs the words of a definition say, before its arguments are looked at."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from pdp.suggest.lexicon_nouns import BREAKS, FILLERS, SYNONYMS, VAGUE
from pdp.suggest.lexicon_verbs import DESCRIPTION_ONLY, LOOSE, NAME_ONLY, PHRASES, PREAMBLE, STRICT
from pdp.suggest.words import base_form, first_sentence, name_words, sentences, singular, text_words, word_set
from writ.action import Verb
from writ.frozen import frozen

GRAVITY = {verb: rank for rank, verb in enumerate(Verb)}
"""The order of the default bundle. A draft only needs to know which of two words to believe."""

_MILD = (Verb.READ, Verb.LIST)
_BREAKS_SENTENCE = word_set("and or then also")
_DETERMINERS = word_set("a an the it its them their all any your this that these those every each")


@frozen
class Said:
    """A verb, how sure it is (0 to 100), and why.

    `weak`: the word is as often a noun, so it contradicts no other. `later`: not from the first sentence, so it adds
    to what others say, and says nothing alone.
    """

    verb: Verb
    confidence: int
    reason: str
    word: str
    weak: bool = False
    later: bool = False


@frozen
class Name:
    """What a tool's name says. `nouns` are its resources in order, up to where it says by what or where."""

    words: tuple[str, ...]
    verbs: tuple[Said, ...]
    nouns: tuple[str, ...]
    others: frozenset[str]


def read_name(name: str) -> Name:
    """Returns verbs and nouns of a name. The first verb is what the tool does, others are there when they are graver."""
    words = _split_joined(name_words(name))
    places = [] if _is_conversion(words) else list(_verb_places(words))
    verbs = _united([said for _, _, said in places])
    if _is_conversion(words):
        verbs = (Said(verb=Verb.READ, confidence=60, reason="one form to another", word="convert"),)
    taken = {index for start, length, _ in places for index in range(start, start + length)}
    nouns = _nouns(words, taken)
    if not nouns and verbs:  # `tweet`, `email`: the verb is the noun
        nouns = tuple(words[index] for index in sorted(taken) if words[index] in LOOSE or words[index] == "tweet")
    others = frozenset(singular(word) for word in words)
    return Name(words=words, verbs=verbs, nouns=nouns, others=others)


_LABEL = re.compile(r"\A.{0,600}?\b(?:tool )?description: *", re.DOTALL | re.IGNORECASE)
"""What some publishers put before the description proper; all of it is text of the same hand."""

_FORMS = word_set("text speech pdf markdown md html json csv xml yaml audio image video docx word png svg sql ascii")


def _is_conversion(words: tuple[str, ...]) -> bool:
    """True for a name that only says what becomes what: `pdf_to_text`, `text_to_speech`."""
    return "to" in words[1:-1] and words[-1] in _FORMS and not any(word in STRICT for word in words)


def _split_joined(words: tuple[str, ...]) -> tuple[str, ...]:
    """Parts words written together that start with a common verb: `sendsms`, `listfiles`."""
    out: list[str] = []
    for word in words:
        head = next(
            (
                verb
                for verb in ("send", "delete", "create", "list", "update", "remove", "execute", "search", "get", "post")
                if word.startswith(verb) and len(word) >= len(verb) + 3 and word[len(verb) :] in _JOINABLE
            ),
            "",
        )
        out += [head, word[len(head) :]] if head else [word]
    return tuple(out)


_JOINABLE = word_set(
    "mail email message messages sms file files user users money payment payments event events order orders "
    "account accounts contact contacts task tasks record records item items data table tables query code "
    "command text"
)


def _verb_places(words: tuple[str, ...]) -> Iterator[tuple[int, int, Said]]:
    """Yields start, length and meaning of each verb of a name: phrases and strict words, else the first loose one."""
    strict: list[tuple[int, int, Said]] = []
    loose: list[tuple[int, int, Said]] = []
    index = 0
    while index < len(words):
        pair = (words[index], words[index + 1] if index + 1 < len(words) else "")
        word = words[index]
        if pair in PHRASES:
            strict.append((index, 2, Said(verb=PHRASES[pair], confidence=85, reason=_q(*pair), word=pair[0])))
            index += 2
            continue
        if word in STRICT and not _is_noun_here(words, index):
            strict.append(
                (index, 1, Said(verb=STRICT[word], confidence=90 if not strict else 70, reason=_q(word), word=word))
            )
        elif word in LOOSE:
            loose.append((index, 1, Said(verb=LOOSE[word], confidence=80, reason=_q(word), word=word)))
        index += 1
    if (
        strict
        and strict[0][2].verb in _MILD
        and loose
        and loose[0][0] < strict[0][0]
        and strict[0][0] == len(words) - 1
    ):
        return iter(strict)  # `order.get`: the noun first
    return iter(strict or loose[:1])


def _is_noun_here(words: tuple[str, ...], index: int) -> bool:
    """True for a strict verb that stands where a noun does: `get_like_count`, `create_share_link`; not after `and`."""
    if index == 0 or words[index] not in _ALSO_NOUNS or words[index - 1] in _BREAKS_SENTENCE:
        return False
    return any(word in STRICT for word in words[:index])


_ALSO_NOUNS = word_set(
    "tweet retweet login logout dm broadcast return score map collect capture join connect split archive "
    "index like star tag label vote bookmark link set patch edit pin mark block lock scale find buy sell ban "
    "build draft store insert show can is has make bid push upload download merge deploy release trigger "
    "import reset sync follow share reply forward pause display diff stat rent change permit register trash "
    "resume fix exists approve clone"
)


def _q(*words: str) -> str:
    return f'name says "{" ".join(words)}"'


def _united(found: list[Said]) -> tuple[Said, ...]:
    """Returns the first verb and graver ones after it. A reading verb gives way to what follows it."""
    if not found:
        return ()
    rest = [said for said in found[1:] if GRAVITY[said.verb] > GRAVITY[found[0].verb]]
    kept = rest if found[0].verb in _MILD and rest else [found[0], *rest]
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
        plain = singular(word)
        if (
            word in FILLERS
            or plain in FILLERS
            or word.isdigit()
            or (word in STRICT and not _is_noun_here(words, index))
        ):
            continue
        if len(word) > 4 and word.endswith("ed") and word not in ("feed", "embed", "speed", "seed"):
            continue
        found.append(plain)
    return tuple(found)


def resource_of(nouns: tuple[str, ...]) -> str:
    """Returns the resource of a name: its last noun that says what a thing is, "" when there is none."""
    telling = [noun for noun in nouns if noun not in VAGUE] or list(nouns)
    if not telling:
        return ""
    if telling[-2:] == ["pull", "request"]:
        return "pull_request"
    if telling[-2:] == ["web", "page"]:
        return "web_page"
    return SYNONYMS.get(telling[-1], telling[-1])


def read_description(text: str) -> tuple[Said, ...]:
    """Returns the verbs at the head of a description's first sentence, and those of later sentences that say what the
    tool does (`Deletes …`). A request to the reader (`Delete it afterwards`) says nothing of the tool."""
    text = _LABEL.sub("", text, count=1)
    found = list(_of_sentence(text_words(first_sentence(text))))
    for later in sentences(text, 6)[1:]:
        words = text_words(later)
        index = 0
        while index < len(words) and index < 6 and words[index] in PREAMBLE:
            index += 1
        word = base_form(words[index]) if index < len(words) else ""
        if word in STRICT and word != words[index] and word not in NAME_ONLY:
            found.append(replace(_described(STRICT[word], word, 50), later=True))
    return tuple(found)


def _of_sentence(words: tuple[str, ...]) -> Iterator[Said]:
    index = 0
    while index < min(len(words), 8) and (words[index] in PREAMBLE or words[index].endswith("ly")):
        index += 1
    if index >= len(words):
        return
    lead = words[index]
    word = lead if lead in STRICT or lead in LOOSE else base_form(lead)
    if word not in STRICT and word not in LOOSE and lead.endswith("ing"):
        word = next((stem for stem in (lead[:-3], lead[:-3] + "e", lead[:-4]) if stem in STRICT), "")
    pair = (word, words[index + 1] if index + 1 < len(words) else "")
    verb = DESCRIPTION_ONLY.get(word) or PHRASES.get(pair) or STRICT.get(word) or LOOSE.get(word)
    if verb is None or word in NAME_ONLY:
        return
    third = lead.endswith("s") and lead != word
    weak = pair not in PHRASES and (
        word not in STRICT or (word in _ALSO_NOUNS and not third and pair[1] not in _DETERMINERS)
    )
    yield replace(_described(verb, word, 55 if weak else 65), weak=weak)
    for place in range(index + 1, len(words) - 1):
        # `reads and deletes`, `read, then delete`: the second verb has the form of the first.
        if words[place] not in _BREAKS_SENTENCE:
            continue
        follower = place + 1
        while follower < len(words) - 1 and (words[follower] in _BREAKS_SENTENCE or words[follower].endswith("ly")):
            follower += 1
        came = words[follower]
        plain = base_form(came) if third else came
        determined = follower + 1 < len(words) and words[follower + 1] in _DETERMINERS
        is_verb = plain in STRICT and (plain not in _ALSO_NOUNS or determined)
        if (plain != came) is third and (is_verb or (plain in LOOSE and determined)):
            yield _described(STRICT.get(plain) or LOOSE[plain], plain, 55)


def _described(verb: Verb, word: str, confidence: int) -> Said:
    return Said(verb=verb, confidence=confidence, reason=f'description says "{word}"', word=word)
