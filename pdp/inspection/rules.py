"""Parses inspection rules, bundle data `inspection.<group>.rules`, strictly. Form: docs/inspection.md.

An unknown key, validator or field, and a pattern that RE2 does not read, is an error: a misspelt rule never vanishes.
Does not match anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NoReturn

import re2  # type: ignore[import-untyped]  # has no types

from pdp.inspection.fields import is_field
from pdp.inspection.model import Kind
from pdp.inspection.validators import VALIDATORS
from writ.errors import ConfigurationError
from writ.frozen import frozen

DEFAULT_SENSITIVITY = 50
"""Of a rule that says nothing: the same as a finding that bundle data does not rate."""

MAX_PATTERN_CHARS = 4_096
"""Longest pattern; both engines take memory for every character."""

_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_PAIR = re.compile(r"\\.", re.DOTALL)
_CLASS = re.compile(r"\[\^?\]?[^\]]*\]")
_ANCHORS = frozenset({r"\A", r"\z", r"\Z"})
_KEYS = frozenset(
    {
        "kind",
        "class",
        "patterns",
        "fields",
        "validator",
        "context",
        "confidence",
        "sensitivity",
        "whole",
        "alone",
        "unless",
        "unless_before",
        "positive",
        "negative",
    }
)


@frozen
class Rule:
    """One rule.

    With `patterns` alone, text that one of them matches is found; with `fields` alone, every value of such a member;
    with both, only matches inside values of such members. `context_words` nearby raise `confidence` to
    `context_confidence`; a rule of confidence 0 finds nothing without them. A word of `unless` just before, or in the
    nearest member name, means that there is nothing, but for context words nearby. Neither is there where a pattern of
    `unless_before` matches anywhere before, in the same text. A match that is `alone` is no part of a longer token.
    """

    group: str
    id: str
    kind: Kind
    data_class: str
    patterns: tuple[str, ...]
    fields: tuple[str, ...]
    validators: tuple[str, ...]
    context_words: tuple[str, ...]
    context_confidence: int
    confidence: int
    sensitivity: int
    whole: bool
    alone: bool
    unless: tuple[str, ...]
    unless_before: tuple[str, ...]
    positive: tuple[str | Mapping[str, Any], ...]
    negative: tuple[str | Mapping[str, Any], ...]

    @property
    def needs_context(self) -> bool:
        """True when the rule finds nothing without its context."""
        return self.confidence == 0


@frozen
class InspectionRules:
    """All rules of one bundle revision, sorted by group and id. Ids are unique over all groups."""

    rules: tuple[Rule, ...]

    @staticmethod
    def parse(data: object) -> InspectionRules:
        """Reads `inspection` of the bundle: group → `rules` → id → rule.

        Raises:
            ConfigurationError: INSPECTION_RULE_INVALID, with group, rule and key, what was expected and what came.
        """
        rules: list[Rule] = []
        groups = _mapping("inspection", data)
        for group in sorted(groups):
            where = f"inspection.{group}"
            body = _mapping(where, groups[group])
            if set(body) != {"rules"}:
                _wrong(where, "`rules` and nothing else", sorted(body))
            entries = _mapping(f"{where}.rules", body["rules"])
            rules += [_rule(group, name, entries[name]) for name in sorted(entries)]
        owners: dict[str, str] = {}
        for rule in rules:
            if owners.setdefault(rule.id, rule.group) != rule.group:
                _wrong(f"inspection.{rule.group}.rules.{rule.id}", f"no id of group {owners[rule.id]}", rule.id)
        return InspectionRules(rules=tuple(rules))


def _rule(group: str, name: str, value: object) -> Rule:
    where = f"inspection.{group}.rules.{name}"
    if not _NAME.fullmatch(group) or not _NAME.fullmatch(name):
        _wrong(where, "names of lower-case letters, digits and _", f"{group}.{name}")
    body = _mapping(where, value)
    for key in sorted(set(body) - _KEYS):
        _wrong(where, f"only {', '.join(sorted(_KEYS))}", key)
    confidence = _percent(f"{where}.confidence", body.get("confidence"))
    words, context_confidence = _context(f"{where}.context", body.get("context"), confidence)
    data_class = body.get("class")
    if not isinstance(data_class, str) or not _NAME.fullmatch(data_class):
        _wrong(f"{where}.class", "a name of lower-case letters, digits and _", data_class)
    if body.get("kind") not in tuple(Kind):
        _wrong(f"{where}.kind", "DATA or THREAT", body.get("kind"))
    rule = Rule(
        group=group,
        id=name,
        kind=Kind(body["kind"]),
        data_class=data_class,
        patterns=_texts(f"{where}.patterns", body.get("patterns", [])),
        fields=_texts(f"{where}.fields", body.get("fields", [])),
        validators=_validators(f"{where}.validator", body.get("validator", [])),
        context_words=words,
        context_confidence=context_confidence,
        confidence=confidence,
        sensitivity=_percent(f"{where}.sensitivity", body.get("sensitivity", DEFAULT_SENSITIVITY)),
        whole=_flag(f"{where}.whole", body.get("whole", False)),
        alone=_flag(f"{where}.alone", body.get("alone", False)),
        unless=_texts(f"{where}.unless", body.get("unless", [])),
        unless_before=_texts(f"{where}.unless_before", body.get("unless_before", [])),
        positive=_examples(f"{where}.positive", body.get("positive")),
        negative=_examples(f"{where}.negative", body.get("negative")),
    )
    _verify(where, rule)
    return rule


def _verify(where: str, rule: Rule) -> None:
    if not rule.patterns and not rule.fields:
        _wrong(where, "`patterns`, `fields` or both", "neither")
    if rule.whole and not rule.patterns:
        _wrong(f"{where}.whole", "`patterns` beside it", "none")
    if rule.alone and not rule.patterns:
        _wrong(f"{where}.alone", "`patterns` beside it", "none")
    if rule.unless_before and not rule.patterns:
        _wrong(f"{where}.unless_before", "`patterns` beside it", "none")
    if rule.needs_context and not rule.context_words:
        _wrong(f"{where}.confidence", "1 to 100, or 0 with `context`", 0)
    for field in rule.fields:
        if not is_field(field):
            _wrong(f"{where}.fields", "lower-case words joined by `_`, perhaps with `*` in front or behind", field)
    for pattern in rule.patterns:
        _verify_pattern(f"{where}.patterns", pattern)
    for pattern in rule.unless_before:
        _verify_pattern(f"{where}.unless_before", pattern)


def _verify_pattern(where: str, pattern: str) -> None:
    if len(pattern) > MAX_PATTERN_CHARS:
        _wrong(where, f"at most {MAX_PATTERN_CHARS} characters", len(pattern))
    compiled = compile_pattern(pattern, where)
    if compiled.groups > 1:
        _wrong(where, "at most one capturing group", pattern)
    if compiled.search(b"") is not None:
        _wrong(where, "a pattern that does not match the empty text", pattern)
    if not _ANCHORS.isdisjoint(_PAIR.findall(pattern)) or re.search(r"[\^$]", _CLASS.sub("", _PAIR.sub("", pattern))):
        _wrong(where, "no anchor; `whole: true` matches whole values", pattern)


class Program:
    """The RE2 program of a pattern that was verified, compiled when it is first asked: together they take 16 MiB, and most
    are never asked. `match(anchor, text, start, end)` is that of the library's program, which answers with plain spans
    where its wrapper makes an object for each match."""

    __slots__ = ("_pattern", "match")

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self.match: Callable[[Any, bytes, int, int], Sequence[tuple[int, int]]] = self._first

    def _first(self, anchor: Any, text: bytes, start: int, end: int) -> Sequence[tuple[int, int]]:
        self.match = compile_pattern(self._pattern, "patterns")._regexp.Match
        return self.match(anchor, text, start, end)


@lru_cache(maxsize=8192)  # the prefilter and the search ask the same
def program_of(pattern: str) -> Program:
    """Returns the program of a pattern that `compile_pattern` takes."""
    return Program(pattern)


def compile_pattern(pattern: str, where: str) -> re2._Regexp:
    """Compiles a pattern. Raises ConfigurationError INSPECTION_RULE_INVALID naming `where`."""
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except re2.error as e:
        raise ConfigurationError(
            "INSPECTION_RULE_INVALID", f"expected `{where}` to be RE2 patterns, got `{pattern:.80}`: {_detail(e)}"
        ) from e


def _detail(error: Exception) -> str:
    """Returns what RE2 says, which comes as bytes."""
    detail = error.args[0] if error.args else ""
    return detail.decode("utf-8", "replace") if isinstance(detail, bytes) else str(detail)


def _mapping(where: str, value: object) -> Mapping[str, Any]:
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        _wrong(where, "a mapping with keys that are strings", value)
    return value


def _texts(where: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
        _wrong(where, "a list of non-empty strings", value)
    if len(set(value)) != len(value):
        _wrong(where, "every entry once", value)
    return tuple(value)


def _validators(where: str, value: object) -> tuple[str, ...]:
    names = _texts(where, [value] if isinstance(value, str) else value)
    for name in names:
        if name not in VALIDATORS:
            _wrong(where, f"one of {', '.join(sorted(VALIDATORS))}", name)
    return names


def _context(where: str, value: object, confidence: int) -> tuple[tuple[str, ...], int]:
    if value is None:
        return (), confidence
    body = _mapping(where, value)
    if set(body) != {"words", "confidence"}:
        _wrong(where, "`words` and `confidence`", sorted(body))
    raised = _percent(f"{where}.confidence", body["confidence"])
    if raised <= confidence:
        _wrong(f"{where}.confidence", f"more than {confidence}, which the rule has without context", raised)
    words = _texts(f"{where}.words", body["words"])
    if not words:
        _wrong(f"{where}.words", "at least one word", "none")
    return words, raised


def _percent(where: str, value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 100:
        _wrong(where, "an integer from 0 to 100", value)
    return value


def _flag(where: str, value: object) -> bool:
    if not isinstance(value, bool):
        _wrong(where, "true or false", value)
    return value


def _examples(where: str, value: object) -> tuple[str | Mapping[str, Any], ...]:
    if not isinstance(value, list) or not value or not all(isinstance(item, str | Mapping) for item in value):
        _wrong(where, "a list of at least one string or object", value)
    return tuple(value)


def _wrong(where: str, expected: str, came: object) -> NoReturn:
    raise ConfigurationError("INSPECTION_RULE_INVALID", f"expected `{where}` to be {expected}, got `{came!r:.80}`")
