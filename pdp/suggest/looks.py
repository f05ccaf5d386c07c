"""Whether a tool whose name says no verb only looks at something: what its arguments would have to be for that."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pdp.fold import fold
from pdp.suggest.lexicon_arguments import ACTIONS
from pdp.suggest.lexicon_verbs import ALSO_NOUNS, MANNER, READING_CHOICES, SHOWN_SO, STRICT, VIEWS, WITH_AN_OBJECT
from pdp.suggest.names import Name
from pdp.suggest.roles import Role
from pdp.suggest.said import READS
from pdp.suggest.tools import Tool
from pdp.suggest.trades import GOES_THERE
from pdp.suggest.views import BARE, LIKELY, UNTOLD
from pdp.suggest.words import name_words, singular, word_set
from writ.action import Verb

_CHOOSING = ("id", "query", "limit", "paging", "plain")
"""What arguments hold that only say what is wanted."""

_NAMING = ("recipient", "path")
"""What names of persons and places are taken for as long as nobody knows what a tool does."""
_WHERE_OR_WHEN = word_set(
    "year month week day quarter date hour latitude longitude lat lon lng radius distance zoom page limit offset level floor min "
    "max since until from to max_results"
)
_SWITCHED = word_set(
    "delete cancel purge acknowledge approve send notify publish update reserve subscribe register create upsert discard "
    "wipe destroy terminate restart reboot revoke execute deploy install overwrite pay purchase buy refund renew book hire"
)
_SWITCH = re.compile(
    r"\s*(?:if (?:true|set|given),?\s+|whether to\s+|set (?:to true )?to\s+|also\s+|then\s+)*([a-z]+)\s+(?:it|them)\b"
)
MAX_CHARS = 256
_CHOOSERS = frozenset((word,) for word in ("action", "operation", "op", "command", "verb"))
_GIVEN = word_set("update append add insert patch upsert remove delete")
_WHOM = frozenset(
    {("email", "to"), ("send", "to"), ("mail", "to"), ("notify", "email"), ("forward", "to"), ("share", "with")}
)


def only_looks(tool: Tool, name: Name, nouns: tuple[str, ...], roles: Sequence[Role], shown: int) -> bool:
    """True for `room_details(listing_id)`, `my_bookings()` and what a description says is looked at (`shown`, see
    `views.shows`): nothing is said that could be done."""
    names_a_view = bool(VIEWS & set(name.words[-1:])) or (name.plural and name.words[:1] == ("my",))
    if shown == UNTOLD or not (names_a_view or shown > 0) or tool.hints.get("destructiveHint"):
        return False
    kinds = _CHOOSING + (_NAMING if shown else ())
    if any(_counts_things(role) or _may_change(role) for role in roles):
        return False
    if shown in (LIKELY, BARE) and any(_is_own(role, nouns) for role in roles):
        return False
    if shown == BARE and roles:
        return False
    return all(role.kind in kinds or (shown > 0 and _is_filter(role)) for role in roles)


def _is_own(role: Role, nouns: tuple[str, ...]) -> bool:
    """True for `burn_cards(card_ids)`: what is looked at is seldom named by itself."""
    return bool(nouns) and nouns[-1] in {singular(word) for word in role.words}


def _is_filter(role: Role) -> bool:
    """True for a title that may be left out, of what is only looked at: who makes something gives it one."""
    return role.kind == "content" and not role.argument.required and role.words[-1:] == ("title",)


def _counts_things(role: Role) -> bool:
    """True for a number that no call does without and that is no place and no time: how many jars, not which year."""
    argument = role.argument
    counts = argument.is_number and argument.required and argument.is_top and role.kind != "id"
    return counts and not _WHERE_OR_WHEN & set(role.words)


def deed_of(role: Role) -> Verb | None:
    """Returns what an argument orders that is named by a deed: a switch (`cancel_expired`), a thing to do it with (`append`), or
    whom it reaches (`email_to`); None for every other."""
    words, argument = role.words, role.argument
    if not words or not argument.is_top or argument.has_choices:
        return None
    if role.reason == GOES_THERE:
        return Verb.SEND
    if argument.types == {"boolean"}:
        if words[0] in _SWITCHED or words[:3] == ("mark", "as", "read"):
            return STRICT.get(words[0]) or WITH_AN_OBJECT.get(words[0])
        return _switches(argument.description)
    if words in _WHOM:
        return Verb.SEND
    return STRICT[words[0]] if len(words) == 1 and words[0] in _GIVEN and not argument.is_number else None


def _switches(description: str) -> Verb | None:
    """Returns what a switch is said to do: `Book it right away`, `If true, delete them`."""
    found = _SWITCH.match(fold(description[:MAX_CHARS]))
    word = found.group(1) if found else ""
    verb = STRICT.get(word)
    if verb in READS or verb is Verb.CREATE or word in MANNER | SHOWN_SO:
        return None  # `Compress it`, `Truncate it to 1000 lines`: how the answer looks
    return verb or WITH_AN_OBJECT.get(word)


def _may_change(role: Role) -> bool:
    """True for an argument that offers to change something: `mode: view, assign or remove`, `action: read, borrow`, `append`."""
    first = {word for choice in role.argument.choices or () for word in name_words(choice)[:1]}
    chooses = "_".join(role.words) in ACTIONS if first else role.words in _CHOOSERS
    if chooses and not (first and first <= READING_CHOICES):
        return True
    return deed_of(role) is not None or any(
        verb is not None and verb not in READS for verb in map(_plain_verb_of, role.argument.choices or ())
    )


def _plain_verb_of(choice: str) -> Verb | None:
    word = next(iter(name_words(choice)), "")
    return STRICT.get(word) if word not in ALSO_NOUNS else None
