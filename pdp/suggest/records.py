"""Finds the argument that lists what a tool makes, sends or pays one by one: `messages` of `send_emails`.

Or the argument that says how many: `count` of `create_vouchers`. `SINGLE` would count a thousand of them as one record. The
catalog proves `MANY` by ids alone; a list of records without ids is `ALL`, bounded by its length. Several recipients of one
message are one record: rules count its destinations.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pdp.suggest.judge import Judged
from pdp.suggest.lexicon_nouns import PEOPLE_ARGUMENTS
from pdp.suggest.line import Line
from pdp.suggest.roles import Role
from pdp.suggest.schema import Argument
from pdp.suggest.words import singular, word_set
from writ.action import Verb

_TOGETHER = word_set("batch bulk mass multi multiple many several")
"""Words by which a name says that a call does its deed more than once."""

_PEOPLE = {singular(word) for word in PEOPLE_ARGUMENTS}
_PARTS = _PEOPLE | word_set(
    "attachment header tag filter option field label metadata parameter param property column file image variable line embed "
    "section paragraph component button cell rule condition permission scope step role"
)
"""What one record may have several of."""

_COUNTS = word_set("count number quantity qty num n copies how many")
_MADE_SEVERALLY = (Verb.CREATE, Verb.SEND, Verb.EXECUTE, Verb.ADMIN)
_REACHED = ("recipient", "account")
_NAMING = ("recipient", "account", "channel", "id", "path", "code", "query")
"""What plain values name or are, one for each record of a tool that speaks of several."""


def with_records(lines: Sequence[Line], judged: Judged, verb: Verb) -> Iterator[Line]:
    """Yields the lines of one operation, with scope and bound of several records where they say `SINGLE`."""
    for line in lines:
        found = several(judged, verb) if line.key == "scope" and line.value == "SINGLE" else None
        if found is None:
            yield line
            continue
        rows, reason = found
        yield Line(key="scope", value="ALL", confidence=60, reason=reason)
        yield Line(key="max_rows", value=rows, confidence=60, reason="as many as that says")


def several(judged: Judged, verb: Verb) -> tuple[str, str] | None:
    """Returns the JMESPath of how many records a call touches that no id names, and why; None when it touches one."""
    listed = list_of_records(judged)
    if listed is not None:
        return length_of(listed.argument), f"each of `{_shown(listed)}` is a record"
    number = _number_of_records(judged, verb)
    if number is None:
        return None
    return number.argument.path, f"`{_shown(number)}` says how many are made"


def _number_of_records(judged: Judged, verb: Verb) -> Role | None:
    """Returns `count` of a tool that makes several: `create_vouchers`; what is bought is one purchase, of an amount."""
    if verb not in _MADE_SEVERALLY or not (judged.name.plural or _TOGETHER & set(judged.name.words)):
        return None
    return next((role for role in judged.roles if role.kind == "plain" and _is_number_of(role, judged)), None)


def _is_number_of(role: Role, judged: Judged) -> bool:
    argument, words = role.argument, [word for word in role.words if word != "of"]
    if not (argument.is_top and argument.types == {"integer"} and not argument.listed and _COUNTS & set(words)):
        return False
    return all(word in _COUNTS or singular(word) in judged.name.nouns for word in words)


def _shown(role: Role) -> str:
    return "_".join(role.words)[:40]


def list_of_records(judged: Judged) -> Role | None:
    """Returns the argument that lists the records, None when the tool touches one."""
    scored = [(_score(role, judged), -place, role) for place, role in enumerate(judged.roles)]
    best = max((found for found in scored if found[0]), key=lambda found: found[:2], default=None)
    return best[2] if best is not None else None


def length_of(argument: Argument) -> str:
    """Returns the JMESPath of how many elements a list has. What is no list bounds nothing, or makes the call UNKNOWN."""
    return f"length({argument.path}[])" if argument.required else f"length({argument.path}[] || `[]`)"


def _score(role: Role, judged: Judged) -> int:
    """Tells how surely a list holds records: by what stands in each, by its name, by a tool that speaks of several."""
    argument = role.argument
    if not role.words or not argument.listed or "[]" in argument.path:
        return 0
    together = judged.name.plural or bool(_TOGETHER & {*judged.name.words, *role.words})
    own = singular(role.words[-1])
    if argument.is_scalar:
        return 20 if together and argument.required and (role.kind in _NAMING or own == "name") else 0
    inside = _inside(role, judged.roles)
    if _is_whole(inside, judged, people=own in _PEOPLE) and not _reaches_besides(role, judged.roles):
        return 80
    if own in _PARTS:
        return 0
    if own in {*judged.name.nouns, judged.resource.split("_")[-1]}:
        return 70
    if not together:
        return 0
    return 50 + 10 * any(item.kind in _REACHED for item in inside) + argument.required


def _inside(role: Role, roles: Sequence[Role]) -> list[Role]:
    names = role.argument.names
    return [other for other in roles if other is not role and other.argument.names[: len(names)] == names]


def _is_whole(inside: Sequence[Role], judged: Judged, *, people: bool) -> bool:
    """True when each element holds whom it reaches and what reaches them: a whole payment, a whole message. Of `people`
    who hear of one thing, a word about each is no message."""
    kinds = {role.kind for role in inside}
    pays = "amount" in kinds and Verb.PAY in judged.verbs
    return bool(kinds & {*_REACHED}) and (pays or ("content" in kinds and Verb.SEND in judged.verbs and not people))


def _reaches_besides(role: Role, roles: Sequence[Role]) -> bool:
    names = role.argument.names
    return any(other.kind in _REACHED and other.argument.names[: len(names)] != names for other in roles)
