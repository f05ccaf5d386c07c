"""The catalog's `sinks` and `result`: whose origin matters in a call, and who may write what comes back.

Both are for argument provenance (`docs/catalog.md`). They change neither the canonical action nor which arguments count
as mapped. What the catalog does not say is taken as the worst.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

from pdp.catalog_model import (
    ContentTrust,
    Entry,
    HttpProgram,
    OperationSpec,
    ProgramSpec,
    ResultSpec,
    Sink,
    SqlProgram,
    Sum,
)
from pdp.catalog_path import EACH, ArgumentPath, Coverage, escape_pointer, parse_path
from pdp.catalog_read import Reader
from pdp.currencies import UNKNOWN_CURRENCY
from writ.action import Verb
from writ.strict_json import Number

CONTENT = "content"
"""Kind of a sink that is a text which the agent composes."""

SINK_KINDS = ("recipient", "account", "url", "path", "channel", "id", "code", "query", CONTENT)

MAX_SINK_VALUES = 64
"""Values looked at in one call. More recipients than that are a mailing, which is held for its number alone."""

MAX_SINK_CHARS, MAX_CONTENT_CHARS = 4 * 1024, 16 * 1024
"""Longest text of a value, and of one that is composed, in characters: beyond any address; a report of eight pages."""

MAX_NUMBER_CHARS, _CODE_CHARS = 64, 3
"""Longest number that is an amount (`pdp.operation`), and the length of a code of ISO 4217."""

MAX_SINKS_CHARS = 24 * 1024
"""Longest texts of all values together: a mailing with its body."""

_OF_DESTINATION = {
    "email": "recipient",
    "account": "account",
    "url": "url",
    "host": "url",
    "path": "path",
    "channel": "channel",
}


class SinkValue(NamedTuple):
    """One scalar of the arguments: the kind of its sink, its JSON pointer (RFC 6901), its text, cut at the bounds above."""

    kind: str
    pointer: str
    text: str


class SinkValues(NamedTuple):
    """The values in the order of the catalog, composed texts last. `complete` is False when values were left out or cut: then
    nothing is known of the rest, and it must count as named by nobody. `cut` are the pointers of composed texts of which not all
    is here: what they say beyond is not known, whom the action reaches is."""

    values: list[SinkValue]
    complete: bool
    cut: frozenset[str] = frozenset()


def parse_sinks(reader: Reader, coverage: Coverage) -> tuple[Sink, ...]:
    """Returns the declared sinks of an entry. Raises ConfigurationError, also for one that reads no known argument."""
    sinks: list[Sink] = []
    for inner in reader.inners("sinks"):
        kind = inner.text("kind")
        if kind not in SINK_KINDS:
            inner.wrong("kind", f"one of {', '.join(SINK_KINDS)}", kind)
        path = parse_path(inner.text("path"), f"{inner.path}.path")
        if not path.trails or not all(coverage.covers(trail) for trail in path.trails):
            inner.wrong("path", "an argument that the entry maps or lists as irrelevant", path.expression)
        inner.finish()
        sinks.append(Sink(kind=kind, path=path))
    return tuple(sinks)


def usual_sinks(operations: Sequence[OperationSpec], programs: Sequence[ProgramSpec]) -> tuple[Sink, ...]:
    """Returns the sinks of an entry that declares none: its destinations, its ids and its programs."""
    found: dict[tuple[str, str], Sink] = {}

    def add(kind: str, path: ArgumentPath | None) -> None:
        if path is not None:
            found.setdefault((kind, path.expression), Sink(kind=kind, path=path))

    for operation in operations:
        for destination in operation.destinations:
            add(_OF_DESTINATION[destination.kind], destination.path)
        add("id", operation.ids)
    for program in programs:
        if isinstance(program, HttpProgram):
            add("url", program.url)
            add("content", program.body)
        else:
            add("query" if isinstance(program, SqlProgram) else "code", program.argument)
    return tuple(found.values())


def parse_result(reader: Reader) -> ResultSpec:
    """Returns what an entry says of its result. Raises ConfigurationError."""
    result = ResultSpec(
        content=_trust(reader, "content"),
        records=tuple(parse_path(text, f"{reader.path}.records") for text in reader.texts("records")),
        record_trust=_trust(reader, "record_trust"),
        classes=frozenset(reader.texts("classes")) if reader.has("classes") else None,
        max_rows=reader.count("max_rows"),
        max_bytes=reader.count("max_bytes"),
    )
    reader.finish()
    return result


def _trust(reader: Reader, key: str) -> ContentTrust:
    value = reader.text(key, ContentTrust.UNTRUSTED)
    if value not in ContentTrust.__members__:
        reader.wrong(key, f"one of {', '.join(ContentTrust)}", value)
    return ContentTrust[value]


def sink_values(entry: Entry, arguments: Mapping[str, Any]) -> SinkValues:
    """Returns the texts and numbers of strictly parsed `arguments` that stand in a sink of `entry`, each place once per
    kind. Booleans and null name nothing. A list or an object in a sink gives all that it holds, without the names of its
    members; `keys(…)` gives these, with the pointers of what they name."""
    found: dict[tuple[str, str], SinkValue] = {}
    for sink in entry.sinks:
        for trail in sink.path.trails:
            for pointer, text in (_names if sink.path.of_names else _texts)(arguments, trail, ""):
                if (sink.kind, pointer) in found:
                    continue
                found[sink.kind, pointer] = SinkValue(sink.kind, pointer, text)
                if len(found) > MAX_SINK_VALUES:
                    return _cut(list(found.values()))
    return _cut(list(found.values()))


def _cut(found: list[SinkValue]) -> SinkValues:
    """Returns values within bounds."""
    room = MAX_SINKS_CHARS
    values: list[SinkValue] = []
    cut: set[str] = set()
    complete = len(found) <= MAX_SINK_VALUES
    for value in sorted(found[:MAX_SINK_VALUES], key=lambda one: one.kind == CONTENT):
        most = min(MAX_CONTENT_CHARS if value.kind == CONTENT else MAX_SINK_CHARS, room)
        if len(value.text) > most and value.kind == CONTENT:
            cut.add(value.pointer)
        complete = complete and (len(value.text) <= most or value.kind == CONTENT)
        values.append(value._replace(text=value.text[:most]))
        room -= len(values[-1].text)
    return SinkValues(values, complete, frozenset(cut))


def scalars(arguments: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Returns pointer and text of the texts and numbers of strictly parsed `arguments`, the first 64."""
    return list(islice(_texts(arguments, (), ""), MAX_SINK_VALUES))


