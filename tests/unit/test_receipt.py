"""Receipts: what verifies, what does not, and what a body never holds."""

from __future__ import annotations

import os
from base64 import b64decode, b64encode
from pathlib import Path

import orjson
import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from tests.evidence_support import ISSUER, KEYS, NOW_MS, SALT, body, receipt_of, signed
from writ.body_schema import parse_body
from writ.errors import ConfigurationError, VerificationFailed
from writ.head import NO_LEAF, format_head, parse_head
from writ.keys import key_set, parse_private_key, parse_public_keys
from writ.merkle import leaf_hash
from writ.receipt import Receipt, format_receipt, parse_receipt, verify_receipt
from writ.receipt_body import Body, decision_body, epoch_body, outcome_body, place_body, refusal_body, undelivered_body

VECTORS = Path(__file__).parent.parent / "vectors" / "receipts"


def chain(bodies: list[Body]) -> list[Receipt]:
    raws: list[bytes] = []
    previous = NO_LEAF
    for sequence, each in enumerate(bodies):
        raws.append(place_body(each, ISSUER, 1, sequence, previous))
        previous = leaf_hash(raws[-1]).hex()
    return [receipt_of(recorded) for recorded in signed(raws)]


def tool_of(each: Body) -> dict[str, object]:
    statement = orjson.loads(place_body(each, ISSUER, 1, 0, NO_LEAF))
    return dict(statement["predicate"]["tool"])


RECEIPT = chain([body(number) for number in range(5)])[3]
KINDS = [
    body(),
    refusal_body(
        decision_id="01",
        time_ms=NOW_MS,
        organisation="acme",
        caller_id="c",
        reason="AGENT_NOT_COVERED",
        bundle_revision="b",
        bundle_digest="e",
        salt=SALT,
        request=b"request",
        agent_id="spoofed",
        principal="ann@example.org",
    ),
    outcome_body(
        decision_id="01",
        time_ms=NOW_MS,
        organisation="acme",
        caller_id="c",
        status="SUCCEEDED",
        binding="MATCHED",
        finished_at_ms=NOW_MS,
        rows=None,
        error_code="",
        salt=SALT,
        execution_digest="d" * 64,
        result=b'"text"',
        classes=("pii",),
        threats=("prompt_injection",),
    ),
    undelivered_body(decision_id="01", time_ms=NOW_MS, organisation="acme", cause="CALLER_GONE", salt=SALT),
]


def test_a_receipt_file_verifies_with_keys_from_outside() -> None:
    held = verify_receipt(parse_receipt(format_receipt(RECEIPT)), KEYS)
    assert (held.body.kind, held.body.effect, held.body.sequence) == ("decision", "ALLOW", 3)
    assert held.leaf == leaf_hash(RECEIPT.body)


@pytest.mark.parametrize("index", range(4))
def test_every_kind_of_entry_has_a_well_formed_canonical_body(index: int) -> None:
    receipts = chain(KINDS)
    held = verify_receipt(receipts[index], KEYS)
    assert rfc8785.dumps(orjson.loads(receipts[index].body)) == receipts[index].body
    assert held.body.kind == ("decision", "refusal", "outcome", "undelivered")[index]


@pytest.mark.parametrize("cut", [None, {"segment": 1, "offset": 9, "bytes": 3, "sha256": "0" * 64}])
def test_an_epoch_entry_names_the_last_good_leaf(cut: dict[str, object] | None) -> None:
    raw = place_body(epoch_body(time_ms=NOW_MS, epoch=1, previous_leaf=NO_LEAF, cut=cut), ISSUER, 1, 0, NO_LEAF)
    held = verify_receipt(receipt_of(signed([raw])[0], b""), KEYS)
    assert held.body.statement["subject"][0]["digest"]["sha256"] == NO_LEAF


def test_a_body_is_an_in_toto_statement() -> None:
    statement = parse_body(RECEIPT.body).statement
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    assert statement["subject"] == [{"name": "decision/01ARZ3NDEKTSV4RRFFQ6000003", "digest": {"sha256": "a" * 64}}]


def test_personal_data_and_claims_stand_only_as_commitments() -> None:
    for each in KINDS:
        raw = b"".join(each)
        for secret in (b"ann@example.org", b"d" * 64, b"r-1", b"spoofed", SALT):
            assert secret not in raw


