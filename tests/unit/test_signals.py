"""The risk signals that have something to rest on."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from pdp.inspection.model import CLEAN, Kind, ScanResult
from pdp.inspection.model import Finding as PayloadFinding
from pdp.signals import SIGNALS, SignalTables, signals, threat_of_misreport
from writ.action import Action, Finding, Operation, Reversibility, Scope, Verb

TABLES = SignalTables(
    verbs={verb.value: 5 * index for index, verb in enumerate(Verb)},
    scopes={"SINGLE": 0, "MANY": 10, "ALL": 30},
    reversibility={"REVERSIBLE": 0, "PARTIAL": 10, "IRREVERSIBLE": 30, "UNSPECIFIED": 30},
    environments={"production": 60, "staging": 20},
    findings={"VALUE_NOT_FOLDED": 30},
)
OPERATIONS = st.builds(
    Operation, verb=st.sampled_from(Verb), scope=st.sampled_from(Scope), reversibility=st.sampled_from(Reversibility)
)
FINDINGS = st.builds(
    Finding, code=st.sampled_from(["VALUE_NOT_FOLDED", "UNHEARD_OF"]), pointer=st.just(""), message=st.just("")
)
ACTIONS = st.builds(
    Action,
    operations=st.lists(OPERATIONS, min_size=1, max_size=4).map(tuple),
    findings=st.lists(FINDINGS, max_size=4).map(tuple),
)

PAYLOAD_FINDINGS = st.builds(
    PayloadFinding,
    rule=st.just("t"),
    kind=st.sampled_from(Kind),
    data_class=st.sampled_from(["pii", "credential", "prompt_injection"]),
    pointer=st.just("/a"),
    start=st.just(0),
    end=st.just(1),
    source_start=st.just(0),
    source_end=st.just(1),
    confidence=st.integers(0, 100),
    sensitivity=st.integers(0, 100),
    decoding=st.just(()),
)
PAYLOADS = st.builds(ScanResult, findings=st.lists(PAYLOAD_FINDINGS, max_size=4).map(tuple), truncated=st.booleans())


def test_what_nothing_is_known_of_says_no_data() -> None:
    action = Action(operations=(Operation(verb=Verb.READ),))
    result = signals(action, "production", "", CLEAN, TABLES)
    assert set(result) == set(SIGNALS)
    silent = {name for name, signal in result.items() if signal["state"] == "NO_DATA"}
    assert silent == set(SIGNALS) - {
        "action_severity",
        "environmental_context",
        "payload_sensitivity",
        "threat_signals",
    }
    assert all(result[name] == {"score": 0, "evidence": "no_data", "state": "NO_DATA"} for name in silent)


def test_nothing_found_is_said_as_that_where_all_was_looked_at() -> None:
    action = Action(operations=(Operation(verb=Verb.READ),))
    found = signals(action, "production", "", CLEAN, TABLES)["threat_signals"]
    assert found == {"score": 0, "evidence": "no sign of an attack was found", "state": "OK"}
    cut = signals(action, "production", "", ScanResult(findings=(), truncated=True), TABLES)["threat_signals"]
    assert cut == {"score": 0, "evidence": "no_data: not inspected to its end", "state": "NO_DATA"}


@given(ACTIONS, FINDINGS, PAYLOADS)
def test_an_outcome_of_what_was_not_permitted_never_lowers_the_signs_of_an_attack(
    action: Action, finding: Finding, payload: ScanResult
) -> None:
    worse = replace(action, findings=(*action.findings, finding))
    for one in (action, worse):
        known = signals(one, "production", "", payload, TABLES)["threat_signals"]
        reported = threat_of_misreport(known)
        assert max(80, known["score"]) <= reported["score"] <= 100
        assert reported["evidence"].endswith("an outcome was reported of an action that this agent was not permitted")


@given(ACTIONS, OPERATIONS, FINDINGS)
def test_more_operations_and_findings_never_lower_a_signal(
    action: Action, operation: Operation, finding: Finding
) -> None:
    before = signals(action, "production", "", CLEAN, TABLES)
    more = Action(operations=(*action.operations, operation), findings=(*action.findings, finding))
    after = signals(more, "production", "", CLEAN, TABLES)
    for name in SIGNALS:
        assert 0 <= before[name]["score"] <= after[name]["score"] <= 100


@given(ACTIONS, PAYLOADS, PAYLOAD_FINDINGS)
def test_one_more_thing_found_in_the_payload_never_lowers_a_signal(
    action: Action, payload: ScanResult, finding: PayloadFinding
) -> None:
    before = signals(action, "production", "", payload, TABLES)
    more = ScanResult(findings=(*payload.findings, finding), truncated=payload.truncated)
    after = signals(action, "production", "", more, TABLES)
    for name in SIGNALS:
        assert 0 <= before[name]["score"] <= after[name]["score"] <= 100


def test_a_payload_that_was_not_inspected_to_its_end_is_the_most_sensitive() -> None:
    action = Action(operations=(Operation(verb=Verb.READ),))
    assert signals(action, "staging", "", ScanResult(truncated=True), TABLES)["payload_sensitivity"]["score"] == 100


@given(st.sampled_from(["production", "staging", "moon", ""]), st.sampled_from(["production", "staging", "moon", ""]))
def test_a_claimed_environment_only_raises(name: str, claimed: str) -> None:
    action = Action(operations=(Operation(verb=Verb.READ),))
    plain = signals(action, name, "", CLEAN, TABLES)["environmental_context"]["score"]
    assert signals(action, name, claimed, CLEAN, TABLES)["environmental_context"]["score"] >= plain


def test_an_unknown_environment_is_the_most_exposed() -> None:
    action = Action(operations=(Operation(verb=Verb.READ),))
    assert signals(action, "", "staging", CLEAN, TABLES)["environmental_context"]["score"] == 100
