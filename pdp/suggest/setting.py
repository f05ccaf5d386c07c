"""What is known of a tool when its arguments are read, and how one argument is put to the question."""

from __future__ import annotations

import re
from collections.abc import Set
from functools import cached_property
from typing import NamedTuple

from pdp.fold import fold
from pdp.suggest.lexicon_arguments import DESCRIBED
from pdp.suggest.lexicon_nouns import FILES
from pdp.suggest.said import READS
from pdp.suggest.schema import Argument
from pdp.suggest.words import singular, text_words
from writ.action import Verb
from writ.frozen import frozen

_NO_ADDRESS = re.compile(
    r"\b(?:get|list|search|find|read|create|add|send|update|fetch|query|lookup)_\w+|\bdata[- ]ur[li]s?\b"
    r"|\b(?:body|contents?|message|subject|text|title) (?:for|of|in) (?:an?|the|this|your) e[- ]?mails?\b"
)
"""Another tool that a description speaks of (`as list_emails returned it` names no recipient), content written as a URL, and what
stands in a mail (`text of the e-mail`)."""

_GOES_TO = re.compile(
    r"\b(?:to (?:which|whom|where)|where|that|which|who)\b[^.;]{0,80}\b(?:is|are|gets?|will be|be)\s+(?:\w+\s+){0,2}"
    r"(?:sent|mailed|e-?mailed|delivered|forwarded|posted|texted|copied|pushed|notified|informed|told|alerted)\b"
    r"|\b(?:gets?|receives?|receiving|will receive|to receive)\s+(?:a|an|the|each|every|all|one|copies|notifications)\b"
    r"|\b(?:to (?:notify|inform|alert|e-?mail|text|call)|to send (?:\w+\s+){1,4}to)\b"
)
"""Something goes to what is named: `e-mail address to which the report is also sent`, `phone number that gets a copy`."""

MAX_DESCRIPTION_CHARS = 256
"""How much of an argument's description is read: what it holds is said first."""


class Judgement(NamedTuple):
    """What an argument holds, how sure that is (0 to 100), and why. For the kinds see `roles.Role`."""

    kind: str
    confidence: int
    reason: str


@frozen
class Setting:
    """What is known of the tool. `verbs` is empty when nobody knows what it does."""

    verbs: Set[Verb]
    words: frozenset[str]
    resource: str
    money: bool
    files: bool
    books: bool

    @property
    def writes(self) -> bool:
        """True when it does more than read, or when nobody knows."""
        return not self.verbs or bool(self.verbs - READS)


class Question:
    """One argument of a tool: `name` are its words joined by `_`, `single` the same with the last one in the singular."""

    def __init__(self, argument: Argument, words: tuple[str, ...], setting: Setting) -> None:
        self.argument = argument
        self.words = words
        self.setting = setting
        self.name = "_".join(words)
        self.last = words[-1] if words else ""
        self.single = "_".join((*words[:-1], singular(self.last)))

    @cached_property
    def about(self) -> str:
        """The beginning of the description, folded."""
        return fold(self.argument.description[:MAX_DESCRIPTION_CHARS])

    @cached_property
    def goes_to(self) -> str:
        """The kind of address to which the description says that something goes, "" for none."""
        reached = self.described in ("recipient", "url") and self.argument.is_text and not self.argument.has_choices
        return self.described if reached and _GOES_TO.search(self.about) else ""

    @cached_property
    def described(self) -> str:
        """The kind that the description names, "" for none. Whole words: a tourist has no `uri`, for all its letters."""
        words = f" {' '.join(text_words(_NO_ADDRESS.sub(' ', self.about)))} "
        for kind, phrases in DESCRIBED.items():
            if any(f" {phrase} " in words or (":" in phrase and phrase in self.about) for phrase in phrases):
                return kind
        return ""


def concerns_files(words: Set[str]) -> bool:
    """True when the words of a tool's name speak of files."""
    return bool(FILES & words)
