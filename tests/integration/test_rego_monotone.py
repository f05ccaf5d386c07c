"""Monotone (hypothesis, a real OPA): a higher factor, one more finding, or a trusted word replaced by the agent's or by
NO_DATA, or a request of the user that nobody passed on, never lowers the score or the tier and never makes the effect milder;
also under scopes that are milder."""

from __future__ import annotations

import asyncio
import copy
import random
from collections.abc import Callable, Iterator
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from control_plane.bundles.build import BuiltBundle
from pdp.behaviour.baseline import LOST
from pdp.evaluate import OpaJudge
from pdp.model import Outcome
from tests.integration.test_rego_properties import MILD_TO_STRICT, SIGNALS, item
from tests.integration.test_rego_scopes import with_scopes
from tests.opa_server import OpaServer, SigningKey, signed_bundle

Item = dict[str, Any]
Change = Callable[[Item], None]
Served = tuple[BuiltBundle, OpaServer]

SCOPES = {
    "unit": {
        "finance": {
            "at_ease": {
                "priority": 10,
                "set": {
                    "risk": {"weights": {"threat_signals": 5, "environmental_context": 2}},
                    "tiers": {"from_score": {"T1": 70}, "resources": {"invoice": {"UPDATE": {"ALL": 1}}}},
                    "packs": {"invoices": {"limits": {"rows_read": 50_000}}},
                },
            }
        },
        "sales": {"narrow": {"priority": 30, "set": {"risk": {"deny_from": 40}}}},
    },
    "role": {
        "billing-assistant": {"firm": {"priority": 20, "set": {"risk": {"weights": {"environmental_context": 40}}}}},
    },
    "environment": {
        "sandbox": {"playground": {"priority": 40, "set": {"risk": {"cap": 30}, "permit_ttl_s": {"T0": 20}}}}
    },
    "payload_class": {"pii": {"personal": {"priority": 5, "set": {"risk": {"weights": {"payload_sensitivity": 60}}}}}},
}
"""Milder and stricter ones; what the agent alone vouches for may only make stricter."""

PROBE = """# A pack whose rules have scopes, and one that allows all that is done to notes, so that what others hold shows.
package packs.probe

matched contains {
	"id": "probe.note",
	"outcome": "ALLOW",
	"code": "PROBED",
	"message": "m",
	"remediation": "r",
} if {
	input.action.operations[0].resource_type == "note"
}

matched contains {
	"id": "probe.report",
	"outcome": "ALLOW",
	"code": "PROBED",
	"message": "m",
	"remediation": "r",
	"scope": "at_ease",
} if {
	input.action.operations[0].resource_type == "report"
}

matched contains {
	"id": "probe.closed",
	"outcome": "DENY",
	"code": "PROBED",
	"message": "m",
	"remediation": "r",
} if {
	input.action.operations[0].resource_type == "report"
}
"""
TRACK = {"state": "OK", "rows": 1, "amount_minor": 0, "bytes_sent": 0, "classes": [], "denials": 0}
TOGETHER = 16
KNOWN = {"state": "OK", "new_agent": False, "new_version": False, "new_definition": False, "tool_known": True}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder, key = tmp_path_factory.mktemp("monotone"), SigningKey()
    source = with_scopes(folder, SCOPES)
    (source / "packs" / "probe").mkdir()
    (source / "packs" / "probe" / "probe.rego").write_text(PROBE, encoding="utf-8")
    built = signed_bundle(source, folder / "bundle.tar.gz", key)
    with OpaServer(folder, key, built.path) as opa:
        yield built, opa


def judged(served: Served, *items: Item) -> list[Outcome]:
    built, opa = served
    bodies = [orjson.dumps(one | {"index": index}) for index, one in enumerate(items)]

    async def ask() -> list[Outcome | None] | None:
        judge = OpaJudge(opa.socket)
        try:
            return await judge.judge(built.revision, bodies, [one["execution_digest"] for one in items], 30.0)
        finally:
            judge.close()

    outcomes = asyncio.run(ask())
    assert outcomes is not None
    assert None not in outcomes
    return [outcome for outcome in outcomes if outcome is not None]


def raised(name: str, by: int) -> Change:
    def change(one: Item) -> None:
        signal = one["signals"][name]
        if signal["state"] == "OK":
            signal["score"] = min(100, signal["score"] + by)

    return change


def lost(name: str) -> Change:
    return lambda one: one["signals"][name].update(score=0, evidence="no_data", state="NO_DATA")


def found(code: str) -> Change:
    # As the decision point does: the signal says at least what the finding weighs.
    def change(one: Item) -> None:
        one["action"]["findings"].append({"code": code, "pointer": "", "message": ""})
        one["signals"]["threat_signals"] = {
            "score": min(100, one["signals"]["threat_signals"]["score"] + 5),
            "evidence": "",
            "state": "OK",
        }

    return change


def by_agent(*names: str) -> Change:
    def change(one: Item) -> None:
        for name in names:
            one[name]["asserted_by"] = "AGENT"
        for entry in one["facts"]["assignment"]["entries"]:
            entry["asserted_by"] = "AGENT"

    return change


