"""Makes an operation from mapped arguments, by one specification of the catalog.

Whatever does not fit its declaration (an object where an id belongs, an amount that is not exact) is noted and makes
the action UNKNOWN; it is never left out silently.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from pdp.catalog_entry import is_currency
from pdp.catalog_model import AmountSpec, DestinationSpec, OperationSpec
from pdp.catalog_path import ArgumentPath
from pdp.destination import is_inside
from pdp.fold import is_folded, is_plain
from writ.action import Container, Destination, Finding, Operation, Reversibility, Scope, Verb
from writ.strict_json import Number

MAX_AMOUNT_MINOR = 2**53 - 1
"""Largest amount that every JSON reader and Redis read alike."""

MAX_VALUES = 1_024
"""Most ids, containers or destinations of one operation. Rules look at each, and the answer quotes them: 35,000 cost a third of
a second."""


MAX_VALUE_CHARS = 4_096
"""Longest id, container, destination or attribute: a path of a file system, twice the longest URL that browsers take."""


class Notes:
    """What was noticed on the way; `unknown` once something could not be told. `unfolded` are the pointers of values that read
    like others."""

    __slots__ = ("findings", "unfolded", "unknown")

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.unfolded: set[str] = set()
        self.unknown = False

    def note(self, code: str, pointer: str, message: str) -> None:
        """Adds a finding."""
        self.findings.append(Finding(code=code, pointer=pointer, message=message))

    def doubt(self, code: str, pointer: str, message: str) -> None:
        """Adds a finding that makes the action UNKNOWN."""
        self.note(code, pointer, message)
        self.unknown = True


def build_operations(specs: Sequence[OperationSpec], document: Mapping[str, Any], notes: Notes) -> list[Operation]:
    """Returns the operations of one call. What a call asks for that no operation is left for is not known."""
    counted = [spec for spec in specs if spec.unless is None or not spec.unless.excludes(document)]
    if specs and not counted:
        notes.doubt("OPERATION_NOT_TOLD", "", "expected a value with which some operation of the entry takes place")
    return [build_operation(spec, document, notes) for spec in counted]


def build_operation(spec: OperationSpec, document: Mapping[str, Any], notes: Notes) -> Operation:
    """Returns the operation that `spec` reads from `document`, and notes what does not fit."""
    ids = _texts(spec.ids, document, notes) if spec.ids is not None else ()
    if any("*" in text or "%" in (text[0], text[-1]) for text in ids):
        ids = ()  # many tools take these for "any": no equality, and so no proof of a single record
    scope = spec.scope or scope_of(ids)
    containers: tuple[Container, ...] = ()
    if spec.containers:
        found = [
            Container(type=kind, id=key) for kind, path in spec.containers for key in _texts(path, document, notes)
        ]
        containers = tuple(sorted(set(found))) if len(found) > 1 else tuple(found)
    limit = _count(spec.max_rows, document, notes) if spec.max_rows is not None else None
    amount, currency = _amount(spec.amount, document, notes) if spec.amount is not None else (None, "")
    verb = verb_for(spec.verb, scope)
    return Operation(
        verb=verb,
        resource_type=spec.resource_type,
        resource_ids=ids,
        scope=scope,
        containers=containers,
        max_rows=1 if scope is Scope.SINGLE else rows_of(scope, ids, limit, _page(spec, verb)),
        amount_minor=amount,
        currency=currency,
        destinations=_destinations(spec.destinations, document, notes) if spec.destinations else (),
        reversibility=spec.reversibility.get(verb, Reversibility.UNSPECIFIED),
        attributes=_attributes(spec.attributes, document, notes) if spec.attributes else {},
    )


def _page(spec: OperationSpec, verb: Verb) -> int | None:
    return spec.result_rows if verb is Verb.LIST else None


def scope_of(ids: tuple[str, ...]) -> Scope:
    """Returns what distinct values of a unique key prove; none prove nothing."""
    return Scope.ALL if not ids else Scope.SINGLE if len(ids) == 1 else Scope.MANY


def verb_for(verb: Verb, scope: Scope) -> Verb:
    """Returns READ for named records and LIST for all of them, whichever word the tool uses; other verbs stay."""
    if verb is Verb.READ or verb is Verb.LIST:
        return Verb.LIST if scope is Scope.ALL else Verb.READ
    return verb


def rows_of(scope: Scope, ids: tuple[str, ...], *bounds: int | None) -> int | None:
    """Returns the least upper bound of the records touched, None when there is no bound."""
    known = [bound for bound in bounds if bound is not None]
    if scope is Scope.SINGLE:
        known.append(1)
    elif scope is Scope.MANY:
        known.append(len(ids))
    return min(known) if known else None


def text_of(value: object) -> str | None:
    """Returns a scalar as canonical text (7 and "7" are both "7"), None for anything else."""
    kind = type(value)
    if kind is str:
        return value  # type: ignore[return-value]  # mypy does not narrow by type()
    if kind is int:
        return str(value)
    if kind is bool:
        return "true" if value else "false"
    return value.lexeme if isinstance(value, Number) else None


def find(path: ArgumentPath, document: Mapping[str, Any], notes: Notes) -> Any:
    """Returns what stands at `path`, None when nothing does or when the expression does not fit."""
    if path.name:
        return document.get(path.name)
    try:
        return path.find(document)
    except LookupError:
        _misfit(path, notes)
        return None


def _texts(path: ArgumentPath, document: Mapping[str, Any], notes: Notes, *, proves: bool = True) -> tuple[str, ...]:
    """Returns distinct non-empty texts, sorted. An empty one proves nothing, nor, where ids have to prove something, does a list
    that holds one."""
    value = document.get(path.name) if path.name else find(path, document, notes)
    if (
        type(value) is str and len(value) <= MAX_VALUE_CHARS and is_plain(value.lower())
    ):  # nearly every id; see `verify_folded`
        return (value,) if value else ()
    if type(value) is int:
        return (str(value),)
    if value is None:
        return ()
    if type(value) is not list:
        text = _text(value, path, notes)
        return (text,) if text else ()
    texts = {_text(item, path, notes) for item in value} if len(value) <= MAX_VALUES else _many(value, path, notes)
    return () if proves and "" in texts else tuple(sorted(texts - {""}))


def _many(values: list[Any], path: ArgumentPath, notes: Notes) -> set[str]:
    """Returns the distinct texts of a long list, none when they are too many."""
    texts: set[str] = set()
    for value in values:
        if type(value) is not str and type(value) is not int:
            break
        texts.add(str(value))
        if len(texts) > MAX_VALUES:
            break
    else:
        return {_text(text, path, notes) for text in texts}
    notes.doubt(
        "VALUES_TOO_MANY",
        path.pointer,
        f"expected at most {MAX_VALUES} values at `{path.expression}`, got {len(values)}",
    )
    return set()


def _text(value: object, path: ArgumentPath, notes: Notes) -> str:
    text = text_of(value)
    if text is None:
        _misfit(path, notes)
        return ""
    return _short(text, path.pointer, notes)


def _short(text: str, pointer: str, notes: Notes) -> str:
    if len(text) > MAX_VALUE_CHARS:
        expected = f"expected at most {MAX_VALUE_CHARS} characters, got {len(text)}"
        notes.doubt("VALUE_TOO_LONG", pointer, expected)
        return ""
    verify_folded(text, pointer, notes)
    return text


def verify_folded(text: str, pointer: str, notes: Notes) -> None:
    """Notes a value that reads like another one, once a pointer; the value itself stays exact.

    Case alone is no sign: honest identifiers are written in capitals (`INV-71`), and a finding on every action is none.
    """
    lower = text.lower()
    if is_plain(lower) or pointer in notes.unfolded:
        return
    if not is_folded(text) and not is_folded(lower):
        notes.unfolded.add(pointer)
        notes.note(
            "VALUE_NOT_FOLDED", pointer, "expected a value that is its own fold, got one that reads like another"
        )


def _misfit(path: ArgumentPath, notes: Notes) -> None:
    notes.doubt("ARGUMENT_NOT_UNDERSTOOD", path.pointer, f"expected a scalar or a list of them at `{path.expression}`")


def _count(path: ArgumentPath, document: Mapping[str, Any], notes: Notes) -> int | None:
    value = find(path, document, notes)
    if type(value) is str and 0 < len(value) < 16 and value.isascii() and value.isdecimal():
        value = int(value)
    # Many tools take 0 or -1 for "no limit", so only a positive number bounds anything.
    return value if type(value) is int and value > 0 else None


def _amount(spec: AmountSpec, document: Mapping[str, Any], notes: Notes) -> tuple[int | None, str]:
    value = find(spec.path, document, notes)
    if value is None:
        return None, ""
    currency = spec.currency if spec.currency_path is None else find(spec.currency_path, document, notes)
    amount = minor_units(value, spec.exponent)
    if amount is None:
        notes.doubt(
            "AMOUNT_NOT_UNDERSTOOD",
            spec.path.pointer,
            f"expected an exact amount from 0 on with at most {spec.exponent} decimal places",
        )
        return None, ""
    if type(currency) is not str or not is_currency(currency):
        pointer = spec.currency_path.pointer if spec.currency_path else ""
        notes.doubt("CURRENCY_NOT_UNDERSTOOD", pointer, "expected an ISO 4217 code in upper case")
        return None, ""
    return amount, currency


def minor_units(value: object, exponent: int) -> int | None:
    """Returns a decimal amount in minor units, None unless it is exact, not negative and within ±(2^53 - 1)."""
    text = text_of(value)
    # 64 digits is the limit of a number in the arguments; a string gets no more. Exponents could blow up the integer.
    if text is None or type(value) is bool or not 0 < len(text) <= 64 or not set(text) <= set("0123456789."):
        return None
    try:
        minor = Decimal(text).scaleb(exponent)
    except InvalidOperation:
        return None
    if minor > MAX_AMOUNT_MINOR or minor != int(minor):
        return None
    return int(minor)


def _destinations(
    specs: tuple[DestinationSpec, ...], document: Mapping[str, Any], notes: Notes
) -> tuple[Destination, ...]:
    found = {
        Destination(kind=spec.kind, value=value, external=not is_inside(spec.kind, value, spec.inside))
        for spec in specs
        for value in _texts(spec.path, document, notes, proves=False)
    }
    return tuple(sorted(found))


def _attributes(
    specs: tuple[tuple[str, ArgumentPath], ...], document: Mapping[str, Any], notes: Notes
) -> dict[str, str]:
    attributes: dict[str, str] = {}
    for name, path in specs:
        value = find(path, document, notes)
        if value is None:
            continue
        text = text_of(value)
        if text is None:
            notes.doubt("ARGUMENT_NOT_UNDERSTOOD", path.pointer, f"expected a scalar at `{path.expression}`")
            continue
        attributes[name] = _short(text, path.pointer, notes)
    return attributes
