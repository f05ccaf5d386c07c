"""`writ receipt`: what is shown, and what is said of receipts that were changed."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from writ import body_schema
from writ.canonical import canonical_bytes
from writ.cli.receipt import receipt
from writ.receipt import format_receipt, parse_receipt
from writ.receipt_body import PREDICATE_TYPE, STATEMENT_TYPE

VECTORS = Path(__file__).resolve().parents[2] / "vectors" / "receipts"
KEYS = str(VECTORS / "key.pem")


def test_every_name_stands_apart_from_its_value() -> None:
    shown = CliRunner().invoke(receipt, ["show", str(VECTORS / "decision-0.json")])
    assert shown.exit_code == 0
    rows = shown.output.splitlines()[:-1]
    edge = max(len(row.split()[0]) for row in rows)
    assert {row[edge : edge + 2] for row in rows if row.split()[0].count(".")} == {"  "}
    assert shown.output.splitlines()[-1].startswith("not verified")


def sample(shape: Any, text: str, number: int) -> Any:
    """Returns a value of a shape of `writ.body_schema`, as full as it can be."""
    if isinstance(shape, dict):
        return {name: sample(inner, text, number) for name, inner in shape.items()}
    if isinstance(shape, list):
        return [sample(shape[0], text, number)] * 2
    if inner := getattr(shape, "inner", None):
        return sample(inner, text, number)
    plain = {str: text, int: number, bool: True, body_schema._Commitments: {"salt": "0" * 64}}
    return plain.get(shape, "0" * 64)


@pytest.mark.parametrize("kind", body_schema._PREDICATES)
@pytest.mark.parametrize(
    ("text", "number"), [("x", 5), ("", 2**53 - 1), ("a\nsigned by key  \x1b[2K\u202e", -(2**53) + 1)]
)
def test_whatever_a_receipt_holds_is_shown_a_row_each(tmp_path: Path, kind: str, text: str, number: int) -> None:
    statement = {
        "_type": STATEMENT_TYPE,
        "predicateType": PREDICATE_TYPE,
        "subject": [{"name": "n", "digest": {"sha256": "0" * 64}}],
        "predicate": {**sample(body_schema._PREDICATES[kind], text, number), "kind": kind},
    }
    good = parse_receipt((VECTORS / "decision-0.json").read_bytes())
    file = tmp_path / "receipt.json"
    file.write_bytes(format_receipt(replace(good, body=canonical_bytes(statement))))
    shown = CliRunner().invoke(receipt, ["show", str(file)])
    assert shown.exit_code == 0, shown.output
    assert shown.output.isascii()
    assert [row.startswith("signed by key ") for row in shown.output.splitlines()].count(True) == 1
    assert json.loads(CliRunner().invoke(receipt, ["show", str(file), "--json"]).output)["statement"] == statement


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("signature", base64.b64encode(bytes(64)).decode(), "SIGNATURE_INVALID"),
        ("salt", base64.b64encode(bytes(32)).decode(), "SALT_MISMATCH"),
        ("index", 60_000, "PATH_MALFORMED"),
        ("extra", 1, "RECEIPT_MALFORMED"),
    ],
)
def test_a_changed_receipt_is_named_with_a_reason_and_exit_1(
    tmp_path: Path, field: str, value: Any, reason: str
) -> None:
    document = {**json.loads((VECTORS / "decision-0.json").read_bytes()), field: value}
    file = tmp_path / "receipt.json"
    file.write_text(json.dumps(document, separators=(",", ":"), sort_keys=True))
    said = CliRunner().invoke(receipt, ["verify", str(file), "--keys", KEYS, "--json"])
    assert said.exit_code == 1
    assert json.loads(said.output)["reason"] == reason


def public_pem(key: Any) -> bytes:
    pem: bytes = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return pem


def verified_with(keys: Path) -> Result:
    return CliRunner().invoke(receipt, ["verify", str(VECTORS / "decision-0.json"), "--keys", str(keys)])


def test_of_a_folder_only_keys_of_receipts_are_believed(tmp_path: Path) -> None:
    (tmp_path / "bundle.pem").write_bytes(public_pem(ec.generate_private_key(ec.SECP256R1())))
    # Whoever holds the key of permits could else sign receipts that verify.
    (tmp_path / "permit.pem").write_bytes(Path(KEYS).read_bytes())
    none_left = verified_with(tmp_path)
    assert none_left.exit_code == 2
    assert "expected receipt*.pem in the folder" in none_left.output
    (tmp_path / "receipt.pem").write_bytes(public_pem(ed25519.Ed25519PrivateKey.generate()))
    another = verified_with(tmp_path)
    assert another.exit_code == 1
    assert "KEY_UNKNOWN" in another.output
    (tmp_path / "receipt-2025.pem").write_bytes(Path(KEYS).read_bytes())
    assert verified_with(tmp_path).exit_code == 0


def test_a_file_that_holds_no_key_of_receipts_is_an_error_alone_and_in_a_folder(tmp_path: Path) -> None:
    other, broken = tmp_path / "bundle.pem", tmp_path / "receipt-old.pem"
    other.write_bytes(public_pem(ec.generate_private_key(ec.SECP256R1())))
    (tmp_path / "receipt.pem").write_bytes(Path(KEYS).read_bytes())
    broken.write_bytes(Path(KEYS).read_bytes()[:60])
    for keys, name in ((other, other), (tmp_path, broken)):
        said = verified_with(keys)
        assert said.exit_code == 2
        assert name.name in said.output


def test_a_folder_without_keys_is_an_error(tmp_path: Path) -> None:
    said = verified_with(tmp_path)
    assert said.exit_code == 2
    assert "got no file of such a name" in said.output


def test_a_receipt_that_cannot_be_read_is_named_and_the_others_are_verified_still(tmp_path: Path) -> None:
    (tmp_path / "a.json").mkdir()
    (tmp_path / "b.json").write_bytes((VECTORS / "decision-0.json").read_bytes())
    said = CliRunner().invoke(receipt, ["verify", str(tmp_path), "--keys", KEYS, "--json"])
    assert said.exit_code == 1
    reasons = [json.loads(line).get("reason", "") for line in said.output.splitlines()]
    assert reasons == ["RECEIPT_UNREADABLE", ""]


def test_half_a_receipt_is_named_and_the_others_are_verified_still(tmp_path: Path) -> None:
    whole = (VECTORS / "decision-0.json").read_bytes()
    (tmp_path / "a.json").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "b.json").write_bytes(whole)
    said = CliRunner().invoke(receipt, ["verify", str(tmp_path), "--keys", KEYS, "--json"])
    assert said.exit_code == 1
    assert [json.loads(line)["ok"] for line in said.output.splitlines()] == [False, True]