def held(kind: str, name: str) -> Change:
    return lambda one: one["payload"][kind].append(name)


def forgotten(name: str) -> Change:
    return lambda one: one[name].update(state="NO_DATA")


def lost_baseline(one: Item) -> None:
    """As the decision point tells of a known agent whose baseline is gone."""
    one["baseline"] = dict(LOST)
    lost("baseline_deviation")(one)
    lost("temporal_deviation")(one)


def claimed(environment: str) -> Change:
    return lambda one: one["environment"].update(claimed=environment)


CHANGES: dict[str, st.SearchStrategy[Change]] = {
    "a higher factor": st.builds(raised, st.sampled_from(SIGNALS), st.integers(1, 100)),
    "a lost factor": st.builds(lost, st.sampled_from([name for name in SIGNALS if name != "threat_signals"])),
    "one more finding": st.builds(found, st.sampled_from(["VALUE_NOT_FOLDED", "URL_AMBIGUOUS", "NEVER_HEARD_OF"])),
    "the agent's word": st.builds(by_agent, st.sampled_from(["agent", "environment", "context", "principal"])),
    "one more data class": st.builds(held, st.just("classes"), st.sampled_from(["pii", "phi", "credential"])),
    "one more threat": st.builds(held, st.just("threats"), st.just("prompt_injection")),
    "a lost record": st.builds(forgotten, st.sampled_from(["payload", "baseline", "session"])),
    "a lost baseline": st.just(lost_baseline),
    "another claim": st.builds(claimed, st.sampled_from(["production", "sandbox", "orbit"])),
}


CHANGING = ("CREATE", "UPDATE", "SEND", "PAY", "EXECUTE", "ADMIN", "DELETE")
SINK_KINDS = ("recipient", "account", "url", "channel", "id", "path", "code", "content", "link", "query")
WORSE_ORIGINS = {
    "USER": ("TRUSTED_RECORD", "UNTRUSTED_RECORD", "NOWHERE", "UNTRUSTED_TEXT"),
    "TRUSTED_RECORD": ("UNTRUSTED_RECORD", "NOWHERE", "UNTRUSTED_TEXT"),
}


def named_by(pick: random.Random, *, threatened: bool) -> Item:
    """A value and where it came from. What the user named is never threatened or pointed at; what nothing holds is an address."""
    origin = pick.choice(["USER", "USER", "TRUSTED_RECORD", "TRUSTED_RECORD", "UNTRUSTED_RECORD", "UNTRUSTED_TEXT"])
    return {
        "kind": pick.choice(SINK_KINDS),
        "pointer": "/to",
        "origin": origin,
        "threatened": threatened and origin != "USER" and pick.random() < 0.3,
        "pointed": origin != "USER" and pick.random() < 0.4,
        "left_open": pick.random() < 0.5,
        "addressed": True,
    }


def told(seed: int) -> Item:
    """A complete item with an operation that another pack allows, of an agent whose user's request a gateway passed on.

    What was read holds prose: after names and numbers alone a mild action waits only where the request names somebody else,
    and without a request nobody knows that."""
    pick = random.Random(seed)
    one = drawn(seed)
    one["action"] = {
        "operations": [{**one["action"]["operations"][0], "verb": pick.choice(CHANGING), "resource_type": "note"}],
        "findings": [],
    }
    untrusted = pick.random() < 0.8
    threat = untrusted and pick.random() < 0.4
    sinks = [named_by(pick, threatened=threat) for _ in range(pick.choice([0, 1, 1, 2]))]
    if untrusted and pick.random() < 0.2:
        sinks.append(
            {"kind": "detail", "pointer": "/when", "origin": "UNTRUSTED_TEXT", "threatened": False}
            | {"pointed": False, "left_open": False, "addressed": False}
        )
    one["provenance"] = {
        "state": "OK",
        "user_request": "GATEWAY",
        "sinks": sinks,
        "worst": "USER",
        "unreported": 0,
        "intent": pick.choice(["ASKED", "ASKED", "ASKED", "DELEGATED", "IMPLIED", "NOT_ASKED"]),
        "untrusted_read": untrusted,
        "threat_read": threat,
        "prose_read": untrusted,
    }
    return one


def unsaid(said_by: str) -> Change:
    """As the decision point tells of an action whose session no gateway gave a request: nothing is the user's, pointed at or left
    open, and there is nothing that an order of outsiders could go beyond."""

    def change(one: Item) -> None:
        known = one["provenance"]
        for sink in known["sinks"]:
            sink["origin"] = "UNTRUSTED_RECORD" if sink["origin"] == "USER" else sink["origin"]
            sink.update(pointed=False, left_open=False)
        known["sinks"] = [sink for sink in known["sinks"] if sink["kind"] != "detail"]
        known.update(user_request=said_by, intent="UNSPECIFIED")

    return change


def unsaid_of_nothing_read(one: Item) -> None:
    """The least that may be known without a request: values keep where they came from."""
    one["provenance"].update(user_request="UNSPECIFIED", intent="UNSPECIFIED")


