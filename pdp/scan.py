"""Stage 3: what is in the arguments of a call: data worth protecting, and signs of an attack.

One pass of the prefilter over the bytes as they came decides which rules can hold; nothing else happens to a clean call.
Only then is the document taken apart and RE2 finds where. What is encoded is opened, level by level, within the bounds of
`pdp.inspection.model`. Deterministic; keeps nothing of what it has seen. Does not judge: policy does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum
from typing import Any

import orjson

from pdp.inspection.encodings import TRIGGERS
from pdp.inspection.fields import FieldIndex, field_pattern
from pdp.inspection.locate import Located, Search, context_prefilter
from pdp.inspection.lookalikes import is_suspect
from pdp.inspection.matcher import build_matcher
from pdp.inspection.model import CLEAN, MAX_DECODING_DEPTH, MAX_TEXT_BYTES, Finding, ScanResult
from pdp.inspection.opening import Opener
from pdp.inspection.rules import InspectionRules
from pdp.inspection.texts import JSON, Texts

# A string that begins as JSON does, in JSON.
_NESTED = re.compile(rb'[\[{](?:\s|\\[nrt])*\\"')
# An escape other than of a line feed, carriage return, tabulator, quote or slash, or any escape in the name of a member.
_ODD_ESCAPE = re.compile(rb'\\[^nrt"/]|\\.[^"\\]*"\s*:')


class Inspector:
    """Inspects calls by one set of rules. For one thread; the rules never change."""

    def __init__(self, rules: InspectionRules, *, with_hyperscan: bool | None = None) -> None:
        """`with_hyperscan` None takes what the platform has.

        Raises:
            ConfigurationError: INSPECTION_PATTERN_REFUSED.
        """
        self.rules = rules
        self._located = [Located(rule) for rule in rules.rules]
        self._fields = FieldIndex((field, number) for number, rule in enumerate(rules.rules) for field in rule.fields)
        signs = list(_signs(rules))
        self._signs = [(sign, what) for sign, what, _ in signs]
        self._matcher = build_matcher([pattern for _, _, pattern in signs], with_hyperscan=with_hyperscan)

    def scan(self, args_json: bytes, document: Any = None) -> ScanResult:
        """Returns what is in a call: its arguments as strict JSON, and the same parsed, when the caller has it already.

        What is not JSON, or nests deeper than its reader goes, comes back as truncated: it was not inspected.
        """
        text = _plain_json(args_json)
        signs = None
        if text is not None:
            signs = [self._signs[hit] for hit in self._matcher.hits(text)]
            if _JSON in signs and not (b'\\"' in args_json and _NESTED.search(args_json)):
                signs.remove(_JSON)  # it was the JSON of the call itself
            if self._is_clean(text, signs):
                return CLEAN
        if document is None:
            try:
                document = orjson.loads(args_json)
            except orjson.JSONDecodeError:
                return ScanResult(truncated=True)
        return self._scan(document, signs)

    def scan_document(self, document: Any) -> ScanResult:
        """Returns what is in parsed JSON; numbers may be `writ.strict_json.Number`."""
        return self._scan(document, None)

    def _scan(self, document: Any, signs: list[tuple[Sign, Any]] | None) -> ScanResult:
        texts = Texts(MAX_TEXT_BYTES)
        texts.document(document)
        texts.lay_out()
        truncated = texts.truncated
        search, opener = Search(), Opener()
        for level in range(MAX_DECODING_DEPTH + 1):
            has_names = signs is not None
            if signs is None:
                signs = [self._signs[hit] for hit in self._matcher.hits(texts.buffer)]
            self._search(search, texts, signs, has_names=has_names)
            steps = {step for sign, step in signs if sign is Sign.ENCODING}
            if not steps and texts.buffer.isascii():
                break
            texts = opener.open(texts, sorted(steps))
            if not texts.values:
                break
            truncated |= level == MAX_DECODING_DEPTH
            signs = None
        truncated = truncated or search.truncated or opener.truncated
        if not truncated and not search.findings:
            return CLEAN
        return ScanResult(findings=tuple(sorted(search.findings, key=_order)), truncated=truncated)

    def _is_clean(self, text: bytes, signs: list[tuple[Sign, Any]]) -> bool:
        """True when surely no rule holds and nothing is encoded in `text`, a call's JSON with every value as it is."""
        for sign, what in signs:
            if sign is Sign.RULE or sign is Sign.FIELD:
                return False
            if sign is Sign.RULE_IN_CONTEXT and (Sign.CONTEXT, what) in signs:
                return False
            if sign is Sign.ENCODING:
                return False
        return text.isascii() or not is_suspect(text.decode("utf-8", "replace"))

    def _search(self, search: Search, texts: Texts, signs: list[tuple[Sign, Any]], *, has_names: bool) -> None:
        fields = self._fields_of(texts)
        hit = {number for sign, number in signs if sign is Sign.RULE}
        hit |= self._in_context(texts, signs, has_names=has_names)
        for number in sorted(hit.union(fields)):
            located = self._located[number]
            if number not in fields:
                search.patterns(located, texts)
            elif located.programs:
                search.patterns(located, texts, fields[number])
            else:
                search.values(located, texts, fields[number])

    def _in_context(self, texts: Texts, signs: list[tuple[Sign, Any]], *, has_names: bool) -> set[int]:
        """Returns the rules that were hit and whose context stands in the texts or in the names around them.

        `has_names`: the signs are those of text that holds the names too.
        """
        hit = {number for sign, number in signs if sign is Sign.RULE_IN_CONTEXT}
        told = {number for sign, number in signs if sign is Sign.CONTEXT}
        if hit <= told or has_names:
            return hit & told
        names = {name for number in range(len(texts.values)) for name in texts.names(number)[:3]}
        around = [self._signs[one] for one in self._matcher.hits("\n".join(names).encode("utf-8", "replace"))]
        return hit & (told | {number for sign, number in around if sign is Sign.CONTEXT})

    def _fields_of(self, texts: Texts) -> dict[int, list[int]]:
        """Returns rule → numbers of the texts that stand in one of its fields."""
        found: dict[int, list[int]] = {}
        for number in range(len(texts.values)):
            name = texts.name(number)
            if name and (rules := self._fields.rules(name)) and not texts.is_name(number):
                for rule in rules:
                    found.setdefault(rule, []).append(number)
        return found