def test_a_tool_that_the_catalog_does_not_know_is_not_named() -> None:
    assert tool_of(body())["name"] == "invoices.read"
    unknown = decision_body(
        decision_id="x",
        organisation="x",
        caller_id="x",
        caller_kind="x",
        agent_id="x",
        environment="x",
        time_ms=NOW_MS,
        tool_server="free text",
        tool_name="more free text",
        tool_known=False,
        action_digest="a" * 64,
        bundle_revision="",
        bundle_digest="",
        effect="DENY",
        tier="T3",
        score=0,
        signals={},
        rules=[],
        obligations=[],
        acknowledgement="",
        salt=SALT,
        execution_digest="",
        input_json=b"",
    )
    assert tool_of(unknown) == {"server": "", "name": "", "known": False, "environment": "x"}


def test_a_commitment_opens_to_its_value_and_to_no_other() -> None:
    held = verify_receipt(RECEIPT, KEYS)
    held.verify_value("execution_digest", b"d" * 64)
    held.verify_value("principal", b"ann@example.org")
    with pytest.raises(VerificationFailed, match="COMMITMENT_MISMATCH"):
        held.verify_value("principal", b"bob@example.org")
    with pytest.raises(VerificationFailed, match="COMMITMENT_MISMATCH"):
        held.verify_value("execution_digest", b"ann@example.org")
    with pytest.raises(VerificationFailed, match="COMMITMENT_MISSING"):
        held.verify_value("session", b"s")


def test_a_receipt_verifies_without_its_salt_but_opens_nothing() -> None:
    held = verify_receipt(receipt_of(signed([RECEIPT_ALONE])[0], b""), KEYS)
    with pytest.raises(VerificationFailed, match="SALT_MISSING"):
        held.verify_value("principal", b"ann@example.org")


RECEIPT_ALONE = place_body(body(), ISSUER, 1, 0, NO_LEAF)


