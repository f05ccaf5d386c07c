"""What the documentation invites an organisation to set: a bundle with it is built, whatever the library's own tests try."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from control_plane.bundles.build import BuiltBundle
from control_plane.bundles.model import BundleRefused
from tests.control_plane_server import CHECKOUT
from tests.opa_server import SigningKey, signed_bundle

DOCUMENTED = yaml.safe_load(
    next(
        block
        for block in re.findall(r"```yaml\n(.*?)```", (CHECKOUT / "docs" / "policy.md").read_text(), re.DOTALL)
        if "scopes:" in block
    )
)


def build(folder: Path, edits: dict[str, dict[str, Any]], rules: str = "") -> BuiltBundle:
    """Builds the checked-in policy with these keys of these files replaced, and with more rules in the invoice pack."""
    source = folder / "rego"
    shutil.copytree(CHECKOUT / "rego", source)
    for name, changes in edits.items():
        path = source / name / "data.yaml"
        path.write_text(yaml.safe_dump(yaml.safe_load(path.read_text(encoding="utf-8")) | changes), encoding="utf-8")
    if rules:
        (source / "packs" / "invoices" / "ours.rego").write_text(rules, encoding="utf-8")
    return signed_bundle(source, folder / "bundle.tar.gz", SigningKey())


@pytest.mark.parametrize("kept", [[], ["bulk_operations", "new_agents"]])
def test_an_organisation_may_leave_out_packs_the_example_too(tmp_path: Path, kept: list[str]) -> None:
    source = tmp_path / "rego"
    shutil.copytree(CHECKOUT / "rego", source)
    for pack in [path for path in (source / "packs").iterdir() if path.is_dir() and path.name not in kept]:
        shutil.rmtree(pack)
        shutil.rmtree(source / "settings" / "packs" / pack.name, ignore_errors=True)
    assert "PASS" in signed_bundle(source, tmp_path / "bundle.tar.gz", SigningKey()).tests


def test_the_scopes_of_the_documentation_are_built(tmp_path: Path) -> None:
    assert build(tmp_path, {"settings": DOCUMENTED}).conflicts == ()


@pytest.mark.parametrize("dimension", [{"unit": "finance"}, {"organisation": "example"}, {"verb": "READ"}], ids=str)
def test_a_scope_that_the_items_of_the_tests_would_be_in_is_built(tmp_path: Path, dimension: dict[str, str]) -> None:
    scope = {"careful": {"priority": 10, "set": {"risk": {"deny_from": 80, "weights": {"temporal_deviation": 20}}}}}
    build(tmp_path, {"settings": {"scopes": {name: {value: scope} for name, value in dimension.items()}}})


def test_money_without_a_rate_is_said_when_the_bundle_is_built(tmp_path: Path) -> None:
    catalog = yaml.safe_load((CHECKOUT / "rego" / "catalog" / "billing" / "data.yaml").read_text(encoding="utf-8"))
    amount = {"path": "amount", "exponent": 0, "currency": "JPY"}
    catalog["tools"]["payments.refund"] |= {"amount": amount, "irrelevant": ["currency"]}
    built = build(tmp_path, {"catalog/billing": catalog})
    assert built.conflicts == (
        "catalog `billing.tools.payments.refund` moves JPY, for which `behaviour.rates_bp` has no rate: "
        "counted one to one with EUR",
    )


RULES = """package packs.invoices

matched contains rule if {
	input.action.operations[0].verb in {"READ", "UPDATE", "DELETE"}
	rule := {
		"id": "invoices.at_night",
		"outcome": "DENY",
		"code": "AT_NIGHT",
		"message": "nothing happens at night",
		"remediation": "come back in the morning",
		"scope": "finance_night",
	}
}
"""


def test_rules_of_a_scope_are_built(tmp_path: Path) -> None:
    build(tmp_path, {"settings": DOCUMENTED}, RULES)


@pytest.mark.parametrize(
    ("pack", "changed"),
    [
        ("bulk_operations", {"approvals": {"larg": {"quorum": 1, "roles": ["treasurer"], "deadline_s": 60}}}),
        ("agent_safety", {"limits": {"denail": 1}}),
        ("operating_hours", {"hours": None}),
    ],
)
def test_a_pack_whose_own_data_lacks_what_its_rules_read_is_not_built(
    tmp_path: Path, pack: str, changed: dict[str, Any]
) -> None:
    with pytest.raises(BundleRefused, match="BUNDLE_TESTS_FAILED"):
        build(tmp_path, {f"packs/{pack}": changed})


def test_limits_weights_hours_and_approvers_of_the_organisation_are_built(tmp_path: Path) -> None:
    risk = yaml.safe_load((CHECKOUT / "rego" / "settings" / "data.yaml").read_text(encoding="utf-8"))["risk"]
    risk["weights"] |= {"action_severity": 15, "temporal_deviation": 15}
    risk |= {"deny_from": 70, "cap": 90}
    risk["floors"] |= {"from": 50}
    asked = {"quorum": 2, "roles": ["treasurer"], "deadline_s": 60}
    build(
        tmp_path,
        {
            "settings": {
                "risk": risk,
                "permit_ttl_s": {"T0": 5, "T1": 5, "T2": 5, "T3": 5},
                "acknowledgement": {"tiers": {}, "effects": {}},
                "behaviour": None,
                "subjects": ["patient"],
                "environments": {"live": 100},
                "finding_scores": {},
                "exclusive_obligations": [["log", "mask"]],
                "counters": {
                    "payments": {
                        "match": {"verbs": ["PAY"], "resource_types": ["payment"]},
                        "key": ["agent.id"],
                        "window": {"calendar": "month", "zone": "UTC"},
                        "measure": "rows",
                        "counts": "allowed",
                    }
                },
            },
            "settings/packs/invoices": {"limits": {"rows_read": 5, "status_updates_month": 1}},
            "settings/packs/bulk_operations": {
                "limits": {
                    "rows_changed": 1,
                    "rows_read": 1,
                    "amount_minor": 1,
                    "total": {"rows": 1, "amount_minor": 1, "bytes_sent": 1},
                    "same_payment": 2,
                    "baseline_deviation": 50,
                    "times_usual": 2,
                },
                "demands": {"bounded_reads": True, "known_amounts": True},
            },
            "settings/packs/data_protection": {
                "guarded": {"denied": ["pii"], "held": [], "redacted": ["phi"], "read": ["pii"]}
            },
            "settings/packs/new_agents": {
                "guarded": {"new_agent": ["READ"], "new_version": []},
                "limits": {"amount_minor": 1, "rows": 1},
            },
            "settings/packs/operating_hours": {"demands": {"closed": True, "frozen": True}},
            "settings/tiers/resources/invoice": {"READ": {"SINGLE": 3}},
            "packs/operating_hours": {"hours": [{"zone": "UTC", "days": ["Monday"], "from": 8, "until": 18}]},
            "packs/invoices": {
                "approvals": dict.fromkeys(("read_many", "update_status", "delete", "delete_all"), asked)
            },
            "packs/agent_safety": {
                "limits": {
                    "denied_repeats": 1,
                    "denials": 1,
                    "denied_share_pct": 1,
                    "denied_share_of": 9,
                    "burst": 99999,
                },
                "approvals": {"held": asked | {"roles": ["officer"]}},
            },
            "packs/bulk_operations": {"approvals": {"large": asked}},
            "packs/data_protection": {"approvals": {"held": asked | {"roles": ["officer"]}}},
            "packs/new_agents": {"approvals": {"new": asked | {"roles": ["supervisor"]}}},
        },
    )
