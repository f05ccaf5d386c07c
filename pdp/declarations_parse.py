"""Strict parsing of counter and fact declarations (form: `docs/state.md`). Unknown keys are errors."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from pdp.model import Counts, Measure, Window
from pdp.windows import MAX_SLIDING_S, CalendarWindows, SlidingWindow, Unit, load_zone
from writ.action import Operation, Scope, Verb
from writ.errors import ConfigurationError

MAX_FACT_TTL_S = 366 * 86_400
"""Longest time that a fact may hold: a year; what holds longer is bundle data."""

_Member = TypeVar("_Member", bound=StrEnum)

NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
"""What a counter, fact or sequence may be called."""

_TYPE = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_PARTS = frozenset(
    {
        "organisation",
        "agent.id",
        "agent.role",
        "agent.unit",
        "principal.id",
        "session.id",
        "tool.server",
        "tool.name",
        "action.digest",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Which operations a counter sees. An empty set matches anything."""

    verbs: frozenset[Verb]
    resource_types: frozenset[str]
    scopes: frozenset[Scope]
    environments: frozenset[str]

    def select(self, operations: tuple[Operation, ...], environment: str) -> tuple[Operation, ...]:
        """The matching operations. An unknown environment ("") matches every list: not knowing lowers nothing."""
        if self.environments and environment and environment not in self.environments:
            return ()
        return tuple(
            operation
            for operation in operations
            if (not self.verbs or operation.verb in self.verbs)
            and (not self.resource_types or operation.resource_type in self.resource_types)
            and (not self.scopes or operation.scope in self.scopes)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterDeclaration:
    """One declared counter. `identity` goes into every key, so that a changed measure or window begins anew."""

    name: str
    match: Match
    key: tuple[str, ...]
    windows: CalendarWindows | SlidingWindow
    measure: Measure
    currency: str
    of: str
    counts: Counts
    identity: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FactDeclaration:
    """One declared fact."""

    name: str
    key: tuple[str, ...]
    max_ttl_s: int


def wrong(where: str, expected: str, came: object) -> ConfigurationError:
    """The error of a declaration that is not what was expected at `where`; what came is cut at 64 characters."""
    return ConfigurationError("DECLARATION_INVALID", f"{where}: expected {expected}, got `{str(came)[:64]}`")


def mapping(where: str, value: object, required: set[str], optional: set[str]) -> Mapping[str, Any]:
    """Returns a mapping with these keys and no others. Raises ConfigurationError DECLARATION_INVALID."""
    if not isinstance(value, Mapping):
        raise wrong(where, "a mapping", type(value).__name__)
    unknown = sorted(str(key) for key in value if key not in required | optional)
    if unknown:
        raise wrong(where, f"only {sorted(required | optional)}", unknown[0])
    missing = sorted(required - set(value))
    if missing:
        raise wrong(where, f"`{missing[0]}`", "nothing")
    return value


def texts(where: str, value: object) -> tuple[str, ...]:
    """Returns a list of one or more different strings. Raises ConfigurationError DECLARATION_INVALID."""
    if not isinstance(value, list) or not value or not all(isinstance(entry, str) for entry in value):
        raise wrong(where, "a list of one or more strings", value)
    if len(set(value)) != len(value):
        raise wrong(where, "no entry twice", value)
    return tuple(value)


def one_of(where: str, kind: type[_Member], value: object) -> _Member:
    """Returns the member with that value. Raises ConfigurationError DECLARATION_INVALID."""
    for member in kind:
        if member.value == value:
            return member
    raise wrong(where, f"one of {[member.value for member in kind]}", value)


def positive(where: str, value: object, most: int) -> int:
    """Returns an integer from 1 to `most`. Raises ConfigurationError DECLARATION_INVALID."""
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
        raise wrong(where, f"an integer from 1 to {most}", value)
    return value


def _key_parts(where: str, value: object) -> tuple[str, ...]:
    parts = texts(where, value)
    for part in parts:
        if part not in _PARTS and not _is_container(part):
            raise wrong(where, f"one of {sorted(_PARTS)} or container.<type>", part)
    return parts


def _is_container(part: str) -> bool:
    return part.startswith("container.") and _TYPE.fullmatch(part.removeprefix("container.")) is not None


def _match(where: str, value: object) -> Match:
    fields = mapping(where, value, {"verbs"}, {"resource_types", "scopes", "environments"})
    resource_types = texts(f"{where}.resource_types", fields["resource_types"]) if "resource_types" in fields else ()
    scopes = texts(f"{where}.scopes", fields["scopes"]) if "scopes" in fields else ()
    environments = texts(f"{where}.environments", fields["environments"]) if "environments" in fields else ()
    return Match(
        verbs=frozenset(one_of(f"{where}.verbs", Verb, v) for v in texts(f"{where}.verbs", fields["verbs"])),
        resource_types=frozenset(resource_types),
        scopes=frozenset(one_of(f"{where}.scopes", Scope, scope) for scope in scopes),
        environments=frozenset(environments),
    )


def _windows(where: str, value: object) -> CalendarWindows | SlidingWindow:
    fields = mapping(where, value, set(), {"calendar", "zone", "sliding_s"})
    if set(fields) == {"sliding_s"}:
        length_s = positive(f"{where}.sliding_s", fields["sliding_s"], MAX_SLIDING_S)
        return SlidingWindow(window=Window(length_ms=length_s * 1000))
    if set(fields) == {"calendar", "zone"}:
        if not isinstance(fields["zone"], str):
            raise wrong(f"{where}.zone", "an IANA time zone name", fields["zone"])
        unit = one_of(f"{where}.calendar", Unit, fields["calendar"])
        return CalendarWindows(unit=unit, zone=load_zone(fields["zone"]))
    raise wrong(where, "`sliding_s`, or `calendar` with `zone`", sorted(fields))


def _extras(where: str, fields: Mapping[str, Any], measure: Measure) -> tuple[str, str]:
    currency, of = fields.get("currency", ""), fields.get("of", "")
    if (measure is Measure.MONEY) != ("currency" in fields):
        raise wrong(where, "`currency` exactly with measure money", currency)
    if (measure is Measure.DISTINCT) != ("of" in fields):
        raise wrong(where, "`of` exactly with measure distinct", of)
    if currency and (not isinstance(currency, str) or not re.fullmatch(r"[A-Z]{3}", currency)):
        raise wrong(f"{where}.currency", "an ISO 4217 code", currency)
    if of and of not in ("resource.id", "destination") and not (isinstance(of, str) and _is_container(of)):
        raise wrong(f"{where}.of", "resource.id, destination or container.<type>", of)
    return str(currency), str(of)


def parse_counter(name: str, value: object) -> CounterDeclaration:
    """Parses one declared counter. Raises ConfigurationError DECLARATION_INVALID or ZONE_UNKNOWN."""
    where = f"counters.{name}"
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise wrong("counters", "a name of lower-case letters, digits and _", name)
    fields = mapping(where, value, {"match", "key", "window", "measure", "counts"}, {"currency", "of"})
    measure = one_of(f"{where}.measure", Measure, fields["measure"])
    currency, of = _extras(where, fields, measure)
    key = _key_parts(f"{where}.key", fields["key"])
    shape = fields["window"]
    windows = _windows(f"{where}.window", shape)
    window_name = "/".join(f"{part}={shape[part]}" for part in sorted(shape))
    return CounterDeclaration(
        name=name,
        match=_match(f"{where}.match", fields["match"]),
        key=key,
        windows=windows,
        measure=measure,
        currency=currency,
        of=of,
        counts=one_of(f"{where}.counts", Counts, fields["counts"]),
        identity=(name, measure.value, currency, of, window_name, ",".join(key)),
    )


def parse_fact(name: str, value: object) -> FactDeclaration:
    """Parses one declared fact. Raises ConfigurationError DECLARATION_INVALID."""
    where = f"facts.{name}"
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise wrong("facts", "a name of lower-case letters, digits and _", name)
    fields = mapping(where, value, {"key", "max_ttl_s"}, set())
    return FactDeclaration(
        name=name,
        key=_key_parts(f"{where}.key", fields["key"]),
        max_ttl_s=positive(f"{where}.max_ttl_s", fields["max_ttl_s"], MAX_FACT_TTL_S),
    )