class Sign(Enum):
    """What a pattern of the prefilter is a sign of; the number of a rule or the step of an encoding stands beside it."""

    RULE = "a rule may hold"
    RULE_IN_CONTEXT = "a rule may hold if its context is there"
    CONTEXT = "the context of a rule may be there"
    FIELD = "a member may have a name that a rule means"
    ENCODING = "something may be encoded"


_JSON = (Sign.ENCODING, JSON)


def _signs(rules: InspectionRules) -> Iterator[tuple[Sign, Any, str]]:
    for number, rule in enumerate(rules.rules):
        if rule.fields:
            yield from ((Sign.FIELD, number, field_pattern(field)) for field in rule.fields)
        elif rule.needs_context:
            yield Sign.CONTEXT, number, context_prefilter(rule.context_words)
            yield from ((Sign.RULE_IN_CONTEXT, number, pattern) for pattern in rule.patterns)
        else:
            yield from ((Sign.RULE, number, pattern) for pattern in rule.patterns)
    for step, patterns in TRIGGERS.items():
        yield from ((Sign.ENCODING, step, pattern) for pattern in patterns)


def _plain_json(raw: bytes) -> bytes | None:
    """Returns text that holds every value of the JSON `raw` as it is between quotes; None when that takes a parser."""
    if b"\\" not in raw:
        return raw
    if len(raw) > MAX_TEXT_BYTES or _ODD_ESCAPE.search(raw):
        return None
    plain = raw.replace(b"\\n", b"\n").replace(b'\\"', b'"').replace(b"\\/", b"/")
    return plain.replace(b"\\t", b"\t").replace(b"\\r", b"\r")


def _order(finding: Finding) -> tuple[Any, ...]:
    return (finding.pointer, finding.decoding, finding.start, finding.end, finding.rule)
