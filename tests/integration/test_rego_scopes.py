"""Scopes through a real OPA: what a bundle build says of them, and `writ policy explain` on what runs and on sources."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from control_plane.bundles.build import BuiltBundle
from control_plane.bundles.model import BundleRefused
from control_plane.bundles.scopes import verify_scopes
from control_plane.stack.tools import tool_path
from pdp.policy_explain import RunningPolicy, explain
from tests.opa_server import OpaServer, SigningKey, signed_bundle
from writ.cli.main import cli
from writ.v1 import action_pb2

REGO = Path(__file__).resolve().parents[2] / "rego"
NOW_MS = 1_749_565_800_000
CAREFUL = {
    "careful": {
        "priority": 20,
        "match": {"verb": ["READ"]},
        "set": {"tiers": {"base": {"READ": {"SINGLE": 2}}}, "risk": {"deny_from": 90}},
    }
}
ACTION = {
    "agent": {"id": "billing-1", "role": "clerk", "unit": "finance"},
    "tool": {"server": "billing-mcp", "name": "invoices.get"},
    "args": {"customer": "7", "invoice": "INV-1"},
}


def with_scopes(folder: Path, scopes: dict[str, Any], **settings: Any) -> Path:
    """Copies the library with these scopes and other settings, and instead of its tests and its packs' with the one without which
    nothing is built."""
    source = folder / "rego"
    shutil.copytree(REGO, source, ignore=shutil.ignore_patterns("*_test.rego", "inspection"))
    file = source / "settings" / "data.yaml"
    document = yaml.safe_load(file.read_text(encoding="utf-8")) | {"scopes": scopes} | settings
    file.write_text(yaml.safe_dump(document), encoding="utf-8")
    (source / "probe_test.rego").write_text("package probe_test\n\ntest_nothing if true\n", encoding="utf-8")
    return source


def files_of(source: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(source)): path.read_bytes()
        for path in source.rglob("*")
        if path.suffix in {".rego", ".yaml"}
    }


def test_a_scope_that_the_library_cannot_read_refuses_the_bundle(tmp_path: Path) -> None:
    wrong = {"unit": {"finance": {"wrong": {"priority": 1, "set": {"callers": []}}}}}
    with pytest.raises(BundleRefused, match=r"SCOPES_INVALID.*scope `wrong`: expected a setting that scopes may give"):
        verify_scopes(files_of(with_scopes(tmp_path, wrong)), tool_path("opa"))


NIGHT = {"zone": "Europe/Paris", "days": ["Monday", "Tuesday"], "from": 22, "until": 6}
GUARDED = {"packs": {"data_protection": {"guarded": {"denied": ["creditcard"]}}}}
FROZEN = {"packs": {"operating_hours": {"demands": {"frozen": True}}}}


def frozen(hours: dict[str, Any], **match: list[str]) -> dict[str, Any]:
    """Settings that freeze all payments of the night, given as its hours."""
    freeze = {"priority": 9, "match": {"time_window": ["night"]} | match, "set": FROZEN}
    return {"scopes": {"organisation": {"example": {"freeze": freeze}}}, "time_windows": {"night": [hours]}}


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (frozen(NIGHT | {"zone": "Mars/X"}), "time window `night`: expected `zone` as UTC or a name .*, got `Mars/X`"),
        (
            frozen(NIGHT | {"days": ["Mon"]}),
            r"expected `days` as a list of English weekdays \(Monday\), got `\[\"Mon\"\]`",
        ),
        (frozen(NIGHT | {"from": "0"}), "expected `from` as a whole number from 0 to 23, got `0`"),
        (frozen(NIGHT | {"from": 2.5}), "expected `from` as a whole number from 0 to 23, got `2.5`"),
        (frozen(NIGHT | {"to": 6}), "expected `zone`, `days`, `from` and `until`, got `to`"),
        (frozen(NIGHT, verb=["PAYY"]), r"scope `freeze`: expected a verb \(ADMIN, .*\), got `PAYY`"),
        (frozen(NIGHT, verb=[]), "scope `freeze`: expected at least one value under `verb`, got none"),
        (frozen(NIGHT, payload_class=["cards"]), r"expected a payload_class \(.*payment_card.*\), got `cards`"),
        (
            {"scopes": {"unit": {"finance": {"guarded": {"priority": 9, "set": GUARDED}}}}},
            r"scope `guarded`: `packs.data_protection.guarded.denied`: expected a payload_class \(.*\), got `creditcard`",
        ),
        (
            {"scopes": {"organisation": {"example": [{"priority": 9, "set": FROZEN}]}}},
            "`scopes.organisation.example`: expected a mapping, got array",
        ),
        (
            {"scopes": {"organisation": [{"example": {"freeze": {"priority": 9, "set": FROZEN}}}]}},
            "`scopes.organisation`: expected a mapping, got array",
        ),
        (
            {"scopes": {"organisation": {"example": {"freeze": {"priority": 9, "match": None, "set": FROZEN}}}}},
            "`scopes.organisation.example.freeze.match`: expected a mapping, got null",
        ),
        (frozen(NIGHT, organisation=["other"]), "scope `freeze`: expected no `organisation` under `match`"),
        (
            frozen(NIGHT) | {"time_windows": {"night": []}},
            "time window `night`: expected a list of one or more hours",
        ),
        ({"scope": frozen(NIGHT)["scopes"]}, "setting `scope`: expected one of acknowledgement, .*, got another name"),
        (
            {"packs": {"bulk_operations": {"limits": {"ammount_minor": 5_000_000}}}},
            "setting `packs.bulk_operations.limits.ammount_minor`: expected one that its pack declares",
        ),
        (
            {"packs": {"bulk_operation": {"limits": {"amount_minor": 5_000_000}}}},
            "setting `packs.bulk_operation.limits.amount_minor`: expected one that its pack declares",
        ),
    ],
)
def test_a_freeze_with_a_typing_error_refuses_the_bundle(tmp_path: Path, settings: dict[str, Any], said: str) -> None:
    source = with_scopes(tmp_path, **({"scopes": {}} | settings))
    shutil.copytree(REGO / "inspection", source / "inspection")
    with pytest.raises(BundleRefused, match=f"SCOPES_INVALID: .*{said}"):
        verify_scopes(files_of(source), tool_path("opa"))
    result = invoke("--bundle", str(source), "--opa", str(tool_path("opa")))
    assert result.exit_code == 1
    assert "SCOPES_INVALID" in result.output


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"limits": {"amount_minor": 1, "rows": "5000000"}}, "limits.rows`: expected a number from 0, got `5000000`"),
        ({"limits": {"amount_minor": 1}}, "limits.rows`: expected a value, as its pack declares, got none"),
        (
            {"guarded": {"new_agent": "PAY", "new_version": []}},
            "guarded.new_agent`: expected a list of texts, got `PAY`",
        ),
    ],
)
def test_settings_of_a_pack_that_are_not_what_it_declares_refuse_the_bundle(
    tmp_path: Path, changed: dict[str, Any], said: str
) -> None:
    source = with_scopes(tmp_path, {})
    file = source / "settings" / "packs" / "new_agents" / "data.yaml"
    file.write_text(yaml.safe_dump(yaml.safe_load(file.read_text(encoding="utf-8")) | changed), encoding="utf-8")
    with pytest.raises(BundleRefused, match=f"SCOPES_INVALID: setting `packs.new_agents.{said}$"):
        verify_scopes(files_of(source), tool_path("opa"))


def test_scopes_know_every_verb_of_the_contract(tmp_path: Path) -> None:
    verbs = [verb.name.removeprefix("VERB_") for verb in action_pb2.Verb.DESCRIPTOR.values if verb.number]
    source = with_scopes(tmp_path, **frozen(NIGHT, verb=verbs))
    assert verify_scopes(files_of(source), tool_path("opa")) == ()


def test_scopes_that_are_no_scopes_at_all_refuse_the_bundle(tmp_path: Path) -> None:
    with pytest.raises(BundleRefused, match="SCOPES_INVALID"):
        verify_scopes(files_of(with_scopes(tmp_path, {"unit": {"finance": {"wrong": 7}}})), tool_path("opa"))


def test_scopes_of_one_priority_that_differ_are_said_and_refuse_nothing(tmp_path: Path) -> None:
    scopes = {
        "unit": {"finance": CAREFUL},
        "role": {"clerk": {"hasty": {"priority": 20, "set": {"risk": {"deny_from": 99}}}}},
    }
    conflicts = verify_scopes(files_of(with_scopes(tmp_path, scopes)), tool_path("opa"))
    assert conflicts == ("scopes `careful` and `hasty` of priority 20 differ on `risk.deny_from`: 90 and 99",)


PACK = """package packs.probe

