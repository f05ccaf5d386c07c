"""The prefilter never leaves out a rule that holds: its gates, fixed texts and cut patterns are in every match."""

from __future__ import annotations

import pytest
import re2  # type: ignore[import-untyped]

from pdp.inspection.examples import example_bytes
from pdp.inspection.gates import Gate, gate_of
from pdp.inspection.literals import needed, needed_by_alternative
from pdp.inspection.matcher import HyperscanMatcher, MixedMatcher, SetMatcher, build_matcher, build_mixed_matcher
from pdp.inspection.prefilter import Prefilter
from pdp.inspection.rules import InspectionRules
from pdp.inspection.shorten import alternatives, in_bytes, relaxed, shortened
from pdp.inspection.work import Work
from pdp.scan import Inspector
from writ.errors import ConfigurationError


def test_what_a_pattern_cannot_do_without_is_in_every_example_that_it_matches(rules: InspectionRules) -> None:
    tried = 0
    for rule in rules.rules:
        texts = [example_bytes(example).decode() for example in (*rule.positive, *rule.negative)]
        for pattern in rule.patterns:
            program, short, gate = re2.compile(pattern), re2.compile(shortened(pattern)), gate_of(pattern)
            for text in texts:
                if program.search(text) is None:
                    continue
                tried += 1
                assert short.search(text) is not None, f"{rule.id}: {short.pattern} in {text}"
                assert re2.search(relaxed(pattern), text), f"{rule.id}: {relaxed(pattern)} in {text}"
                assert gate is None or re2.search(gate.pattern, text), f"{rule.id}: {gate} in {text}"
                for clause in needed(pattern):
                    there = any(part in (text.lower() if part == part.lower() else text) for part in clause)
                    assert there, f"{rule.id}: {sorted(clause)} in {text}"
    assert tried > 500


@pytest.mark.parametrize(
    ("pattern", "gate"),
    [
        (r"\b\d{4}[ -]?\d{4}[ -]?\d{4}\b", Gate.DIGITS_9),
        (r"\b\d{3}-\d{3}\b", Gate.DIGITS_6),
        (r"\b(?:\d{6}|\d{4}-\d{4})\b", Gate.DIGITS_6),
        (r"\b(?:\d{6}|[A-Z]{6})\b", None),
        (r"\d{3}.{3}\d{3}", Gate.DIGIT),
        (r"\d{5}[a-z]*\d{4}", Gate.DIGIT),
        (r"[A-Z]{2}\d{2}(?:[ ]?[A-Z0-9]){12}", Gate.CODE_14),
        (r"[A-Z]{9}", Gate.CAPITALS_8),
        (r"[A-Za-z0-9]{20}", Gate.RUN_16),
        (r"abcd\d{9}", None),
        (r"\pL\d{9}", Gate.DIGITS_9),
        (r"[\x{80}-\x{10ffff}]\d{9}", Gate.DIGITS_9),
        (r"[A-Z]{2}\d{2}[ -]?[A-Z]\d{3}", Gate.CODE_8),
        (r"[a-z]{2}\d{2}[ -]?[a-z]\d{3}", Gate.DIGIT),
        (r"[A-Z]{4}[ -]?[A-Z]{4}", Gate.CODE_8),
        (r"\[[a-z]+ abcd [a-z]+\]", Gate.BRACKET),
        (r"[a-z]+ \d", Gate.DIGIT),
        (r"[a-z]+:\r?\n", Gate.LINE),
        (r"\\x{9}", None),
        (r"(?:\d{3}){3}x?", Gate.DIGITS_9),
    ],
)
def test_a_gate_is_only_what_every_match_opens(pattern: str, gate: Gate | None) -> None:
    assert gate_of(pattern) is gate


