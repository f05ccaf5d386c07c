"""Levels of rights: what tools call them, and what requests say of them."""

from __future__ import annotations

import pytest

from pdp.fold import fold
from pdp.wording.levels import Level, level_given, level_of, levels_said

READ, COMMENT, WRITE, ADMIN, OWNER = Level


@pytest.mark.parametrize(
    ("value", "level"),
    [
        ("read", READ),
        ("read-only", READ),
        ("VIEWER", READ),
        ("canComment", COMMENT),
        ("can_edit", WRITE),
        ("rw", WRITE),
        ("editor", WRITE),
        ("admin", ADMIN),
        ("full_control", ADMIN),
        ("Manage", ADMIN),
        ("coowner", OWNER),
        ("owner", OWNER),
        ("finance", None),
        ("read the report", None),
        ("", None),
    ],
)
def test_a_value_stands_for_its_level_and_for_none_where_it_says_more(value: str, level: Level | None) -> None:
    assert level_of(value) == level


@pytest.mark.parametrize(
    ("said", "levels"),
    [
        ("Share the budget with Bob", set()),
        ("Let Bob read the budget", {READ}),
        ("Share the budget with Bob (view only)", {READ}),
        ("share it w/ bob so he can see it", {READ}),
        ("Bob should be able to view it", {READ}),
        ("Gib Bob Lesezugriff auf das Budget", {READ}),
        ("Bob soll das Budget lesen dürfen", {READ}),
        ("Gib Bob Zugriff, damit er es lesen kann", {READ}),
        ("Let Bob comment on the budget", {COMMENT}),
        ("Give Bob edit access", {WRITE}),
        ("Let Bob read and edit it", {READ, WRITE}),
        ("Bob darf das Dokument bearbeiten", {WRITE}),
        ("Make Bob an admin", {ADMIN}),
        ("Gib Bob vollen Zugriff", {ADMIN}),
        ("Transfer the budget to Bob", {OWNER}),
        ("Mach Bob zum Eigentümer", {OWNER}),
        ("Can you read my mail and share the budget with Bob?", set()),
        ("Let me see the mail. Share the budget with Bob", set()),
        ("See if Bob can join and share the budget with him", set()),
        ("Share it with Bob, but without admin rights", set()),
        ("Write to my manager and change the date", set()),
    ],
)
def test_a_request_speaks_of_levels_where_it_allows_them_to_somebody(said: str, levels: set[Level]) -> None:
    assert levels_said(fold(said)) == levels


def test_only_what_gives_rights_gives_a_level() -> None:
    assert level_given("share_document", "/shared_with/bob", "owner") == OWNER
    assert level_given("set_access", "/level", "admin") == ADMIN
    assert level_given("update_file", "/permissions/0", "write") == WRITE
    assert level_given("create_todo", "/title", "admin") is None
    assert level_given("open_file", "/mode", "write") is None
    assert level_given("revoke_role", "/role", "owner") is None
    assert level_given("assign_role", "/role", "owner " * 20) is None