matched contains {"id": "probe.held", "outcome": "APPROVAL", "code": "HELD", "scope": "careful"} if {
	input.action.operations[0].verb == "READ"
}

matched contains rule if {
	input.action.operations[0].verb == "READ"
	rule := {"id": "probe.open", "outcome": "ALLOW", "code": "OPEN", "scope": SCOPE}
}
"""


@pytest.mark.parametrize(("scope", "reported"), [('"hasty"', True), ('"careful"', False), ("data.probe.scope", False)])
def test_rules_of_one_priority_that_come_to_different_outcomes_are_said(
    tmp_path: Path, scope: str, reported: bool
) -> None:
    scopes = {"unit": {"finance": CAREFUL}, "role": {"clerk": {"hasty": {"priority": 20, "set": {}}}}}
    files = files_of(with_scopes(tmp_path, scopes)) | {"packs/probe/probe.rego": PACK.replace("SCOPE", scope).encode()}
    said = (
        "rules `probe.held` (APPROVAL) and `probe.open` (ALLOW) of scopes `careful` and `hasty`, both of priority 20, "
        "may both apply",
    )
    assert verify_scopes(files, tool_path("opa")) == (said if reported else ())


def test_a_library_without_scopes_has_no_conflicts(tmp_path: Path) -> None:
    assert verify_scopes({"a.rego": b"package a\n\nb := 1\n"}, tool_path("opa")) == ()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[BuiltBundle, OpaServer]]:
    folder, key = tmp_path_factory.mktemp("scopes"), SigningKey()
    source = with_scopes(folder, {"unit": {"finance": CAREFUL}})
    built = signed_bundle(source, folder / "bundle.tar.gz", key)
    with OpaServer(folder, key, built.path) as opa:
        yield built, opa


def asked(running: tuple[BuiltBundle, OpaServer], action: object, claimant: str) -> Any:
    _, opa = running
    return explain(RunningPolicy(opa.socket), json.dumps(action).encode(), claimant, "example", NOW_MS)


def test_the_running_bundle_says_which_scope_gave_which_setting(running: tuple[BuiltBundle, OpaServer]) -> None:
    said = asked(running, ACTION, "gateway")
    assert [(scope["name"], scope["standing"]) for scope in said["scopes"]] == [("careful", "CERTAIN")]
    given = {one["path"]: one for one in said["settings"] if one["scopes"]}
    assert {path: (one["value"], one["scopes"]) for path, one in given.items()} == {
        "tiers.base.READ.SINGLE": (2, ["careful"]),
        "risk.deny_from": (90, ["careful"]),
    }
    assert said["outcome"]["effect"] == "DENY"  # nothing is known of the state


def test_a_scope_may_hold_for_an_agent_that_says_itself_where_it_belongs(
    running: tuple[BuiltBundle, OpaServer],
) -> None:
    elsewhere = ACTION | {"agent": {"id": "billing-1", "role": "clerk", "unit": "sales"}}
    assert asked(running, elsewhere, "gateway")["scopes"] == []
    assert [scope["standing"] for scope in asked(running, elsewhere, "agent")["scopes"]] == ["POSSIBLE"]


def invoke(*arguments: str, text: object = ACTION) -> Result:
    return CliRunner().invoke(cli, ["policy", "explain", "-f", "-", *arguments], input=json.dumps(text))


def test_sources_are_explained_as_the_bundle_built_of_them(running: tuple[BuiltBundle, OpaServer]) -> None:
    built, _ = running
    for bundle in (built.path, built.path.parent / "rego"):
        result = invoke("--bundle", str(bundle), "--opa", str(tool_path("opa")))
        assert result.exit_code == 0, result.output
        assert "tiers.base.READ.SINGLE = 2  (careful, organisation 0)" in result.output
        assert "careful  certain, priority 20" in result.output
        assert "organisation  none given (--organisation)" in result.output
    named = invoke("--bundle", str(built.path), "--opa", str(tool_path("opa")), "--organisation", "acme")
    assert named.exit_code == 0
    assert "none given" not in named.output


def test_a_whole_policy_input_is_explained_as_it_is(running: tuple[BuiltBundle, OpaServer]) -> None:
    built, _ = running
    item = yaml.safe_load((REGO.parent / "tests/vectors/decide/base/item.yaml").read_text(encoding="utf-8"))
    operation = yaml.safe_load((REGO.parent / "tests/vectors/decide/base/operation.yaml").read_text(encoding="utf-8"))
    item["action"]["operations"] = [operation]
    result = invoke("--bundle", str(built.path), "--opa", str(tool_path("opa")), "--json", text=item)
    assert json.loads(result.output)["outcome"]["effect"] == "ALLOW"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ([], "expected a JSON object, got list"),
        ({"tool": {}}, "expected `args`, or `signals` of a whole policy input, got neither"),
        ({"args": {}, "colour": 1}, "not a writ.v1.DecideRequest"),
        ({"signals": 7, "index": "x" * 5_000_000}, "expected at most 4194304 bytes, got more"),
    ],
)
def test_what_is_no_action_is_said(running: tuple[BuiltBundle, OpaServer], text: object, said: str) -> None:
    built, _ = running
    result = invoke("--bundle", str(built.path), "--opa", str(tool_path("opa")), text=text)
    assert result.exit_code == 1
    assert said in result.output


def test_a_bundle_without_the_library_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.rego").write_text("package a\n\nb := 1\n", encoding="utf-8")
    result = invoke("--bundle", str(tmp_path), "--opa", str(tool_path("opa")))
    assert result.exit_code == 1
    assert "expected a document of the policy library" in result.output


def test_settings_that_are_missing_and_half_an_option_are_said(tmp_path: Path) -> None:
    assert "cannot read settings" in invoke("--config", str(tmp_path / "writ.yaml")).output
    assert "expected --bundle and --opa together" in invoke("--bundle", str(tmp_path)).output
