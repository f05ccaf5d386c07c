"""The catalog's `sinks` and `result`: whose origin matters in a call, and who may write what comes back.

Both are for argument provenance (`docs/catalog.md`). They change neither the canonical action nor which arguments count
as mapped. What the catalog does not say is taken as the worst.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

import re2  # type: ignore[import-untyped]  # has no types

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
from pdp.provenance.beside import beside
from pdp.wording.accounts import bank_accounts
from pdp.wording.marks import account, address_spans, spelt_out
from writ.action import Verb
from writ.strict_json import Number

CONTENT = "content"
"""Kind of a sink that is a text which the agent composes."""

LINK = "link"
"""Kind of an address inside a composed text or a program, or in an argument that is no sink; no catalog declares it."""

SINK_KINDS = ("recipient", "account", "url", "path", "channel", "id", "code", "query", CONTENT)

MAX_SINK_VALUES = 64
"""Values looked at in one call. More recipients than that are a mailing, which is held for its number alone."""

MAX_SINK_CHARS, MAX_CONTENT_CHARS = 4 * 1024, 16 * 1024
"""Longest text of a value, and of one that is composed, in characters: beyond any address; a report of eight pages."""

MAX_NUMBER_CHARS, _CODE_CHARS = 64, 3
"""Longest number that is an amount (`pdp.operation`), and the length of a code of ISO 4217."""

MAX_SINKS_CHARS = 24 * 1024
"""Longest texts of all values together: a mailing with its body."""

MAX_LOOKED_INTO, MAX_LOOKED_CHARS = 4_096, 1024 * 1024
"""Values and names of one call that are looked into for addresses which no sink of the catalog names, and characters of them and
of where they stand: each has a pointer of its own, which is as long as the names around it."""

EVERYBODY = frozenset({"*", "anyone", "anyonewithlink", "anybody", "everyone", "everybody", "public", "world"})
"""Values that share something with all people."""
_EVERYBODY_CALLED = frozenset({"@all", "@channel", "@here"})

_HEADINGS = frozenset({"betreff", "from", "headline", "name", "sender", "subject", "title", "topic"})
"""Members and arguments of one line, as mail has them: what stands behind a line break in them is another line of its head."""
_LINE_BREAK = re2.compile(r"[\r\n\x{85}\x{2028}\x{2029}]")

_REACHED = frozenset({"recipient", "account", "channel"})

_MAY_HOLD_ADDRESS = re2.compile(
    r"[@\x{ff20}]|[:\x{ff1a}]//|[^\s.][.\x{ff0e}\x{3002}\x{ff61}][^\s\d.]{2}|[\[({<]\s?(?i:dot|at|\.)"
)
"""Signs of an address, also as `spelt_out` reads them."""

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
    members; `keys(…)` gives these, with the pointers of what they name.

    Below an argument that holds recipients, accounts or channels every address is one, wherever it stands and whatever path the
    catalog has: `{"users": ["eve@example.org"]}` where it reads names of members. Where mail goes out, an address behind a line
    break of its subject is a recipient, as "Bcc: …" makes it one. An argument that is no sink gives what it
    holds of addresses as values of kind `link`, if the entry has any sink."""
    found: dict[SinkValue, None] = {}
    for sink in entry.sinks:
        for trail in sink.path.trails:
            for pointer, text in (_names if sink.path.of_names else _texts)(arguments, trail, ""):
                found[SinkValue(sink.kind, pointer, text)] = None
                if len(found) > MAX_SINK_VALUES:
                    return _cut(list(found))
    if not entry.sinks:
        return _cut([])
    reached, links = _unnamed(entry, arguments, list(found))
    return _cut([*found, *reached], links)


