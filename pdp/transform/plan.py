"""Reads transforms, as rules name them, into edits of places. Pure; nothing is changed here.

    set                  {pointer, value}                 puts a value there
    rewrite_destination  {pointer, value} or {sink, value}   the same, for a destination: by place, or by kind of sink
    cap                  {pointer, max}                   rows: lowers a number to `max`; puts `max` where nothing bounds them
    cap                  {pointer, max, of: amount}       money: lowers it to `max`
    drop_field           {pointer} or {classes}           removes the member
    redact               {pointer} or {classes}           puts a mark in place of the text
    mask                 {pointer} or {classes}, keep_last?   stars, but for the last 0 to 8 characters (4 unless told)
    tokenize             {pointer} or {classes}           keyed text of the same shape

`classes` are data classes of inspection: what it found, wherever it stands. Where several take away from one place the
strongest has the word: drop_field, redact, mask, tokenize. Otherwise two transforms of one place must agree.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pdp.inspection.model import Finding
from pdp.model import OutcomeObligation
from pdp.transform.caps import MEANINGS, ROWS, Cap
from writ.errors import InvalidInput

DROP, REDACT, MASK, TOKENIZE = "drop_field", "redact", "mask", "tokenize"
REMOVALS = (DROP, REDACT, MASK, TOKENIZE)
"""What takes away, the strongest first."""

MAX_KEEP_LAST = 8
DEFAULT_KEEP_LAST = 4  # as receipts of card payments show (PCI DSS 3.4)

_NAME_STEP = "name"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Cut:
    """One removal: of the whole value at a place, or of the characters from `start` to `end` of a text."""

    start: int = 0
    end: int = -1  # -1: the whole value
    kind: str
    data_class: str = ""
    keep_last: int = 0


@dataclass(slots=True, kw_only=True)
class Plan:
    """Edits by JSON pointer. `classes`: what must not be found afterwards."""

    values: dict[str, Any] = field(default_factory=dict)
    caps: dict[str, Cap] = field(default_factory=dict)
    cuts: dict[str, list[Cut]] = field(default_factory=dict)
    classes: set[str] = field(default_factory=set)


def make_plan(
    transforms: Sequence[OutcomeObligation], findings: Sequence[Finding], sinks: Mapping[str, Sequence[str]]
) -> Plan:
    """Returns what to do. `sinks` gives the pointers of each kind of sink among the arguments.

    Raises InvalidInput TRANSFORM_UNKNOWN (a type or parameter that this version does not know), TRANSFORM_CONFLICT or
    TRANSFORM_EMPTY.
    """
    if not transforms:
        raise InvalidInput("TRANSFORM_EMPTY", "the effect is TRANSFORM and no transform was given")
    plan = Plan()
    for transform in transforms:
        _add(plan, transform, findings, sinks)
    for pointer, value in plan.values.items():
        if pointer in plan.cuts:
            raise InvalidInput("TRANSFORM_CONFLICT", "one place is to be both set and removed")
        cap = plan.caps.pop(pointer, None)
        if cap is not None and not cap.holds(value):
            raise InvalidInput("TRANSFORM_CONFLICT", "a value is to be set beyond the cap of its place")
    if any(pointer in plan.cuts for pointer in plan.caps):
        raise InvalidInput("TRANSFORM_CONFLICT", "one place is to be both capped and removed")
    return plan


def _add(
    plan: Plan, transform: OutcomeObligation, findings: Sequence[Finding], sinks: Mapping[str, Sequence[str]]
) -> None:
    params = dict(transform.params)
    if transform.type == "set":
        _set(plan, transform, (_text(transform, params, "pointer"),), _value(transform, params))
    elif transform.type == "rewrite_destination":
        places = (
            sinks.get(_text(transform, params, "sink"), ())
            if "sink" in params
            else (_text(transform, params, "pointer"),)
        )
        if not places:
            raise _unknown(transform, "a `sink` among the arguments")
        _set(plan, transform, tuple(places), _value(transform, params))
    elif transform.type == "cap":
        _cap(plan, transform, params)
    elif transform.type in REMOVALS:
        _cut(plan, transform, params, findings)
    else:
        raise InvalidInput(
            "TRANSFORM_UNKNOWN",
            f"`{transform.id}`: expected set, rewrite_destination, cap or {', '.join(REMOVALS)}, got another type",
        )
    if params:
        raise _unknown(transform, f"no parameter `{min(params)}`")


def _set(plan: Plan, transform: OutcomeObligation, pointers: Sequence[str], value: Any) -> None:
    for pointer in pointers:
        if pointer in plan.values and plan.values[pointer] != value:
            raise InvalidInput(
                "TRANSFORM_CONFLICT", f"`{transform.id}` contradicts another transform of the same place"
            )
        plan.values[pointer] = value


def _cap(plan: Plan, transform: OutcomeObligation, params: dict[str, Any]) -> None:
    pointer, limit, of = _text(transform, params, "pointer"), params.pop("max", None), params.pop("of", ROWS)
    if type(of) is not str or of not in MEANINGS:
        raise _unknown(transform, f"`of`, one of {', '.join(MEANINGS)}")
    cap = Cap(limit=limit if type(limit) is int else -1, of=of)
    if cap.limit < cap.least:  # a cap at 0 rows would ask many tools for all of them
        raise _unknown(transform, f"`max`, an integer of {cap.least} or more for {of}")
    other = plan.caps.get(pointer, cap)
    if other.of != of:
        raise InvalidInput(
            "TRANSFORM_CONFLICT", f"`{transform.id}` caps a place as {of} that another transform does not"
        )
    plan.caps[pointer] = min(cap, other, key=lambda one: one.limit)


def _cut(plan: Plan, transform: OutcomeObligation, params: dict[str, Any], findings: Sequence[Finding]) -> None:
    keep_last = 0
    if transform.type == MASK:
        keep_last = params.pop("keep_last", DEFAULT_KEEP_LAST)
        if type(keep_last) is not int or not 0 <= keep_last <= MAX_KEEP_LAST:
            raise _unknown(transform, f"`keep_last`, an integer of 0 to {MAX_KEEP_LAST}")
    if "classes" not in params:
        pointer = _text(transform, params, "pointer")
        plan.cuts.setdefault(pointer, []).append(Cut(kind=transform.type, keep_last=keep_last))
        return
    classes = params.pop("classes")
    if type(classes) is not list or not classes or not all(type(name) is str for name in classes):
        raise _unknown(transform, "`classes`, a list of data classes")
    plan.classes.update(classes)
    for finding in findings:
        if finding.data_class in classes:
            plan.cuts.setdefault(finding.pointer, []).append(_cut_of(finding, transform.type, keep_last))


def _cut_of(finding: Finding, kind: str, keep_last: int) -> Cut:
    if kind == DROP or _NAME_STEP in finding.decoding:
        # A name that is itself the secret cannot be renamed without changing what the call means.
        return Cut(kind=DROP, data_class=finding.data_class)
    if finding.decoding:
        # What is encoded keeps no shape that masking or tokens could follow.
        kind, keep_last = REDACT, 0
    return Cut(
        kind=kind,
        start=finding.source_start,
        end=finding.source_end,
        data_class=finding.data_class,
        keep_last=keep_last,
    )


def _text(transform: OutcomeObligation, params: dict[str, Any], name: str) -> str:
    value = params.pop(name, None)
    if type(value) is not str or not value:
        raise _unknown(transform, f"`{name}`, a text")
    return value


def _value(transform: OutcomeObligation, params: dict[str, Any]) -> Any:
    if "value" not in params:
        raise _unknown(transform, "`value`")
    return params.pop("value")


def _unknown(transform: OutcomeObligation, expected: str) -> InvalidInput:
    return InvalidInput("TRANSFORM_UNKNOWN", f"`{transform.id}` ({transform.type}): expected {expected}")