def paid_sum(entry: Entry, arguments: Mapping[str, Any]) -> Sum | None:
    """Returns the sum of money that a call pays by its catalog entry; None when it pays none, or several, or none that can be
    read, which canonicalization says."""
    amounts = [one.amount for one in entry.operations if one.verb is Verb.PAY and one.amount is not None]
    if len(amounts) != 1:
        return None
    [amount] = amounts
    try:
        numbers = [text for _, text in islice(_texts(amount.path.find(arguments), (), ""), 2)]
        named = amount.currency_path.find(arguments) if amount.currency_path is not None else amount.currency
    except LookupError:
        return None
    if len(numbers) != 1 or len(numbers[0]) > MAX_NUMBER_CHARS:
        return None
    currency = named.strip().upper() if type(named) is str else ""
    known = len(currency) == _CODE_CHARS and currency.isascii() and currency.isalpha()
    return Sum(
        pointer=amount.path.pointer,
        number=numbers[0],
        exponent=amount.exponent,
        currency=currency if known else UNKNOWN_CURRENCY,
        chosen=known and amount.currency_path is not None,
    )


def _names(value: Any, trail: tuple[str, ...], pointer: str) -> Iterator[tuple[str, str]]:
    """Yields pointer and name of the members at the end of a trail, of each where lists stand in between; what is no object is
    looked into all the same."""
    if type(value) is list:
        rest = trail[1:] if trail and trail[0] == EACH else trail
        for index, item in enumerate(value):
            if item is not None and item is not True and item is not False:  # as in `_texts`
                yield from _names(item, rest, f"{pointer}/{index}")
    elif trail and trail[0] == EACH:
        yield from _names(value, trail[1:], pointer)
    elif type(value) is dict and trail:
        if trail[0] in value:
            yield from _names(value[trail[0]], trail[1:], f"{pointer}/{escape_pointer(trail[0])}")
    elif type(value) is dict:
        yield from ((f"{pointer}/{escape_pointer(name)}", name) for name in value if name)
    else:
        yield from _texts(value, trail, pointer)


def _texts(value: Any, trail: tuple[str, ...], pointer: str) -> Iterator[tuple[str, str]]:
    """Yields pointer and text of the scalars at the end of a trail. A list where the trail expects one value, or one
    value where it expects a list, is looked into all the same. As deep as strict JSON goes, which is 64 levels."""
    kind = type(value)
    if kind is list:
        rest = trail[1:] if trail and trail[0] == EACH else trail
        for index, item in enumerate(value):
            if item is not None and item is not True and item is not False:  # 50,000 of which nothing comes
                yield from _texts(item, rest, f"{pointer}/{index}")
    elif trail and trail[0] == EACH:
        yield from _texts(value, trail[1:], pointer)
    elif kind is dict:
        if not trail:
            for name, item in value.items():
                if item is not None and item is not True and item is not False:
                    yield from _texts(item, (), f"{pointer}/{escape_pointer(name)}")
        elif trail[0] in value:
            yield from _texts(value[trail[0]], trail[1:], f"{pointer}/{escape_pointer(trail[0])}")
    elif not trail:
        if kind is str:
            if value:
                yield pointer, value
        elif kind is int:
            yield pointer, str(value)
        elif isinstance(value, Number):
            yield pointer, value.lexeme
