"""Declared counters and facts of a bundle: strict parsing, and what one action reserves and looks up.

The form is documented in `docs/state.md`. Nothing here reads a clock or a store. Amounts are upper bounds; what has no
bound is `unbounded`, which counts as over any limit. An action that a counter matches always yields a reservation, even
where a key part is empty: no spelling of an action escapes its counters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import Any, Literal

from pdp.declarations_parse import CounterDeclaration, FactDeclaration, parse_counter, parse_fact
from pdp.fold import fold
from pdp.model import Counts, FactKey, Measure, Reservation
from pdp.remembered import remembered
from writ.action import Action, Operation, Scope
from writ.errors import ConfigurationError
from writ.frozen import frozen

MAX_AMOUNT = 2**53 - 1
"""Largest amount that Lua counts exactly."""

MAX_KEYS = 64
"""Most keys that one counter or fact takes from one action; a counter with more is one unbounded reservation."""


_SIGNS = re.compile(r'[^\w"]|_')


@frozen
class StateContext:
    """What counters and facts may look at. `agent_role`, `agent_unit` and `session_id` are "" where the agent alone names them.
    `args_bytes` is the length of the arguments as received."""

    organisation: str
    agent_id: str
    agent_role: str
    agent_unit: str
    principal_id: str
    session_id: str
    tool_server: str
    tool_name: str
    environment: str
    action: Action
    args_bytes: int


@remembered(16_384)
def _key(parts: tuple[str, ...]) -> str:
    digest = blake2b(digest_size=12)
    for part in parts:
        encoded = part.encode()
        digest.update(b"%d:%b" % (len(encoded), encoded))
    return digest.hexdigest()


def _containers(operations: Iterable[Operation], kind: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(c.id for operation in operations for c in operation.containers if c.type == kind))


def _keys(parts: tuple[str, ...], context: StateContext, operations: tuple[Operation, ...]) -> list[tuple[str, ...]]:
    """Every combination of the declared parts; a container that occurs several times gives several keys."""
    keys: list[tuple[str, ...]] = [()]
    for part in parts:
        values = part_values(part, context, operations)
        keys = [(*key, value) for key in keys for value in values]
        if len(keys) > MAX_KEYS:
            return keys[: MAX_KEYS + 1]
    return keys


def part_values(part: str, context: StateContext, operations: tuple[Operation, ...]) -> tuple[str, ...]:
    """Values of one key part: one, or one a container; no container of the type gives none."""
    if part.startswith("container."):
        return _containers(operations, part.removeprefix("container."))
    if part == "action.digest":
        return (_digest(operations),)
    return (str(getattr(context, part.replace(".", "_"))),)


def _digest(operations: tuple[Operation, ...]) -> str:
    """Returns one digest for operations that differ in order, case, look-alikes, signs between letters and digits, or leading
    zeros. `action_digest` tells these apart, since rules that allow compare exact values: an account in groups is another one."""
    values: list[str] = []
    for operation in operations:
        values += (
            operation.verb,
            operation.scope,
            operation.resource_type,
            operation.currency,
            *operation.resource_ids,
        )
        values += (str(operation.amount_minor), str(operation.max_rows))
        for container in operation.containers:
            values += (container.type, container.id)
        for destination in operation.destinations:
            values += (destination.kind, destination.value)
        for attribute in operation.attributes.items():
            values += attribute
    pieces = _SIGNS.sub("", fold('"'.join(values))).split('"')
    return blake2b('"'.join(sorted([piece.lstrip("0") for piece in pieces])).encode(), digest_size=16).hexdigest()


def row_bound(operation: Operation) -> int | None:
    """Upper bound of the records that an operation reads or changes; None without one."""
    if operation.max_rows is not None:
        return operation.max_rows
    if operation.scope is Scope.SINGLE:
        return max(1, len(operation.resource_ids))
    return len(operation.resource_ids) or None if operation.scope is Scope.MANY else None


def _amount(declaration: CounterDeclaration, context: StateContext, operations: tuple[Operation, ...]) -> int | None:
    """Upper bound of what the matching operations add; None without one."""
    measure = declaration.measure
    if measure is Measure.CALLS:
        return 1
    if measure in (Measure.BYTES, Measure.TOKENS):
        return context.args_bytes  # a token is at least one byte
    amounts = [
        row_bound(operation) if measure is Measure.ROWS else _money(operation, declaration.currency)
        for operation in operations
    ]
    total = 0
    for amount in amounts:
        if amount is None or amount < 0:
            return None
        total += amount
    return total


def _money(operation: Operation, currency: str) -> int | None:
    return operation.amount_minor if operation.currency == currency else None


def _elements(of: str, context: StateContext, operations: tuple[Operation, ...]) -> tuple[str, ...] | None:
    """Distinct values that the matching operations touch; None when they cannot be listed."""
    if of == "resource.id":
        if any(not operation.resource_ids or operation.scope is Scope.ALL for operation in operations):
            return None
        found = [value for operation in operations for value in operation.resource_ids]
    elif of == "destination":
        found = [f"{d.kind}:{d.value}" for operation in operations for d in operation.destinations]
    else:
        found = list(part_values(of, context, operations))
    return tuple(dict.fromkeys(found)) or None


@frozen
class Declarations:
    """All counters and facts of one bundle revision."""

    counters: tuple[CounterDeclaration, ...]
    facts: tuple[FactDeclaration, ...]

    @staticmethod
    def parse(counters: Mapping[str, Any], facts: Mapping[str, Any]) -> Declarations:
        """Parses untrusted bundle data. Raises ConfigurationError naming the declaration and what was expected."""
        for name, declared in (("counters", counters), ("facts", facts)):
            if not isinstance(declared, Mapping):
                raise ConfigurationError(
                    "DECLARATION_INVALID", f"`{name}`: expected a mapping, got {type(declared).__name__}"
                )
        return Declarations(
            counters=tuple(parse_counter(name, counters[name]) for name in sorted(counters)),
            facts=tuple(parse_fact(name, facts[name]) for name in sorted(facts)),
        )

    def reservations(self, context: StateContext, now_ms: int) -> tuple[Reservation, ...]:
        """What the action reserves, in order of counter and key. `now_ms` only picks the windows that Lua chooses
        from."""
        found: list[Reservation] = []
        for declaration in self.counters:
            operations = declaration.match.select(context.action.operations, context.environment)
            if operations:
                found.extend(_reserve(declaration, context, operations, now_ms))
        return tuple(found)

    def fact_keys(self, context: StateContext) -> tuple[FactKey, ...]:
        """Facts to look up; a fact keyed by a container that the action does not name gives none."""
        return tuple(
            FactKey(name=declaration.name, parts=parts)
            for declaration in self.facts
            for parts in _keys(declaration.key, context, context.action.operations)[:MAX_KEYS]
        )

    def fact(self, name: str) -> FactDeclaration | None:
        """The declaration of a fact, for feeds; None when there is none."""
        return next((declaration for declaration in self.facts if declaration.name == name), None)


def _reserve(
    declaration: CounterDeclaration, context: StateContext, operations: tuple[Operation, ...], now_ms: int
) -> list[Reservation]:
    window = declaration.windows.at(now_ms)
    keys = _keys(declaration.key, context, operations) or [()]  # no such container: counted under one empty key
    elements: tuple[str, ...] | None = ("",)
    if declaration.measure is Measure.DISTINCT:
        elements, amount = _elements(declaration.of, context, operations), 1
    else:
        bound = _amount(declaration, context, operations)
        elements, amount = (None, 0) if bound is None or bound > MAX_AMOUNT else (("",), bound)
    if len(keys) * len(elements or ("",)) > MAX_KEYS:
        keys, elements = keys[:1], None
    return [
        Reservation(
            counter=declaration.name,
            key=_key((*declaration.identity, *key)),
            window=window,
            amount=0 if elements is None else amount,
            counts=declaration.counts,
            element=_key((element,)) if element else "",
            unbounded=elements is None,
        )
        for key in keys
        for element in elements or ("",)
    ]


COUNT_CODES: Mapping[Counts, Literal["p", "a", "d"]] = {
    Counts.PROPOSED: "p",
    Counts.ALLOWED: "a",
    Counts.DENIED: "d",
}
"""How the Lua scripts name `Counts`."""
