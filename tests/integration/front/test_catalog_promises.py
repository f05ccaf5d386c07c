"""What a catalog says of a tool holds when a decision is made, by the packs as they are: its reviewed definition, and the most
that its results hold."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from control_plane.bundles.build import BuiltBundle
from tests.calls import codes, effect, request
from tests.decision_point import DecisionPoint
from tests.ground import Ground
from tests.opa_server import SigningKey, signed_bundle
from tests.processes import CHECKOUT
from writ.v1 import decision_pb2

REVIEWED, OTHER = "d0" * 32, "bb" * 32
ALL_OF = {"verb": "LIST", "resource": "contact", "scope": "ALL", "irrelevant": ["name"]}
CATALOG = {
    "server": "contacts-mcp",
    "environment": "production",
    "tools": {
        "contacts.get": {"verb": "READ", "resource": "contact", "ids": "name", "definition": REVIEWED},
        "contacts.rename": {"verb": "UPDATE", "resource": "contact", "ids": "name", "definition": REVIEWED},
        "contacts.tag": {"verb": "UPDATE", "resource": "contact", "ids": "name"},
        "contacts.all": ALL_OF | {"result": {"content": "TRUSTED", "classes": []}},
        "contacts.page": ALL_OF | {"result": {"content": "TRUSTED", "classes": [], "max_rows": 500}},
        "contacts.part": ALL_OF | {"result": {"content": "TRUSTED", "classes": [], "max_bytes": 65536}},
    },
}
ALLOWS = """package packs.contacts

matched contains {
	"id": "contacts.all",
	"outcome": "ALLOW",
	"code": "CONTACTS_USED",
	"message": "contacts are used",
	"remediation": "",
} if {
	input.action.operations[0].resource_type == "contact"
}
"""


def build(folder: Path, key: SigningKey) -> BuiltBundle:
    """Builds the policy of the checkout with a server of contacts, all of which a pack of its own allows."""
    source = folder / "source"
    shutil.copytree(CHECKOUT / "rego", source)
    for name, file, text in (
        ("packs", "contacts.rego", ALLOWS),
        ("catalog", "data.yaml", yaml.safe_dump(CATALOG)),
    ):
        (source / name / "contacts").mkdir()
        (source / name / "contacts" / file).write_text(text, encoding="utf-8")
    return signed_bundle(source, folder / "policy.tar.gz", key)


@pytest.fixture(scope="module")
def point() -> Iterator[DecisionPoint]:
    with Ground(policy=build) as ground:
        yield ground.point().start()


def asked(
    point: DecisionPoint, agent: str, tool: str, name: str = "", *, definition: str = ""
) -> decision_pb2.Decision:
    wanted = request(f"{agent}.{tool}.{name}", tool, agent=agent, args={"name": name} if name else {}, session_id="s")
    wanted.tool.server, wanted.tool.definition_digest = "contacts-mcp", definition
    with point.client(f"agent/{agent}") as client:
        return client.decide(wanted)


def test_a_change_by_a_tool_that_was_shown_otherwise_than_it_was_reviewed_is_held(point: DecisionPoint) -> None:
    held = asked(point, "misled", "contacts.rename", "mara", definition=OTHER)
    assert effect(held) == "REQUIRE_APPROVAL"
    assert codes(held)[0] == "DEFINITION_CHANGED"
    assert held.reasons[0].rule_id == "agent_safety.definition_changed"
    assert b'"verb":"UPDATE"' in held.action_json
    assert f"expected {REVIEWED[:12]}, got {OTHER[:12]}".encode() in held.action_json


def test_a_reading_by_such_a_tool_is_more_suspect(point: DecisionPoint) -> None:
    read = asked(point, "reader", "contacts.get", "mara", definition=OTHER)
    assert effect(read) == "ALLOW"
    assert read.risk.threat_signals.score == 70
    assert "DEFINITION_CHANGED" in read.risk.threat_signals.evidence


@pytest.mark.parametrize(
    ("tool", "definition"),
    [("contacts.rename", REVIEWED), ("contacts.rename", ""), ("contacts.tag", OTHER), ("contacts.tag", "")],
)
def test_a_tool_as_it_was_reviewed_or_of_which_one_side_says_nothing_is_not_held_for_it(
    point: DecisionPoint, tool: str, definition: str
) -> None:
    changed = asked(point, f"honest-{tool[9:]}-{definition[:2]}", tool, "mara", definition=definition)
    assert effect(changed) == "ALLOW", codes(changed)
    assert b"DEFINITION_CHANGED" not in changed.action_json


@pytest.mark.parametrize(
    ("tool", "change"),
    [("contacts.all", "REQUIRE_APPROVAL"), ("contacts.page", "ALLOW"), ("contacts.part", "ALLOW")],
)
def test_readings_that_nobody_reported_count_as_the_most_that_their_results_hold(
    point: DecisionPoint, tool: str, change: str
) -> None:
    agent = f"clerk-{tool.rpartition('.')[2]}"
    for number in ("1", "2"):
        assert effect(asked(point, agent, tool, number)) == "ALLOW"
    changed = asked(point, agent, "contacts.tag", "mara")
    assert effect(changed) == change
    assert ("TOTAL_OVER_LIMIT" in codes(changed)) == (change == "REQUIRE_APPROVAL")
