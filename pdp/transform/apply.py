"""Carries out a plan on arguments, and inspects what came out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from pdp.canonicalize import MAX_ARGS_BYTES
from pdp.inspection.model import ScanResult
from pdp.model import OutcomeObligation
from pdp.transform.caps import Cap
from pdp.transform.places import drop, parent_of, parse_pointer, put, value_at
from pdp.transform.plan import DROP, Cut, Plan, make_plan
from pdp.transform.tokens import MAX_TOKEN_TRIES, Tokens
from pdp.transform.values import redacted
from writ.errors import InvalidInput
from writ.strict_json import Number, arguments_json, parse_arguments

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
            InvalidInput: a transform is unknown, contradicts another or meets a place that is not there; or what it should
                have taken away is found again (TRANSFORM_NOT_CLEAN).
        """
        before = inspect(args_json)
        plan = make_plan(transforms, before.findings, sinks)
        if plan.classes and before.truncated:
            raise InvalidInput("TRANSFORM_NOT_CLEAN", "the arguments are too large to be inspected to their end")
        tokens = Tokens(self._key, context)
        for _ in range(MAX_ROUNDS):
            out = _carried_out(args_json, plan, tokens)
            if not plan.classes:
                return out
            after = inspect(out)
            found = [finding for finding in after.findings if finding.data_class in plan.classes]
            if not found and not after.truncated:
                return out
            if after.truncated or not tokens.draw_again(found):
                break
        raise InvalidInput(
            "TRANSFORM_NOT_CLEAN", "what was to be taken away is still found in the transformed arguments"
        )


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
    parent = parent_of(arguments, steps)
    if any(cut.kind == DROP for cut in cuts):
        drop(parent, steps[-1])
        return
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
