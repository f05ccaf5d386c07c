"""Data classes: what the rules of the checkout find, and what they leave alone. The quality figures come from the corpus."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from benchmarks.inspection_corpus.build import corpus
from benchmarks.inspection_eval import judge, report
from pdp.inspection.folder import compiled_folder
from pdp.inspection.model import Kind
from pdp.inspection.rules import InspectionRules
from pdp.scan import Inspector

DATA_CLASSES = (
    "bank_account",
    "credential",
    "financial",
    "government_id",
    "payment_card",
    "phi",
    "pii",
    "source_code",
)


def classes(inspector: Inspector, args: dict[str, Any]) -> set[str]:
    findings = inspector.scan(orjson.dumps(args)).findings
    return {finding.data_class for finding in findings if finding.kind is Kind.DATA}


def test_every_data_class_meets_its_target_on_the_corpus(rules: InspectionRules) -> None:
    samples = [sample for sample in corpus() if not sample.wants or sample.wants & set(DATA_CLASSES)]
    figures = report(judge(Inspector(rules, cache=compiled_folder()), samples))["classes"]
    assert {name for name in DATA_CLASSES if not figures[name]["met"]} == set()


@pytest.mark.parametrize(
    ("args", "wanted"),
    [
        ({"text": "card 4111 1111 1111 1111 exp 12/30"}, "payment_card"),
        ({"n": 5555555555554444}, "payment_card"),
        ({"text": "378282246310005"}, "payment_card"),
        ({"text": "GB29 NWBK 6016 1331 9268 19"}, "bank_account"),
        ({"payment": {"accountNumber": "0012345678"}}, "bank_account"),
        ({"text": "my SSN is 078-05-1120"}, "government_id"),
        ({"text": "078-05-1120 (SSN)"}, "government_id"),
        ({"ssn": 219099998}, "government_id"),
        ({"citizen": {"social-security-number": "219 09 9998"}}, "government_id"),
        ({"text": "我的身份证号是11010519491231002X"}, "government_id"),
        ({"text": "DNI 12345678Z"}, "government_id"),
        ({"text": "Meine Steuer-ID lautet 36574261809"}, "government_id"),
        ({"passportNo": "C01X00T47"}, "government_id"),
        ({"text": "NHS number 943 476 5919"}, "phi"),
        ({"patient": {"bloodType": "AB-"}}, "phi"),
        ({"text": "prescribed 20 mg lisinopril daily"}, "phi"),
        ({"customer": {"firstName": "Zdenka"}}, "pii"),
        ({"customer": {"surname": "Okafor"}}, "pii"),
        ({"date-of-birth": "12.03.1985"}, "pii"),
        ({"text": "write to jane.doe@example.org"}, "pii"),
        ({"text": "ring me on 020 7946 0958"}, "pii"),
        ({"text": "Die Lieferung geht an Hauptstraße 12"}, "pii"),
        ({"remoteAddr": "203.0.113.7"}, "pii"),
        ({"text": "Q3 revenue of $4.2 million, embargoed"}, "financial"),
        ({"employee": {"baseSalary": 95000}}, "financial"),
        ({"text": "```python\nprint(1)\n```"}, "source_code"),
        ({"text": "diff --git a/x b/x\n@@ -1 +1 @@"}, "source_code"),
    ],
)
def test_a_value_is_found_in_its_class(inspector: Inspector, args: dict[str, Any], wanted: str) -> None:
    assert wanted in classes(inspector, args)


@pytest.mark.parametrize(
    "args",
    [
        {"order_id": "4111111111111111"},
        {"imei": "353879234252633"},
        {"isbn": "978-3-16-148410-0"},
        {"ean": "4006381333931"},
        {"version": "203.0.113.7"},
        {"text": "Chrome/120.0.6099.130 Safari/537.36"},
        {"created": 1740319020822},
        {"id": "7f9c24e8-3b12-4fef-91d0-8f3b6c6f0b2a"},
        {"commit": "9fceb02d0ae598e95dc970b74767f19372d61af8"},
        {"text": "part no. 415-555-2671"},
        {"text": "4111 1111 1111 1112"},
        {"text": "DE88 3704 0044 0532 0130 00"},
        {"text": "000-12-3456"},
        {"text": "123456789"},
        {"lat": 48.858370, "lon": 2.294481},
        {"first_name": "unknown", "email": ""},
        {"ssn": "***-**-****"},
        {"text": "Turn left at the bridge {and stop} (twice); thank you."},
        {"text": "The ticket costs $12.50 and the doctor was kind."},
        {"text": "Grace Period ends on Charlotte Street Station"},
    ],
)
def test_what_only_looks_like_data_is_left_alone(inspector: Inspector, args: dict[str, Any]) -> None:
    assert classes(inspector, args) == set()


def test_a_number_that_one_in_ten_passes_needs_a_word_that_says_what_it_is(inspector: Inspector) -> None:
    assert classes(inspector, {"text": "111222333"}) == set()
    assert classes(inspector, {"text": "BSN 111222333"}) == {"government_id"}
    assert classes(inspector, {"burgerservicenummer": "111222333"}) == {"government_id"}
    assert classes(inspector, {"text": "BSN 111222334"}) == set()


def test_government_ids_of_at_least_twenty_five_countries_have_rules(rules: InspectionRules) -> None:
    countries = {rule.id.split("_")[0] for rule in rules.rules if rule.data_class == "government_id"}
    assert len({country for country in countries if len(country) == 2}) >= 25
