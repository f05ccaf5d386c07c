"""The canonical action: the intermediate representation that rules, counters and similarity see.

Mirrors `proto/writ/v1/action.proto`; `Action.to_json()` is the JSON of that message with enum prefixes dropped, every
field present except the optional ones, and is what `action_digest` is taken over (findings left out).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from writ.frozen import frozen

MAX_NAME_CHARS = 256
"""Longest identifier of an agent, a person, a server or a tool, at whatever door it comes in."""

_NOTHING: Mapping[str, str] = MappingProxyType({})


class Verb(StrEnum):
    """What an operation does. The order of gravity is bundle data, not the order here."""

    READ = "READ"
    LIST = "LIST"
    CREATE = "CREATE"
    UPDATE = "UPDATE"
    SEND = "SEND"
    PAY = "PAY"
    EXECUTE = "EXECUTE"
    ADMIN = "ADMIN"
    DELETE = "DELETE"
    UNKNOWN = "UNKNOWN"


class Scope(StrEnum):
    """How much of its resource type an operation reaches."""

    SINGLE = "SINGLE"
    MANY = "MANY"
    ALL = "ALL"


class Reversibility(StrEnum):
    """Whether an effect can be taken back."""

    UNSPECIFIED = "UNSPECIFIED"
    REVERSIBLE = "REVERSIBLE"
    PARTIAL = "PARTIAL"
    IRREVERSIBLE = "IRREVERSIBLE"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Container:
    """A record that encloses the resources of an operation."""

    type: str
    id: str

    def to_json(self) -> dict[str, Any]:
        return {"type": self.type, "id": self.id}


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Destination:
    """Where an operation sends something; `value` is exact as received."""

    kind: str
    value: str
    external: bool

    def to_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "value": self.value, "external": self.external}


@frozen
class Finding:
    """Something noteworthy about how an action was written; it may only raise risk. Never holds the value itself."""

    code: str
    pointer: str
    message: str

    def to_json(self) -> dict[str, Any]:
        return {"code": self.code, "pointer": self.pointer, "message": self.message}


@frozen
class Operation:
    """One thing that an action does. Tuples are sorted and free of repetition; see the protobuf for each field."""

    verb: Verb
    resource_type: str = ""
    resource_ids: tuple[str, ...] = ()
    scope: Scope = Scope.ALL
    containers: tuple[Container, ...] = ()
    max_rows: int | None = None
    amount_minor: int | None = None
    currency: str = ""
    destinations: tuple[Destination, ...] = ()
    reversibility: Reversibility = Reversibility.UNSPECIFIED
    attributes: Mapping[str, str] = field(default_factory=lambda: _NOTHING)

    def to_json(self) -> dict[str, Any]:
        document: dict[str, Any] = {
            "verb": self.verb.value,
            "resource_type": self.resource_type,
            "resource_ids": list(self.resource_ids),
            "scope": self.scope.value,
            "containers": [container.to_json() for container in self.containers],
            "currency": self.currency,
            "destinations": [destination.to_json() for destination in self.destinations],
            "reversibility": self.reversibility.value,
            "attributes": dict(self.attributes),
        }
        if self.max_rows is not None:
            document["max_rows"] = self.max_rows
        if self.amount_minor is not None:
            document["amount_minor"] = self.amount_minor
        return document


@frozen
class Action:
    """One or more operations, the gravest first, and what was noticed on the way."""

    operations: tuple[Operation, ...]
    findings: tuple[Finding, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "operations": [operation.to_json() for operation in self.operations],
            "findings": [finding.to_json() for finding in self.findings],
        }
