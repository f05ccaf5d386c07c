"""Gives every argument a home in the entry: an id, what encloses the record, the amount, an attribute, or irrelevant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pdp.suggest.amounts import amount_line
from pdp.suggest.identity import PROVEN_BY_IDS, record_ids, telling_words
from pdp.suggest.judge import Judged
from pdp.suggest.lexicon_arguments import PERSONAL
from pdp.suggest.line import Line
from pdp.suggest.roles import Role
from pdp.suggest.said import READS
from writ.action import Verb
from writ.frozen import frozen

_REACHED = ("recipient", "account", "url", "channel")
_MAX_ATTRIBUTES = 32


@frozen
class Homes:
    """The lines for the arguments; `ids` is the path to the ids, "" for none; `amount` is the line for the operation that
    pays; `reached` are possible destinations."""

    lines: tuple[Line, ...]
    ids: str
    amount: Line | None
    reached: tuple[Role, ...]


def find_homes(judged: Judged, verb: Verb) -> Homes:
    """Returns a home for every top argument, and for places inside them that name an id, an amount or a destination."""
    roles = judged.roles
    everything = next((role for role in roles if role.kind == "all"), None)
    ids = record_ids(judged, verb)
    reached = tuple(role for role in roles if role.kind in _REACHED and role.argument.is_scalar and role is not ids)
    lines: list[Line] = []
    if ids is not None:
        lines.append(Line(key="ids", value=ids.argument.path, confidence=ids.confidence, reason=ids.reason))
    elif verb in PROVEN_BY_IDS:
        why = "a switch reaches everything" if everything is not None else "no argument names single records"
        lines.append(Line(key="scope", value="ALL", confidence=70, reason=why))
    else:
        lines.append(
            Line(key="scope", value="SINGLE", confidence=70, reason=f"{verb} touches one record by what it is")
        )
    sends = bool(judged.verbs & {Verb.SEND, Verb.PAY})
    placed = {ids.argument.path} if ids is not None else set()
    if sends:
        placed |= {role.argument.path for role in reached}
    lines += _limit(roles, verb, placed)
    amount = amount_line(judged)
    if amount is not None:
        placed |= {amount.value["path"], amount.value.get("currency_path", "")}
        if verb is Verb.PAY:
            lines.append(amount)
    lines += _rest(roles, placed)
    path = ids.argument.path if ids is not None else ""
    return Homes(lines=tuple(lines), ids=path, amount=amount, reached=reached)


def _limit(roles: Sequence[Role], verb: Verb, placed: set[str]) -> Iterator[Line]:
    role = next((role for role in roles if role.kind == "limit" and role.argument.is_scalar), None)
    if role is not None and verb in READS and not role.argument.listed:
        placed.add(role.argument.path)
        yield Line(key="max_rows", value=role.argument.path, confidence=role.confidence, reason=role.reason)


def _rest(roles: Sequence[Role], placed: set[str]) -> Iterator[Line]:
    """Yields a home for each top argument that has none yet; what lies deeper is covered by the one around it."""
    taken: set[str] = set()
    attributes = 0
    kept: list[Line] = []
    for role in roles:
        if not role.argument.is_top or role.argument.path in placed:
            continue
        path = role.argument.path
        why = role.reason
        kind = _container(role, taken)
        if kind:
            taken.add(kind)
            yield Line(key=f"containers.{kind}", value=path, confidence=min(role.confidence, 70), reason=why)
        elif _is_attribute(role) and attributes < _MAX_ATTRIBUTES:
            attributes += 1
            name = role.argument.name
            kept.append(Line(key=f"attributes.{name}", value=path, confidence=role.confidence, reason=why))
        else:
            kept.append(Line(key="irrelevant", value=path, confidence=role.confidence, reason=_left_unread(role)))
    yield from sorted(kept, key=lambda line: line.key == "irrelevant")


def _container(role: Role, taken: set[str]) -> str:
    """Returns the type of record that an argument names beside the tool's own, "" when it names none."""
    if "_".join(role.words) in PERSONAL:
        return ""
    if role.kind not in ("id", "channel", "path", "account", "recipient") or not role.argument.is_scalar:
        return ""
    kind = "_".join(telling_words(role)) or role.kind
    return "" if kind in taken or (role.kind in ("recipient", "account") and role.argument.listed) else kind


def _is_attribute(role: Role) -> bool:
    name = role.argument.name
    if "_".join(role.words) in PERSONAL:
        return False
    shown = name.isascii() and name.isprintable() and bool(name)
    return (
        shown
        and role.kind in ("plain", "currency", "amount", "all")
        and role.argument.is_scalar
        and (not role.argument.listed)
    )


def _left_unread(role: Role) -> str:
    if role.is_sink:
        return f"{role.reason}: rules see where it came from, not what it says"
    return role.reason