def _unnamed(
    entry: Entry, arguments: Mapping[str, Any], found: Sequence[SinkValue]
) -> tuple[list[SinkValue], list[SinkValue]]:
    """Returns the addresses below arguments that reach somebody, and the texts that hold some and are no sinks. A link at the
    root, "", stands for what is not looked into."""
    below = {
        _container(trail): sink.kind for sink in entry.sinks if sink.kind in _REACHED for trail in sink.path.trails
    }
    reaches = any(sink.kind == "recipient" for sink in entry.sinks)
    sinks = {(one.pointer, one.text) for one in found}  # a name has the pointer of its value
    known = {(one.pointer, one.text) for one in found if one.kind in _REACHED}
    reached: list[SinkValue] = []
    links: list[SinkValue] = []
    chars = 0
    for number, (pointer, text) in enumerate(_strings(arguments, "")):
        chars += len(pointer) + len(text)
        if number >= MAX_LOOKED_INTO or chars > MAX_LOOKED_CHARS:
            links.append(SinkValue(LINK, "", ""))
            break
        if reaches and (injected := _injected(pointer, text)):
            reached += (SinkValue("recipient", pointer, address) for address in injected)
            if len(found) + len(reached) > MAX_SINK_VALUES:
                break
        kind = _kind_below(below, pointer)
        if kind and (pointer, text) not in known and (address := _only_address(text)):
            reached.append(SinkValue(kind, pointer, address))
            if len(found) + len(reached) > MAX_SINK_VALUES:
                break
        elif (pointer, text) not in sinks and _MAY_HOLD_ADDRESS.search(text) is not None:
            links.append(SinkValue(LINK, pointer, text))
    return reached, links


def _container(trail: tuple[str, ...]) -> str:
    """Returns the pointer of the outermost list or object that a path looks for its values in."""
    names = trail[: trail.index(EACH)] if EACH in trail else trail
    return "".join(f"/{escape_pointer(name)}" for name in names)


def _kind_below(below: Mapping[str, str], pointer: str) -> str:
    return next((kind for outer, kind in below.items() if pointer == outer or pointer.startswith(f"{outer}/")), "")


def _only_address(text: str) -> str:
    """Returns the mail address or bank account that a text is, or the text where it is several, or a word for everybody; "" where
    it is none, or says something besides."""
    if len(text) > MAX_SINK_CHARS:
        return ""
    if _is_everybody(text):
        return text
    if "@" not in text:
        return text if bank_accounts(text) == ["a:" + account(text)] else ""
    plain = spelt_out(text)
    spans = [(start, end) for mark, start, end in address_spans(plain) if mark[0] == "e"]
    if not spans or (beside(text) and any(map(str.isspace, text.strip()))):
        return ""
    return plain[slice(*spans[0])] if len(spans) == 1 else text


def _is_everybody(text: str) -> bool:
    """`everyone`, `@everyone`, `group:everyone`, `@here`."""
    bare = text.strip().lower()
    return bare in _EVERYBODY_CALLED or bare.lstrip("@").rpartition(":")[2].lstrip("@") in EVERYBODY


def _injected(pointer: str, text: str) -> list[str]:
    """Returns the mail addresses behind the first line of a value that has only one."""
    if len(text) > MAX_SINK_CHARS or pointer.rpartition("/")[2].lower() not in _HEADINGS:
        return []
    first = _LINE_BREAK.search(text)
    if first is None:
        return []
    rest = spelt_out(text[first.end() :])
    return [rest[start:end] for mark, start, end in address_spans(rest) if mark[0] == "e"]


def _strings(value: Any, pointer: str) -> Iterator[tuple[str, str]]:
    """Yields pointer and text of every string, and of every name of a member below the arguments themselves."""
    if type(value) is str:
        if value:
            yield pointer, value
    elif type(value) is list:
        for index, item in enumerate(value):
            if type(item) in (str, list, dict):
                yield from _strings(item, f"{pointer}/{index}")
    elif type(value) is dict:
        for name, item in value.items():
            at = f"{pointer}/{escape_pointer(name)}"
            if pointer:
                yield at, name
            if type(item) in (str, list, dict):
                yield from _strings(item, at)


def _cut(found: list[SinkValue], links: Sequence[SinkValue] = ()) -> SinkValues:
    """Returns values within bounds; of `links` what fits."""
    room = MAX_SINKS_CHARS
    values: list[SinkValue] = []
    cut: set[str] = set()
    complete = len(found) <= MAX_SINK_VALUES
    known = [*sorted(found[:MAX_SINK_VALUES], key=lambda one: one.kind == CONTENT), *links]
    cut.update(value.pointer for value in known[MAX_SINK_VALUES:])
    for value in known[:MAX_SINK_VALUES]:
        most = min(MAX_CONTENT_CHARS if value.kind in (CONTENT, LINK) else MAX_SINK_CHARS, room)
        if (len(value.text) > most and value.kind in (CONTENT, LINK)) or not value.pointer:
            cut.add(value.pointer)
        complete = complete and (len(value.text) <= most or value.kind in (CONTENT, LINK))
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
