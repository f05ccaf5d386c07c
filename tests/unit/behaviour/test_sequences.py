"""Matching of declared sequences."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pdp.behaviour.sequences import History, Scope, completed, parse_sequences

NOW_MS = 1_000_000


@dataclass(frozen=True)
class Acted:
    verbs: frozenset[str] = frozenset({"READ"})
    resource_types: frozenset[str] = frozenset({"invoice"})
    classes: frozenset[str] = frozenset()
    external: bool = False
    untrusted: bool = False
    threatened: bool = False
    at_ms: int = NOW_MS
    happened: bool = True
    denied: bool = False


SEND = Acted(verbs=frozenset({"SEND"}), external=True)
SECRET = Acted(classes=frozenset({"secret"}), at_ms=NOW_MS - 5_000)
NOTHING = frozenset[str]()


def history(*entries: Acted, known: bool = True, classes: frozenset[str] = NOTHING, **taint: bool) -> History:
    return History(
        known=known,
        entries=entries,
        classes=classes,
        untrusted=taint.get("untrusted", False),
        threatened=taint.get("threatened", False),
    )


def found(past: History, now: Acted = SEND, within_s: int = 60, **sequence: Any) -> list[str]:
    declared = {"after": [{"verb": "READ", "class": "secret"}], "then": {"verb": "SEND", "external": True}, **sequence}
    parsed = parse_sequences({"leak": {"within_s": within_s, **declared}}, 3600, 86_400)
    return completed(parsed, now, dict.fromkeys(Scope, past), NOW_MS)


def test_what_happened_before_and_what_happens_now_complete_a_sequence() -> None:
    assert found(history(SECRET)) == ["leak"]
    assert found(history()) == []
    assert found(history(SECRET), replace(SEND, external=False)) == []
    assert found(history(replace(SECRET, verbs=frozenset({"UPDATE"})))) == []


def test_listing_is_reading_and_reading_one_record_is_no_listing() -> None:
    assert found(history(replace(SECRET, verbs=frozenset({"LIST"})))) == ["leak"]
    assert found(history(SECRET), Acted(verbs=frozenset({"LIST"})), then={"verb": ["READ", "SEND"]}) == ["leak"]
    assert found(history(SECRET), after=[{"verb": "LIST"}]) == []


def test_what_was_too_long_ago_does_not_count() -> None:
    assert found(history(SECRET), within_s=5) == ["leak"]
    assert found(history(SECRET), within_s=4) == []


def test_a_refused_action_did_not_happen() -> None:
    assert found(history(replace(SECRET, happened=False, denied=True))) == []
    assert found(history(replace(SECRET, happened=False))) == []


def test_unclassified_data_is_of_every_class() -> None:
    assert found(history(replace(SECRET, classes=frozenset({"unclassified"})))) == ["leak"]
    sending: dict[str, Any] = {"then": {"class": "secret"}}
    assert found(history(SECRET), replace(SEND, classes=frozenset({"unclassified"})), **sending) == ["leak"]


def test_a_history_that_was_lost_held_every_step() -> None:
    assert found(history(known=False)) == ["leak"]
    assert found(history(known=False), Acted()) == []


def test_what_left_the_entries_counts_by_its_taint() -> None:
    assert found(history(classes=frozenset({"secret"}))) == ["leak"]
    assert found(history(classes=frozenset({"pii"}))) == []
    after_text: dict[str, Any] = {"after": [{"untrusted": True}]}
    assert found(history(untrusted=True), **after_text) == ["leak"]
    assert found(history(threatened=True), **after_text) == []
    assert found(history(untrusted=True, threatened=True), after=[{"threatened": True, "untrusted": True}]) == ["leak"]


def test_a_step_of_verbs_alone_is_not_taken_from_taint() -> None:
    assert found(history(classes=frozenset({"secret"}), untrusted=True), after=[{"verb": "DELETE"}]) == []


def test_steps_are_taken_in_order() -> None:
    steps: dict[str, Any] = {"after": [{"verb": "READ"}, {"verb": "UPDATE"}]}
    read, update = Acted(), Acted(verbs=frozenset({"UPDATE"}))
    assert found(history(update, read), **steps) == ["leak"]
    assert found(history(read, update), **steps) == []


def test_a_step_that_has_to_occur_several_times_does() -> None:
    denied = replace(Acted(), happened=False, denied=True)
    steps: dict[str, Any] = {"after": [{"verb": "READ", "denied": True, "times": 3}]}
    assert found(history(denied, denied, denied), **steps) == ["leak"]
    assert found(history(denied, Acted(), denied), **steps) == []


ENTRIES = st.builds(
    Acted,
    verbs=st.frozensets(st.sampled_from(["READ", "UPDATE", "SEND"]), min_size=1),
    classes=st.frozensets(st.sampled_from(["secret", "pii", "unclassified"])),
    external=st.booleans(),
    untrusted=st.booleans(),
    threatened=st.booleans(),
    at_ms=st.integers(0, NOW_MS),
    happened=st.booleans(),
)
STEPS = st.fixed_dictionaries(
    {"verb": st.sampled_from(["READ", "UPDATE"])},
    optional={"class": st.just("secret"), "untrusted": st.just(True), "times": st.integers(1, 3)},
)


@given(st.lists(ENTRIES, max_size=12), st.lists(STEPS, min_size=1, max_size=3), st.integers(0, 12), ENTRIES)
def test_one_more_earlier_action_or_more_taint_never_takes_a_sequence_away(
    entries: list[Acted], steps: list[dict[str, Any]], at: int, more: Acted
) -> None:
    before = found(history(*entries), after=steps, within_s=900)
    added = [*entries[:at], more, *entries[at:]]
    assert set(before) <= set(found(history(*added), after=steps, within_s=900))
    tainted = [replace(entry, untrusted=True, classes=entry.classes | {"secret"}) for entry in entries]
    assert set(before) <= set(found(history(*tainted), after=steps, within_s=900))
    assert set(before) <= set(found(history(*entries, untrusted=True), after=steps, within_s=900))
    assert set(before) <= set(found(history(known=False), after=steps, within_s=900))
