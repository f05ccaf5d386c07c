"""What the behaviour state is told of a judged action: what was done, not what was proposed."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from pdp.behaviour.view import BehaviourAsk
from pdp.circumstances import Circumstances
from pdp.companions import companion_ask
from pdp.item import Item
from pdp.verdict import Verdict
from tests.behaviour_support import KEY, asked


@pytest.mark.parametrize(
    ("effect", "keep", "flags"),
    [
        ("ALLOW", True, None),
        ("TRANSFORM", True, (False, True)),
        ("REQUIRE_APPROVAL", True, (True, False)),
        ("DEFER", True, (True, False)),
        ("DENY", True, None),
        ("DENY", False, (True, False)),
    ],
)
def test_what_was_not_done_as_proposed_is_told_apart(effect: str, keep: bool, flags: tuple[bool, bool] | None) -> None:
    verdict = Verdict(effect=effect, tier="T1", score=0, rules=(), keep=keep)
    judged: Any = SimpleNamespace(state_ask=asked("r1"), verdict=verdict)
    own = companion_ask(Circumstances(KEY).finals(cast(Item, judged)), BehaviourAsk)
    assert (None if own is None else (own.held, own.transformed)) == flags
