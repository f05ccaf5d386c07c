"""What must hold for every action, checked by a real OPA on random ones: knowing less, or seeing more, is never milder."""

from __future__ import annotations

import copy
import json
import random
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from control_plane.stack.tools import tool_path

REGO = Path(__file__).resolve().parents[2] / "rego"
ITEMS = 400
MILD_TO_STRICT = ("ALLOW", "TRANSFORM", "REQUIRE_APPROVAL", "DEFER", "DENY")
SIGNALS = (
    "action_severity",
    "payload_sensitivity",
    "temporal_deviation",
    "environmental_context",
    "baseline_deviation",
    "cross_request_correlation",
    "threat_signals",
)
SIGNALS_OF_BEHAVIOUR = ("temporal_deviation", "baseline_deviation", "cross_request_correlation")
BEHAVIOUR = yaml.safe_load((REGO / "settings" / "data.yaml").read_text(encoding="utf-8"))["behaviour"]
NOTHING = {"score": 0, "evidence": "no_data", "state": "NO_DATA"}
Item = dict[str, Any]


def judge(items: list[Any]) -> list[Item]:
    """Outcomes as the sidecar gives them: an array in one call, errors of built-ins raised."""
    batch = {"revision": "r", "items": items}
    command = [str(tool_path("opa")), "eval", "--bundle", str(REGO), "--ignore", "*_test.rego", "--stdin-input"]
    command += ["--strict-builtin-errors", "--format", "raw", "data.writ.decisions"]
    result = subprocess.run(command, input=json.dumps(batch).encode(), check=True, capture_output=True, timeout=120)
    outcomes: list[Item] = json.loads(result.stdout)
    return outcomes


def operation(pick: random.Random) -> Item:
    verb = pick.choice(["READ", "READ", "LIST", "UPDATE", "UPDATE", "DELETE", "SEND", "UNKNOWN"])
    seven = {"type": "customer", "id": "7"}
    drawn: Item = {
        "verb": verb,
        "resource_type": pick.choice(["invoice"] * 8 + ["", "report"]),
        "resource_ids": [],
        "scope": pick.choice(["SINGLE", "SINGLE", "MANY", "ALL"]),
        "containers": pick.choice([[seven]] * 8 + [[], [seven, {"type": "customer", "id": "8"}]]),
        "currency": "",
        "destinations": [],
        "reversibility": "REVERSIBLE",
        "attributes": {"status": "paid"} if verb == "UPDATE" else {},
    }
    return drawn | ({"max_rows": pick.choice([1, 10_000, 10_001])} if pick.random() < 0.7 else {})


def item(index: int, pick: random.Random) -> Item:
    """One PolicyInput whose every assertion is trusted."""
    value = pick.choice([1, 999, 1000, 1001])
    return {
        "index": index,
        "execution_digest": f"{index:064x}",
        "organisation": "acme",
        "now_ms": 1_790_000_000_000,
        "caller": {"id": "spiffe://writ.example/agent/billing-7", "kind": "agent"},
        "agent": {
            "id": "billing-7",
            "role": "billing-assistant",
            "unit": "finance",
            "framework": "",
            "version": "",
            "asserted_by": "BUNDLE",
            "suspended": False,
        },
        "principal": {"id": "", "type": "", "asserted_by": "GATEWAY"},
        "delegation": [],
        "tool": {"server": "billing-mcp", "name": "t", "definition_digest": "", "known": True},
        "action": {"operations": [operation(pick) for _ in range(pick.choice([1, 1, 1, 2]))], "findings": []},
        "environment": {"name": pick.choice(["production", "sandbox"]), "asserted_by": "CATALOG", "claimed": ""},
        "counters": {
            "invoice_status_updates": {
                "state": "OK",
                "value": value,
                "committed": value - 1,
                "pending": 0,
                "amount": 1,
                "unbounded": False,
            }
        },
        "facts": {
            "assignment": {
                "entries": [{"state": "OK", "key": ["billing-7", "7"], "value": True, "asserted_by": "FACT_FEED"}]
            }
        },
        "signals": {
            **{name: {"score": pick.randint(0, 100), "evidence": "", "state": "OK"} for name in SIGNALS},
            **({} if BEHAVIOUR else {name: dict(NOTHING) for name in SIGNALS_OF_BEHAVIOUR}),
            "threat_signals": dict(NOTHING),
        },
        "context": {"session_id": "s", "workspace": "", "purpose": "", "business": {}, "asserted_by": "GATEWAY"},
        "supported_obligations": [],
        "approval_presented": False,
        "dry_run": False,
    }


def drawn_items() -> list[Item]:
    pick = random.Random(3)
    return [item(index, pick) for index in range(ITEMS)]


def add_finding(drawn: Item) -> None:
    drawn["action"]["findings"].append({"code": "VALUE_NOT_FOLDED", "pointer": "", "message": ""})