def unknown_provenance(one: Item) -> None:
    """As the decision point tells of a session that the state has lost."""
    known = one["provenance"]
    known["sinks"] = [sink for sink in known["sinks"] if sink["kind"] != "detail"]
    for sink in known["sinks"]:
        sink.update(origin="UNTRUSTED_TEXT", threatened=True, pointed=False, left_open=False, addressed=True)
    known.update(state="NO_DATA", user_request="UNSPECIFIED", intent="UNSPECIFIED", worst="UNTRUSTED_TEXT")
    known.update(untrusted_read=True, threat_read=True, prose_read=True)


def of_worse_origin(at: int, which: int) -> Change:
    def change(one: Item) -> None:
        good = [sink for sink in one["provenance"]["sinks"] if sink["origin"] in WORSE_ORIGINS]
        if good:
            sink = good[at % len(good)]
            worse = WORSE_ORIGINS[sink["origin"]]
            sink.update(origin=worse[which % len(worse)], pointed=False)

    return change


OF_PROVENANCE: dict[str, st.SearchStrategy[Change]] = {
    "no request": st.builds(unsaid, st.sampled_from(["AGENT", "UNSPECIFIED"])),
    "no request, and all else the same": st.just(unsaid_of_nothing_read),
    "a lost provenance": st.just(unknown_provenance),
    "a worse origin": st.builds(of_worse_origin, st.integers(0, 3), st.integers(0, 3)),
}


def drawn(seed: int) -> Item:
    """A complete item whose every assertion is trusted, with all that a decision point may know."""
    pick = random.Random(seed)
    one = item(0, pick)
    for name in SIGNALS:
        one["signals"][name] = {"score": pick.choice([0, 0, 10, 40, 79, 95]), "evidence": "", "state": "OK"}
    one["payload"] = {"state": "OK", "classes": [], "threats": [], "findings": []}
    one["baseline"] = dict(KNOWN)
    one["session"] = {"state": "OK", "session": dict(TRACK), "agent": dict(TRACK), "principal": dict(TRACK)}
    if pick.random() < 0.3:
        external = {"kind": "email", "value": "a@example.net", "external": pick.random() < 0.5}
        one["action"]["operations"][0]["destinations"] = [external]
    return one


@pytest.mark.parametrize("kind", CHANGES)
@given(data=st.data(), seed=st.integers(0, 10_000))
@settings(max_examples=12, deadline=None, derandomize=True)
def test_knowing_less_or_seeing_more_is_never_milder(served: Served, kind: str, data: st.DataObject, seed: int) -> None:
    change = data.draw(CHANGES[kind])
    before = [drawn(seed + number) for number in range(TOGETHER)]
    after = copy.deepcopy(before)
    for one in after:
        change(one)
    outcomes = judged(served, *before, *after)
    for mild, strict in zip(outcomes[:TOGETHER], outcomes[TOGETHER:], strict=True):
        assert mild.score <= strict.score, (mild, strict)
        assert mild.tier <= strict.tier, (mild, strict)
        assert MILD_TO_STRICT.index(mild.effect) <= MILD_TO_STRICT.index(strict.effect), (mild, strict)


@pytest.mark.parametrize("kind", OF_PROVENANCE)
@given(data=st.data(), seed=st.integers(0, 10_000))
@settings(max_examples=12, deadline=None, derandomize=True)
def test_knowing_less_of_who_named_a_value_is_never_milder(
    served: Served, kind: str, data: st.DataObject, seed: int
) -> None:
    change = data.draw(OF_PROVENANCE[kind])
    before = [told(seed + number) for number in range(TOGETHER)]
    after = copy.deepcopy(before)
    for one in after:
        change(one)
    outcomes = judged(served, *before, *after)
    for asked, mild, strict in zip(before, outcomes[:TOGETHER], outcomes[TOGETHER:], strict=True):
        assert mild.score <= strict.score, (asked["provenance"], mild, strict)
        assert mild.tier <= strict.tier, (asked["provenance"], mild, strict)
        assert MILD_TO_STRICT.index(mild.effect) <= MILD_TO_STRICT.index(strict.effect), (asked, mild, strict)


def test_the_actions_of_which_it_is_known_who_named_their_values_meet_every_effect(served: Served) -> None:
    outcomes = judged(served, *[told(seed) for seed in range(200)])
    assert {outcome.effect for outcome in outcomes} == {"ALLOW", "REQUIRE_APPROVAL", "DENY"}


def test_the_drawn_items_meet_every_effect_and_both_kinds_of_standing(served: Served) -> None:
    items = [drawn(seed) for seed in range(300)]
    outcomes = judged(served, *items)
    assert {outcome.effect for outcome in outcomes} == {"ALLOW", "REQUIRE_APPROVAL", "DENY"}
    claims = copy.deepcopy(items)
    for one in claims:
        one["agent"]["asserted_by"] = "AGENT"
    assert any(mild != strict for mild, strict in zip(outcomes, judged(served, *claims), strict=True))
