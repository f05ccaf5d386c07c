"""Stage 3: what is in the arguments of a call: data worth protecting, and signs of an attack.

One pass of the prefilter over the bytes as they came decides which rules can hold; nothing else happens to a clean call.
Only then is the document taken apart and RE2 finds where. What is encoded is opened, level by level, within the bounds of
`pdp.inspection.model`. Deterministic; of what it has seen it keeps short names of members alone, some thousand. Does not judge:
policy does.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import orjson

from pdp.inspection.beside import BESIDE
from pdp.inspection.fields import FieldIndex
from pdp.inspection.locate import Located, Search
from pdp.inspection.lookalikes import is_suspect
from pdp.inspection.model import CLEAN, MAX_DECODING_DEPTH, MAX_TEXT_BYTES, Finding, ScanResult
from pdp.inspection.opening import Opener
from pdp.inspection.prefilter import Prefilter, Survey
from pdp.inspection.rules import InspectionRules
from pdp.inspection.signs import INTEGRAL
from pdp.inspection.texts import Texts
from pdp.inspection.words import Known
from pdp.inspection.work import FIELD_NS, NAME_NS, PARSED_QUOTE_NS, SURVEY_BYTE_NS, TEXT_NS, Work

# A string that begins as JSON does, in JSON.
_NESTED = re.compile(rb'[\[{](?:\s|\\[nrt])*\\+"')
# An escape other than of a line feed, carriage return, tabulator, quote or slash, or any escape in the name of a member.
_ODD_ESCAPE = re.compile(rb'\\[^nrt"/]|\\.[^"\\]*"\s*:')

_PLAIN = {
    b"n": (b"\\n", b"\n"),
    b'"': (b'\\"', b'"'),
    b"/": (b"\\/", b"/"),
    b"t": (b"\\t", b"\t"),
    b"r": (b"\\r", b"\r"),
}

MAX_ESCAPES = 128
"""Most escapes that are looked at one by one."""

MAX_TOGETHER_BYTES = 4 * 1024
"""Most text whose names and values are surveyed at once; beyond, a second survey of the values is cheaper than rules in vain."""

MAX_TOGETHER_RULES = 16
"""Most rules that are looked for in vain before a second survey is cheaper."""

MAX_DENSE_BYTES = 24 * 1024
"""Most digits, capitals and signs of one call; a text with more is inspected up to this size, at up to 100 ns a byte.
Of 1,000 UUIDs 24 KiB are, of 64 KiB of prose 4 KiB."""

_SPARSE = b"abcdefghijklmnopqrstuvwxyz \n\"':,{}[]" + bytes(range(128, 256))


class Inspector:
    """Inspects calls by one set of rules. For one thread; the rules never change."""

    def __init__(
        self, rules: InspectionRules, *, with_hyperscan: bool | None = None, cache: Path | None = None
    ) -> None:
        """`with_hyperscan` None takes what the platform has; `cache` is a folder for compiled patterns.

        Raises:
            ConfigurationError: INSPECTION_PATTERN_REFUSED.
        """
        self.rules = rules
        known: Known = {}
        self._located = [Located(rule, known) for rule in rules.rules]
        self._fields = FieldIndex((field, number) for number, rule in enumerate(rules.rules) for field in rule.fields)
        self._prefilter = Prefilter(rules.rules, with_hyperscan=with_hyperscan, cache=cache)

    def scan(self, args_json: bytes, document: Any = None) -> ScanResult:
        """Returns what is in a call: its arguments as strict JSON, and the same parsed, when the caller has it already.

        What is not JSON, or nests deeper than its reader goes, comes back as truncated: it was not inspected.
        """
        most = _most_bytes(args_json)
        is_long = len(args_json) > most
        text = _plain_json(_cut(args_json, most) if is_long else args_json)
        survey, work = None, Work()
        if text is not None:
            survey = self._prefilter.survey(text, work)
            if (
                survey.is_empty
                and not (b'\\"' in args_json and _NESTED.search(args_json))
                and (text.isascii() or not is_suspect(text.decode("utf-8", "replace")))
            ):
                return ScanResult(truncated=True) if is_long else CLEAN
            if document is None:
                work.spend(PARSED_QUOTE_NS * args_json.count(b'"'))
            if work.is_over:
                return self._unjudged(survey, work)
            if INTEGRAL in survey.steps:
                survey = None  # digits that stand otherwise in the texts than in the JSON
        if document is None:
            try:
                document = orjson.loads(args_json)
            except orjson.JSONDecodeError:
                return ScanResult(truncated=True)
        is_ascii = text is not None and text.isascii()
        size = min(len(args_json), most)
        return self._scan(document, survey, most, work, size=size, truncated=is_long, is_ascii=is_ascii)

    def scan_document(self, document: Any) -> ScanResult:
        """Returns what is in parsed JSON; numbers may be `writ.strict_json.Number`."""
        return self._scan(document, None, MAX_TEXT_BYTES, Work(), size=0, truncated=False, is_ascii=False)

    def _scan(
        self,
        document: Any,
        survey: Survey | None,
        most: int,
        work: Work,
        *,
        size: int,
        truncated: bool,
        is_ascii: bool,
    ) -> ScanResult:
        """`most` bounds the texts in bytes, `size` is the length of the JSON they stood in, 0 when that is not known."""
        texts = Texts(most)
        texts.document(document)
        work.spend(TEXT_NS * len(texts.values))
        texts.lay_out()
        truncated |= texts.truncated
        search, opener = Search(work), Opener(work)
        for level in range(MAX_DECODING_DEPTH + 1):
            if survey is None:
                names_too = texts.with_names()
                if level > 0 and work.left_ns < SURVEY_BYTE_NS * len(names_too):
                    truncated = True
                    break
                survey = self._prefilter.survey(names_too, work)
                if level == 0:
                    survey.steps.add(BESIDE)  # without the JSON, nothing says that there is nothing
            has_many_names = level == 0 and size > max(MAX_TOGETHER_BYTES, 2 * len(texts.buffer))
            if has_many_names and len(survey.rules) > MAX_TOGETHER_RULES:
                self._leave_names_out(survey, texts, work)
            self._search(search, texts, survey, work, may_name=level == 0 and not is_ascii)
            if search.is_over:
                truncated = True  # what is encoded stays closed
                break
            texts = opener.open(texts, survey.steps - {INTEGRAL}, document if level == 0 else None)
            if not texts.values:
                break
            truncated |= level == MAX_DECODING_DEPTH
            survey = None
        truncated = truncated or search.truncated or opener.truncated
        if not truncated and not search.findings:
            return CLEAN
        return ScanResult(findings=tuple(sorted(search.findings, key=_order)), truncated=truncated)

    def _leave_names_out(self, survey: Survey, texts: Texts, work: Work) -> None:
        """Drops the rules that only the names of members hit, such as `order_id`, repeated a thousand times."""
        in_values = self._prefilter.survey(texts.buffer, work).rules
        survey.rules = {
            number: which
            for number, which in survey.rules.items()
            if number in in_values or self.rules.rules[number].needs_context or self.rules.rules[number].fields
        }

    def _unjudged(self, survey: Survey, work: Work) -> ScanResult:
        """Returns what a survey that took all of the work says: each of its rules counts as found."""
        search = Search(work)
        search.unjudged([self._located[number] for number in sorted({*survey.rules, *survey.fields})])
        return ScanResult(findings=tuple(sorted(search.findings, key=_order)), truncated=True)

    def _search(self, search: Search, texts: Texts, survey: Survey, work: Work, *, may_name: bool) -> None:
        """`may_name` says that names of members may be fields in letters that the survey does not see."""
        fields: dict[int, list[int]] = {}
        if survey.fields or may_name or not texts.buffer.isascii():
            fields = self._fields_of(texts, work)
        left: list[Located] = []
        for number in sorted({*survey.rules, *fields}):
            located = self._located[number]
            if not search.is_over:
                if number not in fields:
                    search.patterns(located, texts, which=survey.rules[number])
                elif located.programs:
                    search.patterns(located, texts, fields[number])
                else:
                    search.values(located, texts, fields[number])
            if search.is_over:
                left.append(located)
        if left:
            search.unjudged(left)

    def _fields_of(self, texts: Texts, work: Work) -> dict[int, list[int]]:
        """Returns rule → numbers of the texts that stand in one of its fields."""
        found: dict[int, list[int]] = {}
        known: dict[str, frozenset[int]] = {"": frozenset()}
        for number, path in enumerate(texts.paths):
            # Nearly every text stands in a member itself: its name is at hand.
            name = path[1] if path is not None and type(path[1]) is str else texts.name(number)
            rules = known.get(name)
            if rules is None:
                rules = known[name] = self._fields.rules(name)
            if rules and not texts.is_name(number):
                for rule in rules:
                    found.setdefault(rule, []).append(number)
        work.spend(FIELD_NS * len(texts.values) + NAME_NS * len(known))
        return found


def _most_bytes(raw: bytes) -> int:
    """Returns how much of `raw` is inspected: less where what is dear to search is dense."""
    if len(raw) <= MAX_DENSE_BYTES:
        return MAX_DENSE_BYTES
    head = raw[:MAX_TEXT_BYTES]
    return MAX_DENSE_BYTES if len(head.translate(None, _SPARSE)) > MAX_DENSE_BYTES else MAX_TEXT_BYTES


def _cut(raw: bytes, most: int) -> bytes:
    """Returns the beginning of JSON that is too long, up to a whole character, and a quote, for words end at one."""
    return raw[:most].decode("utf-8", "ignore").encode("utf-8") + b'"'


def _plain_json(raw: bytes) -> bytes | None:
    """Returns text that holds every value of the JSON `raw` as it is between quotes; None when that takes a parser."""
    if b"\\" not in raw:
        return raw
    kinds = _escapes(raw)
    if not kinds <= _PLAIN.keys():
        return None
    for kind in kinds:
        escape, plain = _PLAIN[kind]
        raw = raw.replace(escape, plain)
    return raw


def _escapes(raw: bytes) -> set[bytes]:
    """Returns the letters of the escapes in `raw`; more than those of `_PLAIN` when it matches `_ODD_ESCAPE`."""
    parts = raw.split(b"\\", MAX_ESCAPES + 1)
    kinds: set[bytes] = set()
    if len(parts) > MAX_ESCAPES:
        return {b""} if _ODD_ESCAPE.search(raw) else set(_PLAIN)
    for part in parts[1:]:
        kinds.add(part[:1])
        end = part.find(b'"', 1)
        if end >= 0:
            behind = part[end + 1 : end + 2]
            if behind == b":" or (behind.isspace() and _ODD_ESCAPE.search(raw)):
                return {b""}
    return kinds


def _order(finding: Finding) -> tuple[Any, ...]:
    return (finding.pointer, finding.decoding, finding.start, finding.end, finding.rule)