@pytest.mark.parametrize(
    ("pattern", "clauses"),
    [
        (
            r"(?i)\b(?:ignore|forget)\s+(?:all\s+)?instructions?\b",
            [{"instruction"}, {"forget", "ignore"}],
        ),
        (r"AKIA[A-Z]{16}", [{"AKIA"}]),
        (r"(?i)AKIA[A-Z]{16}", [{"akia"}]),
        (r"(?i:Akia)[A-Z]{16}", [{"akia"}]),
        (r"(?:Smith|Müller) [a-z]", [{"Smith ", "Müller "}]),
        (r"(?i)müller", [{"ller"}]),
        ("(?i)忽略[^ ]{0,9}指令", [{"忽略"}, {"指令"}]),
        (r"(?i)\b(?:wake|rise)\b.{0,9}\b(?:dogs|cats)\b", [{"dogs", "cats"}, {"wake", "rise"}]),
        (r"(?i)\b(?:wake|go)\b.{0,9}\b(?:dog|cats)\b", []),
        (r"x(?:ab|c\d)y", []),
        (r"\.\./", [{"../"}]),
        (r"(?:secret)?key_", [{"key_"}]),
        (r"(?:Sue)?Ann_[a-z]", [{"Ann_"}]),
        (r"(?:x_key|X_KEY)=", [{"x_key="}]),
        (r"(?:X_Key|x_key_X_Keys)=", [{"X_Key=", "x_key_X_Keys="}]),
        (r"gr[ae]y_wolf", [{"grey_wolf", "gray_wolf"}]),
        (r"\pLsecret", [{"secret"}]),
        (r"(?:password)*=", [{"="}]),
        (r"(?:password)+x", [{"password"}]),
        (r"(?:Ann|Bob) [a-z]", [{"Ann ", "Bob "}]),
        (r"(?:://[a-z]+@[a-z]|[a-z]+@[a-z])", [{"@"}, {"@", "://"}]),
    ],
)
def test_fixed_texts_are_only_what_every_match_holds(pattern: str, clauses: list[set[str]]) -> None:
    assert [set(clause) for clause in needed(pattern)] == clauses


@pytest.mark.parametrize(
    ("pattern", "short"),
    [
        (r"\b(sk-[A-Za-z0-9]{48})\b", "sk-[A-Za-z0-9]{12}"),
        (r"(?i)\bserver=[^\n]{1,300};\s*password=x", r"(?i)[^\n]{1};\s*password=x"),
        (r"abc|d{99}e", "abc|d{12}e"),
        (r"plain", "plain"),
        (r"[a-z]{30}\.atlas\.x", r"[a-z]{12}\.atlas\.x"),
        (r"(?:foo[a-z]{20}){9}barbar", "barbar"),
    ],
)
def test_a_long_pattern_is_cut_to_its_most_telling_stretch(pattern: str, short: str) -> None:
    assert shortened(pattern) == short


@pytest.mark.parametrize(
    ("pattern", "wider"),
    [
        (r"(?i)\bcurl\b[^\n]{0,160}\s(-d|--data)\b", r"(?i)curl[^\n]*\s(-d|--data)"),
        (r"[A-Z]{2}\d{1,40}(?:x{0,9}y){3}", r"[A-Z]{2}\d+(?:x{0,9}y){3}"),
        (r"[\b-]{1,99}\\b", r"[\b-]+\\b"),
    ],
)
def test_a_relaxed_pattern_counts_no_long_repetition(pattern: str, wider: str) -> None:
    assert relaxed(pattern) == wider


@pytest.mark.parametrize(
    ("pattern", "in_bytes_of_it"),
    [
        (r"(?i)ask\b", r"(?i)ask\b"),
        (r"(?i)x[^\n]{0,40}y", r"(?i)x[^\n]*y"),
        (r"x\S{12,90}y", r"x\S{12,}y"),
        (r"[^a]x[^b]", r"[^a]x[^b]"),
        (r"x[^a]y", None),
        (r"\d[^0-9]{0,2}\d", None),
        (r"\pLx", None),
        (r"[\x{80}-\x{10ffff}]", None),
        ("é", None),
    ],
)
def test_a_pattern_is_searched_in_bytes_where_these_are_as_good_as_characters(
    pattern: str, in_bytes_of_it: str | None
) -> None:
    assert in_bytes(pattern) == in_bytes_of_it


def test_every_alternative_has_its_own_fixed_texts_and_all_have_those_of_the_whole_when_one_has_none() -> None:
    both = r"(?i)\b(?:forget|ignore)\s+instructions\b|\breveal\s+secrets\b"
    assert alternatives(both) == [r"(?i)\b(?:forget|ignore)\s+instructions\b", r"(?i)\breveal\s+secrets\b"]
    assert needed_by_alternative(both) == [needed(one) for one in alternatives(both)]
    assert needed_by_alternative(r"(?i)forget\s+it|go") == [needed(r"(?i)forget\s+it|go")]


PATTERNS = [r"a+b", r"(?i)é[a-z]", r"\d{3}", r"x\x00y"]
TEXTS = ["caab", "É9 éa", "12 345", "", "x\x00y", "none"]


