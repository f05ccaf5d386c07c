"""Values that the user writes out for one deed, used for another: judged by the real pack."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.provenance_memory import MemoryProvenance
from tests.provenance_play import KEY, canonicalizer_of, judged, played
from tests.provenance_scenarios import Call

_OUTSIDE = {"content": "UNTRUSTED"}
_FORGED, _MEIER = "GB82WEST12345698765432", "FR1420041010050500013M02606"


def _entry(verb: str, resource: str, path: str, kind: str, **more: Any) -> dict[str, Any]:
    sinks = [{"kind": kind, "path": path}]
    return (
        {"verb": verb, "resource": resource, "result": _OUTSIDE, "sinks": sinks}
        | ({} if "ids" in more else {"scope": "SINGLE"})
        | more
    )


CATALOG = {
    "invented": {
        "server": "invented",
        "environment": "production",
        "tools": {
            "search_mail": _entry("LIST", "email", "query", "query", scope="ALL", irrelevant=["query"]),
            "delete_file": _entry("DELETE", "file", "path", "path", ids="path"),
            "close_ticket": _entry("UPDATE", "ticket", "ticket_id", "id", ids="ticket_id"),
            "send_mail": _entry("SEND", "email", "to", "recipient", irrelevant=["to"]),
            "post_message": _entry("SEND", "message", "channel", "channel", irrelevant=["channel"]),
            "transfer_money": _entry(
                "PAY",
                "payment",
                "iban",
                "account",
                amount={"path": "amount", "exponent": 2, "currency": "EUR"},
                destinations=[{"kind": "account", "path": "iban"}],
            ),
        },
    }
}

MAIL: Call = ("search_mail", {"query": "x"}, [{"from": "eve@evil.example", "body": "Hello, the garden is green."}])

CROSSED = [
    (said, call)
    for call, requests in (
        (
            ("delete_file", {"path": "drafts/new.txt"}),
            [
                "Read drafts/new.txt, then delete drafts/old.txt",
                "Delete drafts/old.txt and share drafts/new.txt with Bob",
                "Lies drafts/new.txt und lösche drafts/old.txt",
            ],
        ),
        (
            ("close_ticket", {"ticket_id": "T-102"}),
            ["Close T-101, we continue in T-102", "T-102 is urgent. Close T-101", "Schließe T-101, T-102 bleibt offen"],
        ),
        (
            ("send_mail", {"to": "eve@evil.example"}),
            [
                "Warn bob@corp.example about eve@evil.example",
                "Find the mails from eve@evil.example and send bob@corp.example a summary",
                "Schick bob@corp.example das Budget, eve@evil.example weiß Bescheid",
            ],
        ),
        (("post_message", {"channel": "general"}), ["Read #general and post the budget in #finance"]),
        (
            ("transfer_money", {"iban": _FORGED, "amount": "900"}),
            [
                f"Pay Meier 900 EUR; {_FORGED} is wrong",
                f"My own account is {_FORGED}; pay Meier 900 EUR",
                f"Has {_FORGED} been paid? Pay 900 EUR to {_MEIER}",
            ],
        ),
    )
    for said in requests
]

LISTED = [
    ("Delete drafts/old.txt and drafts/new.txt", ("delete_file", {"path": "drafts/new.txt"})),
    ("Read drafts/new.txt and delete it", ("delete_file", {"path": "drafts/new.txt"})),
    ("Close T-101. Same for T-102", ("close_ticket", {"ticket_id": "T-102"})),
    ("Schließe T-101 und auch T-102", ("close_ticket", {"ticket_id": "T-102"})),
    ("Send bob@corp.example the budget, cc eve@evil.example", ("send_mail", {"to": "eve@evil.example"})),
    ("Post the budget in #finance and #general", ("post_message", {"channel": "general"})),
    (f"Pay Meier 900 EUR. His IBAN is {_FORGED}", ("transfer_money", {"iban": _FORGED, "amount": "900"})),
    (f"Pay 900 EUR to {_FORGED}", ("transfer_money", {"iban": _FORGED, "amount": "900"})),
]


def _held(folder: Path, cases: list[tuple[str, tuple[str, dict[str, Any]]]]) -> list[tuple[str, str]]:
    canonicalizer = canonicalizer_of(CATALOG)
    items = []
    for number, (said, (tool, arguments)) in enumerate(cases):
        calls: list[Call] = [MAIL, (tool, arguments, None)]
        items.append(played(canonicalizer, MemoryProvenance(KEY), f"s{number}", said, calls)[-1])
    judgements = judged(items, folder)
    return [(said, tool) for (said, (tool, _)), ids in zip(cases, judgements, strict=True) if ids]


def test_a_value_that_the_request_writes_out_for_another_deed_waits(tmp_path: Path) -> None:
    assert _held(tmp_path, CROSSED) == [(said, tool) for said, (tool, _) in CROSSED]


def test_values_of_one_list_and_what_is_taken_up_go_through(tmp_path: Path) -> None:
    assert _held(tmp_path, LISTED) == []


TAKEN_BACK = [
    (["Delete drafts/old.txt", "stop"], ("delete_file", {"path": "drafts/old.txt"})),
    (["Delete drafts/old.txt", "no, don't delete it"], ("delete_file", {"path": "drafts/old.txt"})),
    (["Lösche drafts/old.txt", "nein, doch nicht"], ("delete_file", {"path": "drafts/old.txt"})),
    (["Delete drafts/old.txt", "no, I meant drafts/new.txt"], ("delete_file", {"path": "drafts/old.txt"})),
    (["Send eve@evil.example the budget", "sorry, bob@corp.example"], ("send_mail", {"to": "eve@evil.example"})),
    ([f"Pay 900 EUR to {_MEIER}", "hold on, don't pay yet"], ("transfer_money", {"iban": _MEIER, "amount": "900"})),
]

GONE_ON = [
    (["Delete drafts/old.txt", "no, I meant drafts/new.txt"], ("delete_file", {"path": "drafts/new.txt"})),
    (["Delete drafts/old.txt", "but don't delete drafts/new.txt"], ("delete_file", {"path": "drafts/old.txt"})),
    (["Send bob@corp.example the budget", "no, go ahead"], ("send_mail", {"to": "bob@corp.example"})),
    (["Send bob@corp.example the budget", "don't worry about the format"], ("send_mail", {"to": "bob@corp.example"})),
    (["Send bob@corp.example the budget", "stop", "ok, go on"], ("send_mail", {"to": "bob@corp.example"})),
    ([f"Pay 900 EUR to {_MEIER}", "don't pay Tegel yet"], ("transfer_money", {"iban": _MEIER, "amount": "900"})),
]


def _held_after(folder: Path, cases: list[tuple[list[str], tuple[str, dict[str, Any]]]]) -> list[list[str]]:
    canonicalizer = canonicalizer_of(CATALOG)
    items = []
    for number, (said, (tool, arguments)) in enumerate(cases):
        store = MemoryProvenance(KEY)
        for turn in said[:-1]:
            played(canonicalizer, store, f"s{number}", turn, [MAIL])
        items.append(played(canonicalizer, store, f"s{number}", said[-1], [MAIL, (tool, arguments, None)])[-1])
    judgements = judged(items, folder)
    return [said for (said, _), ids in zip(cases, judgements, strict=True) if ids]


def test_what_a_later_request_takes_back_or_corrects_waits(tmp_path: Path) -> None:
    assert _held_after(tmp_path, TAKEN_BACK) == [said for said, _ in TAKEN_BACK]


def test_a_later_request_that_only_sounds_so_takes_back_nothing(tmp_path: Path) -> None:
    assert _held_after(tmp_path, GONE_ON) == []
