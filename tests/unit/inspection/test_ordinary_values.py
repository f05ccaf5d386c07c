"""Ordinary values that are close to what rules look for: dates beside a telephone, links between files, identifiers."""

from __future__ import annotations

from typing import Any

import pytest

from pdp.inspection.validators import VALIDATORS
from pdp.scan import Inspector


def _classes(inspector: Inspector, arguments: dict[str, Any]) -> frozenset[str]:
    return inspector.scan_document(arguments).classes


@pytest.mark.parametrize(
    "arguments",
    [
        {"call": "book(travel_date='2031-11-15', seat=4)"},
        {"call": "zone_at(long='120.97388', lat='23.973875')"},
        {"passport_holder": {"since": "1995-08-15"}},
        {"workflow_run": {"id": 15669918, "run": "https://example.test/runs/289782451"}},
        {"body": '<a href="../../../../core/arch/fn.scale.html">scale</a>'},
        {"code": "import x from '../../components/Button';"},
        {"message": "Hi Sam, see you at nine"},
        {"NextToken": "57r3bujzWfHF7CiwywSmZsD3mtpQmQLQ5XfOsIMkYybSj9AvAT"},
        {"UploadId": "xadcOB_7YPBOJuoFiQ9cz4P3Pe6FIZwO4f7wN93uHsNBEw97pl5eNwzExg0LAT2dUN91cOmrEQHDsP3WA60CEg"},
        {"healthStatus": "Ok", "diagnostics": "enabled"},
        {"script": 'DIR=$(dirname "$0")\nfor f in $(git ls-files); do echo "$f"; done'},
        {"query": "SELECT name FROM sqlite_master WHERE type = 'table'"},
        {"url": "https://api.example.test/users/{user}"},
        {"doc": "Use API keys to authenticate. <important>Keep them.</important>"},
    ],
    ids=str,
)
def test_an_ordinary_value_is_neither_personal_nor_secret_nor_an_attack(
    inspector: Inspector, arguments: dict[str, Any]
) -> None:
    assert _classes(inspector, arguments) - {"source_code"} == frozenset()


@pytest.mark.parametrize(
    ("arguments", "data_class"),
    [
        ({"path": "../../../../etc/passwd"}, "path_traversal"),
        ({"path": "../../../../../../lib/"}, "path_traversal"),
        ({"path": "..\\..\\components\\x.js"}, "path_traversal"),
        ({"name": "a$(reboot -f)"}, "shell_injection"),
        ({"name": "x`id`"}, "shell_injection"),
        ({"id": "1; DROP TABLE users"}, "sql_injection"),
        ({"id": "1' UNION SELECT name FROM sqlite_master--"}, "sql_injection"),
        ({"url": "https://h.example/c?x={{conversation}}"}, "exfiltration"),
        ({"note": "call me on (919)701-6262x682 today"}, "pii"),
        ({"note": "IBAN IR350356307965030489423355"}, "bank_account"),
    ],
    ids=str,
)
def test_what_is_close_to_them_is_still_found(inspector: Inspector, arguments: dict[str, Any], data_class: str) -> None:
    assert data_class in _classes(inspector, arguments)


@pytest.mark.parametrize("text", ["2031-11-15", "15.11.2031", "120.97388", "2025 14"])
def test_dates_and_coordinates_are_no_telephone_numbers_even_beside_the_word(text: str) -> None:
    assert not VALIDATORS["phone_told"](text)


@pytest.mark.parametrize("text", ["Watching Scott", "Though Jones", "Speaker Thomas", "Central Park"])
def test_a_word_that_begins_a_sentence_is_no_given_name(text: str) -> None:
    assert not VALIDATORS["name_before"](text)
