"""Which caller may put which fact (`data.settings.feeds`), and what a fact must look like (`data.settings.facts`)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from pdp.model import CallerIdentity
from pdp.request import is_length_of_time
from writ.errors import ConfigurationError, InvalidInput, NotPermitted
from writ.v1 import fact_pb2

MAX_FACT_BYTES = 4 * 1024  # a fact is a word about the world, not a document
MAX_KEY_CHARACTERS = 256
MAX_DEPTH = 254  # what the writer of JSON takes


@dataclass(frozen=True, slots=True, kw_only=True)
class FactRecord:
    """A checked fact. `value` is compact JSON; `ttl_ms` is 0 when the fact is retracted."""

    name: str
    parts: tuple[str, ...]
    value: bytes
    ttl_ms: int


class FeedRules:
    """Authorises feeds and checks what they put."""

    def __init__(self, feeds: tuple[tuple[re.Pattern[str], frozenset[str]], ...], facts: Mapping[str, tuple[int, int]]):
        self._feeds = feeds
        self._facts = facts

    @staticmethod
    def parse(feeds: object, facts: object) -> FeedRules:
        """Reads `feeds` ([{name: glob over SAN or JWT subject, facts: [names]}]) and the declared facts.

        Raises:
            ConfigurationError: names the entry and what is wrong.
        """
        if not isinstance(feeds, list) or not isinstance(facts, Mapping):
            raise ConfigurationError("FEEDS_INVALID", "`feeds` must be a list and `facts` a mapping")
        rules = []
        for index, entry in enumerate(feeds):
            if (
                not isinstance(entry, Mapping)
                or set(entry) != {"name", "facts"}
                or not isinstance(entry["name"], str)
                or not isinstance(entry["facts"], list)
                or not all(isinstance(fact, str) for fact in entry["facts"])
            ):
                raise ConfigurationError(
                    "FEEDS_INVALID", f"`feeds[{index}]` must have exactly a text `name` and a list `facts` of names"
                )
            unknown = sorted(set(entry["facts"]) - set(facts))
            if unknown:
                raise ConfigurationError("FEEDS_INVALID", f"`feeds[{index}]` names the undeclared fact `{unknown[0]}`")
            name = re.escape(str(entry["name"])).replace(r"\*", "[^/]*")
            rules.append((re.compile(name), frozenset(entry["facts"])))
        shapes = {name: (len(fact["key"]), int(fact["max_ttl_s"]) * 1000) for name, fact in facts.items()}
        return FeedRules(tuple(rules), shapes)

    def check(self, caller: CallerIdentity, facts: list[fact_pb2.Fact]) -> list[FactRecord]:
        """Returns the facts to store, all or none.

        Raises:
            NotPermitted: the caller is no feed for one of them.
            InvalidInput: one of them is not as declared.
        """
        if not 1 <= len(facts) <= 256:
            raise InvalidInput("FACT_INVALID", f"expected 1 to 256 facts, got {len(facts)}")
        allowed = frozenset[str]().union(
            *(names for pattern, names in self._feeds if any(pattern.fullmatch(name) for name in caller.names))
        )
        for index, fact in enumerate(facts):
            if fact.name not in allowed:
                raise NotPermitted("FEED_NOT_PERMITTED", f"the credential is no authorised feed for `facts[{index}]`")
        return [self._record(fact, f"facts[{index}]") for index, fact in enumerate(facts)]

    def _record(self, fact: fact_pb2.Fact, where: str) -> FactRecord:
        parts, max_ttl_ms = self._facts[fact.name]
        lengths = [len(part) for part in fact.key]
        if len(lengths) != parts or not all(0 < length <= MAX_KEY_CHARACTERS for length in lengths):
            wrong = next((length for length in lengths if not 0 < length <= MAX_KEY_CHARACTERS), None)
            came = f"{len(lengths)} parts" if len(lengths) != parts else f"one of {wrong}"
            raise InvalidInput(
                "FACT_INVALID",
                f"`{where}.key` must have {parts} parts of 1 to {MAX_KEY_CHARACTERS} characters, got {came}",
            )
        if fact.retract:
            if fact.value_json or fact.HasField("ttl"):
                came = f"{len(fact.value_json)} bytes and {'a' if fact.HasField('ttl') else 'no'} ttl"
                raise InvalidInput(
                    "FACT_INVALID", f"`{where}` retracts, so it must carry no value and no ttl, got {came}"
                )
            return FactRecord(name=fact.name, parts=tuple(fact.key), value=b"", ttl_ms=0)
        ttl_ms = fact.ttl.ToMilliseconds()
        if not is_length_of_time(fact.ttl) or not 0 < ttl_ms <= max_ttl_ms:
            came = f"seconds of {fact.ttl.seconds} and nanos of {fact.ttl.nanos}"
            raise InvalidInput(
                "FACT_INVALID",
                f"`{where}.ttl` must be 1 to {max_ttl_ms} ms, with nanos of 0 to 999999999, got {came}",
            )
        return FactRecord(name=fact.name, parts=tuple(fact.key), value=_value(fact.value_json, where), ttl_ms=ttl_ms)


def _value(raw: bytes, where: str) -> bytes:
    if len(raw) > MAX_FACT_BYTES:
        raise InvalidInput(
            "FACT_INVALID", f"`{where}.value_json` must have at most {MAX_FACT_BYTES} bytes, got {len(raw)}"
        )
    try:
        return orjson.dumps(orjson.loads(raw))
    except (orjson.JSONDecodeError, orjson.JSONEncodeError) as error:  # it reads deeper than it writes
        raise InvalidInput(
            "FACT_INVALID",
            f"`{where}.value_json` must be JSON, nested at most {MAX_DEPTH} deep, got {len(raw)} bytes that are not",
        ) from error