@given(st.data())
def test_any_changed_bit_of_a_receipt_breaks_verification(data: st.DataObject) -> None:
    document = orjson.loads(format_receipt(RECEIPT))
    name = data.draw(st.sampled_from(["body", "head", "signature", "salt", "path"]))
    at = data.draw(st.integers(0, len(RECEIPT.path) - 1)) if name == "path" else None
    raw = bytearray(b64decode(document[name] if at is None else document[name][at]))
    bit = data.draw(st.integers(0, len(raw) * 8 - 1))
    raw[bit // 8] ^= 1 << bit % 8
    text = b64encode(raw).decode()
    if at is None:
        document[name] = text
    else:
        document[name][at] = text
    with pytest.raises(VerificationFailed):
        verify_receipt(parse_receipt(orjson.dumps(document)), KEYS)


@pytest.mark.parametrize("index", [0, 1, 2, 4])
def test_another_index_breaks_verification(index: int) -> None:
    document = orjson.loads(format_receipt(RECEIPT)) | {"index": index}
    with pytest.raises(VerificationFailed):
        verify_receipt(parse_receipt(orjson.dumps(document)), KEYS)


def test_a_receipt_of_an_unknown_key_is_refused() -> None:
    other = key_set([Ed25519PrivateKey.generate().public_key()])
    with pytest.raises(VerificationFailed, match="KEY_UNKNOWN"):
        verify_receipt(RECEIPT, other)
    with pytest.raises(VerificationFailed, match="KEY_UNKNOWN"):
        verify_receipt(RECEIPT, {})


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_as_a_receipt(raw: bytes) -> None:
    with pytest.raises(VerificationFailed, match="RECEIPT_MALFORMED"):
        parse_receipt(raw)


_FILE = orjson.loads(format_receipt(RECEIPT))


@pytest.mark.parametrize(
    "changes",
    [
        {"format": "writ.dev/receipt/v2"},
        {"more": 1},
        {"index": "0"},
        {"index": -1},
        {"index": True},
        {"path": "x"},
        {"path": ["AA=="] * 17},
        {"path": [1]},
        {"body": "a b"},
        {"body": 7},
        {"body": "ä"},
        {"salt": None},
    ],
)
def test_a_receipt_file_has_exact_fields(changes: dict[str, object]) -> None:
    raw = orjson.dumps({**_FILE, **changes})
    with pytest.raises(VerificationFailed, match="RECEIPT_MALFORMED"):
        parse_receipt(raw)


def test_a_receipt_file_is_canonical() -> None:
    with pytest.raises(VerificationFailed, match="canonical"):
        parse_receipt(orjson.dumps(_FILE, option=orjson.OPT_INDENT_2))
    assert parse_receipt(format_receipt(RECEIPT) + b"\n") == RECEIPT


def test_an_oversized_receipt_file_is_refused() -> None:
    with pytest.raises(VerificationFailed, match="at most"):
        parse_receipt(b"x" * (1 << 20))


def _changed(**changes: object) -> bytes:
    statement = orjson.loads(RECEIPT_ALONE)
    for path, value in changes.items():
        *parents, last = path.split("__")
        inner = statement
        for name in parents:
            inner = inner[name]
        inner[last] = value
    return orjson.dumps(statement, option=orjson.OPT_SORT_KEYS)


@pytest.mark.parametrize(
    "changes",
    [
        {"predicate__kind": "else"},
        {"predicate__more": 1},
        {"predicate__time_ms": 1.5},
        {"predicate__time_ms": 2**53},
        {"predicate__time_ms": True},
        {"predicate__ticket": None},
        {"predicate__action_digest": "A" * 64},
        {"predicate__commitments": {}},
        {"predicate__commitments__else": "0" * 64},
        {"predicate__risk__factors": {}},
        {"predicate__rules": {}},
        {"predicate__rules": [{"id": "x"}]},
        {"predicate__outcome_reference": {}},
        {"predicate": 7},
        {"predicateType": "https://example.org"},
        {"_type": "x"},
        {"subject": []},
    ],
)
def test_even_a_signed_body_must_be_well_formed(changes: dict[str, object]) -> None:
    raw = _changed(**changes)
    with pytest.raises(VerificationFailed, match="BODY_MALFORMED"):
        verify_receipt(receipt_of(signed([raw])[0]), KEYS)


def test_a_signed_body_must_be_canonical() -> None:
    raw = RECEIPT_ALONE.replace(b'"tier":"T1"', b'"tier": "T1"')
    with pytest.raises(VerificationFailed, match="BODY_MALFORMED"):
        verify_receipt(receipt_of(signed([raw])[0]), KEYS)
    twice = RECEIPT_ALONE.replace(b'"tier":"T1"', b'"tier":"T1","tier":"T1"')
    with pytest.raises(VerificationFailed, match="BODY_MALFORMED"):
        verify_receipt(receipt_of(signed([twice])[0]), KEYS)


@pytest.mark.parametrize(
    "changes",
    [
        {"predicate__log__sequence": 1},
        {"predicate__log__epoch": 2},
        {"predicate__log__issuer": "else"},
        {"predicate__log__previous_leaf": "f" * 64},
    ],
)
def test_a_body_stands_where_its_head_says(changes: dict[str, object]) -> None:
    raw = _changed(**changes)
    with pytest.raises(VerificationFailed, match="PLACE_MISMATCH"):
        verify_receipt(receipt_of(signed([raw])[0]), KEYS)


@pytest.mark.parametrize("salt", [b"short", bytes(32)])
def test_the_salt_must_be_the_one_committed_to(salt: bytes) -> None:
    with pytest.raises(VerificationFailed, match="SALT_MISMATCH"):
        verify_receipt(receipt_of(signed([RECEIPT_ALONE])[0], salt), KEYS)


@pytest.mark.parametrize(
    "changes",
    [{"count": 0}, {"count": 1 << 20}, {"epoch": -1}, {"root": "x"}, {"issuer": ""}, {"format": "x"}, {"y": 1}],
)
def test_a_head_has_exact_fields(changes: dict[str, object]) -> None:
    raw = orjson.dumps({**orjson.loads(RECEIPT.head), **changes}, option=orjson.OPT_SORT_KEYS)
    with pytest.raises(VerificationFailed, match="HEAD_MALFORMED"):
        parse_head(raw)


@pytest.mark.parametrize("raw", [b"", b"[]", b"{", b" " * 2000])
def test_a_head_is_json_of_bounded_size(raw: bytes) -> None:
    with pytest.raises(VerificationFailed, match="HEAD_MALFORMED"):
        parse_head(raw)


def test_a_head_comes_out_as_it_went_in() -> None:
    assert format_head(parse_head(RECEIPT.head)) == RECEIPT.head


@pytest.mark.parametrize("pem", [b"", b"text", b"-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----"])
def test_a_key_file_without_a_public_key_is_refused(pem: bytes) -> None:
    with pytest.raises(ConfigurationError, match="KEY_INVALID"):
        parse_public_keys(pem)


def test_a_damaged_public_key_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="KEY_INVALID"):
        parse_public_keys(b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n")
    with pytest.raises(ConfigurationError, match="KEY_INVALID"):
        parse_private_key(os.urandom(40))


def test_known_receipts_still_verify_and_are_still_made_byte_for_byte() -> None:
    keys = parse_public_keys((VECTORS / "key.pem").read_bytes())
    files = sorted(VECTORS.glob("*.json"))
    assert len(files) == 5
    made = chain([body(number) for number in range(5)])
    for file, receipt in zip(files, made, strict=True):
        verify_receipt(parse_receipt(file.read_bytes()), keys)
        assert format_receipt(receipt) == file.read_bytes()