def add_unlisted_finding(drawn: Item) -> None:
    drawn["action"]["findings"].append({"code": "UNHEARD_OF", "pointer": "", "message": ""})


def add_foreign_operation(drawn: Item) -> None:
    foreign = operation(random.Random(1)) | {"verb": "SEND", "resource_type": "report"}
    drawn["action"]["operations"].append(foreign)


def let_the_agent_assert_the_fact(drawn: Item) -> None:
    drawn["facts"]["assignment"]["entries"][0]["asserted_by"] = "AGENT"


def let_the_agent_assert_the_environment(drawn: Item) -> None:
    drawn["environment"]["asserted_by"] = "AGENT"


def let_the_agent_assert_who_it_is(drawn: Item) -> None:
    drawn["agent"]["asserted_by"] = drawn["principal"]["asserted_by"] = drawn["context"]["asserted_by"] = "AGENT"


def let_the_caller_claim_production(drawn: Item) -> None:
    drawn["environment"]["claimed"] = "production"


def let_the_caller_claim_a_sandbox(drawn: Item) -> None:
    drawn["environment"]["claimed"] = "sandbox"


def lose_the_fact(drawn: Item) -> None:
    drawn["facts"]["assignment"]["entries"][0].update(state="NO_DATA", value=None)


def lose_the_counter(drawn: Item) -> None:
    lost = {"state": "NO_DATA", "value": 0, "committed": 0, "pending": 0, "amount": 0}
    drawn["counters"]["invoice_status_updates"].update(lost)


def lose_the_bound(drawn: Item) -> None:
    for entry in drawn["action"]["operations"]:
        entry.pop("max_rows", None)
    drawn["counters"]["invoice_status_updates"].update(unbounded=True, amount=0)


def lose_the_signals(drawn: Item) -> None:
    for signal in drawn["signals"].values():
        signal.update(score=0, evidence="no_data", state="NO_DATA")


def suspend(drawn: Item) -> None:
    drawn["agent"]["suspended"] = True


def forget_the_tool(drawn: Item) -> None:
    drawn["tool"]["known"] = False


WORSE: tuple[Callable[[Item], None], ...] = (
    add_finding,
    add_unlisted_finding,
    add_foreign_operation,
    let_the_agent_assert_the_fact,
    let_the_agent_assert_the_environment,
    let_the_agent_assert_who_it_is,
    let_the_caller_claim_production,
    let_the_caller_claim_a_sandbox,
    lose_the_fact,
    lose_the_counter,
    lose_the_bound,
    lose_the_signals,
    suspend,
    forget_the_tool,
)


def test_the_sample_holds_every_effect_that_the_pack_knows() -> None:
    assert {outcome["effect"] for outcome in judge(drawn_items())} == {"ALLOW", "REQUIRE_APPROVAL", "DENY"}


@pytest.mark.parametrize("change", WORSE, ids=lambda change: change.__name__)
def test_knowing_less_or_seeing_more_is_never_milder(change: Callable[[Item], None]) -> None:
    before = drawn_items()
    after = copy.deepcopy(before)
    for drawn in after:
        change(drawn)
    for mild, strict in zip(judge(before), judge(after), strict=True):
        assert MILD_TO_STRICT.index(mild["effect"]) <= MILD_TO_STRICT.index(strict["effect"]), (mild, strict)
        assert mild["score"] <= strict["score"] <= 100
        assert mild["tier"] <= strict["tier"]


def test_the_order_of_operations_changes_nothing() -> None:
    before = drawn_items()
    after = copy.deepcopy(before)
    for drawn in after:
        drawn["action"]["operations"].reverse()
    assert judge(before) == judge(after)


def test_an_item_is_judged_alike_alone_and_beside_others() -> None:
    items = drawn_items()[:8]
    assert judge(items) == [outcome for drawn in items for outcome in judge([drawn])]


def test_a_poison_item_takes_none_of_the_others_along() -> None:
    honest = drawn_items()[:4]
    odd = copy.deepcopy(honest[0]) | {"index": 10}
    odd["facts"]["assignment"]["entries"][0]["value"] = {"x": [None, 1e300, "\u0000"]}
    odd["counters"]["invoice_status_updates"]["value"] = 10**60
    odd["action"]["operations"][0] |= {"max_rows": 10**60, "attributes": {"status": "", "": "\ud7ff"}}
    poison: list[Any] = ["garbage", None, {"index": 9}, odd]
    outcomes = {outcome["index"]: outcome for outcome in judge([poison[0], honest[0], *poison[1:], *honest[1:]])}
    assert [outcomes[drawn["index"]] for drawn in honest] == judge(honest)
    assert {index: outcome["effect"] for index, outcome in outcomes.items() if index >= len(honest)} == {10: "DENY"}
