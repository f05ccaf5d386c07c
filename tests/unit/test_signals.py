"""The risk signals that have something to rest on."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pdp.signals import SIGNALS, SignalTables, signals
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


def test_what_nothing_is_known_of_says_no_data() -> None:
    action = Action(operations=(Operation(verb=Verb.READ),))
    result = signals(action, "production", "", TABLES)
    assert set(result) == set(SIGNALS)
    silent = {name for name, signal in result.items() if signal["state"] == "NO_DATA"}
    assert silent == set(SIGNALS) - {"action_severity", "environmental_context"}
    assert all(result[name] == {"score": 0, "evidence": "no_data", "state": "NO_DATA"} for name in silent)


@given(ACTIONS, OPERATIONS, FINDINGS)
def test_more_operations_and_findings_never_lower_a_signal(
    action: Action, operation: Operation, finding: Finding
) -> None:
    before = signals(action, "production", "", TABLES)
    more = Action(operations=(*action.operations, operation), findings=(*action.findings, finding))
    after = signals(more, "production", "", TABLES)
    for name in SIGNALS:
        assert 0 <= before[name]["score"] <= after[name]["score"] <= 100


@given(st.sampled_from(["production", "staging", "moon", ""]), st.sampled_from(["production", "staging", "moon", ""]))
def test_a_claimed_environment_only_raises(name: str, claimed: str) -> None:
    action = Action(operations=(Operation(verb=Verb.READ),))
    plain = signals(action, name, "", TABLES)["environmental_context"]["score"]
    assert signals(action, name, claimed, TABLES)["environmental_context"]["score"] >= plain


def test_an_unknown_environment_is_the_most_exposed() -> None:
    action = Action(operations=(Operation(verb=Verb.READ),))
    assert signals(action, "", "staging", TABLES)["environmental_context"]["score"] == 100
