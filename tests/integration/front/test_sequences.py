"""Declared sequences stop what completes them, with nothing but the declaration of docs/behaviour.md: no rule in a pack."""

from __future__ import annotations

import re
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

DOCUMENTED = yaml.safe_load(
    next(
        block
        for block in re.findall(r"```yaml\n(.*?)```", (CHECKOUT / "docs" / "behaviour.md").read_text(), re.DOTALL)
        if "sequences:" in block
    )
)
TWICE = {
    "after": [{"verb": "LIST", "resource_type": "contact"}],
    "then": {"verb": "SEND", "external": True},
    "within_s": 600,
    "outcome": "APPROVAL",
    "approval": {"quorum": 2, "roles": ["finance-manager"], "deadline_s": 3600},
}
CATALOG = {
    "server": "vault-mcp",
    "environment": "production",
    "tools": {
        "secrets.get": {"verb": "READ", "resource": "secret", "ids": "name", "result": {"classes": ["secret"]}},
        "secrets.list": {"verb": "LIST", "resource": "secret", "scope": "ALL", "result": {"classes": ["secret"]}},
        "contacts.list": {"verb": "LIST", "resource": "contact", "scope": "ALL", "result": {"classes": ["pii"]}},
        "mail.send": {
            "verb": "SEND",
            "resource": "mail",
            "scope": "SINGLE",
            "destinations": [{"kind": "email", "path": "to", "inside": ["@acme.example"]}],
        },
    },
}
ALLOWS = """package packs.vault

matched contains {
	"id": "vault.all",
	"outcome": "ALLOW",
	"code": "VAULT_USED",
	"message": "the vault is used",
	"remediation": "",
} if {
	input.action.operations[0].resource_type in {"secret", "contact", "mail"}
}
"""


def build(folder: Path, key: SigningKey) -> BuiltBundle:
    """Builds the policy of the checkout with a vault, a pack that allows all of it, and the documented sequence."""
    source = folder / "source"
    shutil.copytree(CHECKOUT / "rego", source)
    shutil.rmtree(source / "packs" / "agent_safety")
    (source / "packs" / "vault").mkdir()
    (source / "packs" / "vault" / "vault.rego").write_text(ALLOWS, encoding="utf-8")
    (source / "packs" / "vault" / "data.yaml").write_text(
        yaml.safe_dump({"sequences": {"contacts_sent_out": TWICE}}), encoding="utf-8"
    )
    (source / "catalog" / "vault").mkdir()
    (source / "catalog" / "vault" / "data.yaml").write_text(yaml.safe_dump(CATALOG), encoding="utf-8")
    settings = source / "settings" / "data.yaml"
    settings.write_text(
        yaml.safe_dump(yaml.safe_load(settings.read_text(encoding="utf-8")) | DOCUMENTED), encoding="utf-8"
    )
    return signed_bundle(source, folder / "policy.tar.gz", key)


@pytest.fixture(scope="module")
def point() -> Iterator[DecisionPoint]:
    with Ground(policy=build) as ground:
        yield ground.point().start()


def asked(point: DecisionPoint, agent: str, tool: str, **args: str) -> decision_pb2.Decision:
    wanted = request(f"{agent}.{tool}.{len(args)}", tool, agent=agent, args=args, session_id="s")
    wanted.tool.server = "vault-mcp"
    with point.client(f"agent/{agent}") as client:
        return client.decide(wanted)


def test_a_secret_that_was_read_keeps_its_agent_from_sending_anything_outside(point: DecisionPoint) -> None:
    assert effect(asked(point, "reader", "secrets.get", name="key")) == "ALLOW"
    sent = asked(point, "reader", "mail.send", to="a@elsewhere.example")
    assert effect(sent) == "DENY"
    assert codes(sent)[0] == "SEQUENCE_COMPLETED"
    assert sent.reasons[0].rule_id == "writ.sequence.secret_sent_out"
    assert sent.reasons[0].remediation


def test_a_list_of_secrets_is_a_reading_of_them(point: DecisionPoint) -> None:
    assert effect(asked(point, "lister", "secrets.list")) == "ALLOW"
    assert codes(asked(point, "lister", "mail.send", to="a@elsewhere.example"))[0] == "SEQUENCE_COMPLETED"


def test_who_read_no_secret_and_who_stays_inside_goes_on(point: DecisionPoint) -> None:
    assert effect(asked(point, "other", "mail.send", to="a@elsewhere.example")) == "ALLOW"
    assert effect(asked(point, "inside", "secrets.get", name="key")) == "ALLOW"
    assert effect(asked(point, "inside", "mail.send", to="a@acme.example")) == "ALLOW"


def test_a_sequence_of_a_pack_that_people_may_let_happen_is_held_for_them(point: DecisionPoint) -> None:
    assert effect(asked(point, "caller", "contacts.list")) == "ALLOW"
    sent = asked(point, "caller", "mail.send", to="a@elsewhere.example")
    assert effect(sent) == "REQUIRE_APPROVAL", codes(sent)
    assert "SEQUENCE_HELD" in codes(sent)
    assert (sent.approval.quorum, list(sent.approval.roles)) == (2, ["finance-manager"])