def test_both_engines_hit_the_same_patterns() -> None:
    engines = [build_matcher(PATTERNS, with_hyperscan=one) for one in (True, False)]
    assert [type(engine) for engine in engines] == [HyperscanMatcher, SetMatcher]
    for text in TEXTS:
        first, second = (sorted(engine.hits(text.encode())) for engine in engines)
        assert first == second
    assert sorted(engines[0].hits(" ".join(TEXTS).encode())) == [0, 1, 2, 3]


def test_both_engines_hit_the_same_fixed_texts_whatever_their_case_and_the_patterns_behind_them() -> None:
    literals = ["ignore", "../", "a.b", "Ann"]
    engines = [build_mixed_matcher(literals, [r"\d{2}"], with_hyperscan=one) for one in (True, False)]
    assert [type(engine) for engine in engines] == [HyperscanMatcher, MixedMatcher]
    for text, expected in ((b"IGNORE ../x", [0, 1]), (b"A.B axb ann 12", [2, 4]), (b"Ann", [3]), (b"", [])):
        assert [sorted(engine.hits(text)) for engine in engines] == [expected, expected]


def test_a_set_that_runs_out_of_memory_is_searched_singly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "pdp.inspection.matcher._SENTINEL", b""
    )  # a set that says nothing, not even that it saw the end
    assert build_matcher(["abc", "xyz"], with_hyperscan=False).hits(b"an abc") == [0]


def test_a_pattern_that_an_engine_does_not_compile_is_named() -> None:
    with pytest.raises(ConfigurationError, match="got `a\\(`"):
        build_matcher(["fine", "a("], with_hyperscan=True)


def test_no_patterns_hit_nothing() -> None:
    for one in (True, False):
        assert build_matcher([], with_hyperscan=one).hits(b"text") == []


def _survey(text: bytes, *patterns: str, with_hyperscan: bool, context: bool = False) -> dict[int, set[int]]:
    words = {"confidence": 0, "context": {"words": ["invoice"], "confidence": 90}} if context else {"confidence": 90}
    rule = {"kind": "DATA", "class": "pii", "patterns": list(patterns), "positive": ["x"], "negative": ["y"], **words}
    rules = InspectionRules.parse({"some": {"rules": {"one": rule}}})
    return Prefilter(rules.rules, with_hyperscan=with_hyperscan).survey(text, Work()).rules


@pytest.mark.parametrize("engine", [True, False])
@pytest.mark.parametrize(
    ("text", "rules"),
    [
        (b"the secret door of the castle", {0: {1}}),
        (b"the secret garden", {}),
        (b"a door, and a secret", {}),
        (b"secret door, secret window, secret tunnel", {0: {1, 2, 3}}),
    ],
)
def test_only_the_patterns_that_may_match_are_named(engine: bool, text: bytes, rules: dict[int, set[int]]) -> None:
    patterns = (
        r"garden\b.{0,40}\bcastle",
        *(rf"secret\b[^,]{{0,40}}\b{word}" for word in ("door", "window", "tunnel")),
    )
    assert _survey(text, *patterns, with_hyperscan=engine) == rules


@pytest.mark.parametrize("engine", [True, False])
@pytest.mark.parametrize(
    ("text", "rules"),
    [(b"invoice 123456", {0: {0}}), (b"invoice", {}), (b"123456", {}), (b"invoices of May\n\n", {})],
)
def test_words_beside_numbers_count_only_with_numbers(engine: bool, text: bytes, rules: dict[int, set[int]]) -> None:
    assert _survey(text, r"\b\d{6}\b", r"\b\d{4}-\d{5}\b", with_hyperscan=engine, context=True) == rules


@pytest.mark.parametrize("engine", [True, False])
@pytest.mark.parametrize(
    ("text", "rules"),
    [(b"invoice: sk_live_abcdef", {0: {0}}), (b"invoice", {}), (b"sk_live_abcdef", {0: {0}})],
)
def test_words_beside_rare_texts_are_left_to_the_search(engine: bool, text: bytes, rules: dict[int, set[int]]) -> None:
    assert _survey(text, r"sk_live_[a-z]{6}", with_hyperscan=engine, context=True) == rules


def test_both_engines_find_the_same_in_every_example(rules: InspectionRules) -> None:
    with_hyperscan, without = (Inspector(rules, with_hyperscan=one) for one in (True, False))
    for rule in rules.rules:
        for example in (*rule.positive, *rule.negative):
            raw = example_bytes(example)
            assert with_hyperscan.scan(raw) == without.scan(raw), rule.id
