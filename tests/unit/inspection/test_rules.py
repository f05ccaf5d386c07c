"""Rules are parsed strictly: what is misspelt is an error that names group, rule and key."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from pdp.inspection.fields import FieldIndex, words_of
from pdp.inspection.rules import InspectionRules
from pdp.scan import Inspector
from writ.errors import ConfigurationError


def document(**changes: Any) -> dict[str, Any]:
    rule: dict[str, Any] = {
        "kind": "DATA",
        "class": "pii",
        "patterns": ["a+b"],
        "confidence": 50,
        "positive": ["aab"],
        "negative": ["c"],
    }
    return {"group": {"rules": {"one": {k: v for k, v in (rule | changes).items() if v is not None}}}}


def test_a_rule_is_read_with_its_defaults() -> None:
    (rule,) = InspectionRules.parse(document()).rules
    assert (rule.group, rule.id, rule.sensitivity, rule.whole, rule.context_confidence) == (
        "group",
        "one",
        50,
        False,
        50,
    )


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"patern": ["x"]}, "expected `inspection.group.rules.one` to be only alone, class"),
        ({"kind": "data"}, "one.kind` to be DATA or THREAT, got `'data'`"),
        ({"class": "PII"}, "one.class` to be a name"),
        ({"patterns": None}, "`patterns`, `fields` or both, got `'neither'`"),
        ({"patterns": ["(a)(b)"]}, "at most one capturing group"),
        ({"patterns": ["a("]}, "to be RE2 patterns, got `a\\(`: missing \\)"),
        ({"patterns": ["(?=a)b"]}, "to be RE2 patterns"),
        ({"patterns": ["a*"]}, "does not match the empty text"),
        ({"patterns": ["^a"]}, "no anchor"),
        ({"patterns": ["a$"]}, "no anchor"),
        ({"patterns": ["a\\z"]}, "no anchor"),
        ({"patterns": ["a", "a"]}, "every entry once"),
        ({"patterns": ["a" * 5000]}, "at most 4096 characters"),
        ({"fields": ["eMail"]}, "lower-case words"),
        ({"validator": "lun"}, "one.validator` to be one of .*luhn.*, got `'lun'`"),
        ({"confidence": 101}, "integer from 0 to 100"),
        ({"confidence": True}, "integer from 0 to 100"),
        ({"confidence": 0}, "or 0 with `context`"),
        ({"context": {"words": ["x"]}}, "`words` and `confidence`"),
        ({"context": {"words": ["x"], "confidence": 50}}, "more than 50"),
        ({"context": {"words": [], "confidence": 90}}, "at least one word"),
        ({"whole": 1}, "true or false"),
        ({"whole": True, "patterns": None, "fields": ["a"]}, "`patterns` beside it"),
        ({"alone": True, "patterns": None, "fields": ["a"]}, "`patterns` beside it"),
        ({"unless": "order"}, "list of non-empty strings"),
        ({"unless_before": "order"}, "list of non-empty strings"),
        ({"unless_before": ["a("]}, "one.unless_before` to be RE2 patterns"),
        ({"unless_before": ["^a"]}, "no anchor"),
        ({"unless_before": ["a"], "patterns": None, "fields": ["a"]}, "`patterns` beside it"),
        ({"positive": []}, "at least one string or object"),
        ({"negative": None}, "at least one string or object"),
    ],
)
def test_a_wrong_rule_is_refused_by_name(changes: dict[str, Any], expected: str) -> None:
    with pytest.raises(ConfigurationError, match=expected) as caught:
        InspectionRules.parse(document(**changes))
    assert caught.value.reason == "INSPECTION_RULE_INVALID"


def test_escaped_and_bracketed_anchors_are_no_anchors() -> None:
    InspectionRules.parse(document(patterns=[r"\^a\$", "[^a]b", "[$^]", r"a\\[$]"]))


def test_an_id_belongs_to_one_group() -> None:
    twice = document() | {"other": document()["group"]}
    with pytest.raises(ConfigurationError, match="no id of group group, got `'one'`"):
        InspectionRules.parse(twice)


@pytest.mark.parametrize("data", [None, [], {"group": {}}, {"group": {"rules": {}, "x": 1}}, {"group": {"rules": []}}])
def test_another_form_is_refused(data: object) -> None:
    with pytest.raises(ConfigurationError, match="expected `inspection"):
        InspectionRules.parse(data)


@pytest.mark.parametrize(
    "name", ["dateOfBirth", "date_of_birth", "Date-Of-Birth", "DATEOFBIRTH", "date of birth", "DateOfBirth"]
)
def test_spellings_of_a_member_name_are_one(name: str) -> None:
    assert FieldIndex([("date_of_birth", 3)]).rules(name) == {3}


@pytest.mark.parametrize(
    ("field", "names", "others"),
    [
        ("*email", ["email", "customer_email", "billingEmail"], ["gmail", "email_count", "emails"]),
        ("iban*", ["iban", "ibanOfPayee"], ["my_iban", "ibanity"]),
        ("*card_number*", ["cardNumber", "oldCardNumberMasked", "card-number"], ["card", "postcard_number"]),
        ("pin", ["pin", "PIN"], ["pin_code", "spin"]),
    ],
)
def test_a_star_stands_for_further_words(field: str, names: list[str], others: list[str]) -> None:
    index = FieldIndex([(field, 0)])
    assert [name for name in names if not index.rules(name)] == []
    assert [name for name in others if index.rules(name)] == []


def test_a_long_name_has_few_words() -> None:
    assert len(words_of("a_" * 1000)) <= 8


def found(rule: dict[str, Any], text: str) -> list[tuple[int, int]]:
    inspector = Inspector(InspectionRules.parse(document(**rule)))
    return [(finding.start, finding.end) for finding in inspector.scan_document({"note": text}).findings]


@pytest.mark.parametrize("text", ["A-1234", "1234-x", "v1.1234", "1234.5", "a1234", "1234_x", "+1234"])
def test_a_match_that_is_part_of_a_longer_token_is_not_alone(text: str) -> None:
    assert found({"patterns": [r"1234"], "alone": True}, text) == []


@pytest.mark.parametrize("text", ["1234", "is 1234.", "x/1234/y", "(1234)", "id=1234&a", "1234, 7", "no: 1234 - done"])
def test_a_match_between_marks_is_alone(text: str) -> None:
    assert len(found({"patterns": [r"1234"], "alone": True}, text)) == 1


def test_a_word_before_a_match_speaks_against_it_unless_its_context_is_there_too() -> None:
    rule = {"patterns": [r"\d{4}"], "unless": ["order"], "context": {"words": ["card"], "confidence": 90}}
    assert found(rule, "order 1234") == []
    assert len(found(rule, "1234 of the order")) == 1
    assert len(found(rule, "order of card 1234")) == 1
    assert len(found(rule, "disorder 1234")) == 1


@pytest.mark.parametrize("with_hyperscan", [True, False], ids=["hyperscan", "re2"])
def test_what_stands_anywhere_before_a_match_in_its_text_speaks_against_it(with_hyperscan: bool) -> None:
    rules = document(patterns=[r"1234"], unless_before=[r"\bbegin\b", r"\bstart\b"])
    inspector = Inspector(InspectionRules.parse(rules), with_hyperscan=with_hyperscan)

    def places(*texts: str) -> list[tuple[str, int]]:
        found = inspector.scan(orjson.dumps({"notes": list(texts)})).findings
        return [(finding.pointer, finding.start) for finding in found]

    assert places("begin é " + "x " * 4000 + "1234") == []
    assert places("start, 1234 and 1234") == []
    assert places("é 1234, then begin and 1234") == [("/notes/0", 2)]
    assert places("beginning 1234") == [("/notes/0", 10)]
    assert places("begin", "1234", "start 1234") == [("/notes/1", 0)]


def test_a_rule_without_its_context_anywhere_does_not_use_up_candidates() -> None:
    rules = document(patterns=[r"\d{4}"], confidence=0, context={"words": ["account"], "confidence": 90})
    result = Inspector(InspectionRules.parse(rules)).scan_document({"values": ["1234"] * 4000})
    assert (result.findings, result.truncated) == ((), False)
    assert len(Inspector(InspectionRules.parse(rules)).scan_document({"accountNo": "1234"}).findings) == 1


def test_members_whose_name_speaks_against_a_rule_do_not_use_up_candidates() -> None:
    rules = InspectionRules.parse(document(patterns=[r"\d{4}"], unless=["order"]))
    args = orjson.dumps({"rows": [{"order_id": str(1000 + number)} for number in range(2000)]})
    result = Inspector(rules).scan(args)
    assert (result.findings, result.truncated) == ((), False)
