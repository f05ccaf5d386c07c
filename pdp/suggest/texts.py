"""What an argument holds that may be text: by its name, then by what the tool does, then by its description."""

from __future__ import annotations

from pdp.suggest.lexicon_arguments import (
    DATE_LAST,
    DATES,
    FORMS,
    GENERIC,
    LAST,
    PEOPLE,
    SECRET_LAST,
    SECRETS,
    THINGS,
    WHOLE,
)
from pdp.suggest.said import READS
from pdp.suggest.setting import Judgement, Question
from pdp.suggest.trades import judge_by_trade, judge_person
from pdp.suggest.words import singular, word_set
from writ.action import Verb

_KINDS = ("account", "recipient", "url", "path", "channel", "code", "query")
_DIRECTIONS = word_set("to target dest destination new default primary")
_ID_OF_A_PERSON = word_set("id ids name names handle address")
_NOT_BY_ID = word_set("contact person friend email mail e_mail phone to mobile")
_NAMES_OF_PEOPLE = word_set("first last full middle given family cardholder")
_VAGUE_ADDRESSES = word_set("feed site redirect proxy domain")
_BOUNDS = word_set("exclude include select ignore excluded included")
_VAGUE_QUERIES = word_set("statement filter where term question")


def judge_text(asked: Question) -> Judgement:
    """Returns what an argument holds that may be text or an object.

    A name that says it stands before the trade of the tool, and that before the description; a description that adds
    a kind to a vague name only adds a sink.
    """
    steps = (_secret, judge_by_trade, _by_whole_name, _by_last_word, _by_the_rest)
    return next((found for step in steps if (found := step(asked)) is not None), _nothing(asked))


def _secret(asked: Question) -> Judgement | None:
    words, setting = asked.words, asked.setting
    if asked.name in SECRETS or asked.last in SECRET_LAST:
        return Judgement("secret", 85, f"named {asked.name}")
    if setting.writes and len(words) > 1 and asked.last in _ID_OF_A_PERSON:
        base = "_".join((*words[:-2], singular(words[-2])))
        if base in WHOLE["recipient"] and base not in _NOT_BY_ID:
            return Judgement("recipient", 85, f"named {asked.name}")
    if asked.last == "name" and words[-2:-1] and words[-2] in _NAMES_OF_PEOPLE:
        return _content(asked, asked.name)
    return Judgement("currency", 90, "named currency") if asked.name in WHOLE["currency"] else None


def _by_whole_name(asked: Question) -> Judgement | None:
    rest = "_".join(asked.words[1:]) if asked.words[:1] and asked.words[0] in _DIRECTIONS else asked.single
    end = "_".join(asked.words[-2:])
    for kind in _KINDS:
        if {asked.name, asked.single, rest} & WHOLE[kind] or (kind in ("url", "path") and end in WHOLE[kind]):
            return _named(asked, kind, asked.single)
    is_id = asked.single == "id" and asked.described in ("url", "path", "code")  # `the id, or the URL of the page`
    if asked.described and not is_id and {asked.name, asked.single} & GENERIC:
        return Judgement(asked.described, 70, f"description says {asked.described}")
    return None


def _by_last_word(asked: Question) -> Judgement | None:
    argument, setting = asked.argument, asked.setting
    if asked.words[-2:] == ("channel", "id") and Verb.SEND in setting.verbs:
        return Judgement("channel", 80, f"named {asked.name}")
    if {asked.last, singular(asked.last)} & LAST["id"] and "object" not in argument.types:
        return Judgement("id", 85, f"named {asked.name}")
    if asked.last in FORMS:
        return Judgement("plain", 60, "a form or a count")
    if asked.name in DATES or (len(asked.words) > 1 and asked.last in DATE_LAST):
        return Judgement("plain", 80, "a date or time")
    if "object" in argument.types and argument.is_top:
        return Judgement("content" if setting.writes else "query", 55, "an object")
    if {asked.name, asked.single} & WHOLE["content"]:
        return _content(asked, asked.single)
    for kind in _KINDS:
        if {asked.last, singular(asked.last)} & LAST.get(kind, frozenset()):
            return _named(asked, kind, singular(asked.last))
    if asked.described in ("url", "account"):
        return Judgement(asked.described, 65, f"description says {asked.described}")
    return None


def _by_the_rest(asked: Question) -> Judgement | None:
    if asked.name in WHOLE["amount"] or asked.last in LAST["amount"]:
        return Judgement("amount", 65, "named like money")
    is_name = singular(asked.last) == "name" and (len(asked.words) > 1 or asked.argument.listed)
    if asked.single == asked.setting.resource and Verb.CREATE in asked.setting.verbs and not asked.setting.books:
        return _content(asked, asked.single)  # the new records themselves
    if asked.single in THINGS or asked.single == asked.setting.resource or is_name:
        return Judgement("id", 65, f"names one: {asked.single}")
    if asked.last in LAST["content"]:
        return _content(asked, asked.last)
    if asked.described:
        return Judgement(asked.described, 55, f"description says {asked.described}")
    if asked.single in PEOPLE - {"name"}:
        return judge_person(asked)
    return Judgement("paging", 50, "bounds the result") if asked.name in WHOLE["limit"] else None


def _nothing(asked: Question) -> Judgement:
    if asked.argument.is_scalar:
        return Judgement("plain", 40, "nothing says what it holds")
    return Judgement("content" if asked.setting.writes else "whole", 40, "of any shape")


def _named(asked: Question, kind: str, word: str) -> Judgement:
    reads = bool(asked.setting.verbs) and asked.setting.verbs <= READS
    if kind in ("recipient", "account", "channel") and reads:
        return Judgement("id", 65, "whom to look for" if kind == "recipient" else f"which {kind} to look at")
    if kind == "path" and reads and asked.words[0] in _BOUNDS and len(asked.words) > 1:
        return Judgement("query", 60, "bounds what is looked at")
    if kind == "path" and word in ("attachment", "file", "folder", "root") and asked.described == "url":
        return Judgement("url", 75, "description says url")
    if word in _VAGUE_ADDRESSES and asked.described != kind:
        return Judgement(kind, 60, f"named {word}")
    return Judgement(kind, 75 if word in _VAGUE_QUERIES else 90, f"named {word}")


def _content(asked: Question, word: str) -> Judgement:
    if not asked.setting.writes:
        return Judgement("query", 60, f"named {word} where nothing is written")
    return Judgement("content", 80, f"named {word}")
