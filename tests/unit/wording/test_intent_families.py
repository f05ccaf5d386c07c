"""Requests for the opposite of an action, for what is done once, for parts of a file, and for work on code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from pdp.wording.families import Family
from pdp.wording.intent import ActionKind, action_kind, is_asked
from pdp.wording.opposites import is_opposed, stands
from pdp.wording.own import own_words
from pdp.wording.request import request_facts
from pdp.wording.things import Thing
from writ.action import Verb

KINDS: Mapping[str, ActionKind] = {
    name: action_kind(name, verbs, [resource])
    for name, verbs, resource in (
        ("set_permissions", [Verb.ADMIN], "permission"),
        ("share_document", [Verb.SEND], "document"),
        ("grant_access", [Verb.ADMIN], "document"),
        ("revoke_access", [Verb.ADMIN], "document"),
        ("add_collaborator", [Verb.ADMIN], "collaborator"),
        ("remove_collaborator", [Verb.ADMIN], "collaborator"),
        ("add_member", [Verb.ADMIN], "group"),
        ("remove_member", [Verb.ADMIN], "group"),
        ("invite_to_event", [Verb.SEND], "event"),
        ("close_issue", [Verb.UPDATE], "issue"),
        ("reopen_issue", [Verb.UPDATE], "issue"),
        ("install_package", [Verb.EXECUTE], "package"),
        ("lock_door", [Verb.ADMIN], "door"),
        ("unlock_door", [Verb.ADMIN], "door"),
        ("start_engine", [Verb.UPDATE], "engine"),
        ("stop_server", [Verb.ADMIN], "server"),
        ("transfer_money", [Verb.PAY], "payment"),
        ("schedule_payment", [Verb.PAY], "payment"),
        ("create_standing_order", [Verb.PAY], "payment"),
        ("setup_autopay", [Verb.PAY], "payment"),
        ("update_standing_order", [Verb.PAY], "payment"),
        ("write_file", [Verb.UPDATE], "file"),
        ("create_file", [Verb.CREATE], "file"),
        ("delete_file", [Verb.DELETE], "file"),
        ("delete_line", [Verb.DELETE], "line"),
        ("post_message", [Verb.SEND], "channel"),
        ("run_command", [Verb.EXECUTE], "command"),
        ("delete_section", [Verb.DELETE], "document"),
        ("create_appointment", [Verb.CREATE], "appointment"),
        ("refund_order", [Verb.PAY], "order"),
        ("delete_branch", [Verb.DELETE], "branch"),
    )
}

ASKED: Sequence[tuple[str, str]] = (
    ("Revoke Bob's access to the budget document", "revoke_access set_permissions"),
    ("Give Bob access to the budget document", "grant_access share_document set_permissions"),
    ("Grant Ada access to the document and revoke Bob's", "grant_access revoke_access"),
    ("Remove eve-dev as a collaborator of acme/app", "remove_collaborator set_permissions"),
    ("Add eve-dev as a collaborator to acme/app", "add_collaborator"),
    ("Remove Bob from the finance group and add Ada", "remove_member add_member"),
    ("Stop sharing the draft and share the final document with Bob", "share_document"),
    ("Reopen issue 41 in acme/app", "reopen_issue"),
    ("Close issue 41 in acme/app", "close_issue"),
    ("Reopen issue 41 and close issue 42", "close_issue reopen_issue"),
    ("Unlock the door", "unlock_door lock_door"),
    ("Stop the engine", "start_engine"),
    ("Stop the server", "stop_server"),
    ("Start by turning the server off", "stop_server"),
    ("Set Bob's access to the document to none", "revoke_access set_permissions"),
    ("Drop Bob from the finance group and add Ada", "remove_member add_member"),
    ("Uninstall requests and install httpx", "install_package"),
    ("Pay Meier 900 EUR every month", "schedule_payment create_standing_order transfer_money"),
    ("Pay Meier 900 EUR on Friday", "schedule_payment transfer_money"),
    ("Set up a standing order for the rent, 900 a month", "schedule_payment create_standing_order"),
    ("Richte einen Dauerauftrag ein: zahle Meier monatlich 900 EUR", "create_standing_order"),
    ("Put the rent on autopay, pay it automatically", "setup_autopay"),
    ("Adjust my rent payment", "update_standing_order"),
    ("Fix issue 41 in acme/app", "write_file"),
    ("Implement issue 41 in acme/app", "write_file create_file"),
    ("Refactor login() so that it logs failures", "write_file"),
    ("Write a unit test for src/login.py", "write_file create_file"),
    ("Debug the failing endpoint", "write_file"),
    ("Behebe den Fehler aus Issue 41 in acme/app", "write_file"),
    ("Füge Bob zur Gruppe finance hinzu", "add_member"),
    ("Nimm Bob in die Gruppe finance auf", "add_member"),
    ("Nimm Bob dazu", "add_member"),
    ("Poste in #finance, dass das Budget fertig ist", "post_message"),
    ("Gib Bob Leserechte auf das Budget", "share_document set_permissions"),
    ("Delete the last line of notes.txt", "write_file delete_line"),
    ("Remove the typo in notes.txt", "write_file"),
    ("Entferne den Tippfehler in notes.txt", "write_file"),
    ("Delete notes.txt", "delete_file"),
    ("Delete drafts/lines.txt", "delete_file"),
    ("Delete the file of sentences", "delete_file"),
    ("Delete the section on travel from the document", "delete_section"),
    ("Tell me what is there. Please delete notes.txt, it does no harm", "delete_file"),
    ("Remove Bob from the finance group and put Ada in", "add_member"),
    ("Schedule a blood test for Friday", "create_appointment"),
    ("Write a unit test for the login", "create_file"),
    ("Refund no. 47110", "refund_order"),
    ("Delete the file with the typos", "delete_file"),
    ("Delete notes.txt and remove the typo in a.txt", "delete_file write_file"),
    ("Explain what it does and run the script", "run_command"),
)


@pytest.mark.parametrize(("request_text", "tools"), ASKED)
def test_what_is_asked_for_is_asked_for(request_text: str, tools: str) -> None:
    facts, said = request_facts(request_text), stands(own_words(request_text).named)
    assert [tool for tool in tools.split() if not is_asked(facts, KINDS[tool])] == []
    turned = {"lock_door", "start_engine"} if request_text in ("Unlock the door", "Stop the engine") else set()
    assert {tool for tool in tools.split() if is_opposed(said, KINDS[tool].sides)} == turned.intersection(tools.split())


NOT_ASKED: Sequence[tuple[str, str]] = (
    ("Revoke Bob's access to the budget document", "grant_access share_document add_member"),
    ("Remove eve-dev as a collaborator of acme/app", "add_collaborator"),
    ("Remove Bob from the finance group", "add_member"),
    ("Kick Bob out of the finance group", "add_member"),
    ("Entferne Bob aus der Gruppe finance", "add_member"),
    ("Widerrufe Bobs Zugriff auf das Budget", "share_document grant_access"),
    ("Add Bob to the finance group", "remove_member"),
    ("Unshare the budget document", "share_document grant_access"),
    ("Stop sharing the budget document with Bob", "share_document grant_access"),
    ("Take Bob off the budget document", "share_document grant_access"),
    ("Deny Bob access to the budget document", "share_document grant_access"),
    ("Cancel Bob's access to the budget document", "share_document grant_access"),
    ("Uninvite Bob from the meeting", "invite_to_event"),
    ("Reopen issue 41 in acme/app", "close_issue"),
    ("Uninstall requests", "install_package"),
    ("Lock the door", "unlock_door"),
    ("Start the server", "stop_server"),
)


@pytest.mark.parametrize(("request_text", "tools"), NOT_ASKED)
def test_the_opposite_is_neither_asked_for_nor_meant(request_text: str, tools: str) -> None:
    said = stands(own_words(request_text).named)
    assert [tool for tool in tools.split() if not is_opposed(said, KINDS[tool].sides)] == []


@pytest.mark.parametrize(
    "request_text",
    [
        "Pay Meier the rent for May, 900 EUR",
        "Transfer 900 EUR to Meier now",
        "Zahle Meier die Miete für Mai",
        "Settle the bill of Meier",
    ],
)
def test_a_payment_is_for_once(request_text: str) -> None:
    facts = request_facts(request_text)
    assert is_asked(facts, KINDS["transfer_money"])
    for tool in ("schedule_payment", "create_standing_order", "setup_autopay"):
        assert not is_asked(facts, KINDS[tool], named=True)


@pytest.mark.parametrize(
    ("request_text", "tools"),
    [
        ("Delete the last line of drafts/old.txt", "delete_file"),
        ("Remove the typo in drafts/old.txt", "delete_file"),
        ("Lösche die letzte Zeile von alt.txt", "delete_file"),
        ("Remove the unused imports in the branch", "delete_file delete_branch"),
        ("Explain what rm -rf build does", "run_command delete_file"),
        ("Tell me what deploying means", "run_command"),
    ],
)
def test_a_part_is_no_file_and_an_explanation_is_no_deed(request_text: str, tools: str) -> None:
    facts = request_facts(request_text)
    assert [tool for tool in tools.split() if is_asked(facts, KINDS[tool], named=True)] == []


def test_who_names_a_file_of_code_means_that_one() -> None:
    facts = request_facts("Rewrite src/main.py")
    assert not is_asked(facts, KINDS["write_file"])
    assert is_asked(facts, KINDS["write_file"], named=True)


def test_bits_fit_what_redis_unites() -> None:
    assert max(*Family, *Thing) < 1 << 31
