"""Carries out a plan on arguments, and inspects what came out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from pdp.canonicalize import MAX_ARGS_BYTES
from pdp.inspection.model import Finding, ScanResult
from pdp.model import OutcomeObligation
from pdp.transform.caps import Cap
from pdp.transform.places import drop, holder_of, parent_of, parse_pointer, put, value_at
from pdp.transform.plan import DROP, Cut, Plan, make_plan
from pdp.transform.tokens import MAX_TOKEN_TRIES, Tokens
from pdp.transform.values import redacted
from writ.errors import InvalidInput
from writ.strict_json import JsonValue, Number, arguments_json, parse_arguments

MAX_ROUNDS = 2 * MAX_TOKEN_TRIES
"""Most writings of one call: one token may only become stubborn once another was drawn again. Each costs an inspection."""

Inspect = Callable[[bytes], ScanResult]
_Containers = dict[str, Any] | list[Any]


class Transformer:
    """Transforms arguments. `key` (32 bytes) makes tokens: equal on every replica, so that equal values meet."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def transform(
        self,
        args_json: bytes,
        transforms: Sequence[OutcomeObligation],
        inspect: Inspect,
        sinks: Mapping[str, Sequence[str]],
        context: str,
    ) -> bytes:
        """Returns the arguments with every transform carried out. `context` (the organisation) separates tokens.

        Raises:
            InvalidInput: a transform is unknown, contradicts another or meets a place that is not there; or inspection finds
                again what should have been taken away, or a class that it did not find before (TRANSFORM_NOT_CLEAN).
        """
        before = inspect(args_json)
        plan = make_plan(transforms, before.findings, sinks)
        if plan.classes and before.truncated:
            raise _not_clean("the arguments are too large to be inspected to their end")
        known = {finding.data_class for finding in before.findings} - plan.classes
        tokens = Tokens(self._key, context)
        for _ in range(MAX_ROUNDS):
            out = _carried_out(args_json, plan, tokens)
            after = _inspected(out, plan, inspect, before)
            found = [finding for finding in after if finding.data_class not in known]
            if not found:
                return out
            if not tokens.draw_again(found):
                break
        if any(finding.data_class in plan.classes for finding in found):
            raise _not_clean("what was to be taken away is still found in the transformed arguments")
        raise _not_clean(f"expected no class of data that was not there before, found `{found[0].data_class}`")


def _inspected(out: bytes, plan: Plan, inspect: Inspect, before: ScanResult) -> Sequence[Finding]:
    """Returns what is found in transformed arguments. Where they were too large to be inspected to their end before, and are
    so still, what was put in is inspected by itself as well: it may stand where the inspection did not come."""
    after = inspect(out)
    if not after.truncated:
        return after.findings
    values: list[JsonValue] = [{parse_pointer(pointer)[-1]: value} for pointer, value in plan.values.items()]
    put_in = inspect(arguments_json({"": values}))
    if put_in.truncated or not before.truncated:
        raise _not_clean("the transformed arguments are too large to be inspected to their end")
    return (*after.findings, *put_in.findings)


def _not_clean(message: str) -> InvalidInput:
    return InvalidInput("TRANSFORM_NOT_CLEAN", message)


def _carried_out(args_json: bytes, plan: Plan, tokens: Tokens) -> bytes:
    arguments = parse_arguments(args_json, MAX_ARGS_BYTES)
    places = sorted((parse_pointer(pointer), pointer) for pointer in {*plan.values, *plan.caps, *plan.cuts})
    for (first, one), (second, _) in pairwise(places):
        if second[: len(first)] == first and not _drops(plan, one):
            raise InvalidInput("POINTER_CONFLICT", "expected places apart from each other, got one inside another")
    # Backwards, so that removing an element moves none that is still to be edited.
    for steps, pointer in reversed(places):
        if pointer in plan.cuts:
            _remove(arguments, steps, plan.cuts[pointer], tokens, pointer)
        elif pointer in plan.caps:
            _cap(arguments, steps, plan.caps[pointer])
        else:
            put(parent_of(arguments, steps), steps[-1], plan.values[pointer])
    out = arguments_json(arguments)
    parse_arguments(out, MAX_ARGS_BYTES)
    return out


def _remove(arguments: _Containers, steps: tuple[str, ...], cuts: Sequence[Cut], tokens: Tokens, pointer: str) -> None:
    if any(cut.kind == DROP for cut in cuts):
        holder = holder_of(arguments, steps)
        if holder is not None:
            drop(holder, steps[-1])
        return
    parent = parent_of(arguments, steps)
    value = value_at(parent, steps[-1])
    if type(value) in (dict, list):
        put(parent, steps[-1], redacted(""))  # no shape to keep
        return
    text = value.lexeme if isinstance(value, Number) else value if type(value) is str else str(value)
    put(parent, steps[-1], tokens.rewritten(pointer, text, cuts))


def _drops(plan: Plan, pointer: str) -> bool:
    """What lies within a member that goes away goes with it."""
    return any(cut.kind == DROP for cut in plan.cuts.get(pointer, ()))


def _cap(arguments: _Containers, steps: tuple[str, ...], cap: Cap) -> None:
    parent, last = parent_of(arguments, steps), steps[-1]
    value = parent.get(last) if type(parent) is dict else value_at(parent, last)
    put(parent, last, cap.applied_to(value))
