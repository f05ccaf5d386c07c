"""Stage 3: what is in the arguments of a call: data worth protecting, and signs of an attack.

One pass of the prefilter over the bytes as they came decides which rules can hold; nothing else happens to a clean call.
Only then is the document taken apart and RE2 finds where. What is encoded is opened, level by level, within the bounds of
`pdp.inspection.model`. Deterministic; keeps nothing of what it has seen. Does not judge: policy does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import orjson

from pdp.inspection.fields import MAX_NAME_CHARS, FieldIndex
from pdp.inspection.locate import Located, Search, context_pattern
from pdp.inspection.matcher import build_matcher
from pdp.inspection.model import CLEAN, MAX_TEXT_BYTES, Finding, ScanResult
from pdp.inspection.rules import InspectionRules
from pdp.inspection.texts import Collector, Layout, Text

MAX_PLAIN_NAMES = 4_096
"""Most member names that are remembered to mean no rule, so that they are not looked up again."""

_NAME = re.compile(rb'"([^"]{1,%d})"\s*:' % MAX_NAME_CHARS)
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
        self._fields = FieldIndex((f, number) for number, rule in enumerate(rules.rules) for f in rule.fields)
        self._plain: set[bytes] = set()
        patterns: list[str] = []
        self._owners: list[tuple[int, bool]] = []
        for number, rule in enumerate(rules.rules):
            if rule.patterns and not rule.fields:
                patterns += rule.patterns
                self._owners += [(number, False)] * len(rule.patterns)
                if rule.needs_context:
                    patterns.append(context_pattern(rule.context_words).replace(_WORD_START, "").replace(_WORD_END, ""))
                    self._owners.append((number, True))
        self._matcher = build_matcher(patterns, with_hyperscan=with_hyperscan)

    def scan(self, args_json: bytes, document: Any = None) -> ScanResult:
        """Returns what is in a call: its arguments as strict JSON, and the same parsed, when the caller has it already.

        What is not JSON, or nests deeper than its reader goes, comes back as truncated: it was not inspected.
        """
        prefilter = _prefilter(args_json)
        if prefilter is not None and not self._may_hold(prefilter):
            return CLEAN
        if document is None:
            try:
                document = orjson.loads(args_json)
            except orjson.JSONDecodeError:
                return ScanResult(truncated=True)
        return self.scan_document(document)

    def scan_document(self, document: Any) -> ScanResult:
        """Returns what is in parsed JSON; numbers may be `writ.strict_json.Number`."""
        collector = Collector(MAX_TEXT_BYTES)
        collector.document(document)
        search = Search()
        self._level(search, collector.texts)
        truncated = collector.truncated or search.truncated
        if not truncated and not search.findings:
            return CLEAN
        return ScanResult(findings=tuple(sorted(search.findings, key=_order)), truncated=truncated)

    def _may_hold(self, text: bytes) -> bool:
        """True when a rule may hold in `text`, a call's JSON with every value as it is."""
        hits = [self._owners[pattern] for pattern in self._matcher.hits(text)]
        if any(self._is_complete(number, hits) for number, is_context in hits if not is_context):
            return True
        names = _NAME.findall(text)
        return not self._plain.issuperset(names) and self._named(names)

    def _is_complete(self, number: int, hits: list[tuple[int, bool]]) -> bool:
        return not self.rules.rules[number].needs_context or (number, True) in hits

    def _level(self, search: Search, texts: list[Text]) -> None:
        layout = Layout(texts)
        fields = self._fields_of(texts)
        owners = [self._owners[pattern] for pattern in self._matcher.hits(layout.buffer)]
        for number in sorted(self._holding(owners, texts) | set(fields)):
            located = self._located[number]
            if number in fields:
                if located.programs:
                    search.patterns(located, layout, fields[number])
                else:
                    search.values(located, layout, fields[number])
            else:
                search.patterns(located, layout)

    def _holding(self, owners: list[tuple[int, bool]], texts: list[Text]) -> set[int]:
        """Returns the rules that were hit, without those whose context stands neither in the texts nor in their names."""
        hit = {number for number, is_context in owners if not is_context}
        told = {number for number, is_context in owners if is_context}
        doubtful = {number for number in hit - told if self.rules.rules[number].needs_context}
        if doubtful:
            names = "\n".join({name for text in texts for name in text.names[:3]}).encode("utf-8", "replace")
            told = {
                number for number, is_context in map(self._owners.__getitem__, self._matcher.hits(names)) if is_context
            }
        return hit - (doubtful - told)

    def _fields_of(self, texts: list[Text]) -> dict[int, list[int]]:
        """Returns rule → numbers of the texts that stand in one of its fields."""
        found: dict[int, list[int]] = {}
        known: dict[str, frozenset[int]] = {}
        for number, text in enumerate(texts):
            names = text.names
            if names and text.decoding[-1:] != ("name",):
                name = names[0]
                rules = known.get(name)
                if rules is None:
                    rules = known[name] = self._fields.rules(name)
                for rule in rules:
                    found.setdefault(rule, []).append(number)
        return found

    def _named(self, names: Iterable[bytes]) -> bool:
        """True when a member name means a rule; names that mean none are remembered."""
        for name in set(names) - self._plain:
            if self._fields.rules(name.decode("utf-8", "replace")):
                return True
            if len(self._plain) >= MAX_PLAIN_NAMES:
                self._plain.clear()
            self._plain.add(name)
        return False


_WORD_START, _WORD_END = r"(?:^|[^\pL\pN])", r"(?:$|[^\pL\pN])"


def _prefilter(raw: bytes) -> bytes | None:
    """Returns text that holds every value of the JSON `raw` as it is between quotes; None when that takes a parser."""
    if b"\\" not in raw:
        return raw
    if len(raw) > MAX_TEXT_BYTES or _ODD_ESCAPE.search(raw):
        return None
    plain = raw.replace(b"\\n", b"\n").replace(b'\\"', b'"').replace(b"\\/", b"/")
    return plain.replace(b"\\t", b"\t").replace(b"\\r", b"\r")


def _order(finding: Finding) -> tuple[Any, ...]:
    return (finding.pointer, finding.decoding, finding.start, finding.end, finding.rule)
