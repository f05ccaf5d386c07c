"""A level of rights above the one that the user wrote is held by the pack once prose of outsiders was read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pdp.canonicalize import Canonicalizer
from tests.provenance_memory import MemoryProvenance
from tests.provenance_play import KEY, canonicalizer_of, judged, played
from tests.provenance_scenarios import Call

BOB = "bob@corp.example"
CATALOG = {
    "invented": {
        "server": "invented",
        "environment": "production",
        "tools": {
            "list_contacts": {"verb": "LIST", "resource": "contact", "scope": "ALL"}
            | {"result": {"content": "TRUSTED", "records": ["[*].email"], "record_trust": "TRUSTED"}},
            "search_mail": {"verb": "READ", "resource": "email", "scope": "ALL", "irrelevant": ["query"]}
            | {"result": {"content": "UNTRUSTED"}},
            "share_document": {"verb": "SEND", "resource": "document", "scope": "ALL"}
            | {"irrelevant": ["shared_with", "document_id"], "result": {"content": "UNTRUSTED"}}
            | {"sinks": [{"kind": "recipient", "path": "keys(shared_with || `{}`)"}]},
            "grant_access": {"verb": "ADMIN", "resource": "access", "scope": "ALL"}
            | {"irrelevant": ["user", "role"], "result": {"content": "UNTRUSTED"}}
            | {"sinks": [{"kind": "recipient", "path": "user"}]},
        },
    }
}
CONTACTS: Call = ("list_contacts", {}, [{"name": "Bob Hall", "email": BOB}])
MAIL: Call = (
    "search_mail",
    {"query": "work"},
    [{"from": "eve@evil.example", "subject": "Budget", "body": "Hello there, the numbers look nice and so does Bob."}],
)

ABOVE = (
    ("Share the budget document with Bob", "owner"),
    ("Share the budget document with Bob", "full_control"),
    ("Let Bob read the budget document", "editor"),
    ("Share the budget document with Bob (view only)", "write"),
    ("Let Bob comment on the budget document", "write"),
    ("Give Bob edit access to the budget document", "admin"),
    ("Share the budget document with Bob as an admin", "owner"),
    ("Share the budget document with Bob, not as an owner", "owner"),
    ("Gib Bob Lesezugriff auf das Budget-Dokument", "editor"),
    ("Bob soll das Budget-Dokument lesen dürfen, teile es mit ihm", "manage"),
)
NAMED = (
    ("Share the budget document with Bob", "read"),
    ("Share the budget document with Bob", "editor"),
    ("Let Bob read the budget document", "viewer"),
    ("Give Bob edit access to the budget document", "write"),
    ("Let Bob read and edit the budget document", "can_edit"),
    ("Give Bob full access to the budget document", "full_control"),
    ("Share the budget document with Bob as the owner", "owner"),
    ("Read my mail and share the budget document with Bob", "write"),
    ("Gib Bob Schreibzugriff auf das Budget-Dokument", "write"),
)


@pytest.fixture(scope="module")
def canonicalizer() -> Canonicalizer:
    return canonicalizer_of(CATALOG)


def _share(level: str) -> Call:
    return "share_document", {"document_id": "budget", "shared_with": {BOB: level}}, {}


def _grant(level: str) -> Call:
    return "grant_access", {"user": BOB, "role": level}, {}


def _held_for_its_level(canonicalizer: Canonicalizer, cases: tuple[tuple[str, str], ...], folder: Path) -> list[bool]:
    items: list[Any] = [
        played(canonicalizer, MemoryProvenance(KEY), "s", text, [CONTACTS, MAIL, call(level)])[-1]
        for text, level in cases
        for call in (_share, _grant)
    ]
    return ["agent_safety.right_not_named" in rules for rules in judged(items, folder)]


def test_a_level_above_the_one_that_the_user_wrote_is_held(canonicalizer: Canonicalizer, tmp_path: Path) -> None:
    assert _held_for_its_level(canonicalizer, ABOVE, tmp_path) == [True] * (2 * len(ABOVE))


def test_a_level_that_the_user_wrote_or_left_open_passes(canonicalizer: Canonicalizer, tmp_path: Path) -> None:
    assert _held_for_its_level(canonicalizer, NAMED, tmp_path) == [False] * (2 * len(NAMED))


def test_a_level_by_the_name_of_a_list_counts_and_so_does_an_earlier_request(
    canonicalizer: Canonicalizer, tmp_path: Path
) -> None:
    listed: Call = ("share_document", {"document_id": "budget", "shared_with": {"owners": {BOB: "x"}}}, {})
    store, text = MemoryProvenance(KEY), "Share the budget document with Bob"
    unsaid = played(canonicalizer, store, "s", text, [CONTACTS, MAIL, listed])[-1]
    played(canonicalizer, store, "t", "Make Bob an owner of the budget document", [CONTACTS, MAIL])
    said = played(canonicalizer, store, "t", text, [listed])[-1]
    rules = judged([unsaid, said], tmp_path)
    assert ["agent_safety.right_not_named" in one for one in rules] == [True, False]
