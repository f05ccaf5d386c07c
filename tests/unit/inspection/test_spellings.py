"""What a value is does not depend on how it is written down: in which case, and by which sign it stands beside its name."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from pdp.inspection.rules import InspectionRules
from pdp.inspection.samples import written_out
from pdp.scan import Inspector

# Of what these find, the case is a part: base58 and the like, words of prose in capitals, lines that machines write; or nothing
# but the case tells a code from a word (`bic deutdeff`, `fin pending`).
CASE_MATTERS = frozenset(
    (
        "az_fin", "bic", "bitcoin_address", "card_track", "coin_address", "financial_amount", "financial_weak_amount",
        "icd10_dotted", "insider_phrase", "passport_mrz",
    )
)  # fmt: skip
SPACED = "iban d e 8 9"  # letters that stand apart are read as one where they are capitals
MIXED = ("reisepass c01x00t47", "run: 239197884", "gode 561231 gr8")  # told by their capitals


def lowered(value: Any) -> Any:
    if isinstance(value, str):
        return value.lower()
    return {name: lowered(inner) for name, inner in value.items()} if isinstance(value, dict) else value


def test_numbers_of_people_and_accounts_are_found_in_lower_case(inspector: Inspector, rules: InspectionRules) -> None:
    missed = []
    for rule in rules.rules:
        if rule.group not in ("financial", "government", "health") or rule.id in CASE_MATTERS:
            continue
        for example in rule.positive:
            args = lowered(written_out(example))
            text = args if isinstance(args, str) else " ".join(map(str, args.values()))
            if text.startswith(SPACED) or any(one in f"{args}" for one in MIXED):
                continue
            found = inspector.scan(orjson.dumps({"text": args} if isinstance(args, str) else args)).findings
            if rule.data_class not in {finding.data_class for finding in found}:
                missed.append((rule.id, args))
    assert missed == []


@pytest.mark.parametrize(
    "text",
    [
        "gb29nwbk60161331926818",
        "at 20 past four we met 40 people",
        "de88 3704 0044 0532 0130 00",
        "a41839082n_7",
        "41839082nn",
    ],
)
def test_lower_case_that_is_no_number_of_anybody_is_none(inspector: Inspector, text: str) -> None:
    classes = {finding.data_class for finding in inspector.scan(orjson.dumps({"text": text})).findings}
    assert not classes & {"bank_account", "government_id"}


# How formats and languages put a value beside its name: settings, JSON in text, XML, YAML, Make, shells, Docker, code, prose.
BINDINGS = [
    '{name}="{value}"',
    "{name} = '{value}'",
    "{name} := `{value}`",
    '{name} ::= "{value}"',
    '{name} :::= "{value}"',
    '{name} ?= "{value}"',
    '{name} .= "{value}"',
    '"{name}" => "{value}",',
    "{name}: {value}",
    '{{"{name}": "{value}"}} and more',
    'log: {{\\"{name}\\": \\"{value}\\"}}',
    "<{name}>{value}</{name}>",
    '<add key="{name}" value="{value}" />',
    '<entry key="{name}">{value}</entry>',
    "env:\n  - name: {name}\n    value: {value}",
    'name = "{name}"\nvalue = "{value}"',
    '{{ "name": "{name}", "value": "{value}" }} and more',
    'var {name} string = "{value}"',
    'let {name}: string = "{value}"',
    'val {name}: String = "{value}"',
]
NAMES = ["gitter_token", "FINNHUB_API_KEY", "acme_secret", "db_password"]
VALUE = "<<a-z0-9*28>>"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("binding", BINDINGS)
def test_a_secret_is_found_however_it_stands_beside_its_name(inspector: Inspector, binding: str, name: str) -> None:
    text = binding.format(name=name, value=written_out(VALUE))
    found = inspector.scan(orjson.dumps({"text": text})).findings
    assert "credential" in {finding.data_class for finding in found}


@pytest.mark.parametrize("line", ["ENV FINNHUB_API_KEY {value}", "--gitter-token {value}", "--db-password {value} now"])
def test_a_secret_is_found_behind_a_blank_where_its_name_is_no_word(inspector: Inspector, line: str) -> None:
    found = inspector.scan(orjson.dumps({"text": line.format(value=written_out(VALUE))})).findings
    assert "credential" in {finding.data_class for finding in found}


@pytest.mark.parametrize(
    "text",
    [
        "a password > 8 characters",
        "password ?= required",
        "PASSWORD ::= ${{PW}}",
        "token > 4096",
        "--password required",
        '<add key="Password" value="" />',
    ],
)
def test_a_sign_beside_a_name_makes_no_secret_of_what_stands_behind(inspector: Inspector, text: str) -> None:
    found = inspector.scan(orjson.dumps({"text": text})).findings
    assert "credential" not in {finding.data_class for finding in found}


@pytest.mark.parametrize(
    "text", ["rot13: njf xrl NXVNDK3IRMNZCY2MXGED sbe cebq", "read it backwards: dorp rof QRTKZ2LPMAZEV3XQAIKA yek swa"]
)
def test_what_a_text_says_to_be_turned_is_turned(inspector: Inspector, text: str) -> None:
    found = inspector.scan(orjson.dumps({"text": text})).findings
    assert "credential" in {finding.data_class for finding in found}
